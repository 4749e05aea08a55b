//! Controllers: custom resource to recipe and report, and who to wake when. Any rule of rendering or planning lives in
//! the core; here requests are sent and answers told.

mod context;
mod events;
mod git_repository;
mod kustomization;
mod objects;
mod queue;
mod run;
mod settings;
mod sources;
mod status;

pub use run::{Running, start};
pub use settings::{LocalSource, Settings};
