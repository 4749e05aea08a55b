//! Events of Kubernetes, written behind the work: they never hold it up and never fail it.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};
use weir_cluster::{Cluster, PatchBody};
use weir_yaml::Value;

use crate::status::{clip, now};

/// What happened to which object.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    /// `apiVersion`, `kind`, and the metadata that names the object.
    pub(crate) object: ObjectRef,
    /// The controller that says so.
    pub(crate) component: &'static str,
    pub(crate) warning: bool,
    pub(crate) reason: String,
    pub(crate) message: String,
    pub(crate) annotations: Vec<(String, String)>,
}

/// The object of an event.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ObjectRef {
    pub(crate) api_version: String,
    pub(crate) kind: String,
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) uid: String,
    pub(crate) resource_version: String,
}

/// Takes events. Cloning shares it.
#[derive(Clone)]
pub(crate) struct Recorder(mpsc::Sender<Message>);

enum Message {
    Happened {
        event: Box<Event>,
        at: String,
    },
    /// Everything before this is written now, and then it is answered.
    Flush(oneshot::Sender<()>),
}

/// More waiting events than this are dropped: they are news, not state.
const WAITING: usize = 4096;
/// Within this time the same event is counted up, not written again.
const SAME: Duration = Duration::from_secs(600);
const REMEMBERED: usize = 2048;
/// Events come in bursts with the work, and are a third of its writes: they are written when nothing has happened for this
/// time,
const QUIET: Duration = Duration::from_millis(500);
/// but not later than this.
const LATEST: Duration = Duration::from_secs(3);
/// The end is not held up longer.
const LAST: Duration = Duration::from_secs(5);

impl Recorder {
    pub(crate) fn new(cluster: Cluster) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        tokio::spawn(Writer { cluster, seen: HashMap::new() }.run(receiver));
        Self(sender)
    }

    pub(crate) fn record(&self, event: Event) {
        if self.0.try_send(Message::Happened { event: Box::new(event), at: now() }).is_err() {
            tracing::debug!("an event was dropped, too many are waiting");
        }
    }

    /// Writes what has happened so far, if the server takes it.
    pub(crate) async fn flush(&self) {
        let (done, is_done) = oneshot::channel();
        let all = async {
            if self.0.send(Message::Flush(done)).await.is_ok() {
                _ = is_done.await;
            }
        };
        _ = tokio::time::timeout(LAST, all).await;
    }
}

struct Writer {
    cluster: Cluster,
    seen: HashMap<(String, String, String), Seen>,
}

struct Seen {
    name: String,
    count: i64,
    at: Instant,
}

impl Writer {
    async fn run(mut self, mut messages: mpsc::Receiver<Message>) {
        while let Some(first) = messages.recv().await {
            let (events, flushed) = burst(first, &mut messages).await;
            for (event, at) in events {
                if let Err(error) = self.write(&event, &at).await {
                    tracing::debug!(%error, "an event could not be written");
                }
            }
            if let Some(flushed) = flushed {
                _ = flushed.send(());
            }
        }
    }

    async fn write(&mut self, event: &Event, at: &str) -> Result<(), weir_cluster::ApiError> {
        let resource = self.cluster.resource("v1", "Event").await?;
        let key = (event.object.uid.clone(), event.reason.clone(), event.message.clone());
        let namespace = match event.object.namespace.as_str() {
            "" => "default",
            namespace => namespace,
        };
        if let Some(seen) = self.seen.get_mut(&key).filter(|seen| seen.at.elapsed() < SAME) {
            seen.count += 1;
            seen.at = Instant::now();
            let mut patch = Value::from([("count", seen.count)]);
            patch.set_at(&["lastTimestamp"], at);
            let patch = PatchBody::Merge(patch);
            match self.cluster.patch(&resource, namespace, &seen.name, "", event.component, &patch).await {
                Err(error) if error.is_not_found() => {}
                answer => return answer.map(|_| ()),
            }
        }
        let name = format!("{}.{:x}", event.object.name, jiff::Timestamp::now().as_nanosecond());
        self.cluster.create(&resource, &body(event, at, &name, namespace), event.component).await?;
        if self.seen.len() >= REMEMBERED {
            self.seen.clear();
        }
        self.seen.insert(key, Seen { name, count: 1, at: Instant::now() });
        Ok(())
    }
}

/// What happens until it is quiet, or all that is to be written at once.
async fn burst(
    first: Message,
    messages: &mut mpsc::Receiver<Message>,
) -> (Vec<(Box<Event>, String)>, Option<oneshot::Sender<()>>) {
    let (mut events, mut message) = (Vec::new(), first);
    let latest = tokio::time::Instant::now() + LATEST;
    loop {
        match message {
            Message::Happened { event, at } => events.push((event, at)),
            Message::Flush(flushed) => return (events, Some(flushed)),
        }
        if events.len() >= WAITING {
            return (events, None);
        }
        let quiet = latest.min(tokio::time::Instant::now() + QUIET);
        match tokio::time::timeout_at(quiet, messages.recv()).await {
            Ok(Some(next)) => message = next,
            Ok(None) | Err(_) => return (events, None),
        }
    }
}

fn body(event: &Event, at: &str, name: &str, namespace: &str) -> Value {
    let object = &event.object;
    let mut body = Value::from([("apiVersion", "v1"), ("kind", "Event")]);
    body.set_at(&["metadata", "name"], name);
    body.set_at(&["metadata", "namespace"], namespace);
    for (key, value) in &event.annotations {
        body.set_at(&["metadata", "annotations", key], value.as_str());
    }
    let involved = [
        ("apiVersion", &object.api_version),
        ("kind", &object.kind),
        ("namespace", &object.namespace),
        ("name", &object.name),
        ("uid", &object.uid),
        ("resourceVersion", &object.resource_version),
    ];
    for (key, value) in involved.into_iter().filter(|(_, value)| !value.is_empty()) {
        body.set_at(&["involvedObject", key], value.as_str());
    }
    body.set_at(&["reason"], event.reason.as_str());
    body.set_at(&["message"], clip(&event.message, 1024));
    body.set_at(&["type"], if event.warning { "Warning" } else { "Normal" });
    body.set_at(&["source", "component"], event.component);
    body.set_at(&["reportingComponent"], event.component);
    body.set_at(&["firstTimestamp"], at);
    body.set_at(&["lastTimestamp"], at);
    body.set_at(&["count"], 1);
    body
}
