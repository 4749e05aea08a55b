//! The last steps of a build: local objects go, the rest is sorted, labelled, and freed from notes of the build.

use weir_manifest::object;
use weir_yaml::{Map, Value};

use crate::Reorder;
use crate::context::Context;
use crate::kustomization::Kustomization;
use crate::origin::{origin_text, transformations_text};
use crate::resource::Res;
use crate::resources::Resources;
use crate::sort::SortOptions;

const ORIGIN: &str = "config.kubernetes.io/origin";
const TRANSFORMATIONS: &str = "alpha.config.kubernetes.io/transformations";
const LOCAL: &str = "config.kubernetes.io/local-config";

/// Annotations by which kustomize speaks to itself; they never leave a build.
const INTERNAL: &[&str] = &[
    "internal.config.kubernetes.io/previousKinds",
    "internal.config.kubernetes.io/previousNames",
    "internal.config.kubernetes.io/prefixes",
    "internal.config.kubernetes.io/suffixes",
    "internal.config.kubernetes.io/previousNamespaces",
    "internal.config.kubernetes.io/allowNameChange",
    "internal.config.kubernetes.io/allowKindChange",
    "internal.config.kubernetes.io/refBy",
    "internal.config.kubernetes.io/generatorBehavior",
    "internal.config.kubernetes.io/needsHashSuffix",
    "internal.config.kubernetes.io/path",
    "internal.config.kubernetes.io/index",
    "internal.config.kubernetes.io/seqindent",
    "internal.config.kubernetes.io/id",
    "internal.config.kubernetes.io/annotations-migration-resource-id",
    "config.kubernetes.io/path",
    "config.kubernetes.io/index",
    "config.k8s.io/id",
    "kustomize.config.k8s.io/helm-generated",
];

/// Finishes a build.
pub(crate) fn finish(context: &mut Context<'_>, kustomization: &Kustomization, resources: &mut Resources) {
    resources.list.retain(|resource| !is_local(resource));
    resources.changed();
    match (&kustomization.sort, context.options.reorder) {
        (Some(sort), _) => sort.sort(&mut resources.list),
        (None, Reorder::Legacy) => SortOptions::legacy().sort(&mut resources.list),
        (None, Reorder::None) => {}
    }
    let wants = |option: &str| kustomization.build_metadata.iter().any(|own| &**own == option);
    let managed_by = context.options.managed_by_label || wants("managedByLabel");
    for resource in &mut resources.list {
        if managed_by {
            object::set_label(&mut resource.object, "app.kubernetes.io/managed-by", "kustomize-v5.8.1");
        }
        clean_annotations(resource, wants("originAnnotations"), wants("transformerAnnotations"));
    }
}

fn is_local(resource: &Res) -> bool {
    match resource.object.at(&["metadata", "annotations", LOCAL]) {
        None => false,
        Some(Value::Bool(false)) => false,
        Some(value) => value.as_str() != Some("false"),
    }
}

/// Kustomize writes all annotations anew in the end, which makes texts of them and leaves no empty map.
fn clean_annotations(resource: &mut Res, origin: bool, transformations: bool) {
    let old = resource.object.at(&["metadata", "annotations"]).cloned();
    let mut new = Map::new();
    for (key, value) in old.as_ref().and_then(Value::as_map).into_iter().flatten() {
        if !INTERNAL.contains(&key.as_str()) && key != ORIGIN && key != TRANSFORMATIONS {
            new.insert(key.clone(), as_text(value));
        }
    }
    if let Some(own) = resource.origin.as_ref().filter(|_| origin) {
        new.insert(ORIGIN, origin_text(own));
    }
    if transformations && !resource.transformations.is_empty() {
        new.insert(TRANSFORMATIONS, transformations_text(&resource.transformations));
    }
    if old.is_some() || !new.is_empty() {
        resource.set_metadata_map("annotations", new);
    }
}

/// A scalar as a text; other values have none.
fn as_text(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.clone()),
        Value::Null | Value::List(_) | Value::Map(_) => Value::from(""),
        other => Value::from(weir_yaml::to_json(other)),
    }
}
