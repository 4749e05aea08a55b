//! What is wrong, where, how one got there and what to do about it.

use std::fmt;

use crate::Place;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The work cannot be done.
    Error,
    /// The work is done, but this deserves a look.
    Warning,
}

/// One step on the way from the entry point to the place: an overlay, a base, an include.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// What this step is: `in base`, `in component`, `in patch`.
    pub what: String,
    /// Where it is named.
    pub place: Place,
}

/// One problem. Work collects as many as it can find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Object and cause in one sentence, without the place.
    pub message: String,
    /// Where the cause stands.
    pub place: Option<Place>,
    /// How the work came there, innermost first.
    pub trace: Vec<Frame>,
    /// What to do about it.
    pub hints: Vec<String>,
}

impl Diagnostic {
    /// An error.
    pub fn error(message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            message: message.into(),
            place: None,
            trace: Vec::new(),
            hints: Vec::new(),
        }
    }

    /// A warning.
    pub fn warning(message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(message) }
    }

    /// With the place, if none is known yet: the rung that knows it best speaks first.
    pub fn at(mut self, place: Place) -> Self {
        self.place.get_or_insert(place);
        self
    }

    /// With a step of the way that led here.
    pub fn through(mut self, what: impl Into<String>, place: Place) -> Self {
        self.trace.push(Frame { what: what.into(), place });
        self
    }

    /// With advice.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// True for errors.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// Place and message in one line, for conditions and events.
    pub fn line(&self) -> String {
        match &self.place {
            Some(place) => format!("{place}: {}", self.message),
            None => self.message.clone(),
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(f, "{word}: {}", self.message)?;
        if let Some(place) = &self.place {
            write!(f, "\n  --> {place}")?;
        }
        for frame in &self.trace {
            write!(f, "\n  {} {}", frame.what, frame.place)?;
        }
        for hint in &self.hints {
            write!(f, "\n  hint: {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostic {}

/// Puts errors before warnings, then sorts by place, and drops repetitions.
pub fn sort_diagnostics(all: &mut Vec<Diagnostic>) {
    all.sort_by(|a, b| (a.severity, &a.place, &a.message).cmp(&(b.severity, &b.place, &b.message)));
    all.dedup();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_place_trace_and_hint() {
        let text = Diagnostic::error("field 'x' is unknown")
            .at(Place::at("base/kustomization.yaml", 3, 1))
            .at(Place::file("overlay"))
            .through("in overlay", Place::at("prod/kustomization.yaml", 5, 3))
            .hint("did you mean 'y'?")
            .to_string();
        assert_eq!(
            text,
            "error: field 'x' is unknown\n  --> base/kustomization.yaml:3:1\n  in overlay \
             prod/kustomization.yaml:5:3\n  hint: did you mean 'y'?"
        );
    }
}
