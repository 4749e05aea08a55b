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
    /// The line as go-yaml counts it, which knows more kinds of line breaks.
    pub(crate) counted: u32,
}

/// Which part of the reader finds a problem. go-yaml counts lines differently in each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The scanner.
    Scan,
    /// The parser.
    Parse,
    /// What makes JSON of the values.
    Json,
    /// What comes after the parser, or before the scanner.
    Other,
}

impl YamlError {
    /// All of what yaml.v2 says, and with it sigs.k8s.io/yaml: it names no line where that is the first, and one too few
    /// where its parser is at a loss.
    pub fn in_words_of_v2(&self) -> String {
        let line = match self.stage {
            Stage::Scan if self.counted > 1 => self.counted,
            Stage::Parse if self.counted > 1 => self.counted - 1,
            Stage::Other if self.message.ends_with("already set in map") => {
                return format!("yaml: unmarshal errors:\n  line {}: {}", self.line, self.message);
            }
            Stage::Json => return self.message.clone(),
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
        // For go-yaml the end of a text is on a line of its own, except inside of a scalar.
        let is_open = at == bytes.len() && at > 0 && breaks(&bytes[..at]) == breaks(&bytes[..at - 1]);
        let at_end = is_open && (stage == Stage::Parse || message == "could not find expected ':'");
        let counted = cut(breaks(before) + 1 + usize::from(at_end));
        YamlError {
            message: message.into_owned(),
            span,
            line: cut(line),
            column: cut(column),
            stage,
            counted,
        }
    }
}

/// How many lines end in the text, for libyaml.
fn breaks(text: &[u8]) -> usize {
    let is_break = |at: usize| match text[at] {
        b'\n' => at == 0 || text[at - 1] != b'\r',
        b'\r' => true,
        0x85 => at > 0 && text[at - 1] == 0xc2,
        0xa8 | 0xa9 => at > 1 && text[at - 2..at] == [0xe2, 0x80],
        _ => false,
    };
    (0..text.len()).filter(|at| is_break(*at)).count()
}
