//! Controllers: custom resource to recipe and report, and who to wake when. Any rule of rendering or planning lives in
//! the core; here requests are sent and answers told.

mod context;
mod events;
mod git_repository;
mod kind;
mod kustomization;
mod metrics;
mod objects;
mod places;
mod probes;
mod queue;
mod remit;
mod remotes;
mod run;
mod settings;
mod sources;
mod status;

pub use kustomization::recipe;
pub use probes::Probes;
pub use remit::{Belongs, Remit};
pub use remotes::Remotes;
pub use run::{Running, start};
pub use settings::{LocalSource, Settings};
pub use status::typed;
