//! Patterns, which Helm's library gives to Go's regexp.

use weir_template::regexp;

/// Longer patterns may be too large.
const LONGEST: usize = 2000;
/// Go counts what is repeated inside of what is repeated.
const MOST_REPEATS: u32 = 1000;

/// True if Go takes the pattern.
pub(super) fn is_sound(pattern: &str) -> bool {
    is_all(pattern)
        || (pattern.len() <= LONGEST && is_small(pattern) && regexp::check(pattern.as_bytes()).is_ok())
}

/// Whether a text fits a pattern; nothing if that cannot be told.
pub(super) fn fits(pattern: &str, text: &str) -> Option<bool> {
    if is_all(pattern) {
        return Some(true);
    }
    regexp::is_match(pattern.as_bytes(), text.as_bytes()).ok()
}

/// True for what fits every text, as nothing fits anywhere.
fn is_all(pattern: &str) -> bool {
    matches!(pattern, "" | ".*" | "^.*")
}

/// True if all repetitions together, each inside of the other, would not be too many.
fn is_small(pattern: &str) -> bool {
    let counts = pattern.split('{').skip(1).map(|after| {
        let numbers = after.split('}').next().unwrap_or_default().split(',');
        numbers.filter_map(|number| number.parse::<u32>().ok()).max().unwrap_or(1).max(1)
    });
    counts.fold(1, u32::saturating_mul) <= MOST_REPEATS
}
