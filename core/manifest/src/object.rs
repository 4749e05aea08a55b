//! Objects: the fields that all of them have, their ids, and streams of them.

use std::fmt;
use std::sync::Arc;

use weir_yaml::{Map, Text, Value};

use crate::{Gvk, split_api_version};

/// What names an object in a cluster. The version does not matter there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    /// The group, empty for the core.
    pub group: Text,
    /// The kind.
    pub kind: Text,
    /// The namespace, empty for kinds that live in none.
    pub namespace: Text,
    /// The name.
    pub name: Text,
}

impl Id {
    /// Of an object; missing fields are empty.
    pub fn of(object: &Value) -> Self {
        let (group, _) = split_api_version(api_version(object).unwrap_or(""));
        Self {
            group: Text::from(group),
            kind: Text::from(kind(object).unwrap_or("")),
            namespace: Text::from(namespace(object).unwrap_or("")),
            name: Text::from(name(object).unwrap_or("")),
        }
    }
}

/// `Kind/namespace/name`, or `Kind/name` where there is no namespace, as Flux writes it.
impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.namespace.is_empty() {
            write!(f, "{}/{}", self.kind, self.name)
        } else {
            write!(f, "{}/{}/{}", self.kind, self.namespace, self.name)
        }
    }
}

/// The field `apiVersion`.
pub fn api_version(object: &Value) -> Option<&str> {
    object.str_at(&["apiVersion"])
}

/// The field `kind`.
pub fn kind(object: &Value) -> Option<&str> {
    object.str_at(&["kind"])
}

/// The name, if it has one that is a text.
pub fn name(object: &Value) -> Option<&str> {
    object.at(&["metadata", "name"])?.as_written()
}

/// The namespace as it is written.
pub fn namespace(object: &Value) -> Option<&str> {
    object.at(&["metadata", "namespace"])?.as_written()
}

/// The labels.
pub fn labels(object: &Value) -> Option<&Map> {
    object.at(&["metadata", "labels"])?.as_map()
}

/// The annotations.
pub fn annotations(object: &Value) -> Option<&Map> {
    object.at(&["metadata", "annotations"])?.as_map()
}

/// One label.
pub fn label<'a>(object: &'a Value, key: &str) -> Option<&'a str> {
    labels(object)?.get(key)?.as_written()
}

/// One annotation.
pub fn annotation<'a>(object: &'a Value, key: &str) -> Option<&'a str> {
    annotations(object)?.get(key)?.as_written()
}

/// Sets the name.
pub fn set_name(object: &mut Value, name: &str) {
    object.set_at(&["metadata", "name"], name);
}

/// Sets the namespace; an empty one is taken away.
pub fn set_namespace(object: &mut Value, namespace: &str) {
    if namespace.is_empty() {
        object.remove_at(&["metadata", "namespace"]);
    } else {
        object.set_at(&["metadata", "namespace"], namespace);
    }
}

/// Sets one label.
pub fn set_label(object: &mut Value, key: &str, value: &str) {
    object.set_at(&["metadata", "labels", key], value);
}

/// Sets one annotation.
pub fn set_annotation(object: &mut Value, key: &str, value: &str) {
    object.set_at(&["metadata", "annotations", key], value);
}

/// Takes out one annotation, and the map of them if it was the last.
pub fn remove_annotation(object: &mut Value, key: &str) -> Option<Value> {
    let removed = object.remove_at(&["metadata", "annotations", key]);
    if removed.is_some() && annotations(object).is_some_and(Map::is_empty) {
        object.remove_at(&["metadata", "annotations"]);
    }
    removed
}

/// Where an object stands in the source, so that whoever reports on it can find the place again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Origin {
    /// The file, as a path below the root of its source; empty if it was made up.
    pub file: Text,
    /// The document in the file, from zero.
    pub document: u32,
    /// The first byte of the document.
    pub offset: u32,
    /// The item of a list, if the document is one.
    pub item: Option<u32>,
}

/// An object and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// The object.
    pub value: Value,
    /// Where it stands; shared by all that is made from it.
    pub origin: Arc<Origin>,
}

impl Object {
    /// Its id.
    pub fn id(&self) -> Id {
        Id::of(&self.value)
    }

    /// Its group, version and kind.
    pub fn gvk(&self) -> Gvk {
        Gvk::of(&self.value)
    }
}

/// True for `List` and all kinds that end so and have items: `ConfigMapList`.
pub fn is_list(object: &Value) -> bool {
    kind(object).is_some_and(|kind| kind.ends_with("List"))
        && object.get("items").is_some_and(|it| it.as_list().is_some())
}

/// The document as objects: one, or the items of a list, lists in lists too. A null document gives none.
///
/// Items of a typed list without a kind of their own get that of the list.
pub fn expand(document: Value, origin: Origin) -> Vec<Object> {
    let mut found = Vec::new();
    expand_into(document, origin, 0, &mut found);
    found
}

/// Lists in lists in lists are no use to anybody.
const DEEPEST_LIST: usize = 8;

fn expand_into(document: Value, origin: Origin, depth: usize, found: &mut Vec<Object>) {
    if document.is_null() {
        return;
    }
    if !is_list(&document) || depth > DEEPEST_LIST {
        found.push(Object { value: document, origin: Arc::new(origin) });
        return;
    }
    let item_kind = kind(&document).and_then(|kind| kind.strip_suffix("List")).unwrap_or("").to_string();
    let version = api_version(&document).unwrap_or("").to_string();
    let items = document.get("items").and_then(Value::as_list).unwrap_or_default();
    for (at, item) in items.iter().enumerate() {
        let mut item = item.clone();
        if !item_kind.is_empty() && item.as_map().is_some_and(|map| !map.contains_key("kind")) {
            item.set_at(&["apiVersion"], version.as_str());
            item.set_at(&["kind"], item_kind.as_str());
        }
        let item_origin = Origin { item: origin.item.or(u32::try_from(at).ok()), ..origin.clone() };
        expand_into(item, item_origin, depth + 1, found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_objects() {
        let json =
            br#"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"prod"}}"#;
        let mut object = weir_yaml::from_json(json).unwrap();
        assert_eq!(Id::of(&object).to_string(), "Deployment/prod/web");
        set_namespace(&mut object, "");
        assert_eq!(Id::of(&object).to_string(), "Deployment/web");
        set_annotation(&mut object, "a/b", "c");
        assert_eq!(annotation(&object, "a/b"), Some("c"));
        assert_eq!(remove_annotation(&mut object, "a/b"), Some(Value::from("c")));
        assert!(annotations(&object).is_none());
    }

    #[test]
    fn expands_lists() {
        let json = br#"{"apiVersion":"v1","kind":"List","items":[{"kind":"A"},
            {"apiVersion":"x/v1","kind":"BList","items":[{"metadata":{"name":"b"}}]},null]}"#;
        let found = expand(weir_yaml::from_json(json).unwrap(), Origin::default());
        let kinds: Vec<_> = found.iter().map(|one| (one.gvk().to_string(), one.origin.item)).collect();
        assert_eq!(kinds, [(", Kind=A".to_string(), Some(0)), ("x/v1, Kind=B".to_string(), Some(1))]);
    }
}
