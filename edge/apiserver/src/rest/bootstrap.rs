//! What every cluster has from the start.

use std::sync::Arc;

use weir_yaml::{Map, Value};

use super::State;
use super::write::{Owners, Writer};
use crate::server::Shared;

/// Makes the objects that every cluster has.
pub(crate) fn bootstrap(shared: &Arc<Shared>) {
    let now = shared.now();
    let mut state = shared.state();
    for name in ["default", "kube-system", "kube-public", "kube-node-lease"] {
        make(&mut state, now, "", "Namespace", &object("v1", "Namespace", name, &[]));
    }
    for value in [node(&shared.options.version, now), storage_class(), kubernetes_service()] {
        let group = weir_manifest::Gvk::of(&value);
        make(&mut state, now, &group.group, &group.kind, &value);
    }
    drop(state);
    while super::work::some(shared) {}
}

fn make(state: &mut State, now: i64, group: &str, kind: &str, value: &Value) {
    let Some(kind) = state.registry.of_kind(group, kind).cloned() else { return };
    let writer =
        Writer { kind: &kind, subresource: "", manager: "kube-apiserver".to_owned(), now, dry_run: false };
    let made = writer.create(state, value.clone(), Owners::ByChange);
    debug_assert!(made.is_ok(), "the first objects break no rule: {made:?}");
}

fn object(api_version: &str, kind: &str, name: &str, rest: &[(&str, Value)]) -> Value {
    let mut out = Map::new();
    out.insert("apiVersion", api_version);
    out.insert("kind", kind);
    out.insert("metadata", Value::from([("name", name)]));
    for (key, value) in rest {
        out.insert(*key, value.clone());
    }
    Value::Map(out)
}

fn kubernetes_service() -> Value {
    let port = Value::from([
        ("name", Value::from("https")),
        ("port", Value::from(443)),
        ("protocol", Value::from("TCP")),
        ("targetPort", Value::from(6443)),
    ]);
    let spec = Value::from([
        ("clusterIP", Value::from("10.96.0.1")),
        ("ports", Value::from(vec![port])),
        ("type", Value::from("ClusterIP")),
    ]);
    let mut value = object("v1", "Service", "kubernetes", &[("spec", spec)]);
    value.set_at(&["metadata", "namespace"], "default");
    value.set_at(
        &["metadata", "labels"],
        Value::from([("component", "apiserver"), ("provider", "kubernetes")]),
    );
    value
}

fn storage_class() -> Value {
    let mut value = object(
        "storage.k8s.io/v1",
        "StorageClass",
        "standard",
        &[
            ("provisioner", Value::from("sandbox.weir.dev/memory")),
            ("reclaimPolicy", Value::from("Delete")),
            ("volumeBindingMode", Value::from("Immediate")),
        ],
    );
    value.set_at(&["metadata", "annotations", "storageclass.kubernetes.io/is-default-class"], "true");
    value
}

fn node(version: &str, now: i64) -> Value {
    let time = crate::time::rfc3339(now);
    let condition = |kind: &str, status: &str, reason: &str, message: &str| {
        Value::from([
            ("lastHeartbeatTime", time.as_str()),
            ("lastTransitionTime", time.as_str()),
            ("message", message),
            ("reason", reason),
            ("status", status),
            ("type", kind),
        ])
    };
    let amounts =
        Value::from([("cpu", "64"), ("ephemeral-storage", "1Ti"), ("memory", "256Gi"), ("pods", "10000")]);
    let info = Value::from([
        ("architecture", "amd64"),
        ("bootID", ""),
        ("containerRuntimeVersion", "sandbox://1.0.0"),
        ("kernelVersion", "sandbox"),
        ("kubeProxyVersion", ""),
        ("kubeletVersion", version),
        ("machineID", ""),
        ("operatingSystem", "linux"),
        ("osImage", "sandbox"),
        ("systemUUID", ""),
    ]);
    let status = Value::from([
        (
            "addresses",
            Value::from(vec![
                Value::from([("address", "10.0.0.1"), ("type", "InternalIP")]),
                Value::from([("address", "sandbox"), ("type", "Hostname")]),
            ]),
        ),
        ("allocatable", amounts.clone()),
        ("capacity", amounts),
        (
            "conditions",
            Value::from(vec![
                condition(
                    "MemoryPressure",
                    "False",
                    "KubeletHasSufficientMemory",
                    "kubelet has sufficient memory available",
                ),
                condition(
                    "DiskPressure",
                    "False",
                    "KubeletHasNoDiskPressure",
                    "kubelet has no disk pressure",
                ),
                condition(
                    "PIDPressure",
                    "False",
                    "KubeletHasSufficientPID",
                    "kubelet has sufficient PID available",
                ),
                condition("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
            ]),
        ),
        ("nodeInfo", info),
    ]);
    let mut value = object(
        "v1",
        "Node",
        "sandbox",
        &[("spec", Value::from([("podCIDR", "10.244.0.0/16")])), ("status", status)],
    );
    for (key, text) in [
        ("beta.kubernetes.io/arch", "amd64"),
        ("beta.kubernetes.io/os", "linux"),
        ("kubernetes.io/arch", "amd64"),
        ("kubernetes.io/hostname", "sandbox"),
        ("kubernetes.io/os", "linux"),
        ("node-role.kubernetes.io/control-plane", ""),
    ] {
        value.set_at(&["metadata", "labels", key], text);
    }
    value
}
