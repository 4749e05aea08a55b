//! In which order objects are applied and printed. That of Helm is known to the crate of charts.

use std::borrow::Cow;
use std::cmp::Ordering;

use weir_yaml::Value;

use crate::{Id, object, split_api_version};

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

/// An object as kustomize's `legacy` sorting sees it.
#[derive(Debug, Clone)]
pub struct LegacyKey<'a> {
    rank: isize,
    group: &'a str,
    /// Borrowed, unless somebody wrote a number.
    version: Cow<'a, str>,
    kind: &'a str,
    namespace: &'a str,
    name: &'a str,
}

impl<'a> LegacyKey<'a> {
    /// Of an object; missing fields are empty.
    pub fn of(order: &KindOrder<'_>, object: &'a Value) -> Self {
        let (group, version) = match object.get("apiVersion") {
            Some(number @ (Value::Int(_) | Value::UInt(_) | Value::Float(_) | Value::Bool(_))) => {
                ("", Cow::Owned(weir_yaml::to_json(number)))
            }
            other => {
                let written = other.and_then(Value::as_written).unwrap_or("");
                let (group, version) = split_api_version(written);
                (group, Cow::Borrowed(version))
            }
        };
        let kind = object::kind(object).unwrap_or("");
        let namespace = object::namespace(object).unwrap_or("");
        let name = object::name(object).unwrap_or("");
        Self { rank: order.rank(kind), group, version, kind, namespace, name }
    }

    fn gvk(&self) -> [&str; 3] {
        [self.group, &self.version, self.kind]
    }

    /// Which of two comes first: by rank, then as their ids are written.
    pub fn order(&self, other: &Self) -> Ordering {
        if self.gvk() == other.gvk() {
            return self.by_id(other);
        }
        self.rank.cmp(&other.rank).then_with(|| {
            let by_text = legacy_gvk(self).cmp(&legacy_gvk(other));
            // Of two kinds named Namespace that of the core comes first.
            let are_namespaces = self.kind == "Namespace" && other.kind == "Namespace";
            let one_is_core = self.group.is_empty() || other.group.is_empty();
            if are_namespaces && one_is_core { by_text.reverse() } else { by_text }
        })
    }

    /// By `namespace|name`, byte by byte.
    fn by_id(&self, other: &Self) -> Ordering {
        if self.namespace == other.namespace {
            return or(self.name, "~N").cmp(or(other.name, "~N"));
        }
        let id = |key: &Self| [or(key.namespace, "~X"), "|", or(key.name, "~N")];
        let bytes = |parts: [&'a str; 3]| parts.into_iter().flat_map(str::bytes);
        bytes(id(self)).cmp(bytes(id(other)))
    }
}

fn or<'a>(text: &'a str, nothing: &'a str) -> &'a str {
    if text.is_empty() { nothing } else { text }
}

fn legacy_gvk(key: &LegacyKey<'_>) -> String {
    format!("{}_{}_{}", or(key.group, "~G"), or(&key.version, "~V"), or(key.kind, "~K"))
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
        let object = |[version, kind, namespace, name]: [&str; 4]| {
            let metadata = Value::from([("namespace", namespace), ("name", name)]);
            Value::from([("apiVersion", version.into()), ("kind", kind.into()), ("metadata", metadata)])
        };
        let order = |one, other| {
            let (one, other) = (object(one), object(other));
            let key = |object| LegacyKey::of(&KUSTOMIZE_LEGACY, object);
            key(&one).order(&key(&other))
        };
        assert_eq!(order(["v1", "Namespace", "", "a"], ["v1", "Service", "", "a"]), Ordering::Less);
        assert_eq!(order(["v1", "Namespace", "", "a"], ["x.io/v1", "Namespace", "", "a"]), Ordering::Less);
        assert_eq!(order(["v1", "Pod", "x", "b"], ["v1", "Pod", "y", "a"]), Ordering::Less);
        // A namespace that begins like another is compared with the bar behind it.
        assert_eq!(order(["v1", "Pod", "x", "a"], ["v1", "Pod", "x-y", "a"]), Ordering::Greater);
    }
}
