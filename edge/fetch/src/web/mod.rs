//! Requests over http and https: credentials, retries with patience, mirrors.
//!
//! What is asked for and what the answer means is known by who asks (`oci`, `charts`).

mod access;
mod client;
mod error;
mod mirror;
mod proxy;
mod retry;

pub use access::{Access, Auth, ClientCertificate};
pub(crate) use client::{Answer, Client, Request};
pub use error::{Cause, WebError};
pub use mirror::{Mirror as UrlMirror, Mirrors};
pub(crate) use proxy::Proxies;
pub use retry::Patience;
