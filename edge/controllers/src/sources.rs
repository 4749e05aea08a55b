//! The trees of all sources at their newest revision, shared by every unit that reads them.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::broadcast;
use weir_delivery::SourceId;
use weir_files::Tree;

/// The files of a source at one revision.
#[derive(Debug, Clone)]
pub(crate) struct Snapshot {
    pub(crate) revision: String,
    pub(crate) tree: Tree,
}

/// What every source gives now.
pub(crate) struct Sources {
    snapshots: Mutex<HashMap<SourceId, Snapshot>>,
    changed: broadcast::Sender<SourceId>,
}

impl Sources {
    pub(crate) fn new() -> Self {
        Self { snapshots: Mutex::default(), changed: broadcast::channel(1024).0 }
    }

    fn snapshots(&self) -> MutexGuard<'_, HashMap<SourceId, Snapshot>> {
        self.snapshots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn get(&self, source: &SourceId) -> Option<Snapshot> {
        self.snapshots().get(source).cloned()
    }

    /// Sets what a source gives; whoever reads it is told if the revision is another.
    pub(crate) fn publish(&self, source: &SourceId, snapshot: Snapshot) {
        let revision = snapshot.revision.clone();
        let before = self.snapshots().insert(source.clone(), snapshot);
        if before.is_none_or(|before| before.revision != revision) {
            // Nobody listening is no failure: nobody needs to know then.
            _ = self.changed.send(source.clone());
        }
    }

    pub(crate) fn withdraw(&self, source: &SourceId) {
        self.snapshots().remove(source);
    }

    /// Sources that change from now on.
    pub(crate) fn changes(&self) -> broadcast::Receiver<SourceId> {
        self.changed.subscribe()
    }
}
