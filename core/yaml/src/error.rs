//! Why a text is no YAML, or has no meaning, and where.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use weir_files::{Diagnostic, Place, Span};

/// What is wrong with a YAML text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YamlError {
    /// What is wrong, in the words of go-yaml where it has some.
    pub message: String,
    /// The bytes in question.
    pub span: Span,
    /// Line, from one.
    pub line: u32,
    /// Column in characters, from one.
    pub column: u32,
}

impl YamlError {
    /// As a diagnostic in this file.
    pub fn diagnostic(&self, file: impl Into<Arc<str>>) -> Diagnostic {
        Diagnostic::error(self.message.clone()).at(Place::at(file, self.line, self.column))
    }
}

impl fmt::Display for YamlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "yaml: line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for YamlError {}

/// A problem at a byte offset, before anyone has looked at the line it is on.
/// Boxed, since results that hold one are passed through by every token.
#[derive(Debug)]
pub(crate) struct Fault(Box<(Cow<'static, str>, Span)>);

impl Fault {
    pub(crate) fn new(message: impl Into<Cow<'static, str>>, at: usize) -> Self {
        Self::over(message, Span::new(at, at))
    }

    pub(crate) fn over(message: impl Into<Cow<'static, str>>, span: Span) -> Self {
        Self(Box::new((message.into(), span)))
    }

    /// With line and column, counted in the text it came from.
    pub(crate) fn in_text(self, text: &str) -> YamlError {
        let (message, span) = *self.0;
        let bytes = text.as_bytes();
        let at = (span.start as usize).min(bytes.len());
        let before = &bytes[..at];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let column = before[start..].iter().filter(|byte| **byte & 0xc0 != 0x80).count() + 1;
        let cut = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        YamlError { message: message.into_owned(), span, line: cut(line), column: cut(column) }
    }
}
