//! Jobs: their pods run and succeed at once.

use std::sync::Arc;

use weir_yaml::{Map, Value};

use super::actor::{Actor, number};
use super::condition::{self, Condition};
use super::pods;
use crate::kinds::Kind;
use crate::store::Object;
use crate::time;

/// What a new job gets: a selector that no other job has.
pub(crate) fn new_job(value: &mut Value) {
    if value.at(&["spec", "manualSelector"]).and_then(Value::as_bool) == Some(true) {
        return;
    }
    let (uid, name) =
        (value.str_at(&["metadata", "uid"]).unwrap_or("").to_owned(), value.str_at(&["metadata", "name"]));
    let name = name.unwrap_or("").to_owned();
    for (label, text) in [
        ("controller-uid", &uid),
        ("job-name", &name),
        ("batch.kubernetes.io/controller-uid", &uid),
        ("batch.kubernetes.io/job-name", &name),
    ] {
        value.set_at(&["spec", "template", "metadata", "labels", label], text.as_str());
    }
    value.set_at(&["spec", "selector", "matchLabels", "batch.kubernetes.io/controller-uid"], uid);
}

/// Looks at a job.
pub(super) fn look(actor: &mut Actor<'_>, kind: &Arc<Kind>, object: &Arc<Object>) {
    let Some(pod_kind) = actor.kind("", "Pod") else { return };
    if condition::is_true(&object.value, "Complete") || condition::is_true(&object.value, "Failed") {
        return;
    }
    let now = actor.now;
    let mut value = object.value.clone();
    let mut conditions = Vec::new();
    let mut status = Map::new();
    let suspended = object.value.at(&["spec", "suspend"]).and_then(Value::as_bool) == Some(true);
    if suspended {
        for pod in actor.owned(object, &pod_kind) {
            actor.delete(&pod_kind, &pod);
        }
        let message = "Job suspended".to_owned();
        conditions.push(Condition { kind: "Suspended", holds: true, reason: "JobSuspended", message });
        status.insert("ready", 0);
        status.insert("terminating", 0);
        status.insert("uncountedTerminatedPods", Map::new());
    } else {
        run(actor, kind, &pod_kind, object, &mut status, &mut conditions);
    }
    if !conditions.is_empty() {
        let list = conditions.iter().map(|one| one.value(&object.value, Some("lastProbeTime"), now));
        status.insert("conditions", list.collect::<Value>());
    }
    value.set_at(&["status"], status);
    actor.replace_status(kind, object, value);
}

fn is_over(pod: &Object) -> bool {
    matches!(pod.value.str_at(&["status", "phase"]), Some("Succeeded" | "Failed"))
}

fn run(
    actor: &mut Actor<'_>,
    kind: &Kind,
    pod_kind: &Arc<Kind>,
    object: &Object,
    status: &mut Map,
    conditions: &mut Vec<Condition<'_>>,
) {
    let template = object.value.at(&["spec", "template"]).cloned().unwrap_or_default();
    let wish = number(&object.value, &["spec", "completions"], 1);
    let at_once = number(&object.value, &["spec", "parallelism"], 1);
    let pods = actor.owned(object, pod_kind);
    let count =
        |phase: &str| pods.iter().filter(|pod| pod.value.str_at(&["status", "phase"]) == Some(phase)).count();
    let succeeded = i64::try_from(count("Succeeded")).unwrap_or(0);
    let failed = i64::try_from(count("Failed")).unwrap_or(0);
    let mut active = i64::try_from(pods.len()).unwrap_or(0) - succeeded - failed;
    let has_failed = failed > number(&object.value, &["spec", "backoffLimit"], 6);
    if has_failed {
        for pod in pods.iter().filter(|pod| !is_over(pod)) {
            actor.delete(pod_kind, pod);
        }
        active = 0;
    }
    while !has_failed && active < at_once.min(wish - succeeded) {
        let mut pod = pods::from_template(kind, object, &template);
        pod.set_at(&["metadata", "generateName"], format!("{}-", object.meta("name")));
        if actor.create(pod_kind, pod).is_none() {
            break;
        }
        active += 1;
    }
    let start =
        object.value.str_at(&["status", "startTime"]).map_or_else(|| time::rfc3339(actor.now), str::to_owned);
    status.insert("startTime", start);
    if active > 0 {
        status.insert("active", active);
    }
    status.insert("ready", 0);
    status.insert("terminating", 0);
    status.insert("uncountedTerminatedPods", Map::new());
    if succeeded > 0 {
        status.insert("succeeded", succeeded);
    }
    if failed > 0 {
        status.insert("failed", failed);
    }
    if has_failed {
        for kind in ["FailureTarget", "Failed"] {
            let message = "Job has reached the specified backoff limit".to_owned();
            conditions.push(Condition { kind, holds: true, reason: "BackoffLimitExceeded", message });
        }
    } else if succeeded >= wish {
        status.insert("completionTime", time::rfc3339(actor.now));
        for kind in ["SuccessCriteriaMet", "Complete"] {
            let message = "Reached expected number of succeeded pods".to_owned();
            conditions.push(Condition { kind, holds: true, reason: "CompletionsReached", message });
        }
    }
}
