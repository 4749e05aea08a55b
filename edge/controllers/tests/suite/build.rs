//! From files to objects: what a unit's path and overlay give, and what is wrong with them.

use std::sync::Arc;

use weir_yaml::Value;

use crate::apply::config_map;
use crate::bed::{Bed, inventory};

crate::scenarios!(
    a_directory_without_a_kustomization_is_taken_whole,
    every_broken_file_is_named,
    overlay_fields_come_after_the_file,
    a_missing_component_fails_unless_ignored,
    a_path_stays_inside_the_source,
    a_missing_path_is_named,
    common_metadata_wins,
    what_is_not_supported_is_named,
);

const CONFIG_MAP: (&str, &str) = ("v1", "ConfigMap");

async fn a_directory_without_a_kustomization_is_taken_whole(bed: Arc<Bed>) {
    bed.write("apps/plain.yaml", &config_map("plain", "1"));
    bed.write("apps/deep/down/more.yml", &config_map("more", "1"));
    bed.write("apps/nested/kustomization.yaml", "namePrefix: nested-\nresources: [one.yaml]\n");
    bed.write("apps/nested/one.yaml", &config_map("one", "1"));
    bed.write("apps/nested/unused.yaml", &config_map("unused", "1"));
    bed.write("apps/readme.md", "no manifest");
    bed.push().await;
    bed.unit("apps", "./apps", "prune: true").await;
    let ns = &bed.namespace;
    let names = ["more", "nested-one", "plain"].map(|name| format!("{ns}_{name}__ConfigMap"));
    assert_eq!(inventory(&bed.ready("apps").await), names);
}

async fn every_broken_file_is_named(bed: Arc<Bed>) {
    bed.write("a.yaml", &config_map("a", "1"));
    bed.write("b.yaml", "apiVersion: v1\nkind: ConfigMap\n  metadata: x\n");
    bed.write("c.yaml", "key: [1, 2\n");
    bed.write("d.yaml", "{\n");
    bed.push().await;
    bed.unit("apps", "./", "prune: true").await;
    let (reason, message) = bed.failed("apps").await;
    assert_eq!(reason, "BuildFailed");
    for file in ["b.yaml:", "c.yaml:", "d.yaml:"] {
        assert!(message.contains(file), "{file} is not named:\n{message}");
    }
    assert!(bed.find(CONFIG_MAP, "a").await.is_none());
}

async fn overlay_fields_come_after_the_file(bed: Arc<Bed>) {
    bed.write(
        "web.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 1\n  \
         selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    \
         spec: {containers: [{name: main, image: 'registry.example/web:1'}]}\n",
    );
    bed.write(
        "kustomization.yaml",
        "namespace: elsewhere\nresources: [web.yaml]\npatches:\n- patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    \
         metadata: {name: web}\n    spec: {replicas: 2, paused: false}\n",
    );
    bed.push().await;
    let more = "prune: true, targetNamespace: NS, namePrefix: my-, images: [{name: registry.example/web, newTag: '2'}], \
         patches: [{patch: '[{\"op\": \"replace\", \"path\": \"/spec/replicas\", \"value\": 3}]', target: {kind: Deployment}}]";
    bed.unit("apps", "./", more).await;
    let unit = bed.ready("apps").await;
    assert_eq!(inventory(&unit), [format!("{}_my-web_apps_Deployment", bed.namespace)]);
    let web = bed.get(("apps/v1", "Deployment"), "my-web").await;
    assert_eq!(web.at(&["spec", "replicas"]).and_then(Value::as_i64), Some(3));
    let containers = web.at(&["spec", "template", "spec", "containers"]).and_then(Value::as_list).unwrap();
    assert_eq!(containers[0].str_at(&["image"]), Some("registry.example/web:2"));
}

async fn a_missing_component_fails_unless_ignored(bed: Arc<Bed>) {
    bed.write("apps/one.yaml", &config_map("one", "1"));
    bed.write(
        "part/kustomization.yaml",
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnameSuffix: -part\n",
    );
    bed.push().await;
    bed.unit("apps", "./apps", "components: [../part, ../absent]").await;
    let (reason, message) = bed.failed("apps").await;
    assert_eq!(reason, "BuildFailed");
    assert!(message.contains("absent"), "{message}");
    bed.unit("apps", "./apps", "components: [../part, ../absent], ignoreMissingComponents: true").await;
    assert_eq!(inventory(&bed.ready("apps").await), [format!("{}_one-part__ConfigMap", bed.namespace)]);
}

async fn a_path_stays_inside_the_source(bed: Arc<Bed>) {
    bed.write("one.yaml", &config_map("one", "1"));
    bed.write("link/kustomization.yaml", "resources: [../../../../../../../etc/hostname]\n");
    bed.push().await;
    bed.unit("apps", "../../../../etc", "").await;
    let (reason, message) = bed.failed("apps").await;
    assert_eq!(reason, "ArtifactFailed");
    assert!(message.contains("path"), "{message}");
    bed.unit("link", "./link", "").await;
    let (reason, message) = bed.failed("link").await;
    assert_eq!(reason, "BuildFailed", "{message}");
}

async fn a_missing_path_is_named(bed: Arc<Bed>) {
    bed.write("one.yaml", &config_map("one", "1"));
    bed.push().await;
    bed.unit("apps", "./absent", "prune: true").await;
    let (reason, message) = bed.failed("apps").await;
    assert_eq!(reason, "ArtifactFailed");
    assert!(message.contains("kustomization path not found") && message.contains("absent"), "{message}");
}

async fn common_metadata_wins(bed: Arc<Bed>) {
    bed.write(
        "one.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one, namespace: NS, labels: {team: own, more: own}}\n",
    );
    bed.push().await;
    bed.unit("apps", "./", "commonMetadata: {labels: {team: common}, annotations: {note: common}}").await;
    bed.ready("apps").await;
    let one = bed.get(CONFIG_MAP, "one").await;
    let label = |key| one.str_at(&["metadata", "labels", key]);
    assert_eq!((label("team"), label("more")), (Some("common"), Some("own")));
    assert_eq!(one.str_at(&["metadata", "annotations", "note"]), Some("common"));
    assert_eq!(label("kustomize.toolkit.fluxcd.io/name"), Some("apps"));
    assert_eq!(label("kustomize.toolkit.fluxcd.io/namespace"), Some(&*bed.namespace));
}

async fn what_is_not_supported_is_named(bed: Arc<Bed>) {
    bed.write("one.yaml", &config_map("one", "1"));
    bed.push().await;
    bed.unit("apps", "./", "kubeConfig: {secretRef: {name: other}}").await;
    let message = bed.shows("apps", "False", "BuildFailed").await;
    assert!(message.contains("not supported yet") && message.contains("spec.kubeConfig"), "{message}");
    bed.unit("apps", "./", "").await;
    bed.ready("apps").await;
}
