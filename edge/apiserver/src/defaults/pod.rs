//! Defaults of pods and of the templates of pods.

use weir_yaml::{Map, Value};

/// Sets what is not said.
pub(super) fn set(map: &mut Map, key: &str, value: impl Into<Value>) {
    if map.get(key).is_none_or(Value::is_null) {
        map.insert(key, value);
    }
}

/// The map below these keys, to change; none if there is none.
pub(super) fn map_at<'a>(map: &'a mut Map, path: &[&str]) -> Option<&'a mut Map> {
    match path {
        [] => Some(map),
        [key, rest @ ..] => map_at(map.get_mut(key)?.as_map_mut()?, rest),
    }
}

/// Calls with every map of this list.
pub(super) fn each(map: &mut Map, key: &str, mut with: impl FnMut(&mut Map)) {
    if let Some(list) = map.get_mut(key).and_then(Value::as_list_mut) {
        list.iter_mut().filter_map(Value::as_map_mut).for_each(&mut with);
    }
}

/// Defaults of a `PodSpec`.
pub(super) fn spec(spec: &mut Map) {
    set(spec, "restartPolicy", "Always");
    set(spec, "terminationGracePeriodSeconds", 30);
    set(spec, "dnsPolicy", "ClusterFirst");
    set(spec, "securityContext", Map::new());
    set(spec, "schedulerName", "default-scheduler");
    if let Some(account) = spec.get("serviceAccountName").cloned() {
        set(spec, "serviceAccount", account);
    } else if let Some(account) = spec.get("serviceAccount").cloned() {
        set(spec, "serviceAccountName", account);
    }
    let host_network = spec.get("hostNetwork").and_then(Value::as_bool).unwrap_or(false);
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        each(spec, list, |one| container(one, host_network));
    }
    each(spec, "volumes", volume);
    each(spec, "topologySpreadConstraints", |_| {});
}

/// What pods themselves get, and templates do not: what is limited and not requested is requested in full.
pub(super) fn requests(spec: &mut Map) {
    for list in ["initContainers", "containers"] {
        each(spec, list, |container| {
            if let Some(resources) = map_at(container, &["resources"]) {
                requests_from_limits(resources);
            }
        });
    }
}

fn container(container: &mut Map, host_network: bool) {
    let image = container.get("image").and_then(Value::as_str).unwrap_or("");
    let policy = if is_latest(image) { "Always" } else { "IfNotPresent" };
    set(container, "imagePullPolicy", policy);
    set(container, "terminationMessagePath", "/dev/termination-log");
    set(container, "terminationMessagePolicy", "File");
    set(container, "resources", Map::new());
    each(container, "ports", |port| {
        set(port, "protocol", "TCP");
        if host_network && let Some(number) = port.get("containerPort").cloned() {
            set(port, "hostPort", number);
        }
    });
    each(container, "env", |env| {
        if let Some(reference) = map_at(env, &["valueFrom", "fieldRef"]) {
            set(reference, "apiVersion", "v1");
        }
        if let Some(reference) = map_at(env, &["valueFrom", "resourceFieldRef"]) {
            set(reference, "divisor", "0");
        }
    });
    for name in ["livenessProbe", "readinessProbe", "startupProbe"] {
        if let Some(one) = map_at(container, &[name]) {
            probe(one);
        }
    }
    for hook in ["postStart", "preStop"] {
        if let Some(get) = map_at(container, &["lifecycle", hook, "httpGet"]) {
            http_get(get);
        }
    }
}

fn is_latest(image: &str) -> bool {
    if image.contains('@') {
        return false;
    }
    let name = image.rsplit('/').next().unwrap_or(image);
    name.rsplit_once(':').is_none_or(|(_, tag)| tag == "latest")
}

fn requests_from_limits(resources: &mut Map) {
    let Some(Value::Map(limits)) = resources.get("limits").cloned() else { return };
    let requests = resources.entry("requests").make_map();
    for (name, amount) in &limits {
        if !requests.contains_key(name) {
            requests.insert(name.clone(), amount.clone());
        }
    }
    if requests.is_empty() {
        resources.remove("requests");
    }
}

fn probe(probe: &mut Map) {
    set(probe, "timeoutSeconds", 1);
    set(probe, "periodSeconds", 10);
    set(probe, "successThreshold", 1);
    set(probe, "failureThreshold", 3);
    if let Some(get) = map_at(probe, &["httpGet"]) {
        http_get(get);
    }
    if let Some(call) = map_at(probe, &["grpc"]) {
        set(call, "service", "");
    }
}

fn http_get(get: &mut Map) {
    set(get, "path", "/");
    set(get, "scheme", "HTTP");
}

fn volume(volume: &mut Map) {
    const SOURCES: &[&str] = &[
        "hostPath",
        "emptyDir",
        "gcePersistentDisk",
        "awsElasticBlockStore",
        "gitRepo",
        "secret",
        "nfs",
        "iscsi",
        "glusterfs",
        "persistentVolumeClaim",
        "rbd",
        "flexVolume",
        "cinder",
        "cephfs",
        "flocker",
        "downwardAPI",
        "fc",
        "azureFile",
        "configMap",
        "vsphereVolume",
        "quobyte",
        "azureDisk",
        "photonPersistentDisk",
        "projected",
        "portworxVolume",
        "scaleIO",
        "storageos",
        "csi",
        "ephemeral",
        "image",
    ];
    if !SOURCES.iter().any(|source| volume.contains_key(source)) {
        volume.insert("emptyDir", Map::new());
    }
    for source in ["secret", "configMap", "downwardAPI", "projected"] {
        if let Some(source) = map_at(volume, &[source]) {
            set(source, "defaultMode", 420);
        }
    }
    if let Some(source) = map_at(volume, &["hostPath"]) {
        set(source, "type", "");
    }
    if let Some(source) = map_at(volume, &["iscsi"]) {
        set(source, "iscsiInterface", "default");
    }
    if let Some(source) = map_at(volume, &["image"]) {
        set(source, "pullPolicy", "IfNotPresent");
    }
    if let Some(items) = map_at(volume, &["downwardAPI"]) {
        each(items, "items", field_reference);
    }
    if let Some(projected) = map_at(volume, &["projected"]) {
        each(projected, "sources", |source| {
            if let Some(token) = map_at(source, &["serviceAccountToken"]) {
                set(token, "expirationSeconds", 3600);
            }
            if let Some(items) = map_at(source, &["downwardAPI"]) {
                each(items, "items", field_reference);
            }
        });
    }
    if let Some(claim) = map_at(volume, &["ephemeral", "volumeClaimTemplate", "spec"]) {
        set(claim, "volumeMode", "Filesystem");
    }
}

fn field_reference(item: &mut Map) {
    if let Some(reference) = map_at(item, &["fieldRef"]) {
        set(reference, "apiVersion", "v1");
    }
}
