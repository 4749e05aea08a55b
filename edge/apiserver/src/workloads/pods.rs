//! Pods from a template: made, counted, and taken away.

use std::sync::Arc;

use weir_yaml::Value;

use super::actor::{Actor, controlled_by};
use super::condition;
use crate::kinds::Kind;
use crate::store::Object;

/// A pod of this template, owned by this object.
pub(super) fn from_template(kind: &Kind, owner: &Object, template: &Value) -> Value {
    let mut pod = Value::Map(weir_yaml::Map::new());
    for key in ["labels", "annotations", "finalizers"] {
        if let Some(value) = template.at(&["metadata", key]) {
            pod.set_at(&["metadata", key], value.clone());
        }
    }
    pod.set_at(&["metadata", "namespace"], owner.meta("namespace"));
    pod.set_at(&["metadata", "ownerReferences"], controlled_by(kind, owner));
    pod.set_at(&["spec"], template.get("spec").cloned().unwrap_or_default());
    pod
}

/// How many of these pods are ready.
pub(super) fn ready(pods: &[Arc<Object>]) -> i64 {
    let count = pods.iter().filter(|pod| condition::is_true(&pod.value, "Ready")).count();
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Brings the number of pods to the wish. Gives the pods that there are then.
pub(super) fn scale(
    actor: &mut Actor<'_>,
    kind: &Kind,
    owner: &Object,
    template: &Value,
    wish: i64,
) -> Vec<Arc<Object>> {
    let Some(pod_kind) = actor.kind("", "Pod") else { return Vec::new() };
    let mut pods = actor.owned(owner, &pod_kind);
    pods.sort_by_key(|pod| !condition::is_true(&pod.value, "Ready"));
    let wish = usize::try_from(wish).unwrap_or(0);
    while pods.len() > wish {
        if let Some(pod) = pods.pop() {
            actor.delete(&pod_kind, &pod);
        }
    }
    while pods.len() < wish {
        let mut pod = from_template(kind, owner, template);
        pod.set_at(&["metadata", "generateName"], format!("{}-", owner.meta("name")));
        match actor.create(&pod_kind, pod) {
            Some(pod) => pods.push(pod),
            None => break,
        }
    }
    pods
}
