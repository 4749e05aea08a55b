//! Random bytes that are known.

use std::cell::Cell;

use weir_helm::Random;

/// Other bytes each time, and the same in another run, as long as they are asked for in the same order.
#[derive(Default)]
pub(crate) struct Counter(Cell<u8>);

impl Random for Counter {
    fn fill(&self, buffer: &mut [u8]) {
        for byte in buffer {
            self.0.set(self.0.get().wrapping_add(1));
            *byte = self.0.get();
        }
    }
}
