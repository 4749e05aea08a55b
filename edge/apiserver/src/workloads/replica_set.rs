//! Replica sets, and the replication controllers that came before them.

use std::sync::Arc;

use weir_yaml::Map;

use super::actor::{Actor, number};
use super::pods;
use crate::kinds::Kind;
use crate::store::Object;

/// Looks at a replica set.
pub(super) fn look(actor: &mut Actor<'_>, kind: &Arc<Kind>, object: &Arc<Object>) {
    let template = object.value.at(&["spec", "template"]).cloned().unwrap_or_default();
    let wish = number(&object.value, &["spec", "replicas"], 1);
    let pods = pods::scale(actor, kind, object, &template, wish);
    let (count, ready) = (i64::try_from(pods.len()).unwrap_or(0), pods::ready(&pods));
    let mut status = Map::new();
    if ready > 0 {
        status.insert("availableReplicas", ready);
    }
    if count > 0 {
        status.insert("fullyLabeledReplicas", count);
    }
    status.insert("observedGeneration", number(&object.value, &["metadata", "generation"], 1));
    if ready > 0 {
        status.insert("readyReplicas", ready);
    }
    status.insert("replicas", count);
    if &*kind.gvk.kind == "ReplicaSet" {
        status.insert("terminatingReplicas", 0);
    }
    let mut value = object.value.clone();
    value.set_at(&["status"], status);
    actor.replace_status(kind, object, value);
}
