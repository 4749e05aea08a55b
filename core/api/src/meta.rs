//! What all resources share.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Annotations that people and tools set on resources.
pub mod annotations {
    /// A new value asks for a reconciliation now.
    pub const REQUESTED_AT: &str = "reconcile.fluxcd.io/requestedAt";
    /// `disabled` leaves an applied object alone.
    pub const RECONCILE: &str = "kustomize.toolkit.fluxcd.io/reconcile";
    /// `disabled` keeps an object that left the unit.
    pub const PRUNE: &str = "kustomize.toolkit.fluxcd.io/prune";
    /// `Override`, `Merge`, `IfNotPresent` or `Ignore`.
    pub const SSA: &str = "kustomize.toolkit.fluxcd.io/ssa";
    /// `enabled` recreates an object whose change is refused as immutable.
    pub const FORCE: &str = "kustomize.toolkit.fluxcd.io/force";
    /// `disabled` leaves variables alone.
    pub const SUBSTITUTE: &str = "kustomize.toolkit.fluxcd.io/substitute";
    /// `disabled` lets an encrypted object through.
    pub const DECRYPT: &str = "kustomize.toolkit.fluxcd.io/decrypt";
}

/// Labels that mark what a unit owns.
pub mod labels {
    /// Name of the owning Kustomization.
    pub const OWNER_NAME: &str = "kustomize.toolkit.fluxcd.io/name";
    /// Namespace of the owning Kustomization.
    pub const OWNER_NAMESPACE: &str = "kustomize.toolkit.fluxcd.io/namespace";
}

/// The part of object metadata that controllers look at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Metadata {
    /// Name.
    pub name: String,
    /// Namespace; empty for cluster-wide objects.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub namespace: String,
    /// Unique id.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub uid: String,
    /// Version of this state of the object.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub resource_version: String,
    /// Count of spec changes.
    pub generation: i64,
    /// Labels.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Annotations.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// Who wants to do something before it goes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub finalizers: Vec<String>,
    /// Set when it is being deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deletion_timestamp: Option<String>,
}

/// The name of an object in the same namespace.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalRef {
    /// Name.
    pub name: String,
}
