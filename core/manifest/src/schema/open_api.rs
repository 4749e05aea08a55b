//! Schemas that somebody gives as OpenAPI definitions: what kustomize merges custom kinds by, and their scopes.

use std::collections::HashMap;

use weir_yaml::{Map, Text, Value};

use super::PatchStrategy;
use crate::kinds::Scope;

/// References to references are followed so far.
const MOST_REFERENCES: usize = 32;

/// A document of OpenAPI 2.
#[derive(Debug, Clone, Default)]
pub struct OpenApi {
    definitions: Map,
    /// Names of definitions by `apiVersion` and kind.
    kinds: HashMap<(Text, Text), Text>,
    scopes: HashMap<(Text, Text), Scope>,
}

/// One schema in a document.
#[derive(Debug, Clone, Copy)]
pub struct GivenSchema<'a> {
    document: &'a OpenApi,
    value: &'a Value,
}

/// What stands below a schema.
#[derive(Debug, Clone, Copy)]
pub enum Below<'a> {
    /// Another schema of the document.
    Schema(GivenSchema<'a>),
    /// A definition that the document does not have.
    Elsewhere(&'a str),
}

impl OpenApi {
    /// Reads a document: `definitions`, and `paths` for scopes.
    pub fn new(document: &Value) -> Self {
        let mut made = Self::default();
        if let Some(definitions) = document.get("definitions").and_then(Value::as_map) {
            made.definitions = definitions.clone();
        }
        for (name, definition) in &made.definitions {
            for kind in definition.get(GVK).and_then(Value::as_list).unwrap_or_default() {
                made.kinds.extend(type_of(kind).map(|kind| (kind, name.text())));
            }
        }
        for (path, operations) in document.get("paths").and_then(Value::as_map).into_iter().flatten() {
            let Some(kind) = operations.at(&["get", GVK]).and_then(type_of) else { continue };
            if path.contains("namespaces/{namespace}") {
                made.scopes.insert(kind, Scope::Namespaced);
            } else {
                made.scopes.entry(kind).or_insert(Scope::Cluster);
            }
        }
        made
    }

    /// The schema of a kind.
    pub fn kind(&self, api_version: &str, kind: &str) -> Option<GivenSchema<'_>> {
        let name = self.kinds.get(&(Text::from(api_version), Text::from(kind)))?;
        self.definitions.get(name).map(|value| GivenSchema { document: self, value })
    }

    /// Whether a kind lives in namespaces, as the paths say.
    pub fn scope(&self, api_version: &str, kind: &str) -> Option<Scope> {
        self.scopes.get(&(Text::from(api_version), Text::from(kind))).copied()
    }
}

const GVK: &str = "x-kubernetes-group-version-kind";

fn type_of(value: &Value) -> Option<(Text, Text)> {
    let (version, kind) = (value.str_at(&["version"])?, value.str_at(&["kind"])?);
    let api_version = match value.str_at(&["group"]) {
        Some(group) if !group.is_empty() => format!("{group}/{version}"),
        _ => version.to_string(),
    };
    Some((Text::from(api_version), Text::from(kind)))
}

impl<'a> GivenSchema<'a> {
    fn at(self, value: &'a Value) -> Option<Below<'a>> {
        let mut value = value;
        for _ in 0..MOST_REFERENCES {
            let Some(reference) = value.str_at(&["$ref"]) else {
                return Some(Below::Schema(Self { value, ..self }));
            };
            let name = reference.strip_prefix("#/definitions/")?;
            match self.document.definitions.get(name) {
                Some(next) => value = next,
                None => return Some(Below::Elsewhere(name)),
            }
        }
        None
    }

    /// The schema of what stands under a key.
    pub fn child(self, key: &str) -> Option<Below<'a>> {
        let own = self.value.get("properties").and_then(|fields| fields.get(key));
        let any = || self.value.get("additionalProperties").filter(|any| any.as_map().is_some());
        self.at(own.or_else(any)?)
    }

    /// The schema of the items of a list.
    pub fn items(self) -> Option<Below<'a>> {
        let is_list = self.value.str_at(&["type"]) == Some("array");
        self.at(self.value.get("items").filter(|_| is_list)?)
    }

    /// How patches treat this.
    pub fn patch_strategy(self) -> PatchStrategy {
        let words = self.value.str_at(&["x-kubernetes-patch-strategy"]).unwrap_or("");
        PatchStrategy { merge: words.split(',').any(|word| word == "merge"), ..PatchStrategy::default() }
    }

    /// The keys by which items of a list are one.
    pub fn merge_keys(self) -> Vec<String> {
        if self.value.get("x-kubernetes-patch-strategy").is_none() {
            return Vec::new();
        }
        if let Some(keys) = self.value.get("x-kubernetes-list-map-keys").and_then(Value::as_list) {
            return keys.iter().filter_map(Value::as_str).map(str::to_string).collect();
        }
        let key = self.value.str_at(&["x-kubernetes-patch-merge-key"]);
        key.into_iter().map(str::to_string).collect()
    }
}
