//! The Kubernetes API as a small server in memory.
//!
//! [`ApiServer`] answers kubectl and client libraries as kube-apiserver does: discovery, reads and writes with field
//! managers, watches, custom resources. Workloads "run": what a healthy cluster would bring up comes up. It knows nothing
//! of GitOps, evaluates no RBAC and no CEL, and keeps nothing on disk; `COMPATIBILITY.md` lists every known difference.

mod apply;
mod base64;
mod convert;
mod decode;
mod defaults;
mod definitions;
mod discovery;
mod http;
mod kinds;
mod listen;
mod openapi;
mod patch;
mod pattern;
mod problem;
mod rest;
mod schema;
mod server;
mod store;
mod table;
mod time;
mod typed;
mod validate;
mod workloads;

pub use http::Body;
pub use listen::Listening;
pub use server::{ApiServer, Clock, Options, Service};
