//! The default field specs: which fields of which kinds the transformers change.
//!
//! A row is a path, `+` where missing fields are made or `-` where not, and kinds as `group/version:Kind` with the parts
//! that matter; `*` is every kind.

use std::sync::LazyLock;

use weir_manifest::Gvk;
use weir_manifest::field_spec::FieldSpec;
use weir_yaml::Text;

/// Reads a table.
fn table(rows: &str) -> Vec<FieldSpec> {
    let mut specs = Vec::new();
    for row in rows.lines().filter(|row| !row.trim().is_empty()) {
        let mut words = row.split_whitespace();
        let (path, create) = (words.next().unwrap_or(""), words.next() == Some("+"));
        specs.extend(words.map(|word| FieldSpec { gvk: gvk(word), path: Text::from(path), create }));
    }
    specs
}

/// `*`, `Kind`, `group/Kind`, `version:Kind` or `group/version:Kind`.
pub(crate) fn gvk(word: &str) -> Gvk {
    let (group, rest) = word.rsplit_once('/').unwrap_or(("", word));
    let (version, kind) = rest.split_once(':').unwrap_or(("", rest));
    Gvk::new(group, version, if kind == "*" { "" } else { kind })
}

const TEMPLATES: &str = "
spec/template/metadata/FIELD + v1:ReplicationController Deployment ReplicaSet DaemonSet apps/StatefulSet batch/Job
spec/jobTemplate/metadata/FIELD + batch/CronJob
spec/jobTemplate/spec/template/metadata/FIELD + batch/CronJob
";

const SELECTORS: &str = "
spec/selector + v1:Service v1:ReplicationController
spec/selector/matchLabels + Deployment ReplicaSet DaemonSet apps/StatefulSet
spec/selector/matchLabels - batch/Job policy/PodDisruptionBudget
spec/jobTemplate/spec/selector/matchLabels - batch/CronJob
spec/template/spec/affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels - apps/Deployment apps/StatefulSet
spec/template/spec/affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels - apps/Deployment apps/StatefulSet
spec/template/spec/affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels - apps/Deployment apps/StatefulSet
spec/template/spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels - apps/Deployment apps/StatefulSet
spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels - apps/Deployment apps/StatefulSet
spec/podSelector/matchLabels - networking.k8s.io/NetworkPolicy
spec/ingress/from/podSelector/matchLabels - networking.k8s.io/NetworkPolicy
spec/egress/to/podSelector/matchLabels - networking.k8s.io/NetworkPolicy
";

const CLAIMS: &str = "spec/volumeClaimTemplates[]/metadata/labels + apps/StatefulSet";

/// For annotations the group of a StatefulSet does not matter.
fn of_all_sets() -> String {
    TEMPLATES.replace("FIELD", "annotations").replace("apps/StatefulSet", "StatefulSet")
}

fn templates(field: &str) -> Vec<FieldSpec> {
    table(&TEMPLATES.replace("FIELD", field))
}

/// Labels with selectors.
pub(crate) static COMMON_LABELS: LazyLock<Vec<FieldSpec>> = LazyLock::new(|| {
    [table(SELECTORS), table("metadata/labels + *"), templates("labels"), table(CLAIMS)].concat()
});

/// Labels with templates.
pub(crate) static TEMPLATE_LABELS: LazyLock<Vec<FieldSpec>> =
    LazyLock::new(|| [table("metadata/labels + *"), templates("labels"), table(CLAIMS)].concat());

/// Labels of the objects alone.
pub(crate) static PLAIN_LABELS: LazyLock<Vec<FieldSpec>> = LazyLock::new(|| table("metadata/labels + *"));

/// Annotations.
pub(crate) static ANNOTATIONS: LazyLock<Vec<FieldSpec>> =
    LazyLock::new(|| [table("metadata/annotations + *"), table(&of_all_sets())].concat());

/// The namespace, beside that of the objects themselves.
pub(crate) static NAMESPACE: LazyLock<Vec<FieldSpec>> = LazyLock::new(|| {
    table(
        "
metadata/name + Namespace
spec/service/namespace + apiregistration.k8s.io/APIService
spec/conversion/webhook/clientConfig/service/namespace - apiextensions.k8s.io/CustomResourceDefinition
",
    )
});

/// Counts of replicas.
pub(crate) static REPLICAS: LazyLock<Vec<FieldSpec>> =
    LazyLock::new(|| table("spec/replicas + Deployment ReplicationController ReplicaSet StatefulSet"));

/// Names, for prefixes and suffixes.
pub(crate) static NAME: LazyLock<Vec<FieldSpec>> = LazyLock::new(|| table("metadata/name - *"));

/// Images.
pub(crate) static IMAGES: LazyLock<Vec<FieldSpec>> = LazyLock::new(|| {
    table(
        "
spec/containers[]/image + *
spec/initContainers[]/image + *
spec/volumes[]/image/reference + *
spec/template/spec/containers[]/image + *
spec/template/spec/initContainers[]/image + *
spec/template/spec/volumes[]/image/reference + *
",
    )
});

/// What a container may say with variables in it.
const VARIABLES: &str = "
POD/containers/args
POD/containers/command
POD/containers/env/value
POD/containers/volumeMounts/mountPath
POD/initContainers/args
POD/initContainers/command
POD/initContainers/env/value
POD/initContainers/volumeMounts/mountPath
";

/// Fields in which variables are replaced.
pub(crate) static VAR_REFERENCES: LazyLock<Vec<FieldSpec>> = LazyLock::new(|| {
    let containers = |pod: &str, kinds: &str| {
        let rows = VARIABLES.lines().filter(|row| !row.is_empty());
        let rows: Vec<_> = rows.map(|row| format!("{} - {kinds}", row.replace("POD", pod))).collect();
        table(&rows.join("\n"))
    };
    let others = table(
        "
spec/jobTemplate/spec/template/volumes/nfs/server - CronJob
spec/template/spec/volumes/nfs/server - DaemonSet Deployment Job ReplicaSet
spec/template/metadata/annotations - Deployment
spec/rules/host - Ingress
spec/tls/hosts - Ingress
spec/tls/secretName - Ingress
spec/volumes/nfs/server - Pod
spec/ports/port - Service
spec/ports/targetPort - Service
spec/volumeClaimTemplates/spec/nfs/server - StatefulSet
spec/nfs/server - PersistentVolume
metadata/labels - *
metadata/annotations - *
",
    );
    let workloads = "DaemonSet Deployment Job ReplicaSet StatefulSet";
    [
        containers("spec/jobTemplate/spec/template/spec", "CronJob"),
        containers("spec/template/spec", workloads),
        containers("spec", "Pod"),
        others,
    ]
    .concat()
});

#[cfg(test)]
mod tests {
    use super::*;
    use weir_yaml::{Dialect, Value, first_from_yaml};

    /// The tables of kustomize itself, where they are at hand.
    #[test]
    #[expect(clippy::disallowed_methods, reason = "the tables are files")]
    fn has_all_default_fields() {
        let shared = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
        let shared = std::env::var_os("WEIR_SHARED").map_or(shared, std::path::PathBuf::from);
        let data = shared.join("conformance/kustomize/_data");
        let tables = [
            ("commonAnnotations", &ANNOTATIONS),
            ("namespace", &NAMESPACE),
            ("replicas", &REPLICAS),
            ("images", &IMAGES),
            ("namePrefix", &NAME),
            ("varReference", &VAR_REFERENCES),
        ];
        for (field, own) in tables {
            let file = data.join(format!("fieldspecs-{}.yaml", field.to_lowercase()));
            let Ok(text) = std::fs::read_to_string(file) else { return };
            let value = first_from_yaml(&text, Dialect::V3).unwrap();
            let specs = value.get(field).and_then(Value::as_list).unwrap();
            let shown = |spec: &FieldSpec| format!("{spec:?}");
            let mut wanted: Vec<_> = specs.iter().map(|spec| shown(&FieldSpec::from_value(spec))).collect();
            let mut own: Vec<_> = own.iter().map(shown).collect();
            wanted.sort();
            own.sort();
            wanted.dedup();
            assert_eq!(own, wanted, "{field}");
        }
    }
}
