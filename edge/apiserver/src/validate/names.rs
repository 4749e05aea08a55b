//! Names, labels, and the few rules of built-in kinds that people meet most.

use weir_manifest::selector::{LabelSelector, label_key_problems, label_value_problems};
use weir_yaml::Value;

use crate::kinds::Kind;
use crate::problem::Cause;

const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', \
     and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is \
     '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start \
     and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is \
     '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

/// Kinds whose names are a single label.
const SINGLE_LABEL: &[&str] = &["Namespace", "Service"];
/// Groups whose names may be anything that fits a path.
const FREE_NAMES: &str = "rbac.authorization.k8s.io";

/// What is wrong with the metadata of a new object.
pub(super) fn metadata(kind: &Kind, value: &Value) -> Vec<Cause> {
    let mut causes = Vec::new();
    let name = value.str_at(&["metadata", "name"]).unwrap_or("");
    let shown = Value::from(name);
    let mut bad = |why: &str| causes.push(Cause::invalid("metadata.name", &shown, why));
    if *kind.gvk.group == *FREE_NAMES {
        if matches!(name, "." | "..") || name.contains(['/', '%']) {
            bad("may not contain '/' or '%'");
        }
    } else if kind.custom.is_none() && SINGLE_LABEL.contains(&&*kind.gvk.kind) {
        if name.len() > 63 {
            bad("must be no more than 63 characters");
        }
        if !is_label(name) {
            bad(LABEL);
        }
    } else {
        if name.len() > 253 {
            bad("must be no more than 253 characters");
        }
        if !name.split('.').all(is_label) {
            bad(SUBDOMAIN);
        }
    }
    causes.extend(labels_and_annotations(value));
    causes
}

fn is_label(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let ends = text.bytes().next().is_some_and(fits) && text.bytes().last().is_some_and(fits);
    ends && text.bytes().all(|b| fits(b) || b == b'-')
}

/// What is wrong with labels and annotations.
pub(super) fn labels_and_annotations(value: &Value) -> Vec<Cause> {
    let mut causes = Vec::new();
    for (key, text) in value.at(&["metadata", "labels"]).and_then(Value::as_map).into_iter().flatten() {
        for why in label_key_problems(key) {
            causes.push(Cause::invalid("metadata.labels", &Value::from(&**key), why));
        }
        for why in label_value_problems(text.as_str().unwrap_or("")) {
            causes.push(Cause::invalid("metadata.labels", text, why));
        }
    }
    for (key, _) in value.at(&["metadata", "annotations"]).and_then(Value::as_map).into_iter().flatten() {
        for why in label_key_problems(&key.to_ascii_lowercase()) {
            causes.push(Cause::invalid("metadata.annotations", &Value::from(&**key), why));
        }
    }
    causes
}

/// A definition is named after what it defines, and needs leave to define it in the groups of Kubernetes itself.
fn definition(value: &Value, causes: &mut Vec<Cause>) {
    let text = |path: &[&str]| value.str_at(path).unwrap_or_default();
    let (group, plural) = (text(&["spec", "group"]), text(&["spec", "names", "plural"]));
    if text(&["metadata", "name"]) != format!("{plural}.{group}") {
        let name = Value::from(text(&["metadata", "name"]));
        causes.push(Cause::invalid("metadata.name", &name, "must be spec.names.plural+\".\"+spec.group"));
    }
    let protected = ["k8s.io", "kubernetes.io"]
        .iter()
        .any(|domain| group.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')));
    if protected && text(&["metadata", "annotations", APPROVED]).is_empty() {
        let why = "protected groups must have approval annotation \"api-approved.kubernetes.io\", see \
                   https://github.com/kubernetes/enhancements/pull/1111";
        causes.push(Cause::required(format!("metadata.annotations[{APPROVED}]"), why));
    }
}

/// The annotation that says who allowed a definition in a group of Kubernetes itself.
const APPROVED: &str = "api-approved.kubernetes.io";

/// What is wrong with an object of a built-in kind, as far as this server looks.
pub(super) fn built_in(kind: &Kind, value: &Value, causes: &mut Vec<Cause>) {
    match (&*kind.gvk.group, &*kind.gvk.kind) {
        ("apps", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet") => {
            workload(value, causes);
            let recreate = value.str_at(&["spec", "strategy", "type"]) == Some("Recreate");
            if recreate && value.at(&["spec", "strategy", "rollingUpdate"]).is_some() {
                causes.push(Cause::forbidden(
                    "spec.strategy.rollingUpdate",
                    "may not be specified when strategy `type` is 'Recreate'",
                ));
            }
            containers(value, &["spec", "template", "spec"], "spec.template.spec", causes);
        }
        ("batch", "Job") => {
            job(value, &["spec", "template", "spec"], "spec.template.spec", causes);
        }
        ("batch", "CronJob") => {
            let path = &["spec", "jobTemplate", "spec", "template", "spec"];
            job(value, path, "spec.jobTemplate.spec.template.spec", causes);
            if value.str_at(&["spec", "schedule"]).is_none_or(str::is_empty) {
                causes.push(Cause::required("spec.schedule", ""));
            }
        }
        ("apiextensions.k8s.io", "CustomResourceDefinition") => definition(value, causes),
        ("", "Pod") => containers(value, &["spec"], "spec", causes),
        ("", "Service") => service(value, causes),
        ("", "PersistentVolumeClaim") => {
            if value.at(&["spec", "accessModes"]).and_then(Value::as_list).is_none_or(<[Value]>::is_empty) {
                causes.push(Cause::required("spec.accessModes", "at least 1 access mode is required"));
            }
            if value.at(&["spec", "resources", "requests", "storage"]).is_none() {
                causes.push(Cause::required("spec.resources[storage]", ""));
            }
        }
        _ => {}
    }
    if let Some(replicas) = value.at(&["spec", "replicas"]).filter(|n| n.as_i64().is_some_and(|n| n < 0)) {
        causes.push(Cause::invalid("spec.replicas", replicas, "must be greater than or equal to 0"));
    }
}

fn workload(value: &Value, causes: &mut Vec<Cause>) {
    let selector = value.at(&["spec", "selector"]);
    let Some(selector) = selector.filter(|selector| !selector.is_null()) else {
        causes.push(Cause::required("spec.selector", ""));
        return;
    };
    let labels = value.at(&["spec", "template", "metadata", "labels"]);
    let Ok(parsed) = LabelSelector::from_value(selector) else { return };
    if parsed.is_empty() {
        causes.push(Cause::invalid("spec.selector", selector, "empty selector is invalid for deployment"));
    } else if !parsed.matches_map(labels.and_then(Value::as_map)) {
        let labels = labels.cloned().unwrap_or_default();
        causes.push(Cause::invalid(
            "spec.template.metadata.labels",
            &labels,
            "`selector` does not match template `labels`",
        ));
    }
}

fn job(value: &Value, path: &[&str], text: &str, causes: &mut Vec<Cause>) {
    containers(value, path, text, causes);
    let policy = value.at(path).and_then(|spec| spec.str_at(&["restartPolicy"])).unwrap_or("");
    if policy == "Always" {
        causes.push(Cause {
            reason: "FieldValueRequired",
            message: "Required value: valid values: \"OnFailure\", \"Never\"".to_owned(),
            field: format!("{text}.restartPolicy"),
        });
    }
}

fn containers(value: &Value, path: &[&str], text: &str, causes: &mut Vec<Cause>) {
    let spec = value.at(path).cloned().unwrap_or_default();
    let list = spec.get("containers").and_then(Value::as_list).unwrap_or_default();
    if list.is_empty() {
        causes.push(Cause::required(format!("{text}.containers"), ""));
    }
    let mut names = Vec::new();
    for group in ["initContainers", "containers"] {
        for (at, container) in spec.get(group).and_then(Value::as_list).unwrap_or_default().iter().enumerate()
        {
            let place = format!("{text}.{group}[{at}]");
            let name = container.str_at(&["name"]).unwrap_or("");
            if name.is_empty() {
                causes.push(Cause::required(format!("{place}.name"), ""));
            } else if !is_label(name) {
                causes.push(Cause::invalid(format!("{place}.name"), &Value::from(name), LABEL));
            }
            if names.contains(&name) && !name.is_empty() {
                causes.push(Cause::duplicate(format!("{place}.name"), &Value::from(name)));
            }
            names.push(name);
            if container.str_at(&["image"]).is_none_or(str::is_empty) {
                causes.push(Cause::required(format!("{place}.image"), ""));
            }
            mounts(&spec, container, &place, causes);
        }
    }
}

fn mounts(spec: &Value, container: &Value, place: &str, causes: &mut Vec<Cause>) {
    let volumes = spec.get("volumes").and_then(Value::as_list).unwrap_or_default();
    for (at, mount) in
        container.get("volumeMounts").and_then(Value::as_list).unwrap_or_default().iter().enumerate()
    {
        let name = mount.str_at(&["name"]).unwrap_or("");
        let from_claims = spec.get("volumes").is_none() && name.is_empty();
        if !from_claims
            && !volumes.iter().any(|volume| volume.str_at(&["name"]) == Some(name))
            && !volumes.is_empty()
        {
            causes.push(Cause {
                reason: "FieldValueNotFound",
                message: format!("Not found: {name:?}"),
                field: format!("{place}.volumeMounts[{at}].name"),
            });
        }
    }
}

fn service(value: &Value, causes: &mut Vec<Cause>) {
    let kind = value.str_at(&["spec", "type"]).unwrap_or("");
    let known = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
    if !known.contains(&kind) {
        causes.push(Cause::unsupported("spec.type", &Value::from(kind), &known));
    }
    let headless = value.str_at(&["spec", "clusterIP"]) == Some("None");
    let ports = value.at(&["spec", "ports"]).and_then(Value::as_list).unwrap_or_default();
    if ports.is_empty() && kind != "ExternalName" && !headless {
        causes.push(Cause::required("spec.ports", ""));
    }
    for (at, port) in ports.iter().enumerate() {
        let number = port.get("port").cloned().unwrap_or(Value::Int(0));
        if !number.as_i64().is_some_and(|n| (1..=65_535).contains(&n)) {
            causes.push(Cause::invalid(
                format!("spec.ports[{at}].port"),
                &number,
                "must be between 1 and 65535, inclusive",
            ));
        }
        if ports.len() > 1 && port.str_at(&["name"]).is_none_or(str::is_empty) {
            causes.push(Cause::required(format!("spec.ports[{at}].name"), ""));
        }
    }
}
