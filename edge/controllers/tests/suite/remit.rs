//! One repository in a cluster of others: what is not its own stays as it is, byte for byte.

use std::sync::Arc;

use weir_controllers::Remit;
use weir_yaml::Value;

use crate::apply::config_map;
use crate::bed::{Bed, REPOSITORY, UNIT};

crate::scenarios!(only_what_belongs_to_the_repository_is_acted_on, what_a_unit_takes_over_belongs_to_it);

fn foreign(name: &str) -> String {
    format!(
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: {name}, namespace: NS}}\n\
         spec: {{interval: 1h, prune: true, path: ./, sourceRef: {{kind: GitRepository, name: foreign}}}}\n"
    )
}

const SOURCE: &str = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\n\
    metadata: {name: foreign, namespace: NS}\nspec: {interval: 1h, url: 'https://git.example/foreign.git'}\n";

/// What somebody else has written.
const STATUS: &str = "status: {observedGeneration: 1, conditions: [{type: Ready, status: 'True', reason: Theirs, \
    message: theirs, lastTransitionTime: '2026-01-01T00:00:00Z', observedGeneration: 1}]}";

/// Everything of an object.
async fn whole(bed: &Bed, what: (&str, &str), name: &str) -> String {
    weir_yaml::to_json(&bed.get(what, name).await)
}

async fn with_repository_only(bed: &Bed) {
    let own = bed.source();
    let remit = Remit::Repository { heads: Default::default(), sources: [own].into() };
    bed.restart_with(|settings| settings.remit = remit).await;
}

async fn only_what_belongs_to_the_repository_is_acted_on(bed: Arc<Bed>) {
    with_repository_only(&bed).await;
    bed.apply(SOURCE).await;
    bed.edit_part(REPOSITORY, "foreign", "status", STATUS).await;
    bed.apply(&foreign("theirs")).await;
    bed.edit_part(UNIT, "theirs", "status", STATUS).await;
    bed.apply(&foreign("leaving")).await;
    bed.edit(UNIT, "leaving", "metadata: {finalizers: [finalizers.fluxcd.io]}").await;
    let before = [whole(&bed, REPOSITORY, "foreign").await, whole(&bed, UNIT, "theirs").await];
    bed.delete(UNIT, "leaving").await;
    // Units that are applied belong to the repository, whatever their source.
    bed.write("child/unit.yaml", &foreign("child"));
    bed.push().await;
    bed.unit("apps", "./child", "").await;
    bed.ready("apps").await;
    let seen = |unit: Option<&Value>| unit.is_some_and(|unit| unit.at(&["status", "conditions"]).is_some());
    bed.until(UNIT, "child", seen).await;
    bed.restart().await;
    bed.write("child/map.yaml", &config_map("map", "1"));
    bed.push().await;
    bed.until(("v1", "ConfigMap"), "map", |map| map.is_some()).await;
    bed.ready("apps").await;
    assert_eq!(whole(&bed, REPOSITORY, "foreign").await, before[0]);
    assert_eq!(whole(&bed, UNIT, "theirs").await, before[1]);
    let leaving = bed.get(UNIT, "leaving").await;
    assert!(leaving.at(&["metadata", "finalizers"]).is_some(), "it is for others to finish");
    bed.release(UNIT, "leaving").await;
}

async fn what_a_unit_takes_over_belongs_to_it(bed: Arc<Bed>) {
    with_repository_only(&bed).await;
    bed.apply(&foreign("theirs")).await;
    bed.write("child/unit.yaml", &foreign("theirs"));
    bed.push().await;
    bed.unit("apps", "./child", "").await;
    let seen = |unit: Option<&Value>| unit.is_some_and(|unit| unit.at(&["status", "conditions"]).is_some());
    bed.until(UNIT, "theirs", seen).await;
}
