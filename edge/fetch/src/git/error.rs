//! Why a repository could not be fetched.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a repository could not be fetched. What was fetched before is still there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FetchError {
    /// The URL cannot be used.
    InvalidUrl {
        /// The URL.
        url: String,
        /// Why not.
        cause: String,
    },
    /// The server does not accept who we are.
    Authentication {
        /// The URL, without credentials.
        url: String,
        /// What the server said.
        cause: String,
    },
    /// The state that was asked for is not there.
    NoReference {
        /// The URL, without credentials.
        url: String,
        /// What was asked for.
        reference: String,
    },
    /// It took too long.
    Timeout {
        /// The URL, without credentials.
        url: String,
        /// The limit.
        after: std::time::Duration,
    },
    /// A repository that another one names as a part of itself could not be had.
    Submodule {
        /// Its directory there.
        path: String,
        /// The URL of the repository that names it, without credentials.
        of: String,
        /// Why not.
        cause: String,
    },
    /// Anything else.
    Operation {
        /// The URL, without credentials.
        url: String,
        /// What happened.
        cause: String,
    },
    /// Our own storage failed.
    Storage(String),
}

impl FetchError {
    /// The reason of the condition that tells it.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::InvalidUrl { .. } => "URLInvalid",
            Self::Authentication { .. } => "AuthenticationFailed",
            Self::Storage(_) => "StorageOperationFailed",
            Self::NoReference { .. }
            | Self::Timeout { .. }
            | Self::Submodule { .. }
            | Self::Operation { .. } => "GitOperationFailed",
        }
    }
}

/// The words that Flux begins with; people look for them.
const CHECKOUT: &str = "failed to checkout and determine revision: unable to clone";

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidUrl { url, cause } => write!(f, "invalid Git URL '{url}': {cause}"),
            Self::Authentication { url, cause } => {
                write!(
                    f,
                    "{CHECKOUT} '{url}': authentication failed: {cause}; check the Secret of spec.secretRef"
                )
            }
            Self::NoReference { url, reference } => {
                write!(f, "{CHECKOUT} '{url}': couldn't find {reference} in the remote repository")
            }
            Self::Timeout { url, after } => {
                let limit = after.as_secs();
                write!(f, "{CHECKOUT} '{url}': no complete answer within {limit}s (spec.timeout)")
            }
            Self::Submodule { path, of, cause } => {
                write!(f, "submodule '{path}' of '{of}': {cause}; submodules=false in the URL does without")
            }
            Self::Operation { url, cause } => write!(f, "{CHECKOUT} '{url}': {cause}"),
            Self::Storage(cause) => write!(f, "storage of repositories failed: {cause}"),
        }
    }
}

impl std::error::Error for FetchError {}
