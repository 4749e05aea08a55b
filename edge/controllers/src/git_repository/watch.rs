//! Whom to wake: repositories that changed, and those whose local files did.

use std::collections::HashMap;
use std::time::Duration;

use weir_cluster::{Change, Scope, follow};
use weir_delivery::UnitId;
use weir_yaml::Value;

use super::{API_VERSION, Controller, KIND, source_id};
use crate::settings::LocalSource;

/// What of a repository calls for a look when it changes.
type Sight = (i64, String, bool);

impl Controller {
    /// Follows repositories for good.
    pub(super) async fn watch(self) {
        tokio::join!(self.watch_repositories(), self.watch_local());
    }

    async fn watch_local(&self) {
        use tokio::sync::broadcast::error::RecvError;
        let mut changes = self.local.subscribe();
        loop {
            for local in &self.context.settings.local {
                let source = &local.source;
                if source.kind == KIND {
                    self.queue.add(UnitId { namespace: source.namespace.clone(), name: source.name.clone() });
                } else {
                    self.publish_other(local).await;
                }
            }
            if matches!(changes.recv().await, Err(RecvError::Closed)) {
                return;
            }
        }
    }

    /// A source of another kind has no controller yet, but local files can stand in for it.
    async fn publish_other(&self, local: &LocalSource) {
        match super::local::snapshot(&local.path, None, &[]).await {
            Ok(snapshot) => self.context.sources.publish(&local.source, snapshot),
            Err(error) => tracing::warn!(source = %local.source, error, "local files cannot be read"),
        }
    }

    async fn watch_repositories(&self) {
        let resource = loop {
            match self.context.cluster.resource(API_VERSION, KIND).await {
                Ok(resource) => break resource,
                Err(error) => {
                    tracing::warn!(%error, "waiting for the definition of GitRepository");
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
        let mut known: HashMap<UnitId, Sight> = HashMap::new();
        while let Some(change) = changes.recv().await {
            match change {
                Change::Applied(object) => {
                    let (name, sight) = (name(&object), sight(&object));
                    if known.get(&name) != Some(&sight) {
                        known.insert(name.clone(), sight);
                        self.queue.add(name);
                    }
                }
                Change::Deleted(object) => {
                    let name = name(&object);
                    known.remove(&name);
                    self.queue.forget(&name);
                    self.context.sources.withdraw(&source_id(&name));
                }
                Change::Listing | Change::Listed => {}
                Change::Failing(error) => tracing::warn!(%error, "GitRepositories cannot be followed"),
            }
        }
    }
}

fn name(object: &Value) -> UnitId {
    let text = |key| object.str_at(&["metadata", key]).unwrap_or_default().to_string();
    UnitId { namespace: text("namespace"), name: text("name") }
}

fn sight(object: &Value) -> Sight {
    let requested = object.str_at(&["metadata", "annotations", weir_api::annotations::REQUESTED_AT]);
    (
        object.at(&["metadata", "generation"]).and_then(Value::as_i64).unwrap_or(0),
        requested.unwrap_or_default().to_string(),
        object.at(&["metadata", "deletionTimestamp"]).is_some(),
    )
}
