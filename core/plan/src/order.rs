//! In which stage an object is applied, and in which order inside a stage.

use weir_manifest::Gvk;

use crate::Desired;

/// Kinds that come first, in this order; then all others by name; then the tail.
const HEAD: [&str; 23] = [
    "CustomResourceDefinition",
    "Namespace",
    "ClusterRole",
    "ClusterClass",
    "RuntimeClass",
    "PriorityClass",
    "StorageClass",
    "VolumeSnapshotClass",
    "IngressClass",
    "GatewayClass",
    "ClusterRoleBinding",
    "ResourceQuota",
    "ServiceAccount",
    "Role",
    "RoleBinding",
    "ConfigMap",
    "Secret",
    "Service",
    "LimitRange",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];
const TAIL: [&str; 2] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/// What is applied together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// What others need to exist: definitions, namespaces, cluster roles.
    Definitions,
    /// Classes.
    Classes,
    /// Everything else.
    Rest,
}

pub(crate) fn stage(gvk: &Gvk) -> Stage {
    match &*gvk.kind {
        "CustomResourceDefinition" if &*gvk.group == "apiextensions.k8s.io" => Stage::Definitions,
        "Namespace" if gvk.group.is_empty() => Stage::Definitions,
        "ClusterRole" if &*gvk.group == "rbac.authorization.k8s.io" => Stage::Definitions,
        kind if kind.ends_with("Class") => Stage::Classes,
        _ => Stage::Rest,
    }
}

/// Sorts by kind order, then kind, group, namespace and name: the same whatever the order of the input.
pub(crate) fn sort(objects: &mut [Desired]) {
    objects.sort_by(|a, b| rank(&a.id.kind).cmp(&rank(&b.id.kind)).then_with(|| a.id.cmp(&b.id)));
}

/// Place of a kind in the order.
pub(crate) fn rank(kind: &str) -> (usize, &str) {
    if let Some(at) = HEAD.iter().position(|head| *head == kind) {
        return (at, "");
    }
    match TAIL.iter().position(|tail| *tail == kind) {
        Some(at) => (HEAD.len() + 1 + at, ""),
        None => (HEAD.len(), kind),
    }
}
