//! Whom to wake: units that changed, units whose source has something new, units whose dependencies turned ready.

use std::collections::HashSet;
use std::time::Duration;

use weir_cluster::{Change, Scope, follow};

use super::index::{Entry, unit_id};
use super::{API_VERSION, Controller, KIND};

impl Controller {
    /// Follows units and sources for good.
    pub(super) async fn watch(self) {
        tokio::join!(self.watch_units(), self.watch_sources());
    }

    async fn watch_sources(&self) {
        use tokio::sync::broadcast::error::RecvError;
        let mut changes = self.context.sources.changes();
        loop {
            match changes.recv().await {
                Ok(source) => {
                    let Some(snapshot) = self.context.sources.get(&source) else { continue };
                    for unit in self.index.readers(&source, &snapshot.revision) {
                        self.queue.preempt(unit, &format!("New reconciliation triggered by {source}"));
                    }
                }
                // Too many at once to be told one by one: the intervals catch up with what was missed.
                Err(RecvError::Lagged(missed)) => tracing::warn!(missed, "source changes were missed"),
                Err(RecvError::Closed) => return,
            }
        }
    }

    async fn watch_units(&self) {
        let resource = loop {
            match self.context.cluster.resource(API_VERSION, KIND).await {
                Ok(resource) => break resource,
                Err(error) => {
                    tracing::warn!(%error, "waiting for the definition of Kustomization");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        };
        let settings = &self.context.settings;
        let scope = Scope {
            namespace: settings.namespace.clone(),
            labels: settings.selector.clone(),
            metadata_only: false,
        };
        let mut changes = follow(self.context.cluster.clone(), resource, scope);
        let mut seen: Option<HashSet<_>> = None;
        while let Some(change) = changes.recv().await {
            match change {
                Change::Listing => seen = Some(HashSet::new()),
                Change::Applied(object) => {
                    let unit = unit_id(&object);
                    if let Some(seen) = &mut seen {
                        seen.insert(unit.clone());
                    }
                    let calls = self.index.set(&unit, Entry::of(&object));
                    if let Some(cause) = calls.itself {
                        self.queue.preempt(unit, &format!("New reconciliation triggered: {cause}"));
                    }
                    for dependant in calls.dependants {
                        self.queue.add(dependant);
                    }
                }
                Change::Deleted(object) => {
                    let unit = unit_id(&object);
                    self.index.remove(&unit);
                    self.queue.forget(&unit);
                    crate::metrics::forget(KIND, &unit.namespace, &unit.name);
                }
                Change::Listed => {
                    if let Some(seen) = seen.take() {
                        self.index.retain(&seen);
                    }
                }
                Change::Failing(error) => tracing::warn!(%error, "Kustomizations cannot be followed"),
            }
        }
    }
}
