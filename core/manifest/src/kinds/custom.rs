//! Kinds that a `CustomResourceDefinition` adds.

use weir_yaml::{Text, Value};

use super::{Resource, Scope, Subresource};
use crate::{Gvk, split_api_version};

/// True for a `CustomResourceDefinition` of any version.
pub fn is_custom_resource_definition(object: &Value) -> bool {
    let (group, _) = split_api_version(object.str_at(&["apiVersion"]).unwrap_or(""));
    group == "apiextensions.k8s.io" && object.str_at(&["kind"]) == Some("CustomResourceDefinition")
}

/// The resources that this object defines, the stored version first; none if it is no `CustomResourceDefinition`.
pub fn custom_resources(object: &Value) -> Vec<Resource> {
    if !is_custom_resource_definition(object) {
        return Vec::new();
    }
    let Some(spec) = object.get("spec") else { return Vec::new() };
    let group = spec.str_at(&["group"]).unwrap_or("");
    let Some(kind) = spec.str_at(&["names", "kind"]) else { return Vec::new() };
    let flag = |version: &Value, key| version.get(key).and_then(Value::as_bool).unwrap_or(false);
    let mut found = Vec::new();
    for version in spec.get("versions").and_then(Value::as_list).unwrap_or_default() {
        let Some(name) = version.str_at(&["name"]).filter(|_| flag(version, "served")) else { continue };
        let gvk = Gvk::new(group, name, kind);
        let below = version.get("subresources").or_else(|| spec.get("subresources"));
        found.push((!flag(version, "storage"), resource(gvk, spec, below)));
    }
    // `v1beta1` definitions may name their only version in the spec itself.
    if let (true, Some(name)) = (found.is_empty(), spec.str_at(&["version"])) {
        found.push((false, resource(Gvk::new(group, name, kind), spec, spec.get("subresources"))));
    }
    found.sort_by_key(|(not_stored, _)| *not_stored);
    found.into_iter().map(|(_, resource)| resource).collect()
}

fn resource(gvk: Gvk, spec: &Value, below: Option<&Value>) -> Resource {
    let kind = gvk.kind.to_ascii_lowercase();
    let name = |key, or: &str| Text::from(spec.str_at(&["names", key]).unwrap_or(or));
    let names = |key| {
        let list = spec.at(&["names", key]).and_then(Value::as_list).unwrap_or_default();
        list.iter().filter_map(Value::as_str).map(Text::from).collect()
    };
    let verbs = |verbs: &[&str]| verbs.iter().map(|verb| Text::from(*verb)).collect();
    let mut subresources = Vec::new();
    for (key, kind) in [("scale", Some(Gvk::new("autoscaling", "v1", "Scale"))), ("status", None)] {
        if below.and_then(|below| below.get(key)).is_some_and(|value| !value.is_null()) {
            subresources.push(Subresource {
                name: Text::from(key),
                kind,
                verbs: verbs(&["get", "patch", "update"]),
            });
        }
    }
    Resource {
        scope: match spec.str_at(&["scope"]) {
            Some("Cluster") => Scope::Cluster,
            _ => Scope::Namespaced,
        },
        plural: name("plural", &format!("{kind}s")),
        singular: name("singular", &kind),
        short_names: names("shortNames"),
        categories: names("categories"),
        verbs: verbs(&["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]),
        subresources,
        versions: Vec::new(),
        gvk,
    }
}
