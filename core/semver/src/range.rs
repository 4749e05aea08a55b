//! A range of versions: alternatives of comparisons that must all hold.

use std::fmt;

use crate::constraint::{Constraint, operator_at};
use crate::quote::quoted;
use crate::scan::{Pieces, is_number_or_wildcard, is_space, pieces};
use crate::{Reason, Version};

/// Longer texts are no ranges.
const LONGEST: usize = 512;
/// A range has no more alternatives.
const MOST_GROUPS: usize = 32;

/// A range of versions, such as `>= 1.2, < 2 || ~3.1`.
#[derive(Debug, Clone)]
pub struct Range {
    groups: Vec<Group>,
    takes_prereleases: bool,
}

/// Comparisons that must all hold.
#[derive(Debug, Clone)]
struct Group {
    constraints: Vec<Constraint>,
    /// One of them names a prerelease, so all of them take prereleases.
    names_prerelease: bool,
}

/// Why a text is no range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RangeError {
    /// It is longer than 512 bytes.
    TooLong,
    /// It has more than 32 alternatives.
    TooManyGroups,
    /// This alternative has no form of a range.
    Improper(String),
    /// A version in it is none: too large a number, or a prerelease with leading zeros.
    Version,
}

impl fmt::Display for RangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "constraint string is too long (max {LONGEST} bytes)"),
            Self::TooManyGroups => write!(f, "too many constraint groups (max {MOST_GROUPS})"),
            Self::Improper(text) => write!(f, "improper constraint: {}", quoted(text)),
            Self::Version => f.write_str("constraint parser error"),
        }
    }
}

impl std::error::Error for RangeError {}

impl Range {
    /// Reads a range. An empty text is an error, `*` is any release.
    pub fn parse(text: &str) -> Result<Self, RangeError> {
        if text.len() > LONGEST {
            return Err(RangeError::TooLong);
        }
        let text = without_hyphens(text);
        if text.split("||").count() > MOST_GROUPS {
            return Err(RangeError::TooManyGroups);
        }
        let groups = text.split("||").map(Group::parse).collect::<Result<_, _>>()?;
        Ok(Self { groups, takes_prereleases: false })
    }

    /// The same range, taking prereleases whether it names one or not.
    pub fn with_prereleases(mut self) -> Self {
        self.takes_prereleases = true;
        self
    }

    /// True if the version is in the range.
    pub fn contains(&self, version: &Version) -> bool {
        self.groups.iter().any(|group| {
            let allowed = self.allows(group, version);
            allowed && group.constraints.iter().all(|constraint| constraint.check(version).is_ok())
        })
    }

    /// All reasons why the version is not in the range, over all alternatives.
    pub fn check(&self, version: &Version) -> Result<(), Vec<Reason>> {
        let mut reasons = Vec::new();
        let mut said_prerelease = false;
        for group in &self.groups {
            let mut fits = true;
            for constraint in &group.constraints {
                if !self.allows(group, version) {
                    if !std::mem::replace(&mut said_prerelease, true) {
                        reasons.push(constraint.prerelease(version));
                    }
                    fits = false;
                } else if let Err(reason) = constraint.check(version) {
                    reasons.push(reason);
                    fits = false;
                }
            }
            if fits {
                return Ok(());
            }
        }
        Err(reasons)
    }

    fn allows(&self, group: &Group, version: &Version) -> bool {
        self.takes_prereleases || group.names_prerelease || !version.is_prerelease()
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, group) in self.groups.iter().enumerate() {
            f.write_str(if at > 0 { " || " } else { "" })?;
            for (at, constraint) in group.constraints.iter().enumerate() {
                f.write_str(if at > 0 { " " } else { "" })?;
                write!(f, "{constraint}")?;
            }
        }
        Ok(())
    }
}

impl std::str::FromStr for Range {
    type Err = RangeError;
    fn from_str(text: &str) -> Result<Self, RangeError> {
        Self::parse(text)
    }
}

impl Group {
    /// The form is checked as a whole before any version in it is.
    fn parse(text: &str) -> Result<Self, RangeError> {
        let found = terms(text).ok_or_else(|| RangeError::Improper(text.to_string()))?;
        let constraints = found.iter().map(|(operator, pieces)| Constraint::new(operator, pieces));
        let constraints: Vec<_> = constraints.collect::<Option<_>>().ok_or(RangeError::Version)?;
        let names_prerelease = constraints.iter().any(Constraint::is_prerelease);
        Ok(Self { constraints, names_prerelease })
    }
}

fn skip_space(text: &str) -> &str {
    text.trim_start_matches(|c: char| c.is_ascii() && is_space(c as u8))
}

/// Operators and versions, with space or one comma between them.
fn terms(text: &str) -> Option<Vec<(&'static str, Pieces<'_>)>> {
    let mut found = Vec::new();
    let mut rest = skip_space(text);
    loop {
        let operator = operator_at(rest);
        rest = skip_space(rest.get(operator.len()..)?);
        let version = pieces(rest, is_number_or_wildcard)?;
        rest = rest.get(version.text.len()..)?;
        found.push((operator, version));
        let next = skip_space(rest);
        if next.is_empty() {
            return Some(found);
        }
        rest = match next.strip_prefix(',') {
            Some(next) => skip_space(next),
            None if next.len() < rest.len() => next,
            None => return None,
        };
    }
}

/// `1.2 - 2` becomes `>= 1.2, <= 2`. A hyphen range is looked for everywhere, also in the middle of a word, and it is the
/// first occurrence of its text that is replaced.
fn without_hyphens(text: &str) -> String {
    let mut out = text.to_string();
    let mut from = 0;
    while let Some((start, end, low, high)) = hyphen_range(text, from) {
        out = out.replacen(&text[start..end], &format!(">= {low}, <= {high} "), 1);
        from = end;
    }
    out
}

fn hyphen_range(text: &str, from: usize) -> Option<(usize, usize, &str, &str)> {
    (from..text.len()).filter(|start| text.is_char_boundary(*start)).find_map(|start| {
        let tail = text.get(start..)?;
        let spaces = tail.len() - skip_space(tail).len();
        let low = pieces(skip_space(tail), is_number_or_wildcard)?.text;
        let low_end = start + spaces + low.len();
        let after = text.get(low_end..)?;
        let hyphen = skip_space(after);
        let high = hyphen.strip_prefix('-').filter(|_| hyphen.len() < after.len())?;
        let version = skip_space(high);
        if version.len() == high.len() {
            return None;
        }
        let found = pieces(version, is_number_or_wildcard)?.text;
        let end = text.len() - skip_space(version.get(found.len()..)?).len();
        Some((start, end, low, found))
    })
}
