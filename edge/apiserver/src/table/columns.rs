//! The columns of built-in kinds.

use crate::kinds::Kind;

/// Columns by group and kind. `_` is a space, `*` marks columns of wide tables.
const COLUMNS: &[(&str, &str, &str)] = &[
    ("", "Pod", "Name Ready Status Restarts Age IP* Node* Nominated_Node* Readiness_Gates*"),
    ("", "ReplicationController", "Name Desired Current Ready Age Containers* Images* Selector*"),
    ("", "Service", "Name Type Cluster-IP External-IP Port(s) Age Selector*"),
    ("", "Endpoints", "Name Endpoints Age"),
    (
        "",
        "Node",
        "Name Status Roles Age Version Internal-IP* External-IP* OS-Image* Kernel-Version* Container-Runtime*",
    ),
    ("", "Event", "Last_Seen Type Reason Object Subobject* Source* Message First_Seen* Count* Name*"),
    ("", "Namespace", "Name Status Age"),
    ("", "Secret", "Name Type Data Age"),
    ("", "ServiceAccount", "Name Age"),
    ("", "ConfigMap", "Name Data Age"),
    (
        "",
        "PersistentVolume",
        "Name Capacity Access_Modes Reclaim_Policy Status Claim StorageClass VolumeAttributesClass Reason Age VolumeMode*",
    ),
    (
        "",
        "PersistentVolumeClaim",
        "Name Status Volume Capacity Access_Modes StorageClass VolumeAttributesClass Age VolumeMode*",
    ),
    ("apps", "Deployment", "Name Ready Up-to-date Available Age Containers* Images* Selector*"),
    ("apps", "ReplicaSet", "Name Desired Current Ready Age Containers* Images* Selector*"),
    ("apps", "StatefulSet", "Name Ready Age Containers* Images*"),
    (
        "apps",
        "DaemonSet",
        "Name Desired Current Ready Up-to-date Available Node_Selector Age Containers* Images* Selector*",
    ),
    ("apps", "ControllerRevision", "Name Controller Revision Age"),
    ("batch", "Job", "Name Status Completions Duration Age Containers* Images* Selector*"),
    (
        "batch",
        "CronJob",
        "Name Schedule Timezone Suspend Active Last_Schedule Age Containers* Images* Selector*",
    ),
    ("autoscaling", "HorizontalPodAutoscaler", "Name Reference Targets MinPods MaxPods Replicas Age"),
    ("networking.k8s.io", "Ingress", "Name Class Hosts Address Ports Age"),
    ("networking.k8s.io", "IngressClass", "Name Controller Parameters Age"),
    ("networking.k8s.io", "NetworkPolicy", "Name Pod-Selector Age"),
    ("discovery.k8s.io", "EndpointSlice", "Name AddressType Ports Endpoints Age"),
    ("policy", "PodDisruptionBudget", "Name Min_Available Max_Unavailable Allowed_Disruptions Age"),
    ("rbac.authorization.k8s.io", "RoleBinding", "Name Role Age Users* Groups* ServiceAccounts*"),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding", "Name Role Age Users* Groups* ServiceAccounts*"),
    ("rbac.authorization.k8s.io", "Role", "Name Created_At"),
    ("rbac.authorization.k8s.io", "ClusterRole", "Name Created_At"),
    (
        "storage.k8s.io",
        "StorageClass",
        "Name Provisioner ReclaimPolicy VolumeBindingMode AllowVolumeExpansion Age",
    ),
    ("coordination.k8s.io", "Lease", "Name Holder Age"),
    ("scheduling.k8s.io", "PriorityClass", "Name Value Global-Default Age PreemptionPolicy"),
    ("apiextensions.k8s.io", "CustomResourceDefinition", "Name Created_At"),
    ("apiregistration.k8s.io", "APIService", "Name Service Available Age"),
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration", "Name Webhooks Age"),
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration", "Name Webhooks Age"),
];

/// The columns of a built-in kind; name and age if nothing is said.
pub(super) fn builtin(kind: &Kind) -> &'static str {
    let found = COLUMNS.iter().find(|(group, name, _)| kind.is(group, name));
    found.map_or("Name Age", |(_, _, columns)| columns)
}
