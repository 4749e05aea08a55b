//! Randomness of the system.

use std::fs::File;
use std::io::Read as _;

use weir_secrets::Entropy;

use crate::exit::Failure;

/// The source, open: a command draws from it thousands of times.
pub(super) struct System(File);

impl System {
    pub(super) fn open() -> Result<Self, Failure> {
        File::open("/dev/urandom")
            .map(Self)
            .map_err(|error| Failure::new(format!("/dev/urandom cannot be read: {error}")))
    }
}

impl Entropy for System {
    fn fill(&mut self, buffer: &mut [u8]) {
        self.0.read_exact(buffer).expect("the source of randomness never ends");
    }
}

/// Now, in seconds since 1970.
pub(super) fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}
