//! Versions and version ranges, read and compared as `Masterminds/semver` 3.5 does, which decides in Flux and Helm.
//!
//! It differs from the letter of semver.org: `1.2` and `v1` are versions, an empty range is an error, ranges have
//! wildcards, hyphens, `~>` and `||`, and prereleases fit only ranges that name one. Where versions come from is not
//! known here.

mod constraint;
mod quote;
mod range;
mod scan;
mod version;

pub use constraint::{Reason, Why};
pub use range::{Range, RangeError};
pub use version::{Version, VersionError};
