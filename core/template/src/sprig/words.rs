//! Letters and words: cases, initials, wrapping.

use crate::rune::{self, decode};

/// `strings.ToUpper` and `strings.ToLower`, by what changes a character.
pub(super) fn change(text: &[u8], change: fn(u32) -> u32) -> Vec<u8> {
    if text.is_ascii() {
        return text.iter().map(|byte| change(u32::from(*byte)) as u8).collect();
    }
    rune::map(text, change)
}

/// `strings.Title`
pub(super) fn title(text: &[u8]) -> Vec<u8> {
    let mut previous = u32::from(b' ');
    rune::map(text, |c| {
        let starts = separates(previous);
        previous = c;
        if starts { rune::to_title(c) } else { c }
    })
}

fn separates(c: u32) -> bool {
    if c < 0x80 {
        return !(c as u8).is_ascii_alphanumeric() && c != u32::from(b'_');
    }
    !rune::is_letter(c) && !rune::is_digit(c) && rune::is_space(c)
}

/// The first letter of each word in lower case.
pub(super) fn uncapitalize(text: &[u8]) -> Vec<u8> {
    let mut starts = true;
    rune::map(text, |c| {
        if rune::is_space(c) {
            starts = true;
            return c;
        }
        if std::mem::take(&mut starts) { rune::to_lower(c) } else { c }
    })
}

/// Upper becomes lower and lower upper; words begin in title case.
pub(super) fn swap_case(text: &[u8]) -> Vec<u8> {
    let mut starts = true;
    rune::map(text, |c| {
        if rune::is_upper(c) || rune::is_title(c) {
            starts = false;
            return rune::to_lower(c);
        }
        if rune::is_lower(c) {
            return if std::mem::take(&mut starts) { rune::to_title(c) } else { rune::to_upper(c) };
        }
        starts = rune::is_space(c);
        c
    })
}

/// The first byte of each word; like the original this takes bytes for characters.
pub(super) fn initials(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut gap = true;
    for byte in text {
        if rune::is_space(u32::from(*byte)) {
            gap = true;
        } else if std::mem::take(&mut gap) {
            rune::push(&mut out, u32::from(*byte));
        }
    }
    out
}

/// Without white space; like the original this takes bytes for characters.
pub(super) fn without_space(text: &[u8]) -> Vec<u8> {
    if !text.iter().any(|byte| rune::is_space(u32::from(*byte))) {
        return text.to_vec();
    }
    let mut out = Vec::with_capacity(text.len());
    text.iter()
        .filter(|byte| !rune::is_space(u32::from(**byte)))
        .for_each(|byte| rune::push(&mut out, u32::from(*byte)));
    out
}

/// Breaks lines at spaces; `long` words are broken too, or not.
pub(super) fn wrap(text: &[u8], width: i64, line_end: &[u8], long: bool) -> Vec<u8> {
    let width = usize::try_from(width).unwrap_or(1).clamp(1, 1 << 32);
    let line_end = if line_end.is_empty() { b"\n" } else { line_end };
    let mut out = Vec::with_capacity(text.len() + text.len() / 8);
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    let mut offset = 0;
    while text.len() - offset > width {
        if text.get(offset) == Some(&b' ') {
            offset += 1;
            continue;
        }
        let end = offset + width;
        let next = if let Some(space) = part(offset, end + 1).iter().rposition(|byte| *byte == b' ') {
            out.extend_from_slice(part(offset, offset + space));
            offset + space + 1
        } else if long {
            out.extend_from_slice(part(offset, end));
            end
        } else if let Some(space) = rune::find_byte(part(end, text.len()), b' ') {
            out.extend_from_slice(part(offset, end + space));
            end + space + 1
        } else {
            out.extend_from_slice(part(offset, text.len()));
            offset = text.len();
            break;
        };
        out.extend_from_slice(line_end);
        offset = next;
    }
    out.extend_from_slice(part(offset, text.len()));
    out
}

fn connects(c: u32) -> bool {
    c == u32::from(b'-') || c == u32::from(b'_') || rune::is_space(c)
}

/// `xstrings.ToPascalCase`
pub(super) fn pascal(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let all: Vec<u32> = rune::runes(text).map(|(_, c)| c).collect();
    let Some(start) = all.iter().position(|c| !connects(*c)) else {
        // Nothing but connectors: the original writes the last one twice.
        all.iter().chain(all.last()).for_each(|c| rune::push(&mut out, *c));
        return out;
    };
    let (before, rest) = all.split_at(start);
    before.iter().for_each(|c| rune::push(&mut out, *c));
    let Some((&first, rest)) = rest.split_first() else { return out };
    let mut upper = rune::is_upper(first);
    let mut current = rune::to_upper(first);
    for next in rest {
        let previous = current;
        current = *next;
        if connects(current) && connects(previous) {
            rune::push(&mut out, previous);
            continue;
        }
        if connects(previous) {
            upper = rune::is_upper(current);
            current = rune::to_upper(current);
        } else {
            if upper {
                if rune::is_upper(current) {
                    current = rune::to_lower(current);
                } else {
                    upper = false;
                }
            }
            rune::push(&mut out, previous);
        }
    }
    rune::push(&mut out, current);
    out
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    Invalid,
    Number,
    Upper,
    Alphabet,
    Connector,
    Punct,
    Other,
}

/// `xstrings.ToSnakeCase` and `xstrings.ToKebabCase`
pub(super) fn joined_lower(text: &[u8], connector: u8) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 8);
    if text.is_empty() {
        return out;
    }
    let (mut kind, mut word, mut rest) = next_word(text);
    while !rest.is_empty() {
        if kind != Word::Connector {
            lower(&mut out, kind, word, connector);
        }
        let (previous, last) = (kind, word);
        (kind, word, rest) = next_word(rest);
        match previous {
            Word::Number => {
                while matches!(kind, Word::Alphabet | Word::Number) {
                    lower(&mut out, kind, word, connector);
                    (kind, word, rest) = next_word(rest);
                }
                if !matches!(kind, Word::Invalid | Word::Punct | Word::Connector) {
                    out.push(connector);
                }
            }
            Word::Connector => lower(&mut out, previous, last, connector),
            Word::Punct => {}
            _ if kind != Word::Number => {
                if !matches!(kind, Word::Connector | Word::Punct) {
                    out.push(connector);
                }
            }
            _ if rest.is_empty() => {}
            _ => {
                let number = word;
                (kind, word, rest) = next_word(rest);
                if kind != Word::Alphabet {
                    lower(&mut out, Word::Number, number, connector);
                    if !matches!(kind, Word::Connector | Word::Punct) {
                        out.push(connector);
                    }
                    continue;
                }
                out.push(connector);
                lower(&mut out, Word::Number, number, connector);
                while matches!(kind, Word::Alphabet | Word::Number) {
                    lower(&mut out, kind, word, connector);
                    (kind, word, rest) = next_word(rest);
                }
                if !matches!(kind, Word::Invalid | Word::Connector | Word::Punct) {
                    out.push(connector);
                }
            }
        }
    }
    lower(&mut out, kind, word, connector);
    out
}

fn is_alphabet(c: u32) -> bool {
    if !rune::is_letter(c) {
        return false;
    }
    !matches!(c, 0x3400..=0x4d85 | 0x4e00..=0x9fcc | 0x2_0000..=0x2_b81d)
}

/// The first character that is UTF-8, and how many bytes there are up to its end; else the one before.
fn next_valid(text: &[u8], previous: u32) -> (u32, usize) {
    let mut size = 0;
    while let Some(rest) = text.get(size..).filter(|rest| !rest.is_empty()) {
        let (c, width) = decode(rest);
        size += width;
        if c != rune::BAD {
            return (c, size);
        }
    }
    (previous, size)
}

/// The first word: its kind, itself, and what is behind it.
fn next_word(text: &[u8]) -> (Word, &[u8], &[u8]) {
    if text.is_empty() {
        return (Word::Invalid, text, text);
    }
    let (c, size) = next_valid(text, rune::BAD);
    let cut =
        |kind, at: usize| (kind, text.get(..at).unwrap_or_default(), text.get(at..).unwrap_or_default());
    if c == rune::BAD {
        return cut(Word::Invalid, size);
    }
    let while_is = |mut at: usize, mut c: u32, is: fn(u32) -> bool| {
        while at < text.len() {
            let (next, size) = next_valid(text.get(at..).unwrap_or_default(), c);
            c = next;
            if !is(c) {
                break;
            }
            at += size;
        }
        at
    };
    if connects(c) {
        return cut(Word::Connector, while_is(size, c, connects));
    }
    if rune::is_punct(c) {
        return cut(Word::Punct, while_is(size, c, rune::is_punct));
    }
    if rune::is_upper(c) {
        return cut(Word::Upper, upper_word(text, c, size));
    }
    let plain = |c| is_alphabet(c) && !rune::is_upper(c);
    if is_alphabet(c) {
        return cut(Word::Alphabet, while_is(size, c, plain));
    }
    if rune::is_number(c) {
        return cut(Word::Number, while_is(size, c, rune::is_number));
    }
    let other = |c| !(connects(c) || is_alphabet(c) || rune::is_number(c) || rune::is_punct(c));
    cut(Word::Other, while_is(size, c, other))
}

/// Where a word that begins with an upper case letter ends.
fn upper_word(text: &[u8], first: u32, start: usize) -> usize {
    if start >= text.len() {
        return start;
    }
    let (mut c, mut size) = next_valid(text.get(start..).unwrap_or_default(), first);
    let mut at = start;
    if rune::is_upper(c) {
        let mut previous = size;
        at += size;
        while at < text.len() {
            (c, size) = next_valid(text.get(at..).unwrap_or_default(), c);
            if !rune::is_upper(c) {
                break;
            }
            previous = size;
            at += size;
        }
        // The last upper case letter belongs to the next word.
        return if at < text.len() && is_alphabet(c) { at - previous } else { at };
    }
    if is_alphabet(c) {
        at += size;
        while at < text.len() {
            (c, size) = next_valid(text.get(at..).unwrap_or_default(), c);
            if !is_alphabet(c) || rune::is_upper(c) {
                break;
            }
            at += size;
        }
    }
    at
}

fn lower(out: &mut Vec<u8>, kind: Word, word: &[u8], connector: u8) {
    if !matches!(kind, Word::Upper | Word::Connector) {
        out.extend_from_slice(word);
        return;
    }
    for (_, c) in rune::runes(word) {
        if connects(c) {
            out.push(connector);
        } else {
            rune::push(out, rune::to_lower(c));
        }
    }
}
