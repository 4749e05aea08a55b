//! The short way for schemas as charts have them: read in one pass to rules, which values are held against.
//!
//! It only ever says that a schema is sound and that values fit. Whatever is wrong, or not plainly simple (identifiers
//! inside, schemas elsewhere, what depends on what), makes it give up, and all is done the long way, which has the words
//! for what does not fit. A test holds the two against each other.

mod format;
mod hold;
mod json;
mod keyword;
mod number;
mod pattern;
mod read;
mod reference;
mod rules;
#[cfg(test)]
mod tests;

use weir_yaml::Value;

pub(super) use read::read;
pub(super) use rules::Rules;

/// True if the values fit, as far as that can be told quickly.
pub(super) fn fits(rules: &Rules, values: &Value) -> bool {
    hold::fits(rules, values) == Some(true)
}
