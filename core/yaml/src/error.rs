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
    /// Who found it.
    pub(crate) stage: Stage,
}

/// Which part of the reader finds a problem. go-yaml counts lines differently in each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The scanner.
    Scan,
    /// The parser.
    Parse,
    /// What comes after them, or before.
    Other,
}

impl YamlError {
    /// All of what yaml.v2 says, and with it sigs.k8s.io/yaml: it names no line where that is the first, and one too few
    /// where its parser is at a loss.
    pub fn in_words_of_v2(&self) -> String {
        let line = match self.stage {
            Stage::Scan if self.line > 1 => self.line,
            Stage::Parse if self.line > 1 => self.line - 1,
            Stage::Other if self.message.ends_with("already set in map") => {
                return format!("yaml: unmarshal errors:\n  line {}: {}", self.line, self.message);
            }
            _ => return format!("yaml: {}", self.message),
        };
        format!("yaml: line {line}: {}", self.message)
    }

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
pub(crate) struct Fault(Box<(Cow<'static, str>, Span, Stage)>);

impl Fault {
    pub(crate) fn new(message: impl Into<Cow<'static, str>>, at: usize) -> Self {
        Self::over(message, Span::new(at, at))
    }

    pub(crate) fn over(message: impl Into<Cow<'static, str>>, span: Span) -> Self {
        Self(Box::new((message.into(), span, Stage::Other)))
    }

    /// Found by this part.
    pub(crate) fn by(mut self, stage: Stage) -> Self {
        self.0.2 = stage;
        self
    }

    /// With line and column, counted in the text it came from.
    pub(crate) fn in_text(self, text: &str) -> YamlError {
        let (message, span, stage) = *self.0;
        let bytes = text.as_bytes();
        let at = (span.start as usize).min(bytes.len());
        let before = &bytes[..at];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let column = before[start..].iter().filter(|byte| **byte & 0xc0 != 0x80).count() + 1;
        let cut = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        YamlError { message: message.into_owned(), span, line: cut(line), column: cut(column), stage }
    }
}
