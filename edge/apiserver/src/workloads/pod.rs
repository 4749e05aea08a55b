//! Pods: placed on the one node, started, ready; or done, if they belong to a job.

use std::sync::Arc;

use weir_yaml::{Map, Value};

use super::actor::Actor;
use super::condition::Condition;
use crate::kinds::Kind;
use crate::store::Object;
use crate::time;

/// The name of the one node.
const NODE: &str = "sandbox";
/// Its address.
const NODE_ADDRESS: &str = "10.0.0.1";

/// What a new pod gets.
pub(crate) fn new_pod(value: &mut Value) {
    let Some(spec) = value.as_map_mut().and_then(|map| map.get_mut("spec")?.as_map_mut()) else { return };
    let set = |spec: &mut Map, key: &str, value: Value| {
        if spec.get(key).is_none_or(Value::is_null) {
            spec.insert(key, value);
        }
    };
    set(spec, "serviceAccountName", Value::from("default"));
    let account = spec.get("serviceAccountName").cloned().unwrap_or_default();
    set(spec, "serviceAccount", account);
    set(spec, "enableServiceLinks", Value::from(true));
    set(spec, "preemptionPolicy", Value::from("PreemptLowerPriority"));
    set(spec, "priority", Value::from(0));
    let toleration = |key: &str| {
        Value::from([
            ("effect", Value::from("NoExecute")),
            ("key", Value::from(key)),
            ("operator", Value::from("Exists")),
            ("tolerationSeconds", Value::from(300)),
        ])
    };
    let both = vec![toleration("node.kubernetes.io/not-ready"), toleration("node.kubernetes.io/unreachable")];
    set(spec, "tolerations", Value::from(both));
    let class = quality(spec);
    value.set_at(&["status", "phase"], "Pending");
    value.set_at(&["status", "qosClass"], class);
}

/// How much a pod may count on its resources.
fn quality(spec: &Map) -> &'static str {
    let containers = spec.get("containers").and_then(Value::as_list).unwrap_or_default();
    let amount =
        |container: &Value, kind: &str, name: &str| container.at(&["resources", kind, name]).cloned();
    let (mut any, mut all) = (false, true);
    for container in containers {
        for name in ["cpu", "memory"] {
            let (limit, request) = (amount(container, "limits", name), amount(container, "requests", name));
            any |= limit.is_some() || request.is_some();
            all &= limit.is_some() && request == limit;
        }
    }
    match (any, all) {
        (false, _) => "BestEffort",
        (true, true) => "Guaranteed",
        (true, false) => "Burstable",
    }
}

/// Looks at a pod.
pub(super) fn look(actor: &mut Actor<'_>, kind: &Arc<Kind>, object: &Arc<Object>) {
    let gated =
        object.value.at(&["spec", "schedulingGates"]).and_then(Value::as_list).is_some_and(|l| !l.is_empty());
    let phase = object.value.str_at(&["status", "phase"]).unwrap_or("Pending");
    if gated || !matches!(phase, "Pending" | "Running") {
        return;
    }
    let placed = if object.value.str_at(&["spec", "nodeName"]).is_none_or(str::is_empty) {
        let mut value = object.value.clone();
        value.set_at(&["spec", "nodeName"], NODE);
        actor.bind(kind, object, value)
    } else {
        Some(Arc::clone(object))
    };
    let Some(object) = placed else { return };
    let status = status(actor, &object);
    let mut value = object.value.clone();
    value.set_at(&["status"], status);
    actor.replace_status(kind, &object, value);
}

/// The image that never comes up, if the pod has one.
fn failing<'a>(object: &'a Object, patterns: &[String]) -> Option<&'a str> {
    let lists = ["initContainers", "containers"];
    let containers =
        lists.iter().filter_map(|list| object.value.at(&["spec", list]).and_then(Value::as_list)).flatten();
    containers
        .filter_map(|container| container.str_at(&["image"]))
        .find(|image| patterns.iter().any(|pattern| matches(pattern, image)))
}

/// True if the image contains the pattern; `*` stands for anything.
fn matches(pattern: &str, image: &str) -> bool {
    let mut rest = image;
    for part in pattern.split('*') {
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or(""),
            None => return false,
        }
    }
    true
}

fn is_of_job(object: &Object) -> bool {
    object.owner_references().iter().any(|(_, kind, _)| &**kind == "Job")
}

fn status(actor: &mut Actor<'_>, object: &Object) -> Value {
    let now = actor.now;
    let failing = failing(object, actor.fail_images).is_some();
    let done = !failing && is_of_job(object);
    let ready = !failing && !done;
    let condition = |kind: &'static str, holds: bool| {
        let (reason, message) = match (holds, done) {
            (true, _) => ("", String::new()),
            (false, true) => ("PodCompleted", String::new()),
            (false, false) => ("ContainersNotReady", "containers with unready status".to_owned()),
        };
        let mut value = Condition { kind, holds, reason, message }.value(&object.value, None, now);
        value.set_at(&["lastProbeTime"], Value::Null);
        value.remove_at(&["lastProbeTime"]);
        value.set_at(
            &["observedGeneration"],
            object.value.at(&["metadata", "generation"]).cloned().unwrap_or_default(),
        );
        value
    };
    let mut status = object.value.get("status").and_then(Value::as_map).cloned().unwrap_or_default();
    status.insert(
        "phase",
        if failing {
            "Pending"
        } else if done {
            "Succeeded"
        } else {
            "Running"
        },
    );
    let conditions = [
        condition("PodReadyToStartContainers", !done),
        condition("Initialized", true),
        condition("Ready", ready),
        condition("ContainersReady", ready),
        condition("PodScheduled", true),
    ];
    status.insert("conditions", conditions.into_iter().collect::<Value>());
    status.insert("hostIP", NODE_ADDRESS);
    status.insert("hostIPs", Value::from(vec![Value::from([("ip", NODE_ADDRESS)])]));
    status.insert(
        "observedGeneration",
        object.value.at(&["metadata", "generation"]).cloned().unwrap_or_default(),
    );
    if !status.contains_key("startTime") {
        status.insert("startTime", time::rfc3339(now));
    }
    if !failing && !status.contains_key("podIP") {
        let number = actor.state.random();
        let address = format!("10.244.{}.{}", number % 256, number / 256 % 254 + 1);
        status.insert("podIPs", Value::from(vec![Value::from([("ip", address.as_str())])]));
        status.insert("podIP", address);
    }
    let started = status.get("startTime").cloned().unwrap_or_default();
    for (list, key) in [("containers", "containerStatuses"), ("initContainers", "initContainerStatuses")] {
        let containers = object.value.at(&["spec", list]).and_then(Value::as_list).unwrap_or_default();
        if containers.is_empty() {
            continue;
        }
        let ended = done || list == "initContainers";
        let statuses =
            containers.iter().map(|one| container(actor.fail_images, one, failing, ended, &started));
        status.insert(key, statuses.collect::<Value>());
    }
    Value::Map(status)
}

fn container(patterns: &[String], container: &Value, failing: bool, ended: bool, started: &Value) -> Value {
    let image = container.str_at(&["image"]).unwrap_or("");
    let bad = patterns.iter().any(|pattern| matches(pattern, image));
    let state = if bad {
        let message = format!("Back-off pulling image {image:?}");
        Value::from([(
            "waiting",
            Value::from([("message", message.as_str()), ("reason", "ImagePullBackOff")]),
        )])
    } else if failing {
        Value::from([("waiting", Value::from([("reason", "PodInitializing")]))])
    } else if ended {
        let end = Value::from([
            ("containerID", Value::from("sandbox://0")),
            ("exitCode", Value::from(0)),
            ("finishedAt", started.clone()),
            ("reason", Value::from("Completed")),
            ("startedAt", started.clone()),
        ]);
        Value::from([("terminated", end)])
    } else {
        Value::from([("running", Value::from([("startedAt", started.clone())]))])
    };
    let runs = !failing && !ended;
    Value::from([
        ("image", Value::from(image)),
        ("imageID", Value::from("")),
        ("lastState", Value::from(Map::new())),
        ("name", container.get("name").cloned().unwrap_or_default()),
        ("ready", Value::from(runs || ended && !failing)),
        ("restartCount", Value::from(0)),
        ("started", Value::from(runs)),
        ("state", state),
    ])
}
