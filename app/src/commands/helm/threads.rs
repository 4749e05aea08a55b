//! Threads that help where much is to be done.

use std::sync::OnceLock;
use std::thread;

use rayon_core::{ThreadPool, ThreadPoolBuilder};
use weir_helm::Helpers;

/// More find no key sooner.
const MOST: usize = 8;
/// All else is done by fewer.
const FEW: usize = 4;
/// As much as the first thread has.
const STACK: usize = 8 << 20;

/// Those of this machine, made when they are needed for the first time. They stay: a large chart needs them to be read, parsed
/// and rendered, one after the other.
pub(super) struct Threads;

impl Helpers for Threads {
    fn count(&self) -> usize {
        static COUNT: OnceLock<usize> = OnceLock::new();
        *COUNT.get_or_init(|| thread::available_parallelism().map_or(1, usize::from).min(MOST))
    }

    fn prepare(&self) {
        _ = pool(self.count().min(FEW), self.count());
    }

    fn share(&self, most: usize, task: &(dyn Fn(usize) + Sync)) {
        let count = self.count().min(most);
        // Where no threads are allowed, the one that there is does all of it.
        let Some(pool) = pool(count, self.count()) else { return task(0) };
        pool.in_place_scope(|scope| {
            // To all of them: what is spawned may wait until another has been done.
            scope.spawn_broadcast(|_, at| {
                let worker = at.index() + 1;
                if worker < count {
                    task(worker);
                }
            });
            task(0);
        });
    }
}

/// Threads for so many workers, the first of which is who asks.
fn pool(workers: usize, count: usize) -> Option<&'static ThreadPool> {
    static FEW_THREADS: OnceLock<Option<ThreadPool>> = OnceLock::new();
    static MOST_THREADS: OnceLock<Option<ThreadPool>> = OnceLock::new();
    let (pool, size) = match workers {
        0..2 => return None,
        2..=FEW => (&FEW_THREADS, count.min(FEW)),
        _ => (&MOST_THREADS, count),
    };
    let made = || ThreadPoolBuilder::new().num_threads(size - 1).stack_size(STACK).build().ok();
    pool.get_or_init(made).as_ref()
}
