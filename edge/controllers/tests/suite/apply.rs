//! Objects come, change and go as the files say; what others change comes back.

use std::sync::Arc;

use weir_yaml::Value;

use crate::bed::{Bed, REPOSITORY, inventory, version};
use crate::traffic::is_write;

crate::scenarios!(
    a_manifest_is_created_changed_and_removed,
    drift_is_corrected_when_asked,
    nothing_is_written_without_a_change,
    an_object_that_opts_out_is_left_alone,
    objects_say_how_they_are_applied,
    an_immutable_field_is_changed_by_force_only,
    a_definition_and_its_objects_come_together,
    all_refused_objects_are_named,
    a_broken_manifest_prunes_nothing,
    a_service_account_without_rights_is_refused,
);

const CONFIG_MAP: (&str, &str) = ("v1", "ConfigMap");

/// A config map with one entry.
pub(crate) fn config_map(name: &str, value: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: NS}}\ndata: {{key: '{value}'}}\n"
    )
}

fn value(object: &Value) -> &str {
    object.str_at(&["data", "key"]).unwrap_or_default()
}

async fn a_manifest_is_created_changed_and_removed(bed: Arc<Bed>) {
    bed.write("apps/one.yaml", &config_map("one", "1"));
    bed.write("apps/two.yaml", &config_map("two", "1"));
    bed.push().await;
    bed.unit("apps", "./apps", "prune: true").await;
    let unit = bed.ready("apps").await;
    let ns = &bed.namespace;
    assert_eq!(inventory(&unit), [format!("{ns}_one__ConfigMap"), format!("{ns}_two__ConfigMap")]);
    bed.event("apps", &format!("ConfigMap/{ns}/one created")).await;

    bed.write("apps/one.yaml", &config_map("one", "2"));
    let two = bed.get(CONFIG_MAP, "two").await;
    bed.push().await;
    bed.ready("apps").await;
    assert_eq!(value(&bed.get(CONFIG_MAP, "one").await), "2");
    assert_eq!(version(&bed.get(CONFIG_MAP, "two").await), version(&two), "nothing of it has changed");
    bed.event("apps", &format!("ConfigMap/{ns}/one configured")).await;

    bed.remove("apps/one.yaml");
    bed.push().await;
    let unit = bed.ready("apps").await;
    bed.gone(CONFIG_MAP, "one").await;
    assert_eq!(inventory(&unit), [format!("{ns}_two__ConfigMap")]);
    bed.event("apps", &format!("ConfigMap/{ns}/one deleted")).await;
}

async fn drift_is_corrected_when_asked(bed: Arc<Bed>) {
    bed.write("one.yaml", &config_map("one", "1"));
    bed.push().await;
    bed.unit("apps", "./", "prune: true").await;
    bed.ready("apps").await;
    bed.edit(CONFIG_MAP, "one", "data: {key: edited, own: kept}").await;
    bed.request("apps").await;
    let object = bed.get(CONFIG_MAP, "one").await;
    assert_eq!(value(&object), "1");
    assert_eq!(object.str_at(&["data", "own"]), Some("kept"), "a field of somebody else");
    bed.event("apps", "/one configured").await;
    // Also long after the last apply, when a dry-run alone has to tell.
    if let Some(traffic) = bed.traffic() {
        traffic.pass(3600);
        bed.edit(CONFIG_MAP, "one", "data: {key: edited}").await;
        traffic.pass(3600);
        bed.request("apps").await;
        assert_eq!(value(&bed.get(CONFIG_MAP, "one").await), "1");
    }
    // An object that somebody deleted comes back.
    bed.delete(CONFIG_MAP, "one").await;
    bed.request("apps").await;
    assert_eq!(value(&bed.get(CONFIG_MAP, "one").await), "1");
}

async fn nothing_is_written_without_a_change(bed: Arc<Bed>) {
    bed.write("one.yaml", &config_map("one", "1"));
    bed.write(
        "service.yaml",
        "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: NS}\n\
         spec: {selector: {app: web}, ports: [{port: 80}]}\n",
    );
    bed.push().await;
    bed.unit("apps", "./", "prune: true, wait: true").await;
    bed.ready("apps").await;
    let before = (bed.get(CONFIG_MAP, "one").await, bed.get(("v1", "Service"), "web").await);
    let fields = before.0.at(&["metadata", "managedFields"]).and_then(Value::as_list).unwrap();
    assert!(fields.iter().any(|entry| entry.str_at(&["manager"]) == Some("kustomize-controller")
        && entry.str_at(&["operation"]) == Some("Apply")));
    bed.event("apps", "Reconciliation finished").await;
    if let Some(traffic) = bed.traffic() {
        traffic.pass(10);
        traffic.clear();
    }
    bed.request("apps").await;
    let after = (bed.get(CONFIG_MAP, "one").await, bed.get(("v1", "Service"), "web").await);
    assert_eq!((version(&before.0), version(&before.1)), (version(&after.0), version(&after.1)));
    // One status says that it was done, one event at most tells of it, and nothing is listed.
    let ns = &bed.namespace;
    if let Some(traffic) = bed.traffic() {
        let unit = format!("/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/{ns}/kustomizations/apps/status");
        assert_writes(&traffic.requests(), &unit, 1);
        traffic.clear();
    }
    bed.request_of(REPOSITORY, "repository").await;
    if let Some(traffic) = bed.traffic() {
        let source =
            format!("/apis/source.toolkit.fluxcd.io/v1/namespaces/{ns}/gitrepositories/repository/status");
        assert_writes(&traffic.requests(), &source, 0);
    }
}

/// One write to this path, so many events at most, no other write, and no list.
fn assert_writes(requests: &[String], path: &str, events: usize) {
    let (mut told, writes): (Vec<_>, Vec<_>) =
        requests.iter().filter(|one| is_write(one)).partition(|one| one.contains("/events"));
    // Those of the unit are written behind the work.
    told.retain(|one| events > 0 || one.contains("source-controller"));
    let is_it = |request: &String| request.starts_with(&format!("PATCH {path}?"));
    assert!(writes.len() == 1 && is_it(writes[0]), "{writes:#?}");
    assert!(told.len() <= events, "{told:#?}");
    let lists: Vec<_> = requests.iter().filter(|one| one.contains("limit=")).collect();
    assert!(lists.is_empty(), "{lists:#?}");
}

async fn an_object_that_opts_out_is_left_alone(bed: Arc<Bed>) {
    bed.write("one.yaml", &config_map("one", "1"));
    bed.push().await;
    bed.unit("apps", "./", "prune: true").await;
    bed.ready("apps").await;
    let annotate =
        |value| format!("metadata: {{annotations: {{kustomize.toolkit.fluxcd.io/reconcile: {value}}}}}");
    bed.edit(CONFIG_MAP, "one", &annotate("Disabled")).await;
    bed.edit(CONFIG_MAP, "one", "data: {key: edited}").await;
    bed.request("apps").await;
    assert_eq!(value(&bed.get(CONFIG_MAP, "one").await), "edited");
    bed.edit(CONFIG_MAP, "one", &annotate("null")).await;
    bed.request("apps").await;
    assert_eq!(value(&bed.get(CONFIG_MAP, "one").await), "1");
}

async fn objects_say_how_they_are_applied(bed: Arc<Bed>) {
    let with = |name: &str, mode: &str, value: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n  namespace: NS\n  annotations:\n    \
             kustomize.toolkit.fluxcd.io/ssa: {mode}\ndata: {{key: '{value}'}}\n"
        )
    };
    let write = |value: &str| {
        bed.write("once.yaml", &with("once", "IfNotPresent", value));
        bed.write("never.yaml", &with("never", "Ignore", value));
        bed.write("merged.yaml", &with("merged", "Merge", value));
        bed.write("plain.yaml", &config_map("plain", value));
    };
    write("1");
    bed.push().await;
    bed.unit("apps", "./", "prune: true").await;
    bed.ready("apps").await;
    assert!(bed.find(CONFIG_MAP, "never").await.is_none());
    bed.edit(CONFIG_MAP, "once", "data: {key: edited}").await;
    // As kubectl would: its fields are taken over, and go, unless the object is merged.
    for name in ["merged", "plain"] {
        let manifest = format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: NS}}\ndata: {{more: x}}\n"
        );
        bed.apply_as("kubectl", &manifest).await;
    }
    write("2");
    bed.push().await;
    bed.ready("apps").await;
    assert_eq!(value(&bed.get(CONFIG_MAP, "once").await), "edited");
    assert!(bed.find(CONFIG_MAP, "never").await.is_none());
    let (merged, plain) = (bed.get(CONFIG_MAP, "merged").await, bed.get(CONFIG_MAP, "plain").await);
    assert_eq!((value(&merged), merged.str_at(&["data", "more"])), ("2", Some("x")));
    assert_eq!((value(&plain), plain.str_at(&["data", "more"])), ("2", None));
}

async fn an_immutable_field_is_changed_by_force_only(bed: Arc<Bed>) {
    const JOB: (&str, &str) = ("batch/v1", "Job");
    let job = |image: &str, annotations: &str| {
        format!(
            "apiVersion: batch/v1\nkind: Job\nmetadata: {{name: job, namespace: NS, annotations: {{{annotations}}}}}\n\
             spec: {{template: {{spec: {{restartPolicy: Never, containers: [{{name: main, image: {image}}}]}}}}}}\n"
        )
    };
    bed.write("job.yaml", &job("a:1", ""));
    bed.write("other.yaml", &config_map("other", "1"));
    bed.push().await;
    bed.unit("apps", "./", "prune: true").await;
    bed.ready("apps").await;
    let before = bed.get(JOB, "job").await;
    bed.write("job.yaml", &job("a:2", ""));
    bed.push().await;
    let (reason, message) = bed.failed("apps").await;
    assert_eq!(reason, "ReconciliationFailed");
    assert!(message.contains("Job/") && message.contains("immutable"), "{message}");
    let uid = |object: &Value| object.str_at(&["metadata", "uid"]).unwrap().to_string();
    assert_eq!(uid(&bed.get(JOB, "job").await), uid(&before));

    bed.write("job.yaml", &job("a:2", "kustomize.toolkit.fluxcd.io/force: enabled"));
    bed.push().await;
    bed.ready("apps").await;
    let after = bed.get(JOB, "job").await;
    assert_ne!(uid(&after), uid(&before));
    let containers = after.at(&["spec", "template", "spec", "containers"]).and_then(Value::as_list).unwrap();
    assert_eq!(containers[0].str_at(&["image"]), Some("a:2"));
}

async fn a_definition_and_its_objects_come_together(bed: Arc<Bed>) {
    let group = format!("{}.example.com", bed.namespace);
    let (crd, api_version) = (format!("widgets.{group}"), format!("{group}/v1"));
    bed.leaves("apiextensions.k8s.io/v1", "CustomResourceDefinition", &crd);
    bed.leaves("v1", "Namespace", &format!("{}-more", bed.namespace));
    bed.write("a.yaml", &format!("apiVersion: {api_version}\nkind: Widget\nmetadata: {{name: w, namespace: NS-more}}\nspec: {{size: 1}}\n"));
    bed.write("b.yaml", &widgets(&group));
    bed.write("c.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: NS-more}\n");
    bed.push().await;
    bed.unit("apps", "./", "prune: true, wait: true").await;
    let unit = bed.ready("apps").await;
    let ns = &bed.namespace;
    let history = unit.at(&["status", "history"]).and_then(Value::as_list).unwrap();
    assert_eq!(history.len(), 1, "it took one run: {history:?}");
    let mut expected = [
        format!("_{crd}_apiextensions.k8s.io_CustomResourceDefinition"),
        format!("_{ns}-more__Namespace"),
        format!("{ns}-more_w_{group}_Widget"),
    ];
    expected.sort();
    assert_eq!(inventory(&unit), expected);
}

/// A definition with a status of its own.
pub(crate) fn widgets(group: &str) -> String {
    format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: widgets.{group}}}\n\
         spec:\n  group: {group}\n  names: {{kind: Widget, plural: widgets}}\n  scope: Namespaced\n  versions:\n  \
         - name: v1\n    served: true\n    storage: true\n    subresources: {{status: {{}}}}\n    schema:\n      \
         openAPIV3Schema: {{type: object, x-kubernetes-preserve-unknown-fields: true}}\n"
    )
}

async fn all_refused_objects_are_named(bed: Arc<Bed>) {
    bed.write("good.yaml", &config_map("good", "1"));
    bed.write(
        "kind.yaml",
        "apiVersion: example.com/v1\nkind: Nothing\nmetadata: {name: nothing, namespace: NS}\n",
    );
    bed.write("name.yaml", &config_map("NOT-valid", "1").replace("NOT-valid", "Not_valid"));
    bed.write(
        "selector.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: NS}\n\
         spec: {selector: {matchLabels: {app: a}}, template: {metadata: {labels: {app: b}}, spec: {containers: [{name: c, image: i}]}}}\n",
    );
    bed.push().await;
    bed.unit("apps", "./", "prune: true").await;
    let (reason, message) = bed.failed("apps").await;
    assert_eq!(reason, "ReconciliationFailed");
    for (file, object) in [("kind.yaml", "Nothing"), ("name.yaml", "Not_valid"), ("selector.yaml", "web")] {
        assert!(message.contains(file) && message.contains(object), "{file} is not named:\n{message}");
    }
    assert!(
        bed.find(CONFIG_MAP, "good").await.is_none(),
        "nothing is applied while the server would refuse some"
    );
}

async fn a_broken_manifest_prunes_nothing(bed: Arc<Bed>) {
    bed.write("one.yaml", &config_map("one", "1"));
    bed.write("two.yaml", &config_map("two", "1"));
    bed.push().await;
    bed.unit("apps", "./", "prune: true").await;
    bed.ready("apps").await;
    let before = bed.get(CONFIG_MAP, "two").await;
    bed.remove("one.yaml");
    bed.write("two.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: two\n");
    let revision = bed.push().await;
    let (reason, message) = bed.failed("apps").await;
    assert_eq!(reason, "BuildFailed");
    assert!(message.contains("two.yaml"), "{message}");
    let unit = bed.read("apps").await;
    assert_ne!(unit.str_at(&["status", "lastAppliedRevision"]), Some(&*revision));
    assert_eq!(inventory(&unit).len(), 2);
    assert!(bed.find(CONFIG_MAP, "one").await.is_some());
    bed.write("two.yaml", &config_map("two", "1"));
    bed.push().await;
    bed.ready("apps").await;
    bed.gone(CONFIG_MAP, "one").await;
    let uid = |object: &Value| object.str_at(&["metadata", "uid"]).unwrap().to_string();
    assert_eq!(uid(&bed.get(CONFIG_MAP, "two").await), uid(&before));
}

/// The embedded server does not evaluate rights.
async fn a_service_account_without_rights_is_refused(bed: Arc<Bed>) {
    if bed.traffic().is_some() {
        return;
    }
    bed.apply("apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: poor, namespace: NS}\n").await;
    bed.write("map.yaml", &config_map("map", "1"));
    bed.push().await;
    bed.unit("apps", "./", "serviceAccountName: poor").await;
    let (_, message) = bed.failed("apps").await;
    let user = format!("system:serviceaccount:{}:poor", bed.namespace);
    assert!(message.contains("forbidden") && message.contains(&user), "{message}");
    assert!(bed.find(CONFIG_MAP, "map").await.is_none());
    // With rights it goes on.
    let of_namespace = |kind: &str, more: &str| {
        format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata: {{name: poor, namespace: NS}}\n{more}\n"
        )
    };
    let rules = "rules: [{apiGroups: [''], resources: [configmaps], verbs: ['*']}]";
    bed.apply(&of_namespace("Role", rules)).await;
    let binding = "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: poor}\n\
        subjects: [{kind: ServiceAccount, name: poor, namespace: NS}]";
    bed.apply(&of_namespace("RoleBinding", binding)).await;
    bed.request("apps").await;
    bed.ready("apps").await;
}
