//! Which styles a text can be written in.

use crate::resolve::{Plain, old_bool, resolve};
use crate::scan::{Generation, ScalarStyle};

/// What a text allows. Collections in brackets are always empty here, so the rules of block context are enough.
pub(super) struct Analysis {
    pub(super) multiline: bool,
    plain: bool,
    single_quoted: bool,
    block: bool,
}

pub(super) fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What can be written without an escape.
pub(super) fn is_printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}

impl Analysis {
    pub(super) fn new(text: &str, generation: Generation) -> Self {
        if is_word(text) {
            return Self { multiline: false, plain: true, single_quoted: true, block: true };
        }
        let mut found =
            Found { indicators: text.starts_with("---") || text.starts_with("..."), ..Found::default() };
        let mut before = None;
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            found.look(before, c, chars.peek().copied(), generation);
            before = Some(c);
        }
        let is_space_or_break = |c: char| c == ' ' || is_break(c);
        let edges = text.starts_with(is_space_or_break) || text.ends_with(is_space_or_break);
        let single_quoted = !(found.break_space || found.space_break || found.tab || found.special);
        Self {
            multiline: found.breaks,
            plain: single_quoted && !edges && !found.breaks && !found.indicators,
            single_quoted,
            block: !(text.is_empty() || text.ends_with(' ') || found.space_break || found.special),
        }
    }

    pub(super) fn allows_plain(&self) -> bool {
        self.plain
    }

    pub(super) fn allows_single_quotes(&self) -> bool {
        self.single_quoted
    }

    pub(super) fn allows_block(&self) -> bool {
        self.block
    }

    /// The style for a string; `simple_key` for keys without `?`.
    pub(super) fn style(&self, text: &str, generation: Generation, simple_key: bool) -> ScalarStyle {
        let wish = if text.contains('\n') {
            ScalarStyle::Literal
        } else if means_itself(text, generation) {
            ScalarStyle::Plain
        } else {
            ScalarStyle::DoubleQuoted
        };
        match wish {
            _ if simple_key && self.multiline => ScalarStyle::DoubleQuoted,
            ScalarStyle::Literal if self.block && !simple_key => ScalarStyle::Literal,
            ScalarStyle::Plain if self.plain => ScalarStyle::Plain,
            ScalarStyle::Plain if self.single_quoted => ScalarStyle::SingleQuoted,
            _ => ScalarStyle::DoubleQuoted,
        }
    }
}

/// True for one word that is printed as it is: most keys and texts are such.
pub(super) fn is_plain_word(text: &str, generation: Generation) -> bool {
    is_word(text) && means_itself(text, generation)
}

/// True for one word without indicators.
fn is_word(text: &str) -> bool {
    match text.as_bytes() {
        [b'-' | b'.' | b':' | b'+' | b'=' | b'@', ..] | [.., b':'] | [] => false,
        bytes => bytes.iter().all(|byte| WORD[usize::from(*byte)]),
    }
}

/// What words consist of.
const WORD: [bool; 256] = {
    let mut all = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let is_mark = matches!(byte as u8, b'/' | b'_' | b'-' | b'.' | b':' | b'+' | b'=' | b'@');
        all[byte] = (byte as u8).is_ascii_alphanumeric() || is_mark;
        byte += 1;
    }
    all
};

/// True if this text without quotes is read as a string, by YAML 1.1 too.
fn means_itself(text: &str, generation: Generation) -> bool {
    resolve(text, generation) == Plain::Text
        && !is_base_60(text)
        && (generation == Generation::V2 || old_bool(text).is_none())
}

/// `[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?`
fn is_base_60(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !text.starts_with(|first: char| first.is_ascii_digit()) {
        return false;
    }
    let text = match text.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_') => {
            whole
        }
        Some(_) => return false,
        None => text,
    };
    let mut parts = text.split(':');
    let first = parts.next().unwrap_or("");
    let mut places = parts.peekable();
    first.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')
        && places.peek().is_some()
        && places.all(|part| matches!(part.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9']))
}

#[derive(Default)]
struct Found {
    indicators: bool,
    breaks: bool,
    special: bool,
    tab: bool,
    /// A break and then a space.
    break_space: bool,
    /// A space and then a break.
    space_break: bool,
}

impl Found {
    fn look(&mut self, before: Option<char>, c: char, after: Option<char>, generation: Generation) {
        let spaced_after = after.is_none_or(|c| c == ' ' || c == '\t');
        let spaced_before = before.is_none_or(|c| c == ' ' || c == '\t' || is_break(c));
        self.indicators |= match c {
            ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' => {
                before.is_none()
            }
            '?' | '-' => before.is_none() && spaced_after,
            ':' => spaced_after,
            '#' => spaced_before,
            _ => false,
        };
        if c == '\t' && generation == Generation::V3 {
            self.tab = true;
        } else if !is_printable(c) {
            self.special = true;
        }
        if c == ' ' {
            self.break_space |= before.is_some_and(is_break);
        } else if is_break(c) {
            self.breaks = true;
            self.space_break |= before == Some(' ');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_60_looks_like_times() {
        for text in ["1:30", "-190:20:30.15", "1_0:59", "1:30."] {
            assert!(is_base_60(text), "{text}");
        }
        for text in ["1:60", "1", ":30", "1:", "1:30.x", "_1:30"] {
            assert!(!is_base_60(text), "{text}");
        }
    }
}
