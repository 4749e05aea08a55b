//! What can go wrong between us and the API server.

use std::fmt;

use weir_yaml::Value;

/// A request that did not give what was asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum ApiError {
    /// The server refused, and said why.
    Status {
        /// HTTP status.
        code: u16,
        /// One word: `NotFound`, `Conflict`, `Invalid`, `Forbidden` ...
        reason: String,
        /// The server's sentence.
        message: String,
        /// The fields at fault, each with what is wrong.
        causes: Vec<(String, String)>,
    },
    /// The server does not know this kind.
    NoKind {
        /// API version asked for.
        api_version: String,
        /// Kind asked for.
        kind: String,
    },
    /// No answer: connection refused, broken, timed out.
    Transport(String),
    /// An answer that makes no sense.
    Garbled(String),
}

impl ApiError {
    /// Reads the server's answer of a failed request.
    pub(crate) fn from_body(code: u16, body: &[u8]) -> Self {
        let status = weir_yaml::from_json(body).unwrap_or_default();
        let text = |key: &str| status.str_at(&[key]).unwrap_or_default().to_string();
        let causes = status.at(&["details", "causes"]).and_then(Value::as_list).unwrap_or_default();
        let word = |cause: &Value, key: &str| cause.str_at(&[key]).unwrap_or_default().to_string();
        let message = match text("message") {
            message if message.is_empty() => String::from_utf8_lossy(body).trim().chars().take(500).collect(),
            message => message,
        };
        Self::Status {
            code,
            reason: text("reason"),
            message,
            causes: causes.iter().map(|cause| (word(cause, "field"), word(cause, "message"))).collect(),
        }
    }

    /// True if the object is not there.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Status { code: 404, .. })
    }

    /// True if somebody else wrote in between, or owns the field.
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Status { code: 409, reason, .. } if reason == "Conflict")
    }

    /// True if the object exists already.
    pub fn is_already_exists(&self) -> bool {
        matches!(self, Self::Status { reason, .. } if reason == "AlreadyExists")
    }

    /// True if a watch or list came too late for its place in history.
    pub fn is_expired(&self) -> bool {
        matches!(self, Self::Status { code: 410, .. })
    }

    /// True if trying again may help without any change by a person.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Status { code, .. } => matches!(code, 408 | 429 | 500..=599),
            Self::Transport(_) | Self::Garbled(_) => true,
            Self::NoKind { .. } => false,
        }
    }

    /// True if the change is refused because a field may not change; as kubectl decides it.
    pub fn is_immutable(&self) -> bool {
        match self {
            Self::Status { code: 409 | 422, .. } => true,
            Self::Status { message, .. } => {
                message.contains("is immutable") || message.contains("immutable field")
            }
            _ => false,
        }
    }

    /// The server's one word, if it gave one.
    pub fn reason(&self) -> &str {
        match self {
            Self::Status { reason, .. } => reason,
            _ => "",
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status { message, code, .. } if message.is_empty() => {
                write!(f, "the server answered {code}")
            }
            Self::Status { message, .. } => f.write_str(message),
            Self::NoKind { api_version, kind } => {
                write!(f, "no matches for kind \"{kind}\" in version \"{api_version}\"")
            }
            Self::Transport(cause) => write!(f, "the API server cannot be reached: {cause}"),
            Self::Garbled(cause) => write!(f, "the API server's answer cannot be read: {cause}"),
        }
    }
}

impl std::error::Error for ApiError {}
