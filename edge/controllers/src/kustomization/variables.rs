//! Values of variables: read from their objects, and looked at again when one of those may have changed.
//!
//! An object that is missing, or that asks to be watched, is followed as long as the unit waits for its next turn. What
//! else changes is noticed at the next interval, as in Flux.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use tokio::task::JoinHandle;
use weir_cluster::{ApiError, Cluster, Resource};
use weir_delivery::{UnitId, VariableSource, VariablesState};
use weir_plan::Id;
use weir_yaml::{Text, Value};

use super::{Controller, Run};

/// Asks for a turn as soon as the object changes.
const WATCH: (&str, &str) = ("reconcile.fluxcd.io/watch", "Enabled");

/// An object whose change is awaited.
pub(super) struct Awaited {
    id: Id,
    resource: Arc<Resource>,
    /// Its version when it was read; nothing if it was not there.
    version: Option<String>,
}

/// Who follows what, by unit.
#[derive(Clone, Default)]
pub(super) struct Followers(Arc<Mutex<HashMap<UnitId, Follower>>>);

/// Ends when it is dropped.
struct Follower(JoinHandle<()>);

impl Drop for Follower {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Run<'_> {
    pub(super) async fn variables(&mut self, sources: &[VariableSource]) -> Vec<VariablesState> {
        let mut states = Vec::with_capacity(sources.len());
        for source in sources {
            let state = self.variables_of(source).await;
            states.push(state.unwrap_or_else(|error| VariablesState::Failed(error.to_string())));
        }
        states
    }

    async fn variables_of(&mut self, source: &VariableSource) -> Result<VariablesState, ApiError> {
        if !matches!(source.kind.as_str(), "ConfigMap" | "Secret") {
            let cause = format!("{} is neither a ConfigMap nor a Secret", source.kind);
            return Ok(VariablesState::Failed(cause));
        }
        // Not as the unit's service account: Flux reads them as the controller.
        let cluster = &self.context.cluster;
        let resource = cluster.resource("v1", &source.kind).await?;
        let namespace = &self.unit.metadata.namespace;
        let _permit = self.context.requests.acquire().await;
        let object = cluster.get(&resource, namespace, &source.name).await?;
        self.await_object(&resource, (&source.kind, namespace, &source.name), object.as_ref());
        Ok(match object {
            Some(object) => values(&object, source.kind == "Secret"),
            None => VariablesState::Missing(format!("{} \"{}\" not found", resource.plural, source.name)),
        })
    }
}

impl Run<'_> {
    /// Asks for another turn when an object changes that is not there yet, or that wants to be watched.
    pub(super) fn await_object(
        &mut self,
        resource: &Arc<Resource>,
        (kind, namespace, name): (&str, &str, &str),
        object: Option<&Value>,
    ) {
        let is_watched =
            object.is_none_or(|object| object.str_at(&["metadata", "labels", WATCH.0]) == Some(WATCH.1));
        if is_watched {
            let id = Id {
                group: Text::from(""),
                kind: Text::from(kind),
                namespace: Text::from(namespace),
                name: Text::from(name),
            };
            let version = object.and_then(version);
            self.awaited.push(Awaited { id, resource: Arc::clone(resource), version });
        }
    }
}

fn version(object: &Value) -> Option<String> {
    object.str_at(&["metadata", "resourceVersion"]).map(str::to_string)
}

fn values(object: &Value, is_coded: bool) -> VariablesState {
    let data = object.get("data").and_then(Value::as_map);
    let mut values = weir_delivery::envsubst::Variables::new();
    for (name, value) in data.into_iter().flat_map(|map| map.iter()) {
        let text = value.as_str().unwrap_or_default();
        let value = match is_coded.then(|| base64::engine::general_purpose::STANDARD.decode(text)) {
            None => text.as_bytes().to_vec(),
            Some(Ok(value)) => value,
            Some(Err(_)) => return VariablesState::Failed(format!("its key '{name}' is not base64")),
        };
        values.insert(name.to_string(), value);
    }
    VariablesState::Found(values)
}

impl Controller {
    /// Gives the unit another turn as soon as one of these is not as it was read.
    pub(super) fn follow(&self, unit: &UnitId, awaited: Vec<Awaited>) {
        let mut followers = self.followers.0.lock().unwrap_or_else(PoisonError::into_inner);
        if awaited.is_empty() {
            followers.remove(unit);
            return;
        }
        let (cluster, objects, queue) =
            (self.context.cluster.clone(), self.context.objects.clone(), self.queue.clone());
        let own = unit.clone();
        let task = tokio::spawn(async move {
            let waiter =
                objects.wait_for(awaited.iter().map(|awaited| (&awaited.id, Arc::clone(&awaited.resource))));
            while !has_changed(&cluster, &awaited).await {
                waiter.changed().await;
            }
            queue.add(own);
        });
        followers.insert(unit.clone(), Follower(task));
    }

    pub(super) fn unfollow(&self, unit: &UnitId) {
        self.followers.0.lock().unwrap_or_else(PoisonError::into_inner).remove(unit);
    }
}

async fn has_changed(cluster: &Cluster, awaited: &[Awaited]) -> bool {
    for Awaited { id, resource, version: before } in awaited {
        match cluster.get_metadata(resource, &id.namespace, &id.name).await {
            Ok(now) if now.as_ref().and_then(version) != *before => return true,
            // Asked again at the next change; until then the unit's interval has to do.
            _ => {}
        }
    }
    false
}
