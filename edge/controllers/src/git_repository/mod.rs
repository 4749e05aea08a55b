//! GitRepositories: from a remote, or a directory of this machine, to a revision and its tree.

mod local;
mod mirrors;
mod remote;
mod report;
mod secret;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, broadcast};
use weir_api::{Artifact, GitRepository, Metadata};
use weir_cluster::ApiError;
use weir_delivery::{SourceId, UnitId};
use weir_yaml::Value;

use crate::context::Context;
use crate::kind::{Kind, Order};
use crate::places::{Place, Places};
use crate::queue::{Queue, Turn};
use crate::sources::Snapshot;

pub(crate) const KIND: &str = "GitRepository";
const COMPONENT: &str = "source-controller";
/// After a failure: first this, then twice as long each time.
const FIRST_RETRY: Duration = Duration::from_millis(750);
const LAST_RETRY: Duration = Duration::from_secs(15 * 60);

/// The controller.
#[derive(Clone)]
pub(crate) struct Controller {
    context: Context,
    queue: Queue<UnitId>,
    places: Places,
    local: broadcast::Sender<()>,
    mirrors: mirrors::Mirrors,
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
        let places = Places::of(&context.settings);
        let mirrors = mirrors::Mirrors::new(context.clone());
        (Self { context, queue: Queue::new(), places, local, mirrors, failures: Arc::default() }, changes)
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
}

impl Order for GitRepository {
    fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    fn is_suspended(&self) -> bool {
        self.spec.suspend
    }
}

impl Kind for Controller {
    const API_VERSION: &'static str = "source.toolkit.fluxcd.io/v1";
    const KIND: &'static str = KIND;
    const MANAGER: &'static str = "gotk-source-controller";
    type Order = GitRepository;

    fn context(&self) -> &Context {
        &self.context
    }

    fn queue(&self) -> &Queue<UnitId> {
        &self.queue
    }

    fn places(&self) -> &Places {
        &self.places
    }

    async fn wake(&self) {
        self.watch_local().await;
    }

    fn note(&self, key: &UnitId, object: &Value) {
        self.mirrors.note(key, object.str_at(&["spec", "url"]).unwrap_or_default());
    }

    fn forget(&self, key: &UnitId) {
        self.context.sources.withdraw(&source_id(key));
        self.mirrors.forget(key);
    }

    fn listed(&self) {
        self.mirrors.listed();
    }

    async fn reconcile(
        &self,
        repository: GitRepository,
        turn: &Turn<UnitId>,
        mut place: Place,
    ) -> Result<Option<Duration>, ApiError> {
        // Servers that hang must not keep others waiting.
        place.leave();
        self.fetch(&turn.key, &repository).await.map(Some)
    }

    async fn finalize(
        &self,
        _: &GitRepository,
        turn: &Turn<UnitId>,
        _: Place,
    ) -> Result<Option<Duration>, ApiError> {
        let key = &turn.key;
        self.context.sources.withdraw(&source_id(key));
        if let Err(error) = self.context.artifacts.remove(KIND, &key.namespace, &key.name) {
            tracing::warn!(repository = %key, %error, "artifacts could not be deleted");
        }
        Ok(None)
    }
}

fn source_id(key: &UnitId) -> SourceId {
    SourceId { kind: KIND.to_string(), namespace: key.namespace.clone(), name: key.name.clone() }
}
