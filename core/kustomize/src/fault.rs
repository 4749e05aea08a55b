//! Why a step of a build cannot go on, and the way out of it. The place is added by whoever knows it.

use std::fmt;

use weir_files::{Diagnostic, EscapesRoot, ReadError};

/// A message, and what kind of mistake it is about.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    message: String,
    cause: Cause,
}

/// Mistakes that have a way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The message says all.
    Other,
    /// A path that leads nowhere.
    Missing,
    /// A kustomization that leads to itself.
    Cycle,
    /// A path to what is not in the source.
    LeavesSource,
    /// A link to what is not in the source.
    LinkLeavesSource,
    /// A file that the limits of the build forbid.
    OutOfReach,
    /// A chart where none is to be rendered.
    ChartsOff,
}

impl Fault {
    pub(crate) fn new(cause: Cause, message: impl Into<String>) -> Self {
        Self { message: message.into(), cause }
    }

    /// Says first what was going on.
    pub(crate) fn within(self, what: &str) -> Self {
        Self { message: format!("{what}: {}", self.message), ..self }
    }

    /// The same as a problem that has no place yet.
    pub(crate) fn problem(self) -> Diagnostic {
        let hint = self.hint();
        let problem = Diagnostic::error(self.message);
        match hint {
            Some(hint) => problem.hint(hint),
            None => problem,
        }
    }

    /// What to do.
    fn hint(&self) -> Option<&'static str> {
        match self.cause {
            Cause::Other => None,
            Cause::Missing => Some("create it, or take out what names it"),
            Cause::Cycle => Some("take out this entry or the one that leads here"),
            Cause::LeavesSource => Some(
                "nothing outside of the source can be read: move what is meant into it, and name it there",
            ),
            Cause::LinkLeavesSource => Some(
                "nothing outside of the source can be read: put the file itself in the place of the link",
            ),
            Cause::ChartsOff => Some(
                "build with --enable-helm; what reconciles a cluster renders no charts of kustomizations: make a \
                 HelmRelease of it, or commit what it gives",
            ),
            Cause::OutOfReach => Some(
                "put a kustomization.yaml beside it and name that directory, move it below this one, or build with \
                 --load-restrictor LoadRestrictionsNone",
            ),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<String> for Fault {
    fn from(message: String) -> Self {
        Self::new(Cause::Other, message)
    }
}

impl From<&str> for Fault {
    fn from(message: &str) -> Self {
        Self::new(Cause::Other, message)
    }
}

impl From<EscapesRoot> for Fault {
    fn from(error: EscapesRoot) -> Self {
        Self::new(Cause::LeavesSource, error.to_string())
    }
}

impl From<ReadError> for Fault {
    fn from(error: ReadError) -> Self {
        let cause = if matches!(error, ReadError::LeavesRoot { .. }) {
            Cause::LinkLeavesSource
        } else {
            Cause::Other
        };
        Self::new(cause, error.to_string())
    }
}

impl From<Fault> for String {
    fn from(fault: Fault) -> Self {
        fault.message
    }
}

/// What to do about a text that is no YAML.
pub(crate) fn hint_for_yaml(message: &str) -> Option<&'static str> {
    const HINTS: &[(&str, &str)] = &[
        (
            "',' or ']'",
            "close the bracket that opens above, or put quotes around a text that begins with '['",
        ),
        (
            "',' or '}'",
            "close the brace that opens above, or put quotes around a text that begins with '{', as those of templates do",
        ),
        (
            "mapping values are not allowed",
            "put quotes around a text that has ': ' in it, or compare the indentation with the line above",
        ),
        (
            "cannot start any token",
            "indent with blanks, not tabs, and put quotes around texts that begin with '@', '`' or '%'",
        ),
        ("tab character", "indent with blanks, not tabs"),
        (
            "did not find expected key",
            "lines of one map begin in the same column: compare it with the lines above",
        ),
        (
            "expected '-' indicator",
            "items of one list begin in the same column: compare it with the lines above",
        ),
        ("block sequence entries", "a list begins on a line of its own, below its key"),
        ("could not find expected ':'", "put ': ' behind the key, or '|' before a text of several lines"),
        ("alphabetic or numeric", "put quotes around texts that begin with '*' or '&'"),
        ("unknown anchor", "put quotes around a text that begins with '*', or define the anchor above"),
        ("already defined", "take out one of the two"),
        ("unexpected end of stream", "close the quotes that open above"),
        ("unexpected document indicator", "close the quotes that open above"),
        ("unknown escape", "put it in single quotes, or write '\\\\' for '\\'"),
    ];
    HINTS.iter().find(|(part, _)| message.contains(part)).map(|(_, hint)| *hint)
}
