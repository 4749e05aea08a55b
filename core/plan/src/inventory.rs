//! What a unit owns, in the notation of Flux.

use std::collections::BTreeMap;

use weir_manifest::Gvk;
use weir_yaml::Text;

use crate::Id;

const RBAC: &str = "rbac.authorization.k8s.io";

/// The objects that a unit owns, each with the version it was applied in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inventory(BTreeMap<Id, Text>);

/// One owned object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owned {
    /// Its name.
    pub id: Id,
    /// The version it was applied in.
    pub version: Text,
}

impl Owned {
    /// Kind and version.
    pub fn gvk(&self) -> Gvk {
        Gvk { group: self.id.group.clone(), version: self.version.clone(), kind: self.id.kind.clone() }
    }
}

impl Inventory {
    /// Adds an object.
    pub fn add(&mut self, id: Id, version: Text) {
        self.0.insert(id, version);
    }

    /// Takes out an object.
    pub fn remove(&mut self, id: &Id) {
        self.0.remove(id);
    }

    /// True if it holds this object.
    pub fn contains(&self, id: &Id) -> bool {
        self.0.contains_key(id)
    }

    /// How many objects it holds.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True if it holds none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The objects, sorted.
    pub fn iter(&self) -> impl Iterator<Item = Owned> {
        self.0.iter().map(|(id, version)| Owned { id: id.clone(), version: version.clone() })
    }

    /// The objects of this inventory that are not in the other.
    pub fn without(&self, other: &Self) -> Vec<Owned> {
        self.iter().filter(|owned| !other.contains(&owned.id)).collect()
    }

    /// Adds what the other one holds besides.
    pub fn merge(&mut self, other: &Self) {
        for (id, version) in &other.0 {
            self.0.entry(id.clone()).or_insert_with(|| version.clone());
        }
    }

    /// Reads `namespace_name_group_kind` entries with their versions; entries that are none are given back.
    pub fn parse<'a>(entries: impl IntoIterator<Item = (&'a str, &'a str)>) -> (Self, Vec<String>) {
        let (mut inventory, mut unreadable) = (Self::default(), Vec::new());
        for (id, version) in entries {
            match parse_id(id) {
                Some(id) => inventory.add(id, Text::from(version)),
                None => unreadable.push(id.to_string()),
            }
        }
        (inventory, unreadable)
    }

    /// The entries as `namespace_name_group_kind` with their versions, sorted.
    pub fn entries(&self) -> Vec<(String, String)> {
        let mut all: Vec<_> =
            self.0.iter().map(|(id, version)| (format_id(id), version.to_string())).collect();
        all.sort();
        all
    }
}

/// RBAC names may hold colons, which the notation writes as two underscores.
fn format_id(id: &Id) -> String {
    let name = if &*id.group == RBAC { id.name.replace(':', "__") } else { id.name.to_string() };
    format!("{}_{name}_{}_{}", id.namespace, id.group, id.kind)
}

fn parse_id(text: &str) -> Option<Id> {
    let (namespace, rest) = text.split_once('_')?;
    let (rest, kind) = rest.rsplit_once('_')?;
    let (name, group) = rest.rsplit_once('_')?;
    if name.is_empty() || kind.is_empty() {
        return None;
    }
    let name = if group == RBAC { name.replace("__", ":") } else { name.to_string() };
    Some(Id { group: group.into(), kind: kind.into(), namespace: namespace.into(), name: name.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(group: &str, kind: &str, namespace: &str, name: &str) -> Id {
        Id { group: group.into(), kind: kind.into(), namespace: namespace.into(), name: name.into() }
    }

    #[test]
    fn notation_is_fluxs() {
        let all = [
            (id("apps", "Deployment", "ns", "web"), "ns_web_apps_Deployment"),
            (id("", "Namespace", "", "apps"), "_apps__Namespace"),
            (
                id(RBAC, "ClusterRole", "", "system:node"),
                "_system__node_rbac.authorization.k8s.io_ClusterRole",
            ),
        ];
        for (id, text) in all {
            assert_eq!(format_id(&id), text);
            assert_eq!(parse_id(text), Some(id));
        }
        let (read, unreadable) = Inventory::parse([("nonsense", "v1"), ("a_b__C", "v1")]);
        assert_eq!((read.len(), unreadable), (1, vec!["nonsense".to_string()]));
    }
}
