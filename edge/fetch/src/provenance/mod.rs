//! Provenance of charts: who signed an archive, in the form that Helm writes beside it (`NAME.tgz.prov`).
//!
//! Without the feature `pgp` nothing can be signed or verified, and that is said. Where keys are kept, and what a chart is,
//! is not known here.

#[cfg(feature = "pgp")]
mod openpgp;
#[cfg(any(feature = "pgp", test))]
mod statement;
#[cfg(not(feature = "pgp"))]
mod without;

#[cfg(feature = "pgp")]
pub use openpgp::Keyring;
#[cfg(not(feature = "pgp"))]
pub use without::Keyring;

/// What was found to be as its signature says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// The names of who signed it.
    pub signed_by: Vec<String>,
    /// The fingerprint of the key, in capital letters.
    pub fingerprint: String,
    /// The digest of the archive, `sha256:..`.
    pub digest: String,
}
