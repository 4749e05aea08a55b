//! Stand-in until manifest brings its own.
use std::fmt;
use weir_yaml::{Text, Value};
/// What an object is called, whatever its version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    /// Group.
    pub group: Text,
    /// Kind.
    pub kind: Text,
    /// Namespace; empty for cluster-wide objects.
    pub namespace: Text,
    /// Name.
    pub name: Text,
}
impl Id {
    /// Of an object.
    pub fn of(object: &Value) -> Self {
        let gvk = weir_manifest::Gvk::of(object);
        let text = |key| Text::from(object.str_at(&["metadata", key]).unwrap_or_default());
        Self { group: gvk.group, kind: gvk.kind, namespace: text("namespace"), name: text("name") }
    }
}
impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.namespace {
            "" => write!(f, "{}/{}", self.kind, self.name),
            namespace => write!(f, "{}/{namespace}/{}", self.kind, self.name),
        }
    }
}
