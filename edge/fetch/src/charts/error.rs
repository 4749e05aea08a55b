//! Why there is no chart.

use std::fmt;

use crate::oci::OciError;
use crate::web::{Cause, WebError};

/// Why there is no chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChartError {
    /// A repository or registry cannot be reached, or says no.
    Web(WebError),
    /// The same of a registry, with its name.
    Registry {
        /// Host and port.
        registry: String,
        /// What it said.
        cause: OciError,
    },
    /// What is there is no index of a repository.
    NoIndex {
        /// The repository.
        url: String,
        /// Why not.
        cause: String,
    },
    /// The repository has no such chart or version.
    NotFound(String),
    /// What came is not what was promised.
    Mismatch(String),
    /// Files of ours.
    Cache(String),
    /// The question makes no sense.
    Wrong(String),
}

impl fmt::Display for ChartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Web(error) => error.fmt(f),
            Self::Registry { registry, cause } => {
                cause.fmt(f)?;
                match cause {
                    OciError::Web(error) if error.is_refused() => {
                        write!(f, "; `weir helm registry login {registry}` keeps a login")
                    }
                    OciError::Web(WebError { cause: Cause::Other(cause) | Cause::Fatal(cause), .. })
                        if cause.contains("InvalidContentType") || cause.contains("corrupt message") =>
                    {
                        f.write_str("; the registry may not speak TLS (--plain-http)")
                    }
                    _ => Ok(()),
                }
            }
            Self::NoIndex { url, cause } => {
                write!(
                    f,
                    "looks like \"{url}\" is not a valid chart repository or cannot be reached: {cause}"
                )
            }
            Self::NotFound(cause) | Self::Mismatch(cause) | Self::Cache(cause) | Self::Wrong(cause) => {
                f.write_str(cause)
            }
        }
    }
}

impl std::error::Error for ChartError {}

impl From<WebError> for ChartError {
    fn from(error: WebError) -> Self {
        Self::Web(error)
    }
}
