//! Rules of single kinds.

use std::time::{Duration, SystemTime};

use weir_yaml::Value;

use super::accessor::{integer, integer_or, list, text_or};
use super::conditions::{conditions_of, has};
use super::time::rfc3339;
use super::{Health, HealthError, job};

/// A rule: how well an object of the kind is at a time.
pub(super) type Rule = fn(&Value, SystemTime) -> Result<Health, HealthError>;

/// A pod that nobody can place is given so long.
const SCHEDULE_WINDOW: Duration = Duration::from_secs(15);

/// The rule of a kind, if it has one.
pub(super) fn rule(group: &str, kind: &str) -> Option<Rule> {
    Some(match (group, kind) {
        ("", "Service") => service,
        ("", "Pod") => pod,
        ("", "Secret" | "ConfigMap") | ("batch", "CronJob") => always,
        ("", "PersistentVolumeClaim") => claim,
        ("apps", "StatefulSet") => stateful_set,
        ("apps" | "extensions", "DaemonSet") => daemon_set,
        ("apps" | "extensions", "Deployment") => deployment,
        ("apps" | "extensions", "ReplicaSet") => replica_set,
        ("policy", "PodDisruptionBudget") => disruption_budget,
        ("batch", "Job") => started_job,
        ("apiextensions.k8s.io", "CustomResourceDefinition") => definition,
        _ => return None,
    })
}

fn always(_: &Value, _: SystemTime) -> Result<Health, HealthError> {
    Ok(Health::current("Resource is always ready"))
}

fn disruption_budget(_: &Value, _: SystemTime) -> Result<Health, HealthError> {
    Ok(Health::current("AllowedDisruptions has been computed."))
}

/// `word: have/want` with this reason, if there are too few.
fn too_few(reason: &str, word: &str, have: i64, want: i64) -> Option<Health> {
    (want > have).then(|| Health::in_progress(reason, format!("{word}: {have}/{want}")))
}

fn too_many(have: i64, want: i64) -> Option<Health> {
    let more = have.wrapping_sub(want);
    (have > want).then(|| Health::in_progress("ExtraPods", format!("Pending termination: {more}")))
}

fn stateful_set(object: &Value, _: SystemTime) -> Result<Health, HealthError> {
    if text_or(object, &["spec", "updateStrategy", "type"], "") == "OnDelete" {
        return Ok(Health::current("StatefulSet is using the ondelete update strategy"));
    }
    let status = |key| integer_or(object, &["status", key], 0);
    let want = integer_or(object, &["spec", "replicas"], 1);
    let replicas = status("replicas");
    let partition = integer_or(object, &["spec", "updateStrategy", "rollingUpdate", "partition"], -1);
    let missing = too_few("LessReplicas", "Replicas", replicas, want)
        .or_else(|| too_few("LessReady", "Ready", status("readyReplicas"), want))
        .or_else(|| too_many(replicas, want));
    if let Some(missing) = missing {
        return Ok(missing);
    }
    if partition != -1 {
        let updated = status("updatedReplicas");
        let done = || Health::current(format!("Partition rollout complete. updated: {updated}"));
        return Ok(too_few("PartitionRollout", "updated", updated, want.wrapping_sub(partition))
            .unwrap_or_else(done));
    }
    if let Some(missing) = too_few("LessCurrent", "current", status("currentReplicas"), want) {
        return Ok(missing);
    }
    let revision = |key| text_or(object, &["status", key], "");
    if revision("currentRevision") != revision("updateRevision") {
        return Ok(Health::in_progress("RevisionMismatch", "Waiting for updated revision to match current"));
    }
    Ok(Health::current(format!("All replicas scheduled as expected. Replicas: {replicas}")))
}

fn deployment(object: &Value, _: SystemTime) -> Result<Health, HealthError> {
    const NO_DEADLINE: i64 = i32::MAX as i64;
    let conditions = conditions_of(object)?;
    let mut progressing =
        integer_or(object, &["spec", "progressDeadlineSeconds"], NO_DEADLINE) == NO_DEADLINE;
    for condition in conditions.iter().filter(|condition| condition.kind == "Progressing") {
        if condition.reason == "ProgressDeadlineExceeded" {
            let mut failed = Health::failed(condition.reason, condition.message);
            failed.message = "Progress deadline exceeded".to_string();
            return Ok(failed);
        }
        progressing |= condition.status == "True" && condition.reason == "NewReplicaSetAvailable";
    }
    let status = |key| integer_or(object, &["status", key], 0);
    let want = integer_or(object, &["spec", "replicas"], 1);
    let (replicas, updated) = (status("replicas"), status("updatedReplicas"));
    let missing = too_few("LessReplicas", "Replicas", replicas, want)
        .or_else(|| too_few("LessUpdated", "Updated", updated, want))
        .or_else(|| too_many(replicas, want))
        .or_else(|| too_few("LessAvailable", "Available", status("availableReplicas"), updated))
        .or_else(|| too_few("LessReady", "Ready", status("readyReplicas"), want));
    Ok(match missing {
        Some(missing) => missing,
        None if !progressing => Health::in_progress("ReplicaSetNotAvailable", "ReplicaSet not Available"),
        None if !has(&conditions, "Available", "True") => {
            Health::in_progress("DeploymentNotAvailable", "Deployment not Available")
        }
        None => Health::current(format!("Deployment is available. Replicas: {replicas}")),
    })
}

fn replica_set(object: &Value, _: SystemTime) -> Result<Health, HealthError> {
    if has(&conditions_of(object)?, "ReplicaFailure", "True") {
        return Ok(Health::in_progress("ReplicaFailure", "Replica Failure condition. Check Pods"));
    }
    let status = |key| integer_or(object, &["status", key], 0);
    let want = integer_or(object, &["spec", "replicas"], 1);
    let replicas = status("replicas");
    let missing = too_few("LessLabelled", "Labelled", status("fullyLabeledReplicas"), want)
        .or_else(|| too_few("LessAvailable", "Available", status("availableReplicas"), want))
        .or_else(|| too_few("LessReady", "Ready", status("readyReplicas"), want))
        .or_else(|| too_many(replicas, want));
    Ok(missing.unwrap_or_else(|| Health::current(format!("ReplicaSet is available. Replicas: {replicas}"))))
}

/// Generations must be there: the controller of daemon sets always sets them.
fn daemon_set(object: &Value, _: SystemTime) -> Result<Health, HealthError> {
    let kind = object.str_at(&["kind"]).unwrap_or("");
    for (path, reason) in [
        (["metadata", "generation"], "NoGeneration"),
        (["status", "observedGeneration"], "NoObservedGeneration"),
    ] {
        if integer(object, &path)?.is_none() {
            return Ok(Health::in_progress(reason, format!("{kind} {} not found", path.join("."))));
        }
    }
    let status = |key| integer_or(object, &["status", key], 0);
    let want = integer_or(object, &["status", "desiredNumberScheduled"], -1);
    if want == -1 {
        return Ok(Health::in_progress("NoDesiredNumber", "Missing .status.desiredNumberScheduled"));
    }
    let missing = too_few("LessCurrent", "Current", status("currentNumberScheduled"), want)
        .or_else(|| too_few("LessUpdated", "Updated", status("updatedNumberScheduled"), want))
        .or_else(|| too_few("LessAvailable", "Available", status("numberAvailable"), want))
        .or_else(|| too_few("LessReady", "Ready", status("numberReady"), want));
    let done = || Health::current(format!("All replicas scheduled as expected. Replicas: {want}"));
    Ok(missing.unwrap_or_else(done))
}

fn claim(object: &Value, _: SystemTime) -> Result<Health, HealthError> {
    Ok(match text_or(object, &["status", "phase"], "unknown") {
        "Bound" => Health::current("PVC is Bound"),
        phase => Health::in_progress("NotBound", format!("PVC is not Bound. phase: {phase}")),
    })
}

fn pod(object: &Value, now: SystemTime) -> Result<Health, HealthError> {
    let conditions = conditions_of(object)?;
    Ok(match text_or(object, &["status", "phase"], "") {
        "Succeeded" => Health::current("Pod has completed successfully"),
        "Failed" => Health::current("Pod has completed, but not successfully"),
        "Running" if has(&conditions, "Ready", "True") => Health::current("Pod is Ready"),
        "Running" => {
            let names = crash_looping(object)?;
            if names.is_empty() {
                Health::in_progress("PodRunningNotReady", "Pod is running but is not Ready")
            } else {
                let message = format!("Containers in CrashLoop state: {}", names.join(","));
                Health::failed("ContainerCrashLooping", message)
            }
        }
        "Pending" => {
            let mut placed =
                conditions.iter().filter(|one| (one.kind, one.status) == ("PodScheduled", "False"));
            if placed.next().is_none_or(|condition| condition.reason != "Unschedulable") {
                return Ok(Health::in_progress("PodPending", "Pod is in the Pending phase"));
            }
            let created = object.str_at(&["metadata", "creationTimestamp"]).and_then(rfc3339);
            let is_new =
                created.zip(now.checked_sub(SCHEDULE_WINDOW)).is_some_and(|(created, limit)| limit < created);
            if is_new {
                Health::in_progress("PodNotScheduled", "Pod has not been scheduled")
            } else {
                Health::failed("PodUnschedulable", "Pod could not be scheduled")
            }
        }
        "" => Health::in_progress("PodNotObserved", "Pod phase not available"),
        phase => return Err(HealthError(format!("unknown phase {phase}"))),
    })
}

fn crash_looping(pod: &Value) -> Result<Vec<&str>, HealthError> {
    let statuses = list(pod, &["status", "containerStatuses"])?;
    let looping =
        |status: &&Value| status.str_at(&["state", "waiting", "reason"]) == Some("CrashLoopBackOff");
    Ok(statuses.iter().filter(looping).filter_map(|status| status.str_at(&["name"])).collect())
}

fn started_job(object: &Value, _: SystemTime) -> Result<Health, HealthError> {
    if let Some(ended) = job::ended(object)? {
        return Ok(ended);
    }
    let status = |key| integer_or(object, &["status", key], 0);
    if text_or(object, &["status", "startTime"], "").is_empty() {
        return Ok(Health::in_progress("JobNotStarted", "Job not started"));
    }
    let (succeeded, active, failed) = (status("succeeded"), status("active"), status("failed"));
    Ok(Health::current(format!("Job in progress. success:{succeeded}, active: {active}, failed: {failed}")))
}

fn service(object: &Value, _: SystemTime) -> Result<Health, HealthError> {
    let is_balancer = text_or(object, &["spec", "type"], "ClusterIP") == "LoadBalancer";
    Ok(if is_balancer && text_or(object, &["spec", "clusterIP"], "").is_empty() {
        Health::in_progress("NoIPAssigned", "ClusterIP not set. Service type: LoadBalancer")
    } else {
        Health::current("Service is ready")
    })
}

fn definition(object: &Value, _: SystemTime) -> Result<Health, HealthError> {
    for condition in conditions_of(object)? {
        let failed = || Health::failed(condition.reason, condition.message);
        match (condition.kind, condition.status) {
            ("NamesAccepted", "False") => return Ok(failed()),
            ("Established", "False") if condition.reason != "Installing" => return Ok(failed()),
            ("Established", "True") => return Ok(Health::current("CRD is established")),
            _ => {}
        }
    }
    Ok(Health::in_progress("Installing", "Install in progress"))
}
