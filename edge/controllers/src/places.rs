//! Places to work at: units take one each, and leave it while they wait for others.
//!
//! So a thousand units that are woken at once hold the memory of a few, and any number of them can wait.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::settings::Settings;

/// All places of a controller. Cloning shares them.
#[derive(Clone)]
pub(crate) struct Places(Arc<Semaphore>);

/// A place that is taken, or has been left for a while.
pub(crate) struct Place {
    places: Places,
    permit: Option<OwnedSemaphorePermit>,
}

impl Places {
    pub(crate) fn new(count: usize) -> Self {
        Self(Arc::new(Semaphore::new(count)))
    }

    /// As many as there may be requests on their way, and one that the loop keeps ready for the next turn.
    pub(crate) fn of(settings: &Settings) -> Self {
        Self::new(settings.concurrency.max(1) + 1)
    }

    /// The next free one.
    pub(crate) async fn take(&self) -> Place {
        let mut place = Place { places: self.clone(), permit: None };
        place.come_back().await;
        place
    }
}

impl Place {
    /// Somebody else may work here.
    pub(crate) fn leave(&mut self) {
        self.permit = None;
    }

    /// Takes a place again.
    pub(crate) async fn come_back(&mut self) {
        if self.permit.is_none() {
            // The semaphore is never closed.
            self.permit = Arc::clone(&self.places.0).acquire_owned().await.ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_place_that_was_left_is_free() {
        let places = Places::new(1);
        let mut first = places.take().await;
        assert!(futures_util::FutureExt::now_or_never(places.take()).is_none());
        first.leave();
        let second = places.take().await;
        assert!(futures_util::FutureExt::now_or_never(first.come_back()).is_none());
        drop(second);
        first.come_back().await;
        assert!(futures_util::FutureExt::now_or_never(places.take()).is_none());
    }
}
