//! Registries: OCI's distribution protocol, as far as charts, artifacts and tags need it.

mod challenge;
mod credentials;
mod reference;
mod registry;
mod session;

pub use credentials::{Credentials, Login};
pub use reference::Reference;
pub(crate) use reference::is_digest;
pub use registry::{Descriptor, Manifest, OciError, Registry};
pub(crate) use registry::{digest, hex};

/// The SHA-256 of these bytes in hexadecimal digits.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    digest(bytes)["sha256:".len()..].to_string()
}
