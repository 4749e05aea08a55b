//! An object that should be in the cluster.

use weir_files::{Diagnostic, Place};
use weir_manifest::Gvk;
use weir_yaml::Value;

use crate::Id;

/// An object that should be in the cluster, and where it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Desired {
    /// Its name.
    pub id: Id,
    /// Its kind and version.
    pub gvk: Gvk,
    /// Its content.
    pub object: Value,
    /// Where it stands in the source.
    pub place: Option<Place>,
}

impl Desired {
    /// From an object as rendered.
    pub fn new(object: Value, place: Option<Place>) -> Self {
        Self { id: Id::of(&object), gvk: Gvk::of(&object), object, place }
    }

    /// Takes off a namespace that its kind does not have: whoever set it could not know the kind.
    pub(crate) fn drop_namespace(&mut self) {
        if !self.id.namespace.is_empty() {
            self.id.namespace = weir_yaml::Text::from("");
            self.object.remove_at(&["metadata", "namespace"]);
        }
    }

    /// A problem with this object.
    pub fn problem(&self, cause: impl std::fmt::Display) -> Diagnostic {
        let problem = Diagnostic::error(format!("{} {cause}", self.id));
        match &self.place {
            Some(place) => problem.at(place.clone()),
            None => problem,
        }
    }
}
