//! Why a document stays closed. No text here ever holds a secret.

use std::fmt;

/// Why a document stays closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretError {
    /// There is no `sops` in it.
    NotEncrypted,
    /// What stands under `sops` cannot be understood.
    Metadata(String),
    /// No key at hand opens it: for whom it is, and what was tried.
    NoKey {
        /// Whom it is encrypted for.
        recipients: Vec<String>,
        /// What is at hand.
        at_hand: Vec<String>,
        /// What happened with each entry.
        attempts: Vec<String>,
    },
    /// A value is not what it should be.
    Value {
        /// The way to it.
        path: String,
        /// What is wrong.
        cause: String,
    },
    /// The document was changed by somebody without the key.
    Integrity(String),
    /// A key that is none.
    Key(String),
}

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotEncrypted => f.write_str("sops metadata not found"),
            Self::Metadata(cause) => write!(f, "the metadata of sops: {cause}"),
            Self::NoKey { recipients, at_hand, attempts } => {
                write!(f, "cannot get sops data key: it is encrypted for {}", listed(recipients))?;
                write!(
                    f,
                    ", and at hand {}",
                    if at_hand.is_empty() {
                        "is no key".to_string()
                    } else {
                        format!("is {}", listed(at_hand))
                    }
                )?;
                for attempt in attempts {
                    write!(f, "; {attempt}")?;
                }
                Ok(())
            }
            Self::Value { path, cause } => write!(f, "error decrypting sops tree: {path}: {cause}"),
            Self::Integrity(cause) => write!(f, "failed to verify sops data integrity: {cause}"),
            Self::Key(cause) => f.write_str(cause),
        }
    }
}

impl std::error::Error for SecretError {}

fn listed(all: &[String]) -> String {
    if all.is_empty() { "nobody".to_string() } else { all.join(", ") }
}
