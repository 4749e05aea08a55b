//! Stateful sets: pods with numbers, each with claims of its own.

use std::sync::Arc;

use weir_yaml::{Map, Value};

use super::actor::{Actor, hash, number};
use super::{condition, pods};
use crate::kinds::Kind;
use crate::store::Object;

/// The label that names the template of a pod.
const REVISION: &str = "controller-revision-hash";

/// Looks at a stateful set.
pub(super) fn look(actor: &mut Actor<'_>, kind: &Arc<Kind>, object: &Arc<Object>) {
    let Some(pod_kind) = actor.kind("", "Pod") else { return };
    let template = object.value.at(&["spec", "template"]).cloned().unwrap_or_default();
    let name = object.meta("name").to_owned();
    let revision = format!("{name}-{}", hash(&template));
    let wish = number(&object.value, &["spec", "replicas"], 1);
    let in_order = object.value.str_at(&["spec", "podManagementPolicy"]) != Some("Parallel");
    let start = number(&object.value, &["spec", "ordinals", "start"], 0);
    let wanted: Vec<String> = (start..start.saturating_add(wish)).map(|at| format!("{name}-{at}")).collect();
    for pod in actor.owned(object, &pod_kind) {
        let stale = pod.value.str_at(&["metadata", "labels", REVISION]) != Some(&revision);
        let on_delete = object.value.str_at(&["spec", "updateStrategy", "type"]) == Some("OnDelete");
        if !wanted.iter().any(|one| one == pod.meta("name")) || stale && !on_delete {
            actor.delete(&pod_kind, &pod);
        }
    }
    for pod_name in &wanted {
        let pod = actor.get(&pod_kind, object.meta("namespace"), pod_name);
        let pod = pod.or_else(|| create(actor, kind, &pod_kind, object, &template, pod_name, &revision));
        if in_order && !pod.is_some_and(|pod| condition::is_true(&pod.value, "Ready")) {
            break;
        }
    }
    let pods = actor.owned(object, &pod_kind);
    report(actor, kind, object, &pods, &revision);
}

fn create(
    actor: &mut Actor<'_>,
    kind: &Kind,
    pod_kind: &Arc<Kind>,
    object: &Object,
    template: &Value,
    name: &str,
    revision: &str,
) -> Option<Arc<Object>> {
    let mut pod = pods::from_template(kind, object, template);
    pod.set_at(&["metadata", "name"], name);
    for (label, text) in [
        (REVISION, revision),
        ("statefulset.kubernetes.io/pod-name", name),
        ("apps.kubernetes.io/pod-index", name.rsplit('-').next().unwrap_or("")),
    ] {
        pod.set_at(&["metadata", "labels", label], text);
    }
    pod.set_at(&["spec", "hostname"], name);
    if let Some(service) = object.value.at(&["spec", "serviceName"]) {
        pod.set_at(&["spec", "subdomain"], service.clone());
    }
    let mut volumes = pod.at(&["spec", "volumes"]).and_then(Value::as_list).unwrap_or_default().to_vec();
    for claim in
        object.value.at(&["spec", "volumeClaimTemplates"]).and_then(Value::as_list).unwrap_or_default()
    {
        let volume = claim.str_at(&["metadata", "name"]).unwrap_or("");
        let claim_name = format!("{volume}-{name}");
        make_claim(actor, object, claim, &claim_name);
        volumes.retain(|one| one.str_at(&["name"]) != Some(volume));
        let source = Value::from([("claimName", claim_name)]);
        volumes.push(Value::from([("name", Value::from(volume)), ("persistentVolumeClaim", source)]));
    }
    if !volumes.is_empty() {
        pod.set_at(&["spec", "volumes"], volumes);
    }
    actor.create(pod_kind, pod)
}

fn make_claim(actor: &mut Actor<'_>, object: &Object, template: &Value, name: &str) {
    let Some(kind) = actor.kind("", "PersistentVolumeClaim") else { return };
    if actor.get(&kind, object.meta("namespace"), name).is_some() {
        return;
    }
    let mut claim = template.clone();
    claim.remove_at(&["status"]);
    claim.set_at(&["metadata", "name"], name);
    claim.set_at(&["metadata", "namespace"], object.meta("namespace"));
    let labels = object.value.at(&["spec", "selector", "matchLabels"]).and_then(Value::as_map).cloned();
    for (key, value) in labels.into_iter().flatten() {
        claim.set_at(&["metadata", "labels", &key], value);
    }
    actor.create(&kind, claim);
}

fn report(
    actor: &mut Actor<'_>,
    kind: &Arc<Kind>,
    object: &Arc<Object>,
    pods: &[Arc<Object>],
    revision: &str,
) {
    let count = i64::try_from(pods.len()).unwrap_or(0);
    let ready = pods::ready(pods);
    let updated = pods
        .iter()
        .filter(|pod| pod.value.str_at(&["metadata", "labels", REVISION]) == Some(revision))
        .count();
    let updated = i64::try_from(updated).unwrap_or(0);
    let wish = number(&object.value, &["spec", "replicas"], 1);
    let before = object.value.str_at(&["status", "currentRevision"]).unwrap_or(revision).to_owned();
    let done = ready == wish && updated == wish;
    let mut status = Map::new();
    status.insert("availableReplicas", ready);
    status.insert("collisionCount", 0);
    if done {
        status.insert("currentReplicas", count);
    }
    status.insert("currentRevision", if done { revision.to_owned() } else { before });
    status.insert("observedGeneration", number(&object.value, &["metadata", "generation"], 1));
    if ready > 0 {
        status.insert("readyReplicas", ready);
    }
    status.insert("replicas", count);
    status.insert("updateRevision", revision);
    if updated > 0 {
        status.insert("updatedReplicas", updated);
    }
    let mut value = object.value.clone();
    value.set_at(&["status"], status);
    actor.replace_status(kind, object, value);
}
