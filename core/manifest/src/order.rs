//! In which order objects are applied and printed. That of Helm is known to the crate of charts.

use std::cmp::Ordering;

use crate::{Gvk, Id, ResourceId};

/// Kinds that come first and last; all others stand between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindOrder<'a> {
    /// Kinds that come first, in this order.
    pub first: &'a [&'a str],
    /// Kinds that come last, in this order.
    pub last: &'a [&'a str],
}

/// The order in which the Flux controllers apply.
pub const FLUX: KindOrder<'static> = KindOrder {
    first: &[
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
    ],
    last: &["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"],
};

/// The order of kustomize's `legacy` sorting.
pub const KUSTOMIZE_LEGACY: KindOrder<'static> = KindOrder {
    first: &[
        "Namespace",
        "ResourceQuota",
        "StorageClass",
        "CustomResourceDefinition",
        "ServiceAccount",
        "PodSecurityPolicy",
        "Role",
        "ClusterRole",
        "RoleBinding",
        "ClusterRoleBinding",
        "ConfigMap",
        "Secret",
        "Endpoints",
        "Service",
        "LimitRange",
        "PriorityClass",
        "PersistentVolume",
        "PersistentVolumeClaim",
        "Deployment",
        "StatefulSet",
        "CronJob",
        "PodDisruptionBudget",
    ],
    last: &["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"],
};

impl KindOrder<'_> {
    /// The rank of a kind: what has a smaller one comes first.
    pub fn rank(&self, kind: &str) -> isize {
        let place = |list: &[&str]| list.iter().position(|own| *own == kind);
        let length = self.first.len().cast_signed();
        match (place(self.last), place(self.first)) {
            (Some(at), _) => at.cast_signed() + 1,
            (None, Some(at)) => at.cast_signed() - length,
            (None, None) => 0,
        }
    }
}

/// The order of two objects when Flux applies: by rank, group, kind, namespace, name.
pub fn flux(one: &Id, other: &Id) -> Ordering {
    let key = |id: &Id| (FLUX.rank(&id.kind), id.clone());
    key(one).cmp(&key(other))
}

/// The order of two objects in kustomize's `legacy` sorting, or one like it.
pub fn kustomize(order: &KindOrder<'_>, one: &ResourceId, other: &ResourceId) -> Ordering {
    if one.gvk == other.gvk {
        return legacy_id(one).cmp(&legacy_id(other));
    }
    let by_kind = order.rank(&one.gvk.kind).cmp(&order.rank(&other.gvk.kind));
    by_kind.then_with(|| {
        let by_text = legacy_gvk(&one.gvk).cmp(&legacy_gvk(&other.gvk));
        // Of two kinds named Namespace that of the core comes first.
        let are_namespaces = &*one.gvk.kind == "Namespace" && &*other.gvk.kind == "Namespace";
        let one_is_core = one.gvk.group.is_empty() || other.gvk.group.is_empty();
        if are_namespaces && one_is_core { by_text.reverse() } else { by_text }
    })
}

fn or<'a>(text: &'a str, nothing: &'a str) -> &'a str {
    if text.is_empty() { nothing } else { text }
}

fn legacy_gvk(gvk: &Gvk) -> String {
    format!("{}_{}_{}", or(&gvk.group, "~G"), or(&gvk.version, "~V"), or(&gvk.kind, "~K"))
}

fn legacy_id(id: &ResourceId) -> String {
    format!("{}|{}|{}", id.gvk.dotted(), or(&id.namespace, "~X"), or(&id.name, "~N"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_kinds() {
        assert!(FLUX.rank("CustomResourceDefinition") < FLUX.rank("Namespace"));
        assert!(FLUX.rank("PodDisruptionBudget") < FLUX.rank("Kustomization"));
        assert!(FLUX.rank("Kustomization") < FLUX.rank("MutatingWebhookConfiguration"));
    }

    #[test]
    fn orders_objects() {
        let id = |text: &str| ResourceId::parse(text).unwrap();
        let order = |one: &str, other: &str| kustomize(&KUSTOMIZE_LEGACY, &id(one), &id(other));
        assert_eq!(order("Namespace.v1.[noGrp]/a.[noNs]", "Service.v1.[noGrp]/a.[noNs]"), Ordering::Less);
        assert_eq!(order("Namespace.v1.[noGrp]/a.[noNs]", "Namespace.v1.x.io/a.[noNs]"), Ordering::Less);
        assert_eq!(order("Pod.v1.[noGrp]/b.x", "Pod.v1.[noGrp]/a.y"), Ordering::Less);
    }
}
