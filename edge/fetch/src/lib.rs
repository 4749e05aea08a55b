//! Where files come from: Git and local directories, and the artifacts made of them.
//!
//! Functions block: callers that must not be held up run them on a thread of their own. What the files mean is not
//! known here.

mod artifact;
mod filter;
mod git;
mod ignore;
mod local;

pub use artifact::{ArtifactStore, StoredArtifact, serve_artifacts};
pub use filter::source_files;
pub use git::{FetchError, Fetched, GitAuth, GitReference, GitSpec, Mirror};
pub use ignore::{IgnoreRules, Pattern};
pub use local::{local_directory, local_identity};
