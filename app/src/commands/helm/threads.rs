//! Threads that help where much is to be done.

use std::thread;

use weir_helm::Helpers;

/// More find no key sooner.
const MOST: usize = 8;
/// As much as the first thread has.
const STACK: usize = 8 << 20;

/// Those of this machine, made when they are needed.
pub(super) struct Threads;

impl Helpers for Threads {
    fn count(&self) -> usize {
        thread::available_parallelism().map_or(1, usize::from).min(MOST)
    }

    fn share(&self, most: usize, task: &(dyn Fn(usize) + Sync)) {
        thread::scope(|scope| {
            for worker in 1..self.count().min(most) {
                // Where no more are allowed, those that there are do all of it.
                if thread::Builder::new().stack_size(STACK).spawn_scoped(scope, move || task(worker)).is_err()
                {
                    break;
                }
            }
            task(0);
        });
    }
}
