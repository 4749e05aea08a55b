//! The custom resources: field names, defaults, schemas and versions. No behaviour.
//!
//! Types hold what Weir acts on. Fields that it does not act on yet are kept where refusing them needs their
//! presence, see the `unsupported` methods.

mod crds;
mod duration;
mod git_repository;
mod kustomization;
mod meta;
mod status;

pub use crds::{CRDS, CustomResource};
pub use duration::GoDuration;
pub use git_repository::{
    Artifact, GitRepository, GitRepositoryReference, GitRepositorySpec, GitRepositoryStatus, ProxySecretRef,
};
pub use kustomization::{
    CommonMetadata, Decryption, DeletionPolicy, Dependency, HealthCheck, HistoryEntry, Image, Inventory,
    InventoryEntry, Kustomization, KustomizationSpec, KustomizationStatus, Patch, PostBuild, SourceRef,
    SubstituteReference, Target,
};
pub use meta::{LocalRef, Metadata, annotations, labels};
pub use status::{Condition, ConditionStatus, condition};
