//! What the operators do. Texts are bytes: lengths and offsets count them.

use super::glob;

/// Whether an operator is there for variables that have no value.
pub(super) fn gives_default(operator: &str) -> bool {
    matches!(operator, "-" | "+" | "=" | "?" | ":-" | ":+" | ":=" | ":?")
}

pub(super) fn apply(operator: &str, value: &[u8], arguments: &[Vec<u8>]) -> Vec<u8> {
    match (operator, arguments) {
        (",", _) => first(value, lower),
        (",,", _) => all(value, lower),
        ("^", _) => first(value, upper),
        ("^^", _) => all(value, upper),
        ("#", []) => value.len().to_string().into_bytes(),
        ("#", [pattern, ..]) => trim(value, pattern, false).to_vec(),
        ("##", [pattern, ..]) => trim(value, pattern, true).to_vec(),
        ("%", [pattern, ..]) => trim_end(value, pattern, false),
        ("%%", [pattern, ..]) => trim_end(value, pattern, true),
        (":", arguments) => part(value, arguments).to_vec(),
        ("/", [old, rest @ ..]) => replace(value, old, new(rest), 1),
        ("//", [old, rest @ ..]) => replace(value, old, new(rest), usize::MAX),
        ("/#", [old, new]) if value.starts_with(old) => replace(value, old, new, 1),
        ("/%", [old, new]) if value.ends_with(old) => {
            let kept = &value[..value.len() - old.len()];
            [kept, new].concat()
        }
        ("/#" | "/%" | "##" | "%" | "%%" | "/" | "//", _) => value.to_vec(),
        _ if value.is_empty() => arguments.concat(),
        _ => value.to_vec(),
    }
}

fn new(rest: &[Vec<u8>]) -> &[u8] {
    rest.first().map(Vec::as_slice).unwrap_or_default()
}

/// The first character and its width; what is no UTF-8 counts by byte.
pub(super) fn first_char(bytes: &[u8]) -> Option<(char, usize)> {
    let lead = *bytes.first()?;
    if lead.is_ascii() {
        return Some((lead as char, 1));
    }
    let valid = |width: usize| bytes.get(..width).and_then(|bytes| std::str::from_utf8(bytes).ok());
    let found = (2..=4).find_map(|width| Some((valid(width)?.chars().next()?, width)));
    Some(found.unwrap_or((char::REPLACEMENT_CHARACTER, 1)))
}

fn chars(mut bytes: &[u8]) -> Vec<char> {
    let mut all = Vec::new();
    while let Some((c, width)) = first_char(bytes) {
        all.push(c);
        bytes = &bytes[width..];
    }
    all
}

fn text(chars: impl IntoIterator<Item = char>) -> Vec<u8> {
    chars.into_iter().collect::<String>().into_bytes()
}

fn first(value: &[u8], change: fn(char) -> char) -> Vec<u8> {
    match first_char(value) {
        None => Vec::new(),
        Some((c, width)) => [&text([change(c)]), &value[width..]].concat(),
    }
}

fn all(value: &[u8], change: fn(char) -> char) -> Vec<u8> {
    text(chars(value).into_iter().map(change))
}

/// One character stays one: Go knows no other way.
fn lower(c: char) -> char {
    let mut changed = c.to_lowercase();
    match (c, changed.next(), changed.next()) {
        ('\u{130}', ..) => 'i',
        (_, Some(single), None) => single,
        _ => c,
    }
}

fn upper(c: char) -> char {
    let mut changed = c.to_uppercase();
    if let (Some(single), None) = (changed.next(), changed.next()) {
        return single;
    }
    // Greek letters with a subscript have a capital of their own.
    let offset = match c as u32 {
        0x1f80..=0x1f87 | 0x1f90..=0x1f97 | 0x1fa0..=0x1fa7 => 8,
        0x1fb3 | 0x1fc3 | 0x1ff3 => 9,
        _ => 0,
    };
    char::from_u32(c as u32 + offset).unwrap_or(c)
}

/// `:offset` and `:offset:length`. What is no number changes nothing.
fn part<'a>(value: &'a [u8], arguments: &[Vec<u8>]) -> &'a [u8] {
    let size = i64::try_from(value.len()).unwrap_or(i64::MAX);
    let Some(start) = arguments.first().and_then(|text| number(text)) else { return value };
    let start = if start < 0 { start.saturating_add(size).max(0) } else { start };
    let from = |start: i64, end: i64| {
        let index = |at: i64| usize::try_from(at).unwrap_or(0).min(value.len());
        value.get(index(start)..index(end)).unwrap_or_default()
    };
    match arguments.get(1) {
        None => from(start, size),
        Some(length) => match number(length) {
            None => value,
            Some(length) if length < 0 => from(start, size.saturating_add(length)),
            Some(length) => from(start, start.saturating_add(length).min(size)),
        },
    }
}

/// As Go's Atoi reads it: a sign and digits.
fn number(text: &[u8]) -> Option<i64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Replaces the first so many; nothing is found before each character and at the end.
fn replace(value: &[u8], old: &[u8], new: &[u8], mut times: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value;
    while times > 0 {
        if old.is_empty() {
            out.extend_from_slice(new);
            let Some((_, width)) = first_char(rest) else { return out };
            out.extend_from_slice(&rest[..width]);
            rest = &rest[width..];
        } else {
            let Some(at) = rest.windows(old.len()).position(|window| window == old) else { break };
            out.extend_from_slice(&rest[..at]);
            out.extend_from_slice(new);
            rest = &rest[at + old.len()..];
        }
        times -= 1;
    }
    out.extend_from_slice(rest);
    out
}

/// Without the beginning that matches: the longest or the shortest. A pattern that is none changes nothing.
fn trim<'a>(value: &'a [u8], pattern: &[u8], longest: bool) -> &'a [u8] {
    let mut shortest = None;
    for end in (1..=value.len()).rev() {
        match glob::matches(pattern, &value[..end]) {
            None => return value,
            Some(true) if longest => return &value[end..],
            Some(true) => shortest = Some(end),
            Some(false) => {}
        }
    }
    shortest.map_or(value, |end| &value[end..])
}

/// The same from behind: both are turned around, the pattern too.
fn trim_end(value: &[u8], pattern: &[u8], longest: bool) -> Vec<u8> {
    let turned = |bytes: &[u8]| text(chars(bytes).into_iter().rev());
    turned(trim(&turned(value), &turned(pattern), longest))
}
