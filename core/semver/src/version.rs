//! One version: parsing, printing, comparing.

use std::cmp::Ordering;
use std::fmt;

use crate::quote::quoted;
use crate::scan::{is_number, pieces};

/// Longer texts are no versions.
const LONGEST: usize = 256;

/// A version. Equality and order are those of precedence: metadata and spelling do not count.
#[derive(Debug, Clone)]
pub struct Version {
    major: u64,
    minor: u64,
    patch: u64,
    pre: String,
    metadata: String,
    original: String,
}

/// Why a text is no version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VersionError {
    /// It has no form of a version.
    Invalid,
    /// It is empty.
    Empty,
    /// It is longer than 256 bytes.
    TooLong,
    /// Other characters than digits stand in a number.
    InvalidCharacters,
    /// A number starts with zero.
    SegmentStartsZero,
    /// What follows the plus sign is wrong.
    InvalidMetadata,
    /// What follows the hyphen is wrong.
    InvalidPrerelease,
    /// A number is missing or too large.
    Number {
        /// The number as it is written.
        text: String,
        /// Met by the strict parser.
        strict: bool,
    },
}

impl fmt::Display for VersionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Invalid => "invalid semantic version",
            Self::Empty => "version string empty",
            Self::TooLong => "version string is too long (max 256 bytes)",
            Self::InvalidCharacters => "invalid characters in version",
            Self::SegmentStartsZero => "version segment starts with 0",
            Self::InvalidMetadata => "invalid metadata string",
            Self::InvalidPrerelease => "invalid prerelease string",
            Self::Number { text, strict } => {
                let what = if text.is_empty() { "invalid syntax" } else { "value out of range" };
                let lead = if *strict { "" } else { "error parsing version segment: " };
                return write!(f, "{lead}strconv.ParseUint: parsing {}: {what}", quoted(text));
            }
        })
    }
}

impl std::error::Error for VersionError {}

impl Version {
    /// Reads a version loosely: `v1`, `1.2` and `01.2.3` are versions.
    pub fn parse(text: &str) -> Result<Self, VersionError> {
        if text.len() > LONGEST {
            return Err(VersionError::TooLong);
        }
        let found = pieces(text, is_number).filter(|found| found.text.len() == text.len());
        let found = found.ok_or(VersionError::Invalid)?;
        let number = |at: usize| {
            let Some(text) = found.numbers[at] else { return Ok(0) };
            text.parse().map_err(|_| VersionError::Number { text: text.to_string(), strict: false })
        };
        let (pre, metadata) = (found.pre.unwrap_or(""), found.metadata.unwrap_or(""));
        let (major, minor, patch) = (number(0)?, number(1)?, number(2)?);
        if !pre.is_empty() {
            check_prerelease(pre)?;
        }
        let (pre, metadata, original) = (pre.to_string(), metadata.to_string(), text.to_string());
        Ok(Self { major, minor, patch, pre, metadata, original })
    }

    /// Reads a version to the letter of semver.org.
    pub fn parse_strict(text: &str) -> Result<Self, VersionError> {
        if text.is_empty() {
            return Err(VersionError::Empty);
        }
        if text.len() > LONGEST {
            return Err(VersionError::TooLong);
        }
        let mut parts = text.splitn(3, '.');
        let (Some(major), Some(minor), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(VersionError::Invalid);
        };
        let (rest, metadata) = rest.split_once('+').map_or((rest, None), |(rest, meta)| (rest, Some(meta)));
        metadata.map_or(Ok(()), check_metadata)?;
        let (patch, pre) = rest.split_once('-').map_or((rest, None), |(rest, pre)| (rest, Some(pre)));
        pre.map_or(Ok(()), check_prerelease)?;
        for part in [major, minor, patch] {
            if !part.bytes().all(is_number) {
                return Err(VersionError::InvalidCharacters);
            }
            if part.len() > 1 && part.starts_with('0') {
                return Err(VersionError::SegmentStartsZero);
            }
        }
        let number = |text: &str| {
            text.parse::<u64>().map_err(|_| VersionError::Number { text: text.to_string(), strict: true })
        };
        Ok(Self {
            major: number(major)?,
            minor: number(minor)?,
            patch: number(patch)?,
            pre: pre.unwrap_or("").to_string(),
            metadata: metadata.unwrap_or("").to_string(),
            original: text.to_string(),
        })
    }

    /// A version of these numbers.
    pub fn new(major: u64, minor: u64, patch: u64) -> Self {
        let original = format!("{major}.{minor}.{patch}");
        Self { major, minor, patch, pre: String::new(), metadata: String::new(), original }
    }

    /// The first number.
    pub fn major(&self) -> u64 {
        self.major
    }

    /// The second number.
    pub fn minor(&self) -> u64 {
        self.minor
    }

    /// The third number.
    pub fn patch(&self) -> u64 {
        self.patch
    }

    /// What follows the hyphen; empty for releases.
    pub fn pre(&self) -> &str {
        &self.pre
    }

    /// What follows the plus sign.
    pub fn metadata(&self) -> &str {
        &self.metadata
    }

    /// The text as it was parsed.
    pub fn original(&self) -> &str {
        &self.original
    }

    /// True if it comes before a release.
    pub fn is_prerelease(&self) -> bool {
        !self.pre.is_empty()
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if !self.pre.is_empty() {
            write!(f, "-{}", self.pre)?;
        }
        if !self.metadata.is_empty() {
            write!(f, "+{}", self.metadata)?;
        }
        Ok(())
    }
}

impl std::str::FromStr for Version {
    type Err = VersionError;
    fn from_str(text: &str) -> Result<Self, VersionError> {
        Self::parse(text)
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Version {}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        let numbers = |version: &Self| (version.major, version.minor, version.patch);
        numbers(self).cmp(&numbers(other)).then_with(|| match (self.is_prerelease(), other.is_prerelease()) {
            (false, false) => Ordering::Equal,
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (true, true) => compare_prereleases(&self.pre, &other.pre),
        })
    }
}

/// Part by part; what has fewer parts comes first.
pub(crate) fn compare_prereleases(one: &str, other: &str) -> Ordering {
    let (mut ones, mut others) = (one.split('.'), other.split('.'));
    loop {
        match (ones.next(), others.next()) {
            (None, None) => return Ordering::Equal,
            (one, other) => {
                let order = compare_parts(one.unwrap_or(""), other.unwrap_or(""));
                if order != Ordering::Equal {
                    return order;
                }
            }
        }
    }
}

/// Nothing comes first, then numbers by value, then texts. Numbers beyond 64 bits are texts.
fn compare_parts(one: &str, other: &str) -> Ordering {
    if one == other || one.is_empty() || other.is_empty() {
        return one.len().cmp(&other.len());
    }
    match (one.parse::<u64>(), other.parse::<u64>()) {
        (Ok(one), Ok(other)) => one.cmp(&other),
        (Ok(_), Err(_)) => Ordering::Less,
        (Err(_), Ok(_)) => Ordering::Greater,
        (Err(_), Err(_)) => one.cmp(other),
    }
}

fn is_word(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn check_prerelease(pre: &str) -> Result<(), VersionError> {
    for part in pre.split('.') {
        if !is_word(part) {
            return Err(VersionError::InvalidPrerelease);
        }
        if part.len() > 1 && part.starts_with('0') && part.bytes().all(is_number) {
            return Err(VersionError::SegmentStartsZero);
        }
    }
    Ok(())
}

fn check_metadata(metadata: &str) -> Result<(), VersionError> {
    if metadata.split('.').all(is_word) { Ok(()) } else { Err(VersionError::InvalidMetadata) }
}
