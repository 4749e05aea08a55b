//! Workloads "run": what a healthy cluster would bring up comes up.
//!
//! The simulated controllers look at one object at a time, after somebody wrote it, one of its dependents, or what it
//! waits for. Nothing here has a timer: what only time would bring about does not come about.

mod actor;
mod budget;
mod claim;
mod condition;
mod daemon_set;
mod deployment;
mod garbage;
mod job;
mod namespace;
mod pod;
mod pods;
mod replica_set;
mod service;
mod stateful_set;

use std::sync::Arc;

use weir_yaml::Value;

use crate::kinds::Kind;
use crate::rest::State;
use crate::server::Shared;
use crate::store::{Object, ObjectKey, TableName};

use actor::Actor;
pub(crate) use job::new_job;
pub(crate) use pod::new_pod;
pub(crate) use service::{allocate_addresses, check_address, release_addresses};

/// A selector as people write it.
pub(crate) fn selector_text(selector: &Value) -> String {
    let labels = selector.get("matchLabels").and_then(Value::as_map).cloned().unwrap_or_default();
    let mut parts: Vec<String> = labels
        .sorted()
        .into_iter()
        .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or("")))
        .collect();
    let mut rest = selector.clone();
    rest.remove_at(&["matchLabels"]);
    if let Ok(rest) = weir_manifest::selector::LabelSelector::from_value(&rest)
        && !rest.is_empty()
    {
        parts.push(rest.to_string());
    }
    parts.join(",")
}

/// What a new claim gets.
pub(crate) fn new_claim(state: &State, value: &mut Value) {
    claim::new_claim(state, value);
}

/// What follows when an object is gone.
pub(crate) fn gone(state: &mut State, kind: &Kind, last: &Object) {
    if kind.is("", "Pod") {
        service::wake(state, last);
    }
    if kind.is("", "Service") {
        state.store.remove(&("".into(), "endpoints".into()), &last.key());
    }
    if kind.is("", "PersistentVolumeClaim")
        && let Some(volume) = last.value.str_at(&["spec", "volumeName"])
    {
        state.wake(("".into(), "persistentvolumes".into()), ObjectKey::new("", volume));
    }
}

/// What follows when an object is written.
pub(crate) fn written(state: &mut State, kind: &Kind, old: Option<&Object>, object: &Object) {
    if kind.is("", "Pod") {
        let seen = |object: &Object| {
            let ready = condition::is_true(&object.value, "Ready");
            (ready, object.value.at(&["metadata", "labels"]).cloned(), object.is_terminating())
        };
        if old.map(seen) != Some(seen(object)) {
            service::wake(state, object);
            if let Some(old) = old {
                service::wake(state, old);
            }
        }
    }
}

/// Looks at one object.
pub(crate) fn look(shared: &Arc<Shared>, state: &mut State, table: &TableName, key: &ObjectKey) {
    let Some(object) = state.store.get(table, key).cloned() else { return };
    let Some(kind) = state.registry.of_plural(&table.0, &table.1).cloned() else { return };
    let mut actor = Actor { state, now: shared.now(), fail_images: &shared.options.fail_images };
    if garbage::look(&mut actor, &kind, &object) {
        return;
    }
    if kind.is("", "Namespace") {
        namespace::look(&mut actor, &object);
        return;
    }
    if !shared.options.workloads || object.is_terminating() {
        return;
    }
    match (&*kind.gvk.group, &*kind.gvk.kind) {
        ("apps", "Deployment") => deployment::look(&mut actor, &kind, &object),
        ("apps", "ReplicaSet") | ("", "ReplicationController") => {
            replica_set::look(&mut actor, &kind, &object)
        }
        ("apps", "StatefulSet") => stateful_set::look(&mut actor, &kind, &object),
        ("apps", "DaemonSet") => daemon_set::look(&mut actor, &kind, &object),
        ("batch", "Job") => job::look(&mut actor, &kind, &object),
        ("", "Pod") => pod::look(&mut actor, &kind, &object),
        ("", "PersistentVolumeClaim") => claim::look(&mut actor, &kind, &object),
        ("", "PersistentVolume") => claim::look_at_volume(&mut actor, &kind, &object),
        ("policy", "PodDisruptionBudget") => budget::disruptions(&mut actor, &kind, &object),
        ("", "ResourceQuota") => budget::quota(&mut actor, &kind, &object),
        ("autoscaling", "HorizontalPodAutoscaler") => budget::autoscaler(&mut actor, &kind, &object),
        ("", "Service") => service::look(&mut actor, &kind, &object),
        _ => {}
    }
}
