//! Artifacts: the files of a revision as an archive that others can fetch.

mod serve;
mod store;
mod tarball;

pub use serve::serve_artifacts;
pub use store::{ArtifactStore, StoredArtifact};
