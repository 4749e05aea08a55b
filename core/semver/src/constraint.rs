//! One comparison of a range, such as `>= 1.2` or `~> 2.x`.

use std::fmt;

use crate::Version;
use crate::quote::quoted;
use crate::scan::Pieces;
use crate::version::compare_prereleases;

/// The comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    TildeOrEqual,
    NotEqual,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    Tilde,
    Caret,
}

/// All operators by their spelling, longer ones before those that they start with.
const OPERATORS: [(&str, Operator); 11] = [
    ("!=", Operator::NotEqual),
    (">=", Operator::GreaterOrEqual),
    ("=>", Operator::GreaterOrEqual),
    ("<=", Operator::LessOrEqual),
    ("=<", Operator::LessOrEqual),
    ("~>", Operator::Tilde),
    ("=", Operator::TildeOrEqual),
    (">", Operator::Greater),
    ("<", Operator::Less),
    ("~", Operator::Tilde),
    ("^", Operator::Caret),
];

/// The spelling of the operator at the start of the text; empty if there is none.
pub(crate) fn operator_at(text: &str) -> &'static str {
    OPERATORS.iter().find(|(spelling, _)| text.starts_with(spelling)).map_or("", |(spelling, _)| spelling)
}

/// Where the version of a constraint has its first wildcard or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    /// All three numbers are there.
    None,
    Major,
    Minor,
    Patch,
}

/// One comparison with a version.
#[derive(Debug, Clone)]
pub(crate) struct Constraint {
    operator: Operator,
    spelling: &'static str,
    version: Version,
    /// The version as it is written.
    original: String,
    open: Open,
}

/// Why a version does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The version, as it prints.
    pub version: String,
    /// The version of the constraint, as it is written.
    pub constraint: String,
    /// What is wrong.
    pub why: Why,
}

/// In which way a version does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It is a prerelease, and the range names none.
    Prerelease,
    /// It is equal.
    Equal,
    /// It is not equal.
    NotEqual,
    /// It is less.
    Less,
    /// It is less or equal.
    LessOrEqual,
    /// It is greater.
    Greater,
    /// It is greater or equal.
    GreaterOrEqual,
    /// The first number differs.
    OtherMajor,
    /// The first two numbers differ.
    OtherMajorOrMinor,
    /// The second number differs, below version 1.
    OtherMinor,
    /// The second number differs from zero, below version 0.1.
    OtherMinorThanZero,
    /// The third number differs, below version 0.1.
    OtherPatch,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (own, other) = (quoted(&self.version), quoted(&self.constraint));
        let (relation, rest) = match self.why {
            Why::Prerelease => {
                let rest = "is a prerelease version and the constraint is only looking for release versions";
                return write!(f, "{own} {rest}");
            }
            Why::Equal => ("is equal to", ""),
            Why::NotEqual => ("is not equal to", ""),
            Why::Less => ("is less than", ""),
            Why::LessOrEqual => ("is less than or equal to", ""),
            Why::Greater => ("is greater than", ""),
            Why::GreaterOrEqual => ("is greater than or equal to", ""),
            Why::OtherMajor => ("does not have same major version as", ""),
            Why::OtherMajorOrMinor => ("does not have same major and minor version as", ""),
            Why::OtherMinor => (
                "does not have same minor version as",
                ". Expected minor versions to match when constraint major version is 0",
            ),
            Why::OtherMinorThanZero => ("does not have same minor version as", ""),
            Why::OtherPatch => (
                "does not equal",
                ". Expect version and constraint to equal when major and minor versions are 0",
            ),
        };
        write!(f, "{own} {relation} {other}{rest}")
    }
}

impl Constraint {
    /// From an operator and what follows it; none if that is no version after all.
    pub(crate) fn new(spelling: &'static str, pieces: &Pieces<'_>) -> Option<Self> {
        let is_open = |at: usize| pieces.numbers[at].is_none_or(|number| matches!(number, "x" | "X" | "*"));
        let pre = pieces.pre.map_or_else(String::new, |pre| format!("-{pre}"));
        let number = |at: usize| pieces.numbers[at].unwrap_or("0");
        let (open, text) = if is_open(0) {
            (Open::Major, format!("0.0.0{pre}"))
        } else if is_open(1) {
            (Open::Minor, format!("{}.0.0{pre}", number(0)))
        } else if is_open(2) {
            (Open::Patch, format!("{}.{}.0{pre}", number(0), number(1)))
        } else {
            (Open::None, pieces.text.to_string())
        };
        let operator = OPERATORS.iter().find(|(known, _)| *known == spelling);
        let operator = operator.map_or(Operator::TildeOrEqual, |(_, operator)| *operator);
        let version = Version::parse(&text).ok()?;
        Some(Self { operator, spelling, version, original: pieces.text.to_string(), open })
    }

    /// True if it names a prerelease.
    pub(crate) fn is_prerelease(&self) -> bool {
        self.version.is_prerelease()
    }

    /// The reason that is given for a prerelease where none is looked for.
    pub(crate) fn prerelease(&self, version: &Version) -> Reason {
        self.reason(version, Why::Prerelease)
    }

    fn reason(&self, version: &Version, why: Why) -> Reason {
        Reason { version: version.to_string(), constraint: self.original.clone(), why }
    }

    /// Whether a version fits, prereleases like any other.
    pub(crate) fn check(&self, version: &Version) -> Result<(), Reason> {
        let found = match self.operator {
            Operator::TildeOrEqual if self.open == Open::None => {
                (*version != self.version).then_some(Why::NotEqual)
            }
            Operator::TildeOrEqual | Operator::Tilde => self.tilde(version),
            Operator::NotEqual => self.not_equal(version),
            Operator::Greater => self.greater(version),
            Operator::Less => (*version >= self.version).then_some(Why::GreaterOrEqual),
            Operator::GreaterOrEqual => (*version < self.version).then_some(Why::Less),
            Operator::LessOrEqual => self.less_or_equal(version),
            Operator::Caret => self.caret(version),
        };
        found.map_or(Ok(()), |why| Err(self.reason(version, why)))
    }

    fn not_equal(&self, version: &Version) -> Option<Why> {
        let own = &self.version;
        let differs = match self.open {
            Open::None => *version != *own,
            // A wildcard in the first place reads as 0.0.0 here, wildcards behind it are not looked at.
            Open::Major => {
                own.major() != version.major()
                    || own.minor() != version.minor()
                    || own.patch() != version.patch()
                    || *version != *own
            }
            Open::Minor => own.major() != version.major(),
            Open::Patch => {
                own.major() != version.major()
                    || own.minor() != version.minor()
                    || compare_prereleases(version.pre(), own.pre()).is_ne()
            }
        };
        (!differs).then_some(Why::Equal)
    }

    fn greater(&self, version: &Version) -> Option<Why> {
        let own = &self.version;
        let fits = match self.open {
            Open::None => *version > *own,
            _ if version.major() != own.major() => version.major() > own.major(),
            Open::Minor => false,
            Open::Patch => version.minor() > own.minor(),
            Open::Major => *version > *own,
        };
        (!fits).then_some(Why::LessOrEqual)
    }

    fn less_or_equal(&self, version: &Version) -> Option<Why> {
        let own = &self.version;
        let fits = match self.open {
            Open::None => *version <= *own,
            Open::Minor => version.major() <= own.major(),
            Open::Major | Open::Patch => (version.major(), version.minor()) <= (own.major(), own.minor()),
        };
        (!fits).then_some(Why::Greater)
    }

    fn tilde(&self, version: &Version) -> Option<Why> {
        let own = &self.version;
        if version < own {
            return Some(Why::Less);
        }
        // `~0.0.0` takes everything, as `~*` does.
        let zero = (own.major(), own.minor(), own.patch()) == (0, 0, 0);
        if zero && matches!(self.open, Open::None | Open::Major) {
            return None;
        }
        if version.major() != own.major() {
            return Some(Why::OtherMajor);
        }
        (version.minor() != own.minor() && self.open != Open::Minor).then_some(Why::OtherMajorOrMinor)
    }

    fn caret(&self, version: &Version) -> Option<Why> {
        let own = &self.version;
        if version < own {
            return Some(Why::Less);
        }
        if own.major() > 0 || self.open == Open::Minor {
            return (version.major() != own.major()).then_some(Why::OtherMajor);
        }
        if version.major() > 0 {
            return Some(Why::OtherMajor);
        }
        if own.minor() > 0 || self.open == Open::Patch {
            return (version.minor() != own.minor()).then_some(Why::OtherMinor);
        }
        if version.minor() > 0 {
            return Some(Why::OtherMinorThanZero);
        }
        (own.patch() != version.patch()).then_some(Why::OtherPatch)
    }
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.spelling, self.original)
    }
}
