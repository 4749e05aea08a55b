//! Why something could not be had.

use std::fmt;

/// Why a request failed, with what it was for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebError {
    /// The URL, without credentials.
    pub url: String,
    /// What happened.
    pub cause: Cause,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// The server answered with another code than was hoped for; what it said to it.
    Status(u16, String),
    /// No answer in time.
    Timeout,
    /// More bytes than are taken.
    TooLarge(u64),
    /// What no second attempt mends: a certificate, a URL.
    Fatal(String),
    /// Anything else.
    Other(String),
}

impl WebError {
    pub(crate) fn new(url: &str, cause: Cause) -> Self {
        Self { url: without_credentials(url), cause }
    }

    /// The code that the server answered with, if it did.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self.cause {
            Cause::Status(code, _) => Some(code),
            _ => None,
        }
    }

    /// Whether it is about who asks.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        matches!(self.status(), Some(401 | 403))
    }
}

impl fmt::Display for WebError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.url, self.cause)
    }
}

impl std::error::Error for WebError {}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(code, said) => {
                write!(f, "the server answered {code}")?;
                match code {
                    401 | 403 => f.write_str(" (check the credentials)")?,
                    404 => f.write_str(" (not found)")?,
                    407 => f.write_str(" (the proxy wants credentials)")?,
                    429 => f.write_str(" (too many requests)")?,
                    _ => {}
                }
                if said.is_empty() { Ok(()) } else { write!(f, ": {said}") }
            }
            Self::Timeout => f.write_str("no answer in time"),
            Self::TooLarge(limit) => write!(f, "more than {limit} bytes"),
            Self::Fatal(cause) | Self::Other(cause) => f.write_str(cause),
        }
    }
}

/// A URL as it may be shown: no user, no password, no query (which may hold a signature).
pub(crate) fn without_credentials(url: &str) -> String {
    let url = url.split_once('?').map_or(url, |(url, _)| url);
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_string() };
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_of_a_url_is_no_secret() {
        assert_eq!(without_credentials("https://me:pw@host:1/a@b/c?sig=x"), "https://host:1/a@b/c");
        assert_eq!(without_credentials("https://host"), "https://host");
        assert_eq!(without_credentials("host/a"), "host/a");
    }
}
