//! Deployments: a replica set for each template, the newest one with all the pods.

use std::sync::Arc;

use weir_yaml::{Map, Value};

use super::actor::{Actor, controlled_by, hash, number};
use super::condition::Condition;
use crate::kinds::Kind;
use crate::store::Object;

/// Counts the templates that a deployment had.
const REVISION: &str = "deployment.kubernetes.io/revision";
/// Tells the pods of one template from those of others.
const HASH: &str = "pod-template-hash";

/// Looks at a deployment.
pub(super) fn look(actor: &mut Actor<'_>, kind: &Arc<Kind>, object: &Arc<Object>) {
    let Some(set_kind) = actor.kind("apps", "ReplicaSet") else { return };
    if object.value.at(&["spec", "paused"]).and_then(Value::as_bool) == Some(true) {
        let sets = actor.owned(object, &set_kind);
        report(actor, kind, object, sets.first(), &sets);
        return;
    }
    let template = object.value.at(&["spec", "template"]).cloned().unwrap_or_default();
    let name = format!("{}-{}", object.meta("name"), hash(&template));
    let sets = actor.owned(object, &set_kind);
    let last = sets.iter().map(|set| revision(set)).max().unwrap_or(0);
    let wish = number(&object.value, &["spec", "replicas"], 1);
    let newest = match actor.get(&set_kind, object.meta("namespace"), &name) {
        Some(set) => adjust(actor, &set_kind, &set, wish, last),
        None => create(actor, kind, &set_kind, object, &template, &name, last + 1),
    };
    let Some(newest) = newest else { return };
    let is_up = number(&newest.value, &["status", "availableReplicas"], 0) >= wish;
    for old in sets.iter().filter(|set| set.uid() != newest.uid()) {
        let recreate = object.value.str_at(&["spec", "strategy", "type"]) == Some("Recreate");
        if (is_up || recreate) && number(&old.value, &["spec", "replicas"], 0) > 0 {
            let mut value = old.value.clone();
            value.set_at(&["spec", "replicas"], 0);
            actor.replace(&set_kind, old, value);
        }
    }
    forget(actor, &set_kind, object, &sets, &newest);
    let sets = actor.owned(object, &set_kind);
    report(actor, kind, object, Some(&newest), &sets);
}

fn revision(set: &Object) -> i64 {
    set.value.str_at(&["metadata", "annotations", REVISION]).and_then(|text| text.parse().ok()).unwrap_or(0)
}

fn adjust(
    actor: &mut Actor<'_>,
    kind: &Arc<Kind>,
    set: &Arc<Object>,
    wish: i64,
    last: i64,
) -> Option<Arc<Object>> {
    let mut value = set.value.clone();
    value.set_at(&["spec", "replicas"], wish);
    if revision(set) < last {
        value.set_at(&["metadata", "annotations", REVISION], (last + 1).to_string());
    }
    actor.replace(kind, set, value)
}

fn create(
    actor: &mut Actor<'_>,
    kind: &Kind,
    set_kind: &Arc<Kind>,
    object: &Object,
    template: &Value,
    name: &str,
    revision: i64,
) -> Option<Arc<Object>> {
    let hash = name.rsplit('-').next().unwrap_or("").to_owned();
    let mut value = Value::Map(Map::new());
    value.set_at(&["metadata", "name"], name);
    value.set_at(&["metadata", "namespace"], object.meta("namespace"));
    value.set_at(&["metadata", "ownerReferences"], controlled_by(kind, object));
    let wish = number(&object.value, &["spec", "replicas"], 1);
    let annotations = [
        ("deployment.kubernetes.io/desired-replicas", wish.to_string()),
        ("deployment.kubernetes.io/max-replicas", (wish + wish.div_euclid(4) + 1).to_string()),
        (REVISION, revision.to_string()),
    ];
    value.set_at(&["metadata", "annotations"], Value::from(annotations));
    if let Some(labels) = template.at(&["metadata", "labels"]) {
        value.set_at(&["metadata", "labels"], labels.clone());
    }
    value.set_at(&["metadata", "labels", HASH], hash.as_str());
    value.set_at(&["spec", "replicas"], wish);
    value.set_at(&["spec", "selector"], object.value.at(&["spec", "selector"]).cloned().unwrap_or_default());
    value.set_at(&["spec", "selector", "matchLabels", HASH], hash.as_str());
    value.set_at(&["spec", "template"], template.clone());
    value.set_at(&["spec", "template", "metadata", "labels", HASH], hash.as_str());
    actor.create(set_kind, value)
}

/// Takes away the oldest of the replica sets that are no longer used.
fn forget(actor: &mut Actor<'_>, kind: &Arc<Kind>, object: &Object, sets: &[Arc<Object>], newest: &Object) {
    let kept = usize::try_from(number(&object.value, &["spec", "revisionHistoryLimit"], 10)).unwrap_or(0);
    let idle = |set: &&Arc<Object>| {
        set.uid() != newest.uid()
            && number(&set.value, &["spec", "replicas"], 0) == 0
            && number(&set.value, &["status", "replicas"], 0) == 0
    };
    let mut old: Vec<&Arc<Object>> = sets.iter().filter(idle).collect();
    old.sort_by_key(|set| std::cmp::Reverse(revision(set)));
    for set in old.into_iter().skip(kept) {
        actor.delete(kind, set);
    }
}

fn report(
    actor: &mut Actor<'_>,
    kind: &Arc<Kind>,
    object: &Arc<Object>,
    newest: Option<&Arc<Object>>,
    sets: &[Arc<Object>],
) {
    let wish = number(&object.value, &["spec", "replicas"], 1);
    let sum = |field: &str| sets.iter().map(|set| number(&set.value, &["status", field], 0)).sum::<i64>();
    let of_newest = |field: &str| newest.map_or(0, |set| number(&set.value, &["status", field], 0));
    let (replicas, ready, available) = (sum("replicas"), sum("readyReplicas"), sum("availableReplicas"));
    let updated = of_newest("replicas");
    let done = updated == wish && replicas == wish && of_newest("availableReplicas") == wish;
    let unavailable = (wish.max(replicas) - available).max(0);
    let set_name = newest.map_or("", |set| set.meta("name"));
    let has_minimum = available >= wish - wish / 4;
    let conditions = [
        Condition {
            kind: "Available",
            holds: has_minimum,
            reason: if has_minimum { "MinimumReplicasAvailable" } else { "MinimumReplicasUnavailable" },
            message: format!(
                "Deployment {} minimum availability.",
                if has_minimum { "has" } else { "does not have" }
            ),
        },
        Condition {
            kind: "Progressing",
            holds: true,
            reason: if done { "NewReplicaSetAvailable" } else { "ReplicaSetUpdated" },
            message: format!(
                "ReplicaSet {set_name:?} {}",
                if done { "has successfully progressed." } else { "is progressing." }
            ),
        },
    ];
    let mut status = Map::new();
    let mut put = |key: &str, number: i64| {
        if number != 0 || matches!(key, "observedGeneration" | "terminatingReplicas") {
            status.insert(key, number);
        }
    };
    put("availableReplicas", available);
    put("observedGeneration", number(&object.value, &["metadata", "generation"], 1));
    put("readyReplicas", ready);
    put("replicas", replicas);
    put("terminatingReplicas", 0);
    put("unavailableReplicas", unavailable);
    put("updatedReplicas", updated);
    let now = actor.now;
    let conditions = conditions.iter().map(|one| one.value(&object.value, Some("lastUpdateTime"), now));
    status.insert("conditions", conditions.collect::<Value>());
    let mut value = object.value.clone();
    value.set_at(&["status"], status);
    if let Some(set) = newest {
        value.set_at(&["metadata", "annotations", REVISION], revision(set).to_string());
    }
    actor.replace_status(kind, object, value);
}
