//! Whom to wake: units whose source has something new.

use super::Controller;

impl Controller {
    /// Follows sources for good.
    pub(super) async fn watch_sources(&self) {
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
}
