//! The Kubernetes API: read and dry-run, carry out what a plan says, watch, lead.
//!
//! It knows the API and its failures. It does not know why something is applied.

mod client;
mod discovery;
mod error;
mod follow;
mod lease;
mod request;
mod watch;

pub use client::{Apply, Cluster, DryRun, PatchBody};
pub use discovery::Resource;
pub use error::ApiError;
pub use follow::{Change, Scope, follow};
pub use lease::{Leadership, LeaseOptions, lead};
pub use watch::WatchEvent;
