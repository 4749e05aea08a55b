//! Daemon sets: one pod on the one node.

use std::sync::Arc;

use weir_yaml::{Map, Value};

use super::actor::{Actor, hash, number};
use super::pods;
use crate::kinds::Kind;
use crate::store::Object;

/// The label that names the template of a pod.
const REVISION: &str = "controller-revision-hash";

/// Looks at a daemon set.
pub(super) fn look(actor: &mut Actor<'_>, kind: &Arc<Kind>, object: &Arc<Object>) {
    let (Some(pod_kind), Some(node_kind)) = (actor.kind("", "Pod"), actor.kind("", "Node")) else { return };
    let mut template = object.value.at(&["spec", "template"]).cloned().unwrap_or_default();
    let revision = hash(&template);
    template.set_at(&["metadata", "labels", REVISION], revision.as_str());
    let wanted = template.at(&["spec", "nodeSelector"]).and_then(Value::as_map).cloned().unwrap_or_default();
    let fits = actor.get(&node_kind, "", "sandbox").is_some_and(|node| {
        wanted.iter().all(|(key, value)| node.value.at(&["metadata", "labels", key]) == Some(value))
    });
    for pod in actor.owned(object, &pod_kind) {
        if pod.value.str_at(&["metadata", "labels", REVISION]) != Some(&revision) {
            actor.delete(&pod_kind, &pod);
        }
    }
    let wish = i64::from(fits);
    let pods = pods::scale(actor, kind, object, &template, wish);
    let (count, ready) = (i64::try_from(pods.len()).unwrap_or(0), pods::ready(&pods));
    let mut status = Map::new();
    status.insert("currentNumberScheduled", count);
    status.insert("desiredNumberScheduled", wish);
    if ready > 0 {
        status.insert("numberAvailable", ready);
    }
    status.insert("numberMisscheduled", 0);
    status.insert("numberReady", ready);
    if wish > ready {
        status.insert("numberUnavailable", wish - ready);
    }
    status.insert("observedGeneration", number(&object.value, &["metadata", "generation"], 1));
    if count > 0 {
        status.insert("updatedNumberScheduled", count);
    }
    let mut value = object.value.clone();
    value.set_at(&["status"], status);
    actor.replace_status(kind, object, value);
}
