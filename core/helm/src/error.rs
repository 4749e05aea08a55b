//! Why a chart cannot be read or rendered, in Helm's words.

use std::fmt;

/// What is wrong, as Helm says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// Helm's words.
    pub message: String,
}

impl Error {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }

    /// With words before it, parted by a colon.
    pub(crate) fn within(self, what: impl fmt::Display) -> Self {
        Self { message: format!("{what}: {}", self.message) }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
