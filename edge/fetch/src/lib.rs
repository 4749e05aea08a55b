//! Where files come from: Git and local directories, and the artifacts made of them; and where keys are asked for.
//!
//! Functions block: callers that must not be held up run them on a thread of their own. What the files mean is not
//! known here.

mod artifact;
mod charts;
mod errand;
mod file;
mod filter;
mod git;
mod ignore;
mod local;
mod oci;
mod provenance;
mod snapshot;
mod vault;
mod web;

pub use artifact::{ArtifactStore, StoredArtifact, serve_artifacts};
pub use charts::{
    Cache, Chart, ChartError, ChartQuery, ChartSource, Charts, ChartsSettings, Entry, Index, join_url,
    versioned_reference,
};
pub use errand::{Runner, Shelf, SourceFiles, run_errand};
pub use file::fetch_file;
pub use filter::source_files;
pub use git::{Checkouts, FetchError, Fetched, GitAuth, GitReference, GitSpec, Mirror};
pub use ignore::{IgnoreRules, Pattern};
pub use local::local_directory;
pub use oci::{Credentials, Descriptor, Login, Manifest, OciError, Reference, Registry, sha256};
pub use provenance::{Keyring, Provenance};
pub use snapshot::{local_identity, local_snapshot};
pub use vault::Vault;
pub use web::{Access, Auth, Cause, ClientCertificate, Mirrors, Patience, UrlMirror, WebError};
