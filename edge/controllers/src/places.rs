//! Places to work at: units take one each, and leave it while they wait for others.
//!
//! So a thousand units that are woken at once hold the memory of a few, and any number of them can wait.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// All places of a controller. Cloning shares them.
#[derive(Clone)]
pub(crate) struct Places(Arc<Semaphore>);

/// A place that is taken, or has been left for a while.
pub(crate) struct Place {
    places: Places,
    permit: Mutex<Option<OwnedSemaphorePermit>>,
}

impl Places {
    pub(crate) fn new(count: usize) -> Self {
        Self(Arc::new(Semaphore::new(count)))
    }

    /// The next free one.
    pub(crate) async fn take(&self) -> Place {
        let place = Place { places: self.clone(), permit: Mutex::default() };
        place.come_back().await;
        place
    }
}

impl Place {
    fn permit(&self) -> MutexGuard<'_, Option<OwnedSemaphorePermit>> {
        self.permit.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody else may work here.
    pub(crate) fn leave(&self) {
        *self.permit() = None;
    }

    /// Takes a place again.
    pub(crate) async fn come_back(&self) {
        if self.permit().is_some() {
            return;
        }
        // The semaphore is never closed.
        let permit = Arc::clone(&self.places.0).acquire_owned().await.ok();
        *self.permit() = permit;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_place_that_was_left_is_free() {
        let places = Places::new(1);
        let first = places.take().await;
        assert!(futures_util::FutureExt::now_or_never(places.take()).is_none());
        first.leave();
        let second = places.take().await;
        assert!(futures_util::FutureExt::now_or_never(first.come_back()).is_none());
        drop(second);
        first.come_back().await;
        assert!(futures_util::FutureExt::now_or_never(places.take()).is_none());
    }
}
