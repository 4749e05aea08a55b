//! Names in Flux objects, and the objects that stand for a repository where it does not hold them itself.

use weir_yaml::Value;

use crate::recipe::{SourceId, UnitId};

pub(super) fn id(object: &Value) -> UnitId {
    let text = |key, or: &str| object.str_at(&["metadata", key]).unwrap_or(or).to_string();
    UnitId { namespace: text("namespace", "flux-system"), name: text("name", "") }
}

pub(super) fn source_of(unit: &Value) -> SourceId {
    let text = |key| unit.str_at(&["spec", "sourceRef", key]).filter(|text| !text.is_empty());
    SourceId {
        kind: text("kind").unwrap_or("GitRepository").to_string(),
        namespace: text("namespace").map_or_else(|| id(unit).namespace, str::to_string),
        name: text("name").unwrap_or("flux-system").to_string(),
    }
}

pub(super) fn is_source(object: &Value, source: &SourceId) -> bool {
    let named = id(object);
    object.str_at(&["kind"]) == Some(&source.kind)
        && named.name == source.name
        && named.namespace == source.namespace
}

pub(super) fn namespace_object(name: &str) -> Value {
    let mut object = Value::from([("apiVersion", "v1"), ("kind", "Namespace")]);
    object.set_at(&["metadata", "name"], name);
    object
}

pub(super) fn source_object(source: &SourceId) -> Value {
    let mut object = Value::from([("apiVersion", "source.toolkit.fluxcd.io/v1"), ("kind", &source.kind)]);
    object.set_at(&["metadata", "name"], source.name.as_str());
    object.set_at(&["metadata", "namespace"], source.namespace.as_str());
    object.set_at(&["spec", "interval"], "1m");
    let url =
        if source.kind == "OCIRepository" { "oci://localhost/self" } else { "https://localhost/self.git" };
    object.set_at(&["spec", "url"], url);
    object
}

pub(super) fn unit_object(namespace: &str, name: &str, source_kind: &str, path: &str) -> Value {
    let mut object =
        Value::from([("apiVersion", "kustomize.toolkit.fluxcd.io/v1"), ("kind", "Kustomization")]);
    object.set_at(&["metadata", "name"], name);
    object.set_at(&["metadata", "namespace"], namespace);
    object.set_at(&["spec", "interval"], "10m");
    object.set_at(&["spec", "prune"], true);
    object.set_at(&["spec", "path"], path);
    object.set_at(&["spec", "sourceRef", "kind"], source_kind);
    object.set_at(&["spec", "sourceRef", "name"], name);
    object
}
