//! Following a kind: everything that is there, then every change, across broken connections and expired histories.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use weir_yaml::Value;

use crate::request::{Target, url};
use crate::watch::WatchEvent;
use crate::{ApiError, Cluster, Resource};

/// Which objects of a kind are followed.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// One namespace, or all if empty.
    pub namespace: String,
    /// Label selector.
    pub labels: String,
    /// Only metadata is asked for.
    pub metadata_only: bool,
}

/// What a follower is told.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// A full listing begins: objects not named before the next [`Change::Listed`] are gone.
    Listing,
    /// The object is there, new or changed.
    Applied(Value),
    /// The object is gone.
    Deleted(Value),
    /// The listing is complete.
    Listed,
    /// The server cannot be followed for now; it is tried again.
    Failing(ApiError),
}

const MAX_PAUSE: Duration = Duration::from_secs(30);
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// Follows a kind until the receiver is dropped.
pub fn follow(cluster: Cluster, resource: Arc<Resource>, scope: Scope) -> mpsc::Receiver<Change> {
    let (sender, receiver) = mpsc::channel(256);
    tokio::spawn(async move {
        let follower = Follower { cluster, resource, scope, sender };
        tokio::select! {
            () = follower.sender.closed() => {}
            _ = follower.run() => {}
        }
    });
    receiver
}

struct Follower {
    cluster: Cluster,
    resource: Arc<Resource>,
    scope: Scope,
    sender: mpsc::Sender<Change>,
}

/// The receiver is gone.
struct Closed;

impl Follower {
    async fn run(&self) -> Result<(), Closed> {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.list().await? {
                Ok(version) => {
                    pause = FIRST_PAUSE;
                    self.watch(version).await?;
                }
                Err(error) => {
                    self.tell(Change::Failing(error)).await?;
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(MAX_PAUSE);
                }
            }
        }
    }

    async fn tell(&self, change: Change) -> Result<(), Closed> {
        self.sender.send(change).await.map_err(|_| Closed)
    }

    fn accept(&self, list: bool) -> &'static str {
        match (self.scope.metadata_only, list) {
            (true, true) => "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
            (true, false) => "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
            (false, _) => "application/json",
        }
    }

    /// Tells every object, page by page; gives the version of the listing.
    async fn list(&self) -> Result<Result<String, ApiError>, Closed> {
        self.tell(Change::Listing).await?;
        let mut next = String::new();
        loop {
            let query =
                [("labelSelector", self.scope.labels.as_str()), ("limit", "500"), ("continue", &next)];
            let target = Target { namespace: &self.scope.namespace, ..Target::default() };
            let url = url(&self.resource, target, &query);
            let mut page = match self.cluster.get_url(&url, self.accept(true)).await {
                Ok(page) => page,
                Err(error) => return Ok(Err(error)),
            };
            if let Some(Value::List(items)) = page.remove_at(&["items"]) {
                for item in Arc::unwrap_or_clone(items) {
                    self.tell(Change::Applied(item)).await?;
                }
            }
            let text = |key: &str| page.str_at(&["metadata", key]).unwrap_or_default().to_string();
            next = text("continue");
            if next.is_empty() {
                self.tell(Change::Listed).await?;
                return Ok(Ok(text("resourceVersion")));
            }
        }
    }

    /// Watches from this version until history is lost.
    async fn watch(&self, mut version: String) -> Result<(), Closed> {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.watch_once(&mut version, &mut pause).await? {
                Ok(()) => {}
                Err(error) if error.is_expired() => return Ok(()),
                Err(ApiError::Status { code: 404, .. }) => return Ok(()),
                Err(error) => {
                    self.tell(Change::Failing(error)).await?;
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(MAX_PAUSE);
                }
            }
        }
    }

    async fn watch_once(
        &self,
        version: &mut String,
        pause: &mut Duration,
    ) -> Result<Result<(), ApiError>, Closed> {
        let query = [("labelSelector", self.scope.labels.as_str()), ("resourceVersion", version.as_str())];
        let opened =
            self.cluster.watch(&self.resource, &self.scope.namespace, &query, self.accept(false)).await;
        let mut watch = match opened {
            Ok(watch) => watch,
            Err(error) => return Ok(Err(error)),
        };
        loop {
            let event = match watch.next().await {
                Ok(Some(event)) => event,
                Ok(None) => return Ok(Ok(())),
                Err(error) => return Ok(Err(error)),
            };
            *pause = FIRST_PAUSE;
            match event {
                WatchEvent::Bookmark(at) => *version = at,
                WatchEvent::Applied(object) => {
                    note_version(&object, version);
                    self.tell(Change::Applied(object)).await?;
                }
                WatchEvent::Deleted(object) => {
                    note_version(&object, version);
                    self.tell(Change::Deleted(object)).await?;
                }
            }
        }
    }
}

fn note_version(object: &Value, version: &mut String) {
    if let Some(at) = object.str_at(&["metadata", "resourceVersion"]) {
        at.clone_into(version);
    }
}
