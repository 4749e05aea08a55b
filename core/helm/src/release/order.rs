//! The order in which Helm installs kinds, and that in which it takes them away.

/// Kinds in the order in which they are installed. Others follow, by name.
pub const INSTALL_ORDER: [&str; 38] = [
    "PriorityClass",
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleList",
    "ClusterRoleBinding",
    "ClusterRoleBindingList",
    "Role",
    "RoleList",
    "RoleBinding",
    "RoleBindingList",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
];

/// Kinds in the order in which they are taken away. Others follow, by name.
pub const UNINSTALL_ORDER: [&str; 38] = [
    // Validation goes before mutation, lest webhooks block what follows.
    "ValidatingWebhookConfiguration",
    "MutatingWebhookConfiguration",
    "APIService",
    "Ingress",
    "IngressClass",
    "Service",
    "CronJob",
    "Job",
    "StatefulSet",
    "HorizontalPodAutoscaler",
    "Deployment",
    "ReplicaSet",
    "ReplicationController",
    "Pod",
    "DaemonSet",
    "RoleBindingList",
    "RoleBinding",
    "RoleList",
    "Role",
    "ClusterRoleBindingList",
    "ClusterRoleBinding",
    "ClusterRoleList",
    "ClusterRole",
    "CustomResourceDefinition",
    "PersistentVolumeClaim",
    "PersistentVolume",
    "StorageClass",
    "ConfigMap",
    "SecretList",
    "Secret",
    "ServiceAccount",
    "PodDisruptionBudget",
    "PodSecurityPolicy",
    "LimitRange",
    "ResourceQuota",
    "NetworkPolicy",
    "Namespace",
    "PriorityClass",
];

/// Where a kind comes; those that are not known come last, by name.
pub(super) fn place(order: &[&str], kind: &str) -> (usize, String) {
    match order.iter().position(|known| *known == kind) {
        Some(at) => (at, String::new()),
        None => (order.len(), kind.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_without_a_place_come_last_by_name() {
        let mut kinds = ["Zebra", "Service", "Ant", "Namespace"];
        kinds.sort_by_cached_key(|kind| place(&INSTALL_ORDER, kind));
        assert_eq!(kinds, ["Namespace", "Service", "Ant", "Zebra"]);
        kinds.sort_by_cached_key(|kind| place(&UNINSTALL_ORDER, kind));
        assert_eq!(kinds, ["Service", "Namespace", "Ant", "Zebra"]);
    }
}
