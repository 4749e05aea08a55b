//! Work on many items, shared with the threads that help.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::env::Helpers;

/// Each thread takes room of its own, and more of them than this hardly save time.
const MOST: usize = 4;

/// What comes of each item, in order. So many helpers at most take items until none is left; without any, one follows the
/// other.
pub fn each<T: Sync, R: Send + Sync>(
    items: &[T],
    (helpers, most): (Option<&dyn Helpers>, usize),
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let Some(helpers) = helpers.filter(|_| most > 1) else { return items.iter().map(work).collect() };
    let done: Vec<OnceLock<R>> = items.iter().map(|_| OnceLock::new()).collect();
    let next = AtomicUsize::new(0);
    helpers.share(most.min(MOST), &|_| {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let (Some(item), Some(place)) = (items.get(at), done.get(at)) else { break };
            _ = place.set(work(item));
        }
    });
    let all = done.into_iter().zip(items);
    all.map(|(place, item)| place.into_inner().unwrap_or_else(|| work(item))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Two;

    impl Helpers for Two {
        fn count(&self) -> usize {
            2
        }

        fn share(&self, _: usize, task: &(dyn Fn(usize) + Sync)) {
            task(0);
            task(1);
        }
    }

    #[test]
    fn the_order_is_that_of_the_items() {
        let items = [3, 1, 2];
        assert_eq!(each(&items, (None, 2), |item| item * 2), [6, 2, 4]);
        assert_eq!(each(&items, (Some(&Two), 2), |item| item * 2), [6, 2, 4]);
        assert_eq!(each(&items, (Some(&Two), 0), |item| item * 2), [6, 2, 4]);
    }
}
