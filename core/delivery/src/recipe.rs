//! A validated order: what to render from where, and how to roll it out.

use std::collections::BTreeMap;
use std::time::Duration;

use weir_files::RootedPath;
use weir_plan::{Owner, Target};
use weir_yaml::Value;

use crate::decrypt::Decryption;
use crate::substitute::Substitution;

/// Name of a unit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitId {
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
}

impl std::fmt::Display for UnitId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

/// Name of a source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId {
    /// Kind.
    pub kind: String,
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
}

impl std::fmt::Display for SourceId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}/{}", self.kind, self.namespace, self.name)
    }
}

/// A unit that must be ready before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DependencyRef {
    /// Which.
    pub unit: UnitId,
}

/// What the unit lays over the kustomization of its directory.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Overlay {
    /// Namespace of all objects; empty for none.
    pub namespace: String,
    /// Prefix of all names.
    pub name_prefix: String,
    /// Suffix of all names.
    pub name_suffix: String,
    /// Patches, after those of the directory.
    pub patches: Vec<OverlayPatch>,
    /// Images, merged by name.
    pub images: Vec<Image>,
    /// Components, after those of the directory.
    pub components: Vec<String>,
    /// Pass over components that are not there.
    pub ignore_missing_components: bool,
}

/// A patch and the selector of what it is for.
#[derive(Debug, Clone, PartialEq)]
pub struct OverlayPatch {
    /// The patch as text.
    pub patch: String,
    /// Its target as kustomize writes it; null if it names its object itself.
    pub target: Value,
}

/// An image replacement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Image {
    /// Which image.
    pub name: String,
    /// New name; empty for none.
    pub new_name: String,
    /// New tag; empty for none.
    pub new_tag: String,
    /// Digest; empty for none.
    pub digest: String,
}

/// What happens to the objects when the unit itself goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// They stay.
    Orphan,
    /// They are deleted.
    Delete,
    /// They are deleted and waited for.
    DeleteAndWait,
}

/// The order.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// The unit.
    pub unit: UnitId,
    /// Who applies.
    pub owner: Owner,
    /// The kind of the unit, for guarding it against waiting for itself.
    pub kind: (String, String),
    /// Where the files come from.
    pub source: SourceId,
    /// The directory, as written.
    pub path: String,
    /// What must be ready before.
    pub depends_on: Vec<DependencyRef>,
    /// What is laid over the directory.
    pub overlay: Overlay,
    /// Labels of all objects.
    pub labels: BTreeMap<String, String>,
    /// Annotations of all objects.
    pub annotations: BTreeMap<String, String>,
    /// How what is encrypted is opened.
    pub decryption: Option<Decryption>,
    /// Variables to fill in after the build.
    pub substitution: Option<Substitution>,
    /// Delete objects that left.
    pub prune: bool,
    /// Recreate objects whose change is refused as immutable.
    pub force: bool,
    /// Check everything.
    pub wait: bool,
    /// Check these.
    pub checks: Vec<Target>,
    /// What happens when the unit goes.
    pub removal: Removal,
    /// Time between two successes.
    pub interval: Duration,
    /// Time after a failure.
    pub retry_interval: Duration,
    /// Limit of applying and waiting.
    pub timeout: Duration,
}

impl Recipe {
    /// The directory below the root of the source.
    pub fn directory(&self) -> Result<RootedPath, weir_files::EscapesRoot> {
        RootedPath::new(&self.path)
    }
}
