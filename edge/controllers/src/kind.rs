//! What the controllers of all kinds have in common: the loop, the watch, the finalizer, and writing a status down.
//!
//! What a kind does in its turn stands in its own folder.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::time::Duration;

use tokio::sync::watch::Receiver;
use tokio::task::JoinSet;
use tokio::time::Instant;
use weir_api::Metadata;
use weir_cluster::{ApiError, Change, PatchBody, Resource, Scope, follow};
use weir_delivery::UnitId;
use weir_yaml::Value;

use crate::context::Context;
use crate::events::ObjectRef;
use crate::places::{Place, Places};
use crate::queue::{Queue, Turn};
use crate::remit::Belongs;
use crate::status::{self, typed};

const FINALIZER: &str = "finalizers.fluxcd.io";
/// After a failure that the resource cannot be told of.
const LOOK_AGAIN: Duration = Duration::from_secs(2);
const DEFINITION: Duration = Duration::from_secs(1);
/// How long those who are told to stop may go on with what they are doing.
const GRACE: Duration = Duration::from_secs(5);
const LOOK_WHO_WAITS: Duration = Duration::from_millis(20);

/// A kind that is reconciled.
pub(crate) trait Kind: Clone + Send + Sync + 'static {
    /// As in manifests.
    const API_VERSION: &'static str;
    /// As in manifests.
    const KIND: &'static str;
    /// Field manager of what we write to the resource itself.
    const MANAGER: &'static str;
    /// One of this kind.
    type Order: Order;

    fn context(&self) -> &Context;

    fn queue(&self) -> &Queue<UnitId>;

    fn places(&self) -> &Places;

    /// Wakes resources for other reasons than their own changes, for good.
    fn wake(&self) -> impl Future<Output = ()> + Send;

    /// A resource is there, new or changed.
    fn note(&self, key: &UnitId, object: &Value);

    /// A resource is gone.
    fn forget(&self, key: &UnitId);

    /// All resources that there are have been noted.
    fn listed(&self) {}

    /// A turn. Gives when the next one is due, if it is not a matter of being woken.
    fn reconcile(
        &self,
        order: Self::Order,
        turn: &Turn<UnitId>,
        place: Place,
    ) -> impl Future<Output = Result<Option<Duration>, ApiError>> + Send;

    /// The resource is being deleted. Gives when to try again if it cannot go yet.
    fn finalize(
        &self,
        order: &Self::Order,
        turn: &Turn<UnitId>,
        place: Place,
    ) -> impl Future<Output = Result<Option<Duration>, ApiError>> + Send;
}

/// A resource as it was read.
pub(crate) trait Order: serde::de::DeserializeOwned + Send + Sync {
    fn metadata(&self) -> &Metadata;

    fn is_suspended(&self) -> bool;
}

/// Works until told to stop.
pub(crate) async fn run<K: Kind>(kind: K, mut stopped: Receiver<bool>) {
    let watching = {
        let kind = kind.clone();
        tokio::spawn(async move { tokio::join!(watch(&kind), kind.wake()) })
    };
    let mut turns = JoinSet::new();
    loop {
        // A resource without a place stays in the queue, where news about it cost nothing.
        let next = async {
            let place = kind.places().take().await;
            (kind.queue().next().await, place)
        };
        tokio::select! {
            _ = stopped.wait_for(|stop| *stop) => break,
            (next, place) = next => {
                while turns.try_join_next().is_some() {}
                turns.spawn(turn(kind.clone(), next, place));
            }
        }
    }
    watching.abort();
    finish(kind.queue(), turns).await;
}

/// What is being done is done before whoever comes next begins: it was decided on what was known before. Turns that wait are
/// ended: they begin anew.
async fn finish(queue: &Queue<UnitId>, mut turns: JoinSet<()>) {
    let deadline = Instant::now() + GRACE;
    while queue.is_busy() && Instant::now() < deadline {
        // It may also have begun to wait.
        _ = tokio::time::timeout(LOOK_WHO_WAITS, turns.join_next()).await;
    }
    turns.shutdown().await;
}

async fn turn<K: Kind>(kind: K, turn: Turn<UnitId>, place: Place) {
    let key = turn.key.clone();
    match take(&kind, &turn, place).await {
        Ok(Some(pause)) => kind.queue().add_after(key, pause),
        Ok(None) => {}
        Err(error) => {
            tracing::warn!(kind = K::KIND, %key, %error, "a resource could not be looked at");
            kind.queue().add_after(key, LOOK_AGAIN);
        }
    }
}

async fn take<K: Kind>(kind: &K, turn: &Turn<UnitId>, place: Place) -> Result<Option<Duration>, ApiError> {
    let cluster = &kind.context().cluster;
    let resource = cluster.resource(K::API_VERSION, K::KIND).await?;
    let UnitId { namespace, name } = &turn.key;
    let Some(object) = cluster.get(&resource, namespace, name).await? else { return Ok(None) };
    // Not even a finalizer is written to what is not ours.
    if !kind.context().settings.remit.holds_in(cluster, K::KIND, &object).await? {
        return Ok(None);
    }
    let order: K::Order = match typed(&object) {
        Ok(order) => order,
        Err(cause) => {
            tracing::error!(kind = K::KIND, key = %turn.key, cause, "a resource cannot be read");
            return Ok(None);
        }
    };
    let finalizers = &order.metadata().finalizers;
    let is_ours = |finalizer: &String| finalizer == FINALIZER;
    if order.metadata().deletion_timestamp.is_some() {
        if finalizers.iter().any(is_ours) {
            if let Some(pause) = kind.finalize(&order, turn, place).await? {
                return Ok(Some(pause));
            }
            let rest = finalizers.iter().filter(|own| !is_ours(own)).cloned().collect();
            set_finalizers(kind, &resource, order.metadata(), rest).await?;
        }
        return Ok(None);
    }
    if !finalizers.iter().any(is_ours) {
        let all = finalizers.iter().cloned().chain([FINALIZER.to_string()]).collect();
        set_finalizers(kind, &resource, order.metadata(), all).await?;
    }
    if order.is_suspended() { Ok(None) } else { kind.reconcile(order, turn, place).await }
}

async fn set_finalizers<K: Kind>(
    kind: &K,
    resource: &Resource,
    metadata: &Metadata,
    finalizers: Value,
) -> Result<(), ApiError> {
    let mut patch = Value::default();
    patch.set_at(&["metadata", "finalizers"], finalizers);
    patch.set_at(&["metadata", "resourceVersion"], metadata.resource_version.as_str());
    let patch = PatchBody::Merge(patch);
    let (namespace, name) = (&metadata.namespace, &metadata.name);
    match kind.context().cluster.patch(resource, namespace, name, "", K::MANAGER, &patch).await {
        Err(error) if !error.is_not_found() => Err(error),
        _ => Ok(()),
    }
}

/// Writes what differs between two states of a status.
pub(crate) async fn save<K: Kind>(
    context: &Context,
    metadata: &Metadata,
    states: (&impl serde::Serialize, &impl serde::Serialize),
) -> Result<(), ApiError> {
    let resource = context.cluster.resource(K::API_VERSION, K::KIND).await?;
    let names = (metadata.namespace.as_str(), metadata.name.as_str());
    status::write(&context.cluster, &resource, names, K::MANAGER, states).await.map(|_| ())
}

/// What an event is about.
pub(crate) fn object_ref<K: Kind>(metadata: &Metadata) -> ObjectRef {
    ObjectRef {
        api_version: K::API_VERSION.to_string(),
        kind: K::KIND.to_string(),
        namespace: metadata.namespace.clone(),
        name: metadata.name.clone(),
        uid: metadata.uid.clone(),
        resource_version: metadata.resource_version.clone(),
    }
}

/// What of a resource calls for a turn when it changes.
#[derive(PartialEq, Eq)]
struct Sight {
    generation: i64,
    requested_at: String,
    deleting: bool,
    belongs: Belongs,
}

impl Sight {
    fn of(object: &Value, belongs: Belongs) -> Self {
        let requested = object.str_at(&["metadata", "annotations", weir_api::annotations::REQUESTED_AT]);
        Self {
            generation: object.at(&["metadata", "generation"]).and_then(Value::as_i64).unwrap_or(0),
            requested_at: requested.unwrap_or_default().to_string(),
            deleting: object.at(&["metadata", "deletionTimestamp"]).is_some(),
            belongs,
        }
    }

    /// Why there is something to do, if there is.
    fn calls(&self, before: Option<&Self>) -> Option<&'static str> {
        match before {
            None => Some("it is new"),
            Some(before) if before.generation != self.generation => Some("its spec has changed"),
            Some(before) if before.requested_at != self.requested_at => Some("it was asked for"),
            Some(before) if before.deleting != self.deleting => Some("it is being deleted"),
            Some(before) if before.belongs != self.belongs => Some("it belongs to another unit"),
            Some(_) => None,
        }
    }
}

async fn watch<K: Kind>(kind: &K) {
    let context = kind.context();
    let resource = loop {
        match context.cluster.resource(K::API_VERSION, K::KIND).await {
            Ok(resource) => break resource,
            Err(error) => {
                tracing::warn!(kind = K::KIND, %error, "waiting for the definition of a kind");
                tokio::time::sleep(DEFINITION).await;
            }
        }
    };
    let settings = &context.settings;
    let scope = Scope {
        namespace: settings.namespace.clone(),
        labels: settings.selector.clone(),
        metadata_only: false,
    };
    let mut changes = follow(context.cluster.clone(), resource, scope);
    let mut known: HashMap<UnitId, Sight> = HashMap::new();
    let mut listing: Option<HashSet<UnitId>> = None;
    while let Some(change) = changes.recv().await {
        match change {
            Change::Listing => listing = Some(HashSet::new()),
            Change::Applied(object) => {
                let key = key(&object);
                if let Some(listing) = &mut listing {
                    listing.insert(key.clone());
                }
                let sight = Sight::of(&object, settings.remit.judge(K::KIND, &object));
                let calls = sight.calls(known.get(&key));
                known.insert(key.clone(), sight);
                kind.note(&key, &object);
                if let Some(cause) = calls {
                    kind.queue().preempt(key, &format!("New reconciliation triggered: {cause}"));
                }
            }
            Change::Deleted(object) => {
                let key = key(&object);
                known.remove(&key);
                forget(kind, &key);
            }
            Change::Listed => {
                // Who is not in the list was deleted unseen.
                let listing = listing.take().unwrap_or_default();
                for (key, _) in known.extract_if(|key, _| !listing.contains(key)) {
                    forget(kind, &key);
                }
                kind.listed();
            }
            Change::Failing(error) => tracing::warn!(kind = K::KIND, %error, "a kind cannot be followed"),
        }
    }
}

fn forget<K: Kind>(kind: &K, key: &UnitId) {
    kind.queue().forget(key);
    kind.forget(key);
    crate::metrics::forget(K::KIND, &key.namespace, &key.name);
}

/// The name of a resource.
pub(crate) fn key(object: &Value) -> UnitId {
    let text = |key| object.str_at(&["metadata", key]).unwrap_or_default().to_string();
    UnitId { namespace: text("namespace"), name: text("name") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_calls_for_a_turn() {
        let object = |text: &str| weir_yaml::from_json(text.as_bytes()).unwrap();
        let sight = |text: &str| Sight::of(&object(text), Belongs::Yes);
        let first = sight(r#"{"metadata":{"generation":1}}"#);
        let calls = |text: &str| sight(text).calls(Some(&first));
        assert_eq!(first.calls(None), Some("it is new"));
        assert_eq!(calls(r#"{"metadata":{"generation":1,"resourceVersion":"9"},"status":{"a":1}}"#), None);
        assert_eq!(calls(r#"{"metadata":{"generation":2}}"#), Some("its spec has changed"));
        let asked =
            r#"{"metadata":{"generation":1,"annotations":{"reconcile.fluxcd.io/requestedAt":"now"}}}"#;
        assert_eq!(calls(asked), Some("it was asked for"));
        let deleting = r#"{"metadata":{"generation":1,"deletionTimestamp":"2026-01-01T00:00:00Z"}}"#;
        assert_eq!(calls(deleting), Some("it is being deleted"));
        let adopted = Sight::of(&object(r#"{"metadata":{"generation":1}}"#), Belongs::No);
        assert_eq!(adopted.calls(Some(&first)), Some("it belongs to another unit"));
    }
}
