//! Fields that stay what they were.

use weir_yaml::Value;

use crate::kinds::Kind;
use crate::problem::Cause;

/// Said of fields that are what they are.
const IMMUTABLE: &str = "field is immutable";

/// Checks a change.
pub(super) fn check(kind: &Kind, old: &Value, new: &Value, causes: &mut Vec<Cause>) {
    let fields: &[&[&str]] = match (&*kind.gvk.group, &*kind.gvk.kind) {
        ("apps", "Deployment" | "DaemonSet" | "ReplicaSet") => &[&["spec", "selector"]],
        ("batch", "Job") => return job(old, new, causes),
        ("apps", "StatefulSet") => return stateful_set(old, new, causes),
        ("", "PersistentVolumeClaim") => return claim(old, new, causes),
        ("", "Pod") => return pod(old, new, causes),
        ("", "Secret" | "ConfigMap") => return marked(old, new, causes),
        ("", "Service") => return service(old, new, causes),
        ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding") => {
            if differs(old, new, &["roleRef"]) {
                let role = new.get("roleRef").cloned().unwrap_or_default();
                causes.push(Cause::invalid("roleRef", &role, "cannot change roleRef"));
            }
            return;
        }
        ("storage.k8s.io", "StorageClass") => {
            &[&["parameters"], &["provisioner"], &["reclaimPolicy"], &["volumeBindingMode"]]
        }
        ("networking.k8s.io", "IngressClass") => &[&["spec", "controller"]],
        ("scheduling.k8s.io", "PriorityClass") => &[&["value"], &["preemptionPolicy"]],
        _ => &[],
    };
    for path in fields {
        immutable(old, new, path, causes);
    }
}

fn differs(old: &Value, new: &Value, path: &[&str]) -> bool {
    match (old.at(path), new.at(path)) {
        (Some(old), Some(new)) => !old.means(new),
        (None, None) => false,
        (Some(one), None) | (None, Some(one)) => !one.is_null(),
    }
}

fn immutable(old: &Value, new: &Value, path: &[&str], causes: &mut Vec<Cause>) {
    if differs(old, new, path) {
        let value = new.at(path).cloned().unwrap_or_default();
        causes.push(Cause::invalid(path.join("."), &value, IMMUTABLE));
    }
}

fn job(old: &Value, new: &Value, causes: &mut Vec<Cause>) {
    for path in [
        &["spec", "selector"][..],
        &["spec", "template"],
        &["spec", "completionMode"],
        &["spec", "backoffLimitPerIndex"],
    ] {
        immutable(old, new, path, causes);
    }
    let indexed = new.str_at(&["spec", "completionMode"]) == Some("Indexed");
    if !indexed {
        immutable(old, new, &["spec", "completions"], causes);
    }
}

/// The value without these fields.
fn without(value: &Value, paths: &[&[&str]]) -> Value {
    let mut value = value.clone();
    for path in paths {
        value.remove_at(path);
    }
    value
}

fn stateful_set(old: &Value, new: &Value, causes: &mut Vec<Cause>) {
    const FREE: &[&[&str]] = &[
        &["replicas"],
        &["ordinals"],
        &["template"],
        &["updateStrategy"],
        &["revisionHistoryLimit"],
        &["persistentVolumeClaimRetentionPolicy"],
        &["minReadySeconds"],
    ];
    let spec = |value: &Value| without(value.get("spec").unwrap_or(&Value::Null), FREE);
    if !spec(old).means(&spec(new)) {
        causes.push(Cause::forbidden(
            "spec",
            "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', \
             'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
        ));
    }
}

fn claim(old: &Value, new: &Value, causes: &mut Vec<Cause>) {
    const FREE: &[&[&str]] = &[&["resources"], &["volumeAttributesClassName"]];
    let mut free = FREE.to_vec();
    if old.str_at(&["spec", "volumeName"]).is_none_or(str::is_empty) {
        free.push(&["volumeName"]);
    }
    let spec = |value: &Value| without(value.get("spec").unwrap_or(&Value::Null), &free);
    if !spec(old).means(&spec(new)) {
        causes.push(Cause::forbidden(
            "spec",
            "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims",
        ));
    }
}

fn pod(old: &Value, new: &Value, causes: &mut Vec<Cause>) {
    let spec = |value: &Value| {
        let free: &[&[&str]] = &[
            &["activeDeadlineSeconds"],
            &["tolerations"],
            &["terminationGracePeriodSeconds"],
            &["nodeName"],
            &["schedulingGates"],
        ];
        let mut spec = without(value.get("spec").unwrap_or(&Value::Null), free);
        for list in ["containers", "initContainers"] {
            let Some(map) = spec.as_map_mut() else { continue };
            for container in map.get_mut(list).and_then(Value::as_list_mut).into_iter().flatten() {
                container.remove_at(&["image"]);
                container.remove_at(&["imagePullPolicy"]);
            }
        }
        spec
    };
    if !spec(old).means(&spec(new)) {
        causes.push(Cause::forbidden(
            "spec",
            "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,\
             `spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),\
             `spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
        ));
    }
}

/// Secrets and config maps that say they are immutable.
fn marked(old: &Value, new: &Value, causes: &mut Vec<Cause>) {
    if differs(old, new, &["type"]) {
        immutable(old, new, &["type"], causes);
    }
    if old.get("immutable").and_then(Value::as_bool) != Some(true) {
        return;
    }
    if new.get("immutable").and_then(Value::as_bool) != Some(true) {
        causes.push(Cause::forbidden("immutable", "field is immutable when `immutable` is set"));
    }
    for field in ["data", "binaryData"] {
        if differs(old, new, &[field]) {
            causes.push(Cause::forbidden(field, "field is immutable when `immutable` is set"));
        }
    }
}

fn service(old: &Value, new: &Value, causes: &mut Vec<Cause>) {
    let external = |value: &Value| value.str_at(&["spec", "type"]) == Some("ExternalName");
    if external(old) || external(new) {
        return;
    }
    if differs(old, new, &["spec", "clusterIP"]) && old.at(&["spec", "clusterIP"]).is_some() {
        let value = new.at(&["spec", "clusterIPs"]).cloned().unwrap_or_default();
        causes.push(Cause::invalid("spec.clusterIPs[0]", &value, "may not change once set"));
    }
}
