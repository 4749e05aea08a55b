//! Errors with the texts of Go, and besides them the place and the cause as data.

use std::fmt;
use std::sync::Arc;

/// What went wrong, outermost first: each link wraps the next one, as `%w` does in Go.
#[derive(Clone, PartialEq)]
pub struct Error {
    /// Innermost first, so that wrapping is cheap.
    links: Vec<Link>,
}

/// One text around the next error.
#[derive(Debug, Clone, PartialEq)]
struct Link {
    text: String,
    /// Where in the text the place ends and the message begins.
    message: usize,
    kind: ErrorKind,
    limit: bool,
    place: Option<At>,
    value_path: Option<String>,
}

/// What kind of an error a link of the chain is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The text of a template could not be read.
    Parse,
    /// Execution failed at a place of a template (`template.ExecError` in Go).
    Exec,
    /// A limit was reached.
    Limit,
    /// Anything else, as functions report it.
    Plain,
}

/// A place in a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At {
    /// The name of the text that was parsed: the file.
    pub file: Arc<str>,
    /// The template that was executing: what `define` named.
    pub template: Arc<str>,
    /// Line, from one.
    pub line: u32,
    /// Column as Go prints it: bytes from the start of the line, from zero.
    pub column: u32,
    /// What was evaluated, as source text.
    pub context: String,
}

impl Error {
    /// An error of a function: only a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self::of(ErrorKind::Plain, text.into(), None)
    }

    /// A limit was reached.
    pub fn limit(text: impl Into<String>) -> Self {
        Self::of(ErrorKind::Limit, text.into(), None)
    }

    pub(crate) fn of(kind: ErrorKind, text: String, place: Option<At>) -> Self {
        let limit = kind == ErrorKind::Limit;
        Self { links: vec![Link { text, message: 0, kind, limit, place, value_path: None }] }
    }

    /// This error behind a text, as `fmt.Errorf("text%w", err)` makes it.
    #[must_use]
    pub fn wrap(mut self, text: impl Into<String>) -> Self {
        let (text, kind) = (text.into(), ErrorKind::Plain);
        self.links.push(Link { text, message: 0, kind, limit: false, place: None, value_path: None });
        self
    }

    /// Puts the place of execution before the outermost text, as one link with it.
    #[must_use]
    pub(crate) fn located(mut self, text: &str, place: At) -> Self {
        if let Some(link) = self.links.last_mut() {
            link.text.insert_str(0, text);
            link.message = text.len();
            link.kind = ErrorKind::Exec;
            link.place = Some(place);
        }
        self
    }

    #[must_use]
    pub(crate) fn with_value_path(mut self, path: Option<String>) -> Self {
        if let Some(link) = self.links.first_mut() {
            link.value_path = path;
        }
        self
    }

    /// The kind of the outermost link.
    pub fn kind(&self) -> ErrorKind {
        self.links.last().map_or(ErrorKind::Plain, |link| link.kind)
    }

    /// True if a limit stands at the bottom of it.
    pub fn is_limit(&self) -> bool {
        self.links.first().is_some_and(|link| link.limit)
    }

    /// The error inside, as `errors.Unwrap` gives it.
    pub fn cause(&self) -> Option<Error> {
        let (_, inner) = self.links.split_last()?;
        (!inner.is_empty()).then(|| Self { links: inner.to_vec() })
    }

    /// The texts of this error and of all inside it, outermost first, with their kinds.
    pub fn chain(&self) -> impl Iterator<Item = (ErrorKind, String)> {
        (0..self.links.len()).rev().map(|at| {
            let inner = self.links.get(..=at).unwrap_or_default();
            let kind = inner.last().map_or(ErrorKind::Plain, |link| link.kind);
            (kind, inner.iter().rev().map(|link| link.text.as_str()).collect())
        })
    }

    /// The innermost message, without all that wraps it and without its place.
    pub fn root(&self) -> &str {
        self.links.first().and_then(|link| link.text.get(link.message..)).unwrap_or_default()
    }

    /// The places from the outermost template to the innermost.
    pub fn places(&self) -> impl Iterator<Item = &At> {
        self.links.iter().rev().filter_map(|link| link.place.as_ref())
    }

    /// The innermost place.
    pub fn place(&self) -> Option<&At> {
        self.links.iter().find_map(|link| link.place.as_ref())
    }

    /// The path of the value that was nil or wrong, as the template names it (`.Values.image.tag`), where it is known.
    pub fn value_path(&self) -> Option<&str> {
        self.links.iter().find_map(|link| link.value_path.as_deref())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.links.iter().rev().try_for_each(|link| f.write_str(&link.text))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {}
