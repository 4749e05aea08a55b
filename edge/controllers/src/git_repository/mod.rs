//! GitRepositories: from a remote, or a directory of this machine, to a revision and its tree.

mod local;
mod remote;
mod report;
mod secret;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch::Receiver;
use tokio::sync::{Mutex, broadcast};
use weir_api::{Artifact, GitRepository};
use weir_cluster::{ApiError, PatchBody};
use weir_delivery::{SourceId, UnitId};
use weir_yaml::Value;

use crate::context::Context;
use crate::queue::{Queue, Turn};
use crate::sources::Snapshot;
use crate::status::typed;

pub(crate) const API_VERSION: &str = "source.toolkit.fluxcd.io/v1";
pub(crate) const KIND: &str = "GitRepository";
const FINALIZER: &str = "finalizers.fluxcd.io";
const COMPONENT: &str = "source-controller";
const OWN_MANAGER: &str = "gotk-source-controller";
/// After a failure: first this, then twice as long each time.
const FIRST_RETRY: Duration = Duration::from_millis(750);
const LAST_RETRY: Duration = Duration::from_secs(15 * 60);

/// The controller.
#[derive(Clone)]
pub(crate) struct Controller {
    context: Context,
    queue: Queue<UnitId>,
    local: broadcast::Sender<()>,
    /// How often each repository has failed in a row.
    failures: Arc<Mutex<std::collections::HashMap<UnitId, u32>>>,
}

/// Tells the controller that local files have changed.
pub(crate) struct LocalChanges(broadcast::Sender<()>);

impl LocalChanges {
    pub(crate) fn tell(&self) {
        // Nobody listening: the controller has stopped.
        _ = self.0.send(());
    }
}

/// What a look at the repository gave.
enum Fetched {
    /// Files at a revision.
    Files { artifact: Artifact, snapshot: Snapshot, news: String },
    /// Why there are none.
    Failed { reason: &'static str, message: String },
}

impl Controller {
    pub(crate) fn new(context: Context) -> (Self, LocalChanges) {
        let local = broadcast::channel(16).0;
        let changes = LocalChanges(local.clone());
        (Self { context, queue: Queue::new(), local, failures: Arc::default() }, changes)
    }

    /// True if no repository is looked at or about to be.
    pub(crate) fn is_idle(&self) -> bool {
        self.queue.is_idle()
    }

    /// Works until told to stop.
    pub(crate) async fn run(self, mut stopped: Receiver<bool>) {
        let watching = tokio::spawn(self.clone().watch());
        loop {
            tokio::select! {
                _ = stopped.wait_for(|stop| *stop) => break,
                turn = self.queue.next() => {
                    tokio::spawn(self.clone().turn(turn));
                }
            }
        }
        watching.abort();
    }

    async fn turn(self, turn: Turn<UnitId>) {
        let name = turn.key.clone();
        match self.reconcile(&name).await {
            Ok(Some(pause)) => self.queue.add_after(name, pause),
            Ok(None) => {}
            Err(error) => {
                tracing::warn!(repository = %name, %error, "a GitRepository could not be looked at");
                self.queue.add_after(name, Duration::from_secs(2));
            }
        }
    }

    async fn reconcile(&self, key: &UnitId) -> Result<Option<Duration>, ApiError> {
        let cluster = &self.context.cluster;
        let resource = cluster.resource(API_VERSION, KIND).await?;
        let Some(object) = cluster.get(&resource, &key.namespace, &key.name).await? else {
            self.context.sources.withdraw(&source_id(key));
            return Ok(None);
        };
        let repository: GitRepository = match typed(&object) {
            Ok(repository) => repository,
            Err(cause) => {
                tracing::error!(repository = %key, cause, "a GitRepository cannot be read");
                return Ok(None);
            }
        };
        let finalizers = &repository.metadata.finalizers;
        if repository.metadata.deletion_timestamp.is_some() {
            self.context.sources.withdraw(&source_id(key));
            if let Err(error) = self.context.artifacts.remove(KIND, &key.namespace, &key.name) {
                tracing::warn!(repository = %key, %error, "artifacts could not be deleted");
            }
            let rest: Vec<_> = finalizers.iter().filter(|own| *own != FINALIZER).cloned().collect();
            if rest.len() < finalizers.len() {
                self.set_finalizers(&repository, &rest).await?;
            }
            return Ok(None);
        }
        if !finalizers.iter().any(|finalizer| finalizer == FINALIZER) {
            let mut all = finalizers.clone();
            all.push(FINALIZER.to_string());
            self.set_finalizers(&repository, &all).await?;
        }
        if repository.spec.suspend {
            return Ok(None);
        }
        self.fetch(key, &repository).await.map(Some)
    }

    async fn fetch(&self, key: &UnitId, repository: &GitRepository) -> Result<Duration, ApiError> {
        let (source, started) = (source_id(key), std::time::Instant::now());
        let local = self.context.settings.local.iter().find(|local| local.source == source);
        let fetched = match local {
            Some(local) => local::fetch(local, repository).await,
            None => self.fetch_remote(repository).await?,
        };
        let good = matches!(fetched, Fetched::Files { .. });
        crate::metrics::reconciled(KIND, &key.namespace, &key.name, started.elapsed(), good);
        match fetched {
            Fetched::Files { artifact, snapshot, news } => {
                self.failures.lock().await.remove(key);
                // Before the status says so: whoever has read of a revision finds it.
                self.context.sources.publish(&source, snapshot);
                report::stored(&self.context, repository, artifact, &news).await?;
                Ok(self.context.jittered(repository.spec.interval.0))
            }
            Fetched::Failed { reason, message } => {
                if local.is_none() && self.context.sources.get(&source).is_none() {
                    self.publish_stored(&source, repository).await;
                }
                report::failed(&self.context, repository, reason, &message).await?;
                let mut failures = self.failures.lock().await;
                let count = failures.entry(key.clone()).or_default();
                *count += 1;
                Ok(FIRST_RETRY.saturating_mul(1 << (*count - 1).min(16)).min(LAST_RETRY))
            }
        }
    }

    /// We have just started and the remote fails: its units go on with what was fetched last.
    async fn publish_stored(&self, source: &SourceId, repository: &GitRepository) {
        if let Some(snapshot) = remote::stored(&self.context, repository).await {
            tracing::info!(%source, revision = snapshot.revision, "the last revision is taken from storage");
            self.context.sources.publish(source, snapshot);
        }
    }

    async fn fetch_remote(&self, repository: &GitRepository) -> Result<Fetched, ApiError> {
        let unsupported = repository.spec.unsupported();
        if !unsupported.is_empty() {
            let message = format!("not supported yet: {}", unsupported.join(", "));
            return Ok(Fetched::Failed { reason: "GitOperationFailed", message });
        }
        Ok(match secret::read(&self.context.cluster, repository).await? {
            Ok(credentials) => remote::fetch(&self.context, repository, credentials).await,
            Err(secret::Unusable(message)) => Fetched::Failed { reason: "AuthenticationFailed", message },
        })
    }

    async fn set_finalizers(
        &self,
        repository: &GitRepository,
        finalizers: &[String],
    ) -> Result<(), ApiError> {
        let resource = self.context.cluster.resource(API_VERSION, KIND).await?;
        let metadata = &repository.metadata;
        let mut patch = Value::default();
        patch.set_at(&["metadata", "finalizers"], finalizers.iter().cloned().collect::<Value>());
        patch.set_at(&["metadata", "resourceVersion"], metadata.resource_version.as_str());
        let patch = PatchBody::Merge(patch);
        let (namespace, name) = (&metadata.namespace, &metadata.name);
        match self.context.cluster.patch(&resource, namespace, name, "", OWN_MANAGER, &patch).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_not_found() => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn source_id(key: &UnitId) -> SourceId {
    SourceId { kind: KIND.to_string(), namespace: key.namespace.clone(), name: key.name.clone() }
}
