//! Paths of resources, as far as clients look at them: what a kind is called, and which options its writes take.

use weir_yaml::{Map, Value};

use super::builtin::gvk_value;
use crate::kinds::Kind;

/// The paths of a kind, whose schema is behind this reference.
pub(super) fn of(kind: &Kind, reference: &str) -> Vec<(String, Value)> {
    let root = if kind.gvk.group.is_empty() {
        format!("/api/{}", kind.gvk.version)
    } else {
        format!("/apis/{}/{}", kind.gvk.group, kind.gvk.version)
    };
    let scope = if kind.namespaced { "/namespaces/{namespace}" } else { "" };
    let collection = format!("{root}{scope}/{}", kind.plural);
    let mut out = vec![(collection.clone(), item(kind, reference, &[("get", "list"), ("post", "create")]))];
    if kind.can("get") {
        let verbs = [("get", "get"), ("put", "update"), ("patch", "patch"), ("delete", "delete")];
        out.push((format!("{collection}/{{name}}"), item(kind, reference, &verbs)));
    }
    if kind.namespaced && kind.can("list") {
        out.push((format!("{root}/{}", kind.plural), item(kind, reference, &[("get", "list")])));
    }
    out
}

fn item(kind: &Kind, reference: &str, verbs: &[(&str, &str)]) -> Value {
    let mut out = Map::new();
    for (method, verb) in verbs.iter().filter(|(_, verb)| kind.can(verb)) {
        out.insert(*method, operation(kind, reference, verb));
    }
    Value::Map(out)
}

fn operation(kind: &Kind, reference: &str, verb: &str) -> Value {
    let schema = Value::from([("$ref", reference)]);
    let content = Value::from([("application/json", Value::from([("schema", schema)]))]);
    let answer = Value::from([("description", Value::from("OK")), ("content", content)]);
    let mut out = Map::new();
    out.insert(
        "x-kubernetes-action",
        if verb == "create" {
            "post"
        } else if verb == "update" {
            "put"
        } else {
            verb
        },
    );
    out.insert("x-kubernetes-group-version-kind", gvk_value(&kind.gvk));
    out.insert("responses", Value::from([("200", answer)]));
    let names: &[&str] = match verb {
        "create" | "update" => &["dryRun", "fieldManager", "fieldValidation"],
        "patch" => &["dryRun", "fieldManager", "fieldValidation", "force"],
        "delete" => &["dryRun"],
        _ => &[],
    };
    let parameter = |name: &&str| {
        let kind = if *name == "force" { "boolean" } else { "string" };
        Value::from([
            ("name", Value::from(*name)),
            ("in", Value::from("query")),
            ("schema", Value::from([("type", kind)])),
        ])
    };
    if !names.is_empty() {
        out.insert("parameters", names.iter().map(parameter).collect::<Value>());
    }
    Value::Map(out)
}
