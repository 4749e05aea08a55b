//! Whom to wake: sources whose local files changed.

use weir_delivery::UnitId;

use super::{Controller, KIND};
use crate::settings::LocalSource;

impl Controller {
    /// Looks at local files again when they change, for good.
    pub(super) async fn watch_local(&self) {
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
}
