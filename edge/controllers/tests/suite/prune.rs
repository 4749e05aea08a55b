//! What leaves a unit is deleted, and nothing else ever is.

use std::sync::Arc;

use weir_yaml::Value;

use crate::apply::config_map;
use crate::bed::{Bed, inventory};

crate::scenarios!(
    what_opts_out_is_released,
    what_another_unit_owns_is_kept,
    without_prune_objects_are_released,
    inventories_name_kinds_as_flux_does,
    a_renamed_path_deletes_nothing,
    an_object_that_moves_to_another_unit_lives_on,
);

const CONFIG_MAP: (&str, &str) = ("v1", "ConfigMap");

fn uid(object: &Value) -> String {
    object.str_at(&["metadata", "uid"]).unwrap().to_string()
}

async fn what_opts_out_is_released(bed: Arc<Bed>) {
    let precious = config_map("precious", "1").replace(
        "namespace: NS}",
        "namespace: NS, annotations: {kustomize.toolkit.fluxcd.io/prune: disabled}}",
    );
    bed.write("precious.yaml", &precious);
    bed.write("cheap.yaml", &config_map("cheap", "1"));
    bed.write("other.yaml", &config_map("other", "1"));
    bed.push().await;
    bed.unit("apps", "./", "prune: true").await;
    bed.ready("apps").await;
    bed.remove("precious.yaml");
    bed.remove("cheap.yaml");
    bed.push().await;
    assert_eq!(inventory(&bed.ready("apps").await), [format!("{}_other__ConfigMap", bed.namespace)]);
    bed.gone(CONFIG_MAP, "cheap").await;
    assert!(bed.find(CONFIG_MAP, "precious").await.is_some());
}

async fn what_another_unit_owns_is_kept(bed: Arc<Bed>) {
    bed.write("one.yaml", &config_map("one", "1"));
    bed.write("two.yaml", &config_map("two", "1"));
    bed.push().await;
    bed.unit("apps", "./", "prune: true").await;
    bed.ready("apps").await;
    bed.edit(CONFIG_MAP, "one", "metadata: {labels: {kustomize.toolkit.fluxcd.io/name: somebody}}").await;
    bed.remove("one.yaml");
    bed.push().await;
    bed.ready("apps").await;
    assert!(bed.find(CONFIG_MAP, "one").await.is_some());
}

async fn without_prune_objects_are_released(bed: Arc<Bed>) {
    bed.write("one.yaml", &config_map("one", "1"));
    bed.write("two.yaml", &config_map("two", "1"));
    bed.push().await;
    bed.unit("apps", "./", "prune: false").await;
    bed.ready("apps").await;
    bed.remove("one.yaml");
    bed.push().await;
    assert_eq!(inventory(&bed.ready("apps").await), [format!("{}_two__ConfigMap", bed.namespace)]);
    assert!(bed.find(CONFIG_MAP, "one").await.is_some());
}

async fn inventories_name_kinds_as_flux_does(bed: Arc<Bed>) {
    bed.leaves("v1", "Namespace", &format!("{}-own", bed.namespace));
    bed.leaves("rbac.authorization.k8s.io/v1", "ClusterRole", &format!("{}:role", bed.namespace));
    bed.write("a.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: NS-own}\n");
    bed.write(
        "b.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: NS}\n\
         spec: {replicas: 0, selector: {matchLabels: {app: a}}, template: {metadata: {labels: {app: a}}, spec: {containers: [{name: c, image: i}]}}}\n",
    );
    bed.write("c.yaml", "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: 'NS:role'}\nrules: []\n");
    bed.push().await;
    bed.unit("apps", "./", "prune: true").await;
    let unit = bed.ready("apps").await;
    let ns = &bed.namespace;
    let mut expected = [
        format!("_{ns}-own__Namespace"),
        format!("_{ns}__role_rbac.authorization.k8s.io_ClusterRole"),
        format!("{ns}_web_apps_Deployment"),
    ];
    expected.sort();
    assert_eq!(inventory(&unit), expected);
    let entries = unit.at(&["status", "inventory", "entries"]).and_then(Value::as_list).unwrap();
    assert!(entries.iter().all(|entry| entry.str_at(&["v"]) == Some("v1")));
}

async fn a_renamed_path_deletes_nothing(bed: Arc<Bed>) {
    bed.write("old/one.yaml", &config_map("one", "1"));
    bed.push().await;
    bed.unit("apps", "./old", "prune: true").await;
    bed.ready("apps").await;
    let before = uid(&bed.get(CONFIG_MAP, "one").await);
    bed.rename("old", "new");
    bed.push().await;
    let (reason, message) = bed.failed("apps").await;
    assert_eq!(reason, "ArtifactFailed");
    assert!(message.contains("kustomization path not found"), "{message}");
    assert_eq!(inventory(&bed.read("apps").await).len(), 1);
    bed.unit("apps", "./new", "prune: true").await;
    bed.ready("apps").await;
    assert_eq!(uid(&bed.get(CONFIG_MAP, "one").await), before);
}

async fn an_object_that_moves_to_another_unit_lives_on(bed: Arc<Bed>) {
    bed.write("a/one.yaml", &config_map("one", "1"));
    bed.write("a/two.yaml", &config_map("two", "1"));
    bed.write("b/three.yaml", &config_map("three", "1"));
    bed.push().await;
    // The one that loses it runs last, with nothing to hold it but the labels.
    bed.unit("b", "./b", "prune: true").await;
    bed.unit("a", "./a", "prune: true, dependsOn: [{name: b}]").await;
    bed.ready("a").await;
    let before = uid(&bed.get(CONFIG_MAP, "one").await);
    bed.rename("a/one.yaml", "b/one.yaml");
    bed.push().await;
    bed.ready("b").await;
    let a = bed.ready("a").await;
    assert_eq!(inventory(&a), [format!("{}_two__ConfigMap", bed.namespace)]);
    let one = bed.get(CONFIG_MAP, "one").await;
    assert_eq!(uid(&one), before);
    assert_eq!(one.str_at(&["metadata", "labels", "kustomize.toolkit.fluxcd.io/name"]), Some("b"));
}
