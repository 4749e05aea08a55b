//! Ids of objects inside of a build, as kustomize prints and compares them.

use std::fmt;

use weir_yaml::{Text, Value};

use crate::kinds::{Scope, kustomize_scope};
use crate::{Gvk, object};

const NO_GROUP: &str = "[noGrp]";
const NO_VERSION: &str = "[noVer]";
const NO_KIND: &str = "[noKind]";
const NO_NAME: &str = "[noName]";
const NO_NAMESPACE: &str = "[noNs]";

/// Kind, namespace and name of an object as they are written. Prints as `Kind.version.group/name.namespace`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceId {
    /// Group, version and kind.
    pub gvk: Gvk,
    /// The namespace as it is written, or empty.
    pub namespace: Text,
    /// The name, or empty.
    pub name: Text,
}

impl ResourceId {
    /// Of an object; missing fields are empty.
    pub fn of(value: &Value) -> Self {
        Self {
            gvk: Gvk::of(value),
            namespace: Text::from(object::namespace(value).unwrap_or("")),
            name: Text::from(object::name(value).unwrap_or("")),
        }
    }

    /// Reads what this prints.
    pub fn parse(text: &str) -> Option<Self> {
        let (gvk, name) = text.split_once('/')?;
        let mut parts = gvk.splitn(3, '.');
        let (kind, version, group) = (parts.next()?, parts.next()?, parts.next()?);
        let (name, namespace) = name.split('/').next()?.rsplit_once('.')?;
        let or_empty =
            |text: &str, nothing: &str| if text == nothing { String::new() } else { text.to_string() };
        Some(Self {
            gvk: Gvk::new(
                &or_empty(group, NO_GROUP),
                &or_empty(version, NO_VERSION),
                &or_empty(kind, NO_KIND),
            ),
            namespace: Text::from(or_empty(namespace, NO_NAMESPACE)),
            name: Text::from(or_empty(name, NO_NAME)),
        })
    }

    /// True if kustomize is certain that the kind does not live in namespaces.
    pub fn is_cluster_scoped(&self) -> bool {
        kustomize_scope(&self.gvk.api_version(), &self.gvk.kind) == Some(Scope::Cluster)
    }

    /// The namespace for comparisons: `default` where none is written, and a word that is no namespace for kinds that
    /// live in none.
    pub fn effective_namespace(&self) -> &str {
        if self.is_cluster_scoped() {
            "_non_namespaceable_"
        } else if self.namespace.is_empty() {
            "default"
        } else {
            &self.namespace
        }
    }

    /// True if both are the same object: namespaces are compared as they take effect.
    pub fn is_same(&self, other: &Self) -> bool {
        self.is_same_but_namespace(other) && self.is_in_namespace_of(other)
    }

    /// True if kind and name are the same.
    pub fn is_same_but_namespace(&self, other: &Self) -> bool {
        self.name == other.name && self.gvk == other.gvk
    }

    /// True if both are in the same effective namespace.
    pub fn is_in_namespace_of(&self, other: &Self) -> bool {
        self.effective_namespace() == other.effective_namespace()
    }

    /// True if all fields that the selector has are the same here.
    pub fn is_selected_by(&self, selector: &Self) -> bool {
        (selector.name.is_empty() || selector.name == self.name)
            && (selector.namespace.is_empty() || selector.is_in_namespace_of(self))
            && self.gvk.is_selected_by(&selector.gvk)
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.name.is_empty() { NO_NAME } else { &self.name };
        let namespace = if self.namespace.is_empty() { NO_NAMESPACE } else { &self.namespace };
        write!(f, "{}/{name}.{namespace}", self.gvk.dotted())
    }
}

impl Gvk {
    /// `Kind.version.group`, with words in brackets for what is missing.
    pub fn dotted(&self) -> String {
        let or =
            |text: &Text, nothing: &str| if text.is_empty() { nothing.to_string() } else { text.to_string() };
        format!("{}.{}.{}", or(&self.kind, NO_KIND), or(&self.version, NO_VERSION), or(&self.group, NO_GROUP))
    }

    /// `group_version_Kind` without what is missing, for names of files.
    pub fn underscored(&self) -> String {
        let parts = [&*self.group, &*self.version, &*self.kind];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_")
    }

    /// True if all fields that the selector has are the same here.
    pub fn is_selected_by(&self, selector: &Self) -> bool {
        let fits = |wanted: &Text, own: &Text| wanted.is_empty() || wanted == own;
        fits(&selector.group, &self.group)
            && fits(&selector.version, &self.version)
            && fits(&selector.kind, &self.kind)
    }
}
