//! Which kinds there are, what their resources are called and whether they live in namespaces.
//!
//! [`Kinds`] is the built-in table of Kubernetes 1.37 (and of what only 1.36 serves) together with the custom resource
//! definitions met on the way.

mod builtin;
mod custom;
mod kustomize;

use std::collections::HashMap;

use weir_yaml::{Text, Value};

use crate::Gvk;

pub use builtin::builtin;
pub use custom::{custom_resources, is_custom_resource_definition};
pub use kustomize::kustomize_scope;

/// Whether objects of a kind live in namespaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// In a namespace.
    Namespaced,
    /// In the cluster as a whole.
    Cluster,
}

/// One kind as the API serves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Group, version and kind.
    pub gvk: Gvk,
    /// In a namespace or not.
    pub scope: Scope,
    /// The word in paths: `deployments`.
    pub plural: Text,
    /// One of them: `deployment`.
    pub singular: Text,
    /// Shorter words: `deploy`.
    pub short_names: Vec<Text>,
    /// Groups of resources: `all`.
    pub categories: Vec<Text>,
    /// What can be done with it, sorted.
    pub verbs: Vec<Text>,
    /// What lies below an object.
    pub subresources: Vec<Subresource>,
    /// Minor versions of Kubernetes that have it, as `1.36`; empty: all that are known, and custom resources.
    pub versions: Vec<Text>,
}

/// Something below an object: `status`, `scale`, `log`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subresource {
    /// The word in paths.
    pub name: Text,
    /// What it takes and gives; the same as the resource if none is named.
    pub kind: Option<Gvk>,
    /// What can be done with it, sorted.
    pub verbs: Vec<Text>,
}

impl Resource {
    /// The subresource of this name.
    pub fn subresource(&self, name: &str) -> Option<&Subresource> {
        self.subresources.iter().find(|one| &*one.name == name)
    }

    /// True if an API server of this minor version (`1.37`) knows it.
    pub fn is_in(&self, version: &str) -> bool {
        self.versions.is_empty() || self.versions.iter().any(|own| &**own == version)
    }

    /// True if an API server serves it without being told to: stable versions only.
    pub fn is_on_by_default(&self) -> bool {
        let stable =
            self.gvk.version.strip_prefix('v').is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()));
        stable || !self.verbs.iter().any(|verb| &**verb == "list")
    }

    /// True if people may call it so: plural, singular, short name or kind.
    pub fn is_called(&self, word: &str) -> bool {
        *self.plural == *word
            || *self.singular == *word
            || self.short_names.iter().any(|name| **name == *word)
            || self.gvk.kind.eq_ignore_ascii_case(word)
    }
}

/// The kinds that are known: built in, and custom resources as they are met. Cloning copies only the latter.
#[derive(Debug, Clone, Default)]
pub struct Kinds {
    custom: Vec<Resource>,
    /// Positions in `custom` by group and kind.
    by_kind: HashMap<(Text, Text), Vec<usize>>,
}

impl Kinds {
    /// The built-in ones.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one; it takes the place of an earlier one of the same group, version and kind.
    pub fn add(&mut self, resource: Resource) {
        let at = self.custom.iter().position(|own| own.gvk == resource.gvk);
        if let Some(at) = at {
            self.custom[at] = resource;
            return;
        }
        let key = (resource.gvk.group.clone(), resource.gvk.kind.clone());
        self.by_kind.entry(key).or_default().push(self.custom.len());
        self.custom.push(resource);
    }

    /// Adds what this object defines, if it is a `CustomResourceDefinition`. True if it was one.
    pub fn add_definition(&mut self, object: &Value) -> bool {
        let found = custom_resources(object);
        let any = !found.is_empty();
        found.into_iter().for_each(|resource| self.add(resource));
        any
    }

    /// All of them, built-in ones first.
    pub fn iter(&self) -> impl Iterator<Item = &Resource> {
        builtin().iter().chain(&self.custom)
    }

    /// The versions of a kind, in the order of the API's preference.
    pub fn of_kind<'a>(&'a self, group: &str, kind: &str) -> impl Iterator<Item = &'a Resource> + use<'a> {
        let key = (Text::from(group), Text::from(kind));
        let custom = self.by_kind.get(&key).map_or(&[][..], Vec::as_slice);
        let builtin = builtin::of_kind(group, kind).map(|one| -> &'a Resource { one });
        builtin.chain(custom.iter().filter_map(|at| self.custom.get(*at)))
    }

    /// The resource of exactly this kind.
    pub fn get(&self, gvk: &Gvk) -> Option<&Resource> {
        self.of_kind(&gvk.group, &gvk.kind).find(|one| one.gvk.version == gvk.version)
    }

    /// Whether objects of a kind live in namespaces; none if the kind is unknown. All versions of a kind agree.
    pub fn scope(&self, group: &str, kind: &str) -> Option<Scope> {
        self.of_kind(group, kind).next().map(|one| one.scope)
    }

    /// What people mean by `deploy`, `deployments.apps` or `deployments.v1.apps`. Earlier groups win over later ones.
    pub fn called(&self, words: &str) -> Option<&Resource> {
        let words = words.to_ascii_lowercase();
        let (word, rest) = words.split_once('.').map_or((&*words, None), |(word, rest)| (word, Some(rest)));
        let fits = |one: &&Resource| match rest {
            None => true,
            Some(rest) => {
                let version_and_group = rest.split_once('.').unwrap_or((rest, ""));
                *one.gvk.group == *rest || (&*one.gvk.version, &*one.gvk.group) == version_and_group
            }
        };
        self.iter().filter(|one| one.is_called(word)).find(fits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_built_in_kinds() {
        let kinds = Kinds::new();
        assert_eq!(kinds.scope("apps", "Deployment"), Some(Scope::Namespaced));
        assert_eq!(kinds.scope("", "Namespace"), Some(Scope::Cluster));
        assert_eq!(kinds.scope("", "Deployment"), None);
        let deployment = kinds.called("deploy").unwrap();
        assert_eq!(deployment.gvk, Gvk::new("apps", "v1", "Deployment"));
        assert_eq!(deployment.verbs.len(), 8);
        let scale = deployment.subresource("scale").unwrap();
        assert_eq!(scale.kind, Some(Gvk::new("autoscaling", "v1", "Scale")));
        assert_eq!(scale.verbs.iter().map(|verb| &**verb).collect::<Vec<_>>(), ["get", "patch", "update"]);
        assert_eq!(kinds.called("events").unwrap().gvk.group.as_ref(), "");
        assert_eq!(kinds.called("events.events.k8s.io").unwrap().gvk.group.as_ref(), "events.k8s.io");
        assert_eq!(kinds.called("deployments.v1.apps").unwrap().gvk.version.as_ref(), "v1");
        assert!(kinds.called("nothing").is_none());
    }

    #[test]
    fn every_built_in_kind_has_a_schema() {
        let missing: Vec<_> =
            builtin().iter().filter(|one| crate::schema::of_kind(&one.gvk).is_none()).collect();
        assert!(missing.is_empty(), "{missing:#?}");
    }

    #[test]
    fn meets_custom_resources() {
        let json = r#"{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","spec":{"group":"x.io",
            "scope":"Namespaced","names":{"kind":"Thing","plural":"things","shortNames":["th"]},
            "versions":[{"name":"v1beta1","served":true,"storage":false},
                {"name":"v1","served":true,"storage":true,"subresources":{"status":{},"scale":{}}},
                {"name":"v0","served":false}]}}"#;
        let mut kinds = Kinds::new();
        assert!(kinds.add_definition(&weir_yaml::from_json(json.as_bytes()).unwrap()));
        assert_eq!(kinds.scope("x.io", "Thing"), Some(Scope::Namespaced));
        let versions: Vec<_> =
            kinds.of_kind("x.io", "Thing").map(|one| one.gvk.version.to_string()).collect();
        assert_eq!(versions, ["v1", "v1beta1"]);
        let thing = kinds.called("th").unwrap();
        assert_eq!(thing.subresources.len(), 2);
        assert_eq!(&*thing.singular, "thing");
        assert!(!kinds.add_definition(&Value::Null));
    }
}
