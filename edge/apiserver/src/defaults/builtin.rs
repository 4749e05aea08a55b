//! Defaults of built-in kinds that the real server sets by code.

use weir_yaml::{Map, Value};

use super::pod::{self, each, map_at, set};

/// Puts in the defaults of this kind.
pub(crate) fn fill(group: &str, kind: &str, object: &mut Value) {
    let Some(object) = object.as_map_mut() else { return };
    if matches!((group, kind), ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding")) {
        role_binding(object);
        return;
    }
    match (group, kind) {
        ("", "Secret") => secret(object),
        ("", "PodTemplate") => template(object),
        ("", "ReplicationController") => labels_of_template(object),
        ("storage.k8s.io", "StorageClass") => {
            set(object, "reclaimPolicy", "Delete");
            set(object, "volumeBindingMode", "Immediate");
            return;
        }
        ("discovery.k8s.io", "EndpointSlice") => {
            each(object, "ports", |port| {
                set(port, "name", "");
                set(port, "protocol", "TCP");
            });
            return;
        }
        ("", "Endpoints") => {
            each(object, "subsets", |subset| each(subset, "ports", |port| set(port, "protocol", "TCP")));
            return;
        }
        ("scheduling.k8s.io", "PriorityClass") => {
            set(object, "preemptionPolicy", "PreemptLowerPriority");
            return;
        }
        (
            "admissionregistration.k8s.io",
            "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration",
        ) => {
            webhooks(object, kind);
            return;
        }
        _ => {}
    }
    let Some(spec) = object.entry_map("spec") else { return };
    match (group, kind) {
        ("", "Pod") => pod_itself(spec),
        ("apps", "Deployment") => deployment(spec),
        ("apps", "StatefulSet") => stateful_set(spec),
        ("apps", "DaemonSet") => daemon_set(spec),
        ("apps", "ReplicaSet") | ("", "ReplicationController") => {
            set(spec, "replicas", 1);
            template(spec);
        }
        ("batch", "Job") => job(spec),
        ("batch", "CronJob") => cron_job(spec),
        ("", "Service") => service(spec),
        ("", "PersistentVolumeClaim") => set(spec, "volumeMode", "Filesystem"),
        ("", "PersistentVolume") => {
            set(spec, "persistentVolumeReclaimPolicy", "Retain");
            set(spec, "volumeMode", "Filesystem");
            if let Some(path) = map_at(spec, &["hostPath"]) {
                set(path, "type", "");
            }
        }
        ("networking.k8s.io", "NetworkPolicy") => network_policy(spec),
        ("autoscaling", "HorizontalPodAutoscaler") => autoscaler(spec),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => definition(spec),
        ("storage.k8s.io", "CSIDriver") => {
            for (key, value) in [
                ("attachRequired", true),
                ("podInfoOnMount", false),
                ("storageCapacity", false),
                ("requiresRepublish", false),
                ("seLinuxMount", false),
            ] {
                set(spec, key, value);
            }
            set(spec, "fsGroupPolicy", "ReadWriteOnceWithFSType");
            set(spec, "volumeLifecycleModes", Value::from(vec![Value::from("Persistent")]));
        }
        ("", "LimitRange") => limit_range(spec),
        ("flowcontrol.apiserver.k8s.io", "FlowSchema") => set(spec, "matchingPrecedence", 1000),
        ("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration") => {
            if let Some(limited) = map_at(spec, &["limited"]) {
                set(limited, "nominalConcurrencyShares", 30);
                set(limited, "lendablePercent", 0);
            }
        }
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy") => {
            set(spec, "failurePolicy", "Fail");
            if let Some(matches) = map_at(spec, &["matchConstraints"]) {
                set(matches, "matchPolicy", "Equivalent");
                set(matches, "namespaceSelector", Map::new());
                set(matches, "objectSelector", Map::new());
                each(matches, "resourceRules", |rule| set(rule, "scope", "*"));
            }
        }
        _ => {}
    }
}

/// The spec of an object, to change.
trait SpecOf {
    fn entry_map(&mut self, key: &str) -> Option<&mut Map>;
}

impl SpecOf for Map {
    fn entry_map(&mut self, key: &str) -> Option<&mut Map> {
        self.get_mut(key)?.as_map_mut()
    }
}

fn template(spec: &mut Map) {
    if let Some(inner) = map_at(spec, &["template", "spec"]) {
        pod::spec(inner);
    }
}

/// A replication controller without labels or selector has those of its pods.
fn labels_of_template(object: &mut Map) {
    let labels = map_at(object, &["spec", "template", "metadata", "labels"]).cloned().unwrap_or_default();
    if labels.is_empty() {
        return;
    }
    if let Some(spec) = map_at(object, &["spec"]) {
        set(spec, "selector", labels.clone());
    }
    if let Some(metadata) = map_at(object, &["metadata"]) {
        set(metadata, "labels", labels);
    }
}

fn pod_itself(spec: &mut Map) {
    pod::spec(spec);
    pod::requests(spec);
    set(spec, "enableServiceLinks", true);
}

fn rolling_update(spec: &mut Map, key: &str, surge: impl Into<Value>, unavailable: impl Into<Value>) {
    let strategy = spec.entry(key).make_map();
    set(strategy, "type", "RollingUpdate");
    if strategy.get("type").and_then(Value::as_str) == Some("RollingUpdate") {
        let rolling = strategy.entry("rollingUpdate").make_map();
        set(rolling, "maxUnavailable", unavailable);
        set(rolling, "maxSurge", surge);
    }
}

fn deployment(spec: &mut Map) {
    set(spec, "replicas", 1);
    rolling_update(spec, "strategy", "25%", "25%");
    set(spec, "revisionHistoryLimit", 10);
    set(spec, "progressDeadlineSeconds", 600);
    template(spec);
}

fn daemon_set(spec: &mut Map) {
    rolling_update(spec, "updateStrategy", 0, 1);
    set(spec, "revisionHistoryLimit", 10);
    template(spec);
}

fn stateful_set(spec: &mut Map) {
    set(spec, "podManagementPolicy", "OrderedReady");
    let strategy = spec.entry("updateStrategy").make_map();
    set(strategy, "type", "RollingUpdate");
    if strategy.get("type").and_then(Value::as_str) == Some("RollingUpdate") {
        let rolling = strategy.entry("rollingUpdate").make_map();
        set(rolling, "partition", 0);
        let given = rolling.contains_key("maxUnavailable");
        if !given {
            set(rolling, "partition", 0);
        }
    }
    let retention = spec.entry("persistentVolumeClaimRetentionPolicy").make_map();
    set(retention, "whenDeleted", "Retain");
    set(retention, "whenScaled", "Retain");
    set(spec, "replicas", 1);
    set(spec, "revisionHistoryLimit", 10);
    each(spec, "volumeClaimTemplates", |claim| {
        set(claim, "apiVersion", "v1");
        set(claim, "kind", "PersistentVolumeClaim");
        if let Some(spec) = map_at(claim, &["spec"]) {
            set(spec, "volumeMode", "Filesystem");
        }
        let status = claim.entry("status").make_map();
        set(status, "phase", "Pending");
    });
    template(spec);
}

fn job(spec: &mut Map) {
    if !spec.contains_key("completions") && !spec.contains_key("parallelism") {
        spec.insert("completions", 1);
    }
    set(spec, "parallelism", 1);
    if spec.contains_key("backoffLimitPerIndex") {
        set(spec, "backoffLimit", i64::from(i32::MAX));
    } else {
        set(spec, "backoffLimit", 6);
    }
    set(spec, "completionMode", "NonIndexed");
    set(spec, "suspend", false);
    let replacement = if spec.contains_key("podFailurePolicy") { "Failed" } else { "TerminatingOrFailed" };
    set(spec, "podReplacementPolicy", replacement);
    set(spec, "manualSelector", false);
    template(spec);
}

fn cron_job(spec: &mut Map) {
    set(spec, "concurrencyPolicy", "Allow");
    set(spec, "suspend", false);
    set(spec, "successfulJobsHistoryLimit", 3);
    set(spec, "failedJobsHistoryLimit", 1);
    if let Some(template) = map_at(spec, &["jobTemplate", "spec", "template", "spec"]) {
        pod::spec(template);
    }
}

fn service(spec: &mut Map) {
    set(spec, "sessionAffinity", "None");
    set(spec, "type", "ClusterIP");
    if spec.get("sessionAffinity").and_then(Value::as_str) == Some("ClientIP") {
        let config = spec.entry("sessionAffinityConfig").make_map();
        let client = config.entry("clientIP").make_map();
        set(client, "timeoutSeconds", 10_800);
    } else {
        spec.remove("sessionAffinityConfig");
    }
    each(spec, "ports", |port| {
        set(port, "protocol", "TCP");
        let number = port.get("port").cloned().unwrap_or_default();
        set(port, "targetPort", number);
    });
    let kind = spec.get("type").and_then(Value::as_str).unwrap_or("").to_owned();
    if kind != "ExternalName" {
        set(spec, "internalTrafficPolicy", "Cluster");
    }
    if kind == "NodePort" || kind == "LoadBalancer" {
        set(spec, "externalTrafficPolicy", "Cluster");
    }
    if kind == "LoadBalancer" {
        set(spec, "allocateLoadBalancerNodePorts", true);
    }
}

fn autoscaler(spec: &mut Map) {
    set(spec, "minReplicas", 1);
    if !spec.contains_key("metrics") {
        let target =
            Value::from([("averageUtilization", Value::from(80)), ("type", Value::from("Utilization"))]);
        let resource = Value::from([("name", Value::from("cpu")), ("target", target)]);
        let metric = Value::from([("resource", resource), ("type", Value::from("Resource"))]);
        spec.insert("metrics", vec![metric]);
    }
}

fn network_policy(spec: &mut Map) {
    for list in ["ingress", "egress"] {
        each(spec, list, |rule| each(rule, "ports", |port| set(port, "protocol", "TCP")));
    }
    if spec.get("policyTypes").and_then(Value::as_list).is_none_or(<[Value]>::is_empty) {
        let mut types = vec![Value::from("Ingress")];
        if spec.get("egress").is_some_and(|egress| !egress.is_null()) {
            types.push(Value::from("Egress"));
        }
        spec.insert("policyTypes", types);
    }
}

fn definition(spec: &mut Map) {
    let conversion = spec.entry("conversion").make_map();
    set(conversion, "strategy", "None");
    let Some(names) = map_at(spec, &["names"]) else { return };
    let kind = names.get("kind").and_then(Value::as_str).unwrap_or("").to_owned();
    set(names, "singular", kind.to_ascii_lowercase());
    set(names, "listKind", format!("{kind}List"));
}

fn role_binding(object: &mut Map) {
    if let Some(role) = map_at(object, &["roleRef"])
        && role.get("apiGroup").and_then(Value::as_str).unwrap_or("").is_empty()
    {
        role.insert("apiGroup", "rbac.authorization.k8s.io");
    }
    each(object, "subjects", |subject| {
        let named = matches!(subject.get("kind").and_then(Value::as_str), Some("User" | "Group"));
        if named && subject.get("apiGroup").and_then(Value::as_str).unwrap_or("").is_empty() {
            subject.insert("apiGroup", "rbac.authorization.k8s.io");
        }
    });
}

fn webhooks(object: &mut Map, kind: &str) {
    each(object, "webhooks", |hook| {
        set(hook, "failurePolicy", "Fail");
        set(hook, "matchPolicy", "Equivalent");
        set(hook, "namespaceSelector", Map::new());
        set(hook, "objectSelector", Map::new());
        set(hook, "timeoutSeconds", 10);
        if kind == "MutatingWebhookConfiguration" {
            set(hook, "reinvocationPolicy", "Never");
        }
        each(hook, "rules", |rule| set(rule, "scope", "*"));
        if let Some(service) = map_at(hook, &["clientConfig", "service"]) {
            set(service, "port", 443);
        }
    });
}

fn limit_range(spec: &mut Map) {
    each(spec, "limits", |limit| {
        if limit.get("type").and_then(Value::as_str) != Some("Container") {
            return;
        }
        for (to, from) in [("default", "max"), ("defaultRequest", "default"), ("defaultRequest", "min")] {
            let Some(Value::Map(source)) = limit.get(from).cloned() else { continue };
            let target = limit.entry(to).make_map();
            for (name, amount) in &source {
                if !target.contains_key(name) {
                    target.insert(name.clone(), amount.clone());
                }
            }
        }
    });
}

/// What is given as text becomes bytes.
fn secret(object: &mut Map) {
    set(object, "type", "Opaque");
    let Some(text) = object.remove("stringData") else { return };
    let Value::Map(text) = text else { return };
    if text.is_empty() {
        return;
    }
    let data = object.entry("data").make_map();
    for (key, value) in &text {
        let bytes = value.as_str().unwrap_or("").as_bytes();
        data.insert(key.clone(), crate::base64::encode(bytes));
    }
}
