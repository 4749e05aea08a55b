//! Which fields of which kinds hold names of which other objects.
//!
//! A line with `>` names the kind that is referred to. The rows below it are paths and kinds as in the other tables;
//! `WORK/` stands for the pod of all workloads that take configuration, `RUN/` for that of all that run as somebody.

use std::collections::HashMap;
use std::sync::LazyLock;

use weir_manifest::Gvk;
use weir_manifest::field_spec::{FieldSpec, split_path};

use crate::specs::gvk;

/// A field that may hold a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    /// The kind that the field is in.
    pub(crate) referrer: Gvk,
    /// The kind whose names it holds.
    pub(crate) target: Gvk,
    /// As it is written.
    pub(crate) path: String,
    /// The same in parts.
    pub(crate) parts: Vec<String>,
}

const TABLE: &str = r"
> Deployment
spec/scaleTargetRef/name HorizontalPodAutoscaler
> ReplicationController
spec/scaleTargetRef/name HorizontalPodAutoscaler
> ReplicaSet
spec/scaleTargetRef/name HorizontalPodAutoscaler
> StatefulSet
spec/scaleTargetRef/name HorizontalPodAutoscaler
> v1:ConfigMap
WORK/volumes/configMap/name
WORK/containers/env/valueFrom/configMapKeyRef/name
WORK/initContainers/env/valueFrom/configMapKeyRef/name
WORK/containers/envFrom/configMapRef/name
WORK/initContainers/envFrom/configMapRef/name
WORK/volumes/projected/sources/configMap/name
spec/configSource/configMap Node
rules/resourceNames Role ClusterRole
metadata/annotations/nginx.ingress.kubernetes.io\/fastcgi-params-configmap Ingress
> v1:Secret
WORK/volumes/secret/secretName
WORK/containers/env/valueFrom/secretKeyRef/name
WORK/initContainers/env/valueFrom/secretKeyRef/name
WORK/containers/envFrom/secretRef/name
WORK/initContainers/envFrom/secretRef/name
WORK/imagePullSecrets/name
WORK/volumes/projected/sources/secret/name
spec/tls/secretName Ingress
metadata/annotations/ingress.kubernetes.io\/auth-secret Ingress
metadata/annotations/nginx.ingress.kubernetes.io\/auth-secret Ingress
metadata/annotations/nginx.ingress.kubernetes.io\/auth-tls-secret Ingress
spec/tls/secretName Ingress
imagePullSecrets/name ServiceAccount
parameters/secretName StorageClass
parameters/adminSecretName StorageClass
parameters/userSecretName StorageClass
parameters/secretRef StorageClass
rules/resourceNames Role ClusterRole
spec/template/spec/containers/env/valueFrom/secretKeyRef/name serving.knative.dev/v1:Service
spec/azureFile/secretName PersistentVolume
> v1:Service
spec/serviceName apps/StatefulSet
spec/rules/http/paths/backend/serviceName Ingress
spec/backend/serviceName Ingress
spec/rules/http/paths/backend/service/name Ingress
spec/defaultBackend/service/name Ingress
spec/service/name apiregistration.k8s.io/APIService
webhooks/clientConfig/service admissionregistration.k8s.io/ValidatingWebhookConfiguration admissionregistration.k8s.io/MutatingWebhookConfiguration
> rbac.authorization.k8s.io/Role
roleRef/name rbac.authorization.k8s.io/RoleBinding
> rbac.authorization.k8s.io/ClusterRole
roleRef/name rbac.authorization.k8s.io/RoleBinding rbac.authorization.k8s.io/ClusterRoleBinding
> v1:ServiceAccount
subjects rbac.authorization.k8s.io/RoleBinding rbac.authorization.k8s.io/ClusterRoleBinding
RUN/serviceAccountName
> v1:PersistentVolumeClaim
RUN/volumes/persistentVolumeClaim/claimName
> v1:PersistentVolume
spec/volumeName PersistentVolumeClaim
rules/resourceNames ClusterRole
> storage.k8s.io/v1:StorageClass
spec/storageClassName PersistentVolume PersistentVolumeClaim
spec/volumeClaimTemplates/spec/storageClassName StatefulSet
> scheduling.k8s.io/v1:PriorityClass
RUN/priorityClassName
> networking.k8s.io/v1/v1:IngressClass
spec/ingressClassName Ingress
> admissionregistration.k8s.io/ValidatingAdmissionPolicy
spec/policyName admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding
";

/// Where the pod is in the kinds of `WORK/`.
const WORK: &[(&str, &str)] = &[
    ("v1:Pod", "spec"),
    ("PodTemplate", "template/spec"),
    ("Deployment", "spec/template/spec"),
    ("ReplicaSet", "spec/template/spec"),
    ("DaemonSet", "spec/template/spec"),
    ("StatefulSet", "spec/template/spec"),
    ("Job", "spec/template/spec"),
    ("CronJob", "spec/jobTemplate/spec/template/spec"),
];

/// Where the pod is in the kinds of `RUN/`.
const RUN: &[(&str, &str)] = &[
    ("Pod", "spec"),
    ("StatefulSet", "spec/template/spec"),
    ("Deployment", "spec/template/spec"),
    ("ReplicationController", "spec/template/spec"),
    ("CronJob", "spec/jobTemplate/spec/template/spec"),
    ("Job", "spec/template/spec"),
    ("DaemonSet", "spec/template/spec"),
];

/// All fields, by the kind that they are in.
pub(crate) static FIELDS: LazyLock<HashMap<String, Vec<Field>>> = LazyLock::new(|| {
    let mut fields: HashMap<String, Vec<Field>> = HashMap::new();
    for field in read() {
        fields.entry(field.referrer.kind.to_string()).or_default().push(field);
    }
    fields
});

/// The fields that configurations add.
pub(crate) fn configured(references: &[(Gvk, Vec<FieldSpec>)]) -> Vec<Field> {
    let field = |target: &Gvk, spec: &FieldSpec| Field {
        referrer: spec.gvk.clone(),
        target: target.clone(),
        path: spec.path.to_string(),
        parts: split_path(&spec.path, '/'),
    };
    references.iter().flat_map(|(target, specs)| specs.iter().map(|spec| field(target, spec))).collect()
}

fn read() -> Vec<Field> {
    let mut fields = Vec::new();
    let mut target = gvk("*");
    for row in TABLE.lines().filter(|row| !row.is_empty()) {
        if let Some(word) = row.strip_prefix("> ") {
            target = gvk(word);
            continue;
        }
        let mut words = row.split(' ');
        let path = words.next().unwrap_or("");
        let mut add = |kind: &str, path: String| {
            let parts = split_path(&path, '/');
            fields.push(Field { referrer: gvk(kind), target: target.clone(), path, parts });
        };
        let pods = [("WORK/", WORK), ("RUN/", RUN)];
        match pods.iter().find_map(|(mark, kinds)| Some((path.strip_prefix(mark)?, kinds))) {
            Some((rest, kinds)) => kinds.iter().for_each(|(kind, pod)| add(kind, format!("{pod}/{rest}"))),
            None => words.for_each(|kind| add(kind, path.to_string())),
        }
    }
    fields
}

#[cfg(test)]
pub(crate) fn all() -> Vec<Field> {
    read()
}
