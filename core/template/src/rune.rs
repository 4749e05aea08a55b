//! Characters in bytes that may be no UTF-8, decoded as Go does it, and the classes of Unicode that Go asks for.

mod tables;

/// What stands for bytes that are no UTF-8.
pub(crate) const BAD: u32 = 0xfffd;

/// The first character and its width. Broken bytes give [`BAD`] with width one; no bytes have width zero.
pub(crate) fn decode(bytes: &[u8]) -> (u32, usize) {
    let &[first, ..] = bytes else { return (BAD, 0) };
    if first < 0x80 {
        return (u32::from(first), 1);
    }
    let width = match first {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return (BAD, 1),
    };
    match bytes
        .get(..width)
        .and_then(|bytes| std::str::from_utf8(bytes).ok())
        .and_then(|text| text.chars().next())
    {
        Some(c) => (u32::from(c), width),
        None => (BAD, 1),
    }
}

/// The last character and its width.
pub(crate) fn decode_last(bytes: &[u8]) -> (u32, usize) {
    let Some(&last) = bytes.last() else { return (BAD, 0) };
    if last < 0x80 {
        return (u32::from(last), 1);
    }
    for width in 2..=4.min(bytes.len()) {
        let tail = bytes.get(bytes.len() - width..).unwrap_or_default();
        let (c, length) = decode(tail);
        if length == width {
            return (c, width);
        }
    }
    (BAD, 1)
}

/// All characters with where they start.
pub(crate) fn runes(bytes: &[u8]) -> impl Iterator<Item = (usize, u32)> + Clone + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = bytes.get(at..)?;
        let (c, width) = decode(rest);
        if width == 0 {
            return None;
        }
        let start = at;
        at += width;
        Some((start, c))
    })
}

/// How many characters there are.
pub(crate) fn count(bytes: &[u8]) -> usize {
    if bytes.is_ascii() { bytes.len() } else { runes(bytes).count() }
}

/// Appends a character; what is none becomes [`BAD`].
pub(crate) fn push(out: &mut Vec<u8>, c: u32) {
    if c < 0x80 {
        out.push(c as u8);
        return;
    }
    let c = char::from_u32(c).unwrap_or(char::REPLACEMENT_CHARACTER);
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

/// Where the byte stands first.
pub(crate) fn find_byte(bytes: &[u8], byte: u8) -> Option<usize> {
    memchr::memchr(byte, bytes)
}

fn within(table: &[(u32, u32)], c: u32) -> bool {
    table
        .binary_search_by(|(from, to)| {
            if c < *from {
                std::cmp::Ordering::Greater
            } else if c > *to {
                std::cmp::Ordering::Less
            } else {
                std::cmp::Ordering::Equal
            }
        })
        .is_ok()
}

/// `unicode.IsLetter`
pub(crate) fn is_letter(c: u32) -> bool {
    if c < 0x80 { (c as u8).is_ascii_alphabetic() } else { within(tables::LETTER, c) }
}

/// `unicode.IsDigit`
pub(crate) fn is_digit(c: u32) -> bool {
    if c < 0x80 { (c as u8).is_ascii_digit() } else { within(tables::DIGIT, c) }
}

/// `unicode.IsPrint`, which is also what `strconv.Quote` leaves as it is.
pub(crate) fn is_print(c: u32) -> bool {
    if c < 0x80 { (0x20..0x7f).contains(&c) } else { within(tables::PRINT, c) }
}

/// `unicode.IsSpace`
pub(crate) fn is_space(c: u32) -> bool {
    matches!(c, 0x09..=0x0d | 0x20 | 0x85 | 0xa0 | 0x1680 | 0x2000..=0x200a | 0x2028 | 0x2029 | 0x202f | 0x205f | 0x3000)
}

/// What names in templates consist of.
pub(crate) fn is_alphanumeric(c: u32) -> bool {
    c == u32::from(b'_') || is_letter(c) || is_digit(c)
}

/// `unicode.IsUpper`
pub(crate) fn is_upper(c: u32) -> bool {
    if c < 0x80 { (c as u8).is_ascii_uppercase() } else { within(tables::UPPER, c) }
}

/// `unicode.IsLower`
pub(crate) fn is_lower(c: u32) -> bool {
    if c < 0x80 { (c as u8).is_ascii_lowercase() } else { within(tables::LOWER, c) }
}

/// `unicode.IsTitle`
pub(crate) fn is_title(c: u32) -> bool {
    within(tables::TITLE, c)
}

/// `unicode.IsPunct`
pub(crate) fn is_punct(c: u32) -> bool {
    // Of ASCII punctuation, Unicode calls these symbols.
    if c < 0x80 {
        (c as u8).is_ascii_punctuation() && !b"$+<=>^`|~".contains(&(c as u8))
    } else {
        within(tables::PUNCT, c)
    }
}

/// `unicode.IsNumber`
pub(crate) fn is_number(c: u32) -> bool {
    if c < 0x80 { (c as u8).is_ascii_digit() } else { within(tables::NUMBER, c) }
}

fn mapped(table: &[(u32, u32, u32, i32)], c: u32) -> u32 {
    let at = table.partition_point(|(_, to, _, _)| *to < c);
    match table.get(at) {
        Some((from, _, step, by)) if c >= *from && (c - from).is_multiple_of(*step) => {
            c.wrapping_add_signed(*by)
        }
        _ => c,
    }
}

/// `unicode.ToUpper`
pub(crate) fn to_upper(c: u32) -> u32 {
    if c < 0x80 { u32::from((c as u8).to_ascii_uppercase()) } else { mapped(tables::TO_UPPER, c) }
}

/// `unicode.ToLower`
pub(crate) fn to_lower(c: u32) -> u32 {
    if c < 0x80 { u32::from((c as u8).to_ascii_lowercase()) } else { mapped(tables::TO_LOWER, c) }
}

/// `unicode.ToTitle`
pub(crate) fn to_title(c: u32) -> u32 {
    if c < 0x80 { u32::from((c as u8).to_ascii_uppercase()) } else { mapped(tables::TO_TITLE, c) }
}

/// `strings.Map`: bytes that are no UTF-8 become [`BAD`].
pub(crate) fn map(bytes: &[u8], mut change: impl FnMut(u32) -> u32) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    runes(bytes).for_each(|(_, c)| push(&mut out, change(c)));
    out
}

/// `strings.TrimSpace`
pub(crate) fn trim_space(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    while !rest.is_empty() {
        let (c, width) = decode(rest);
        if !is_space(c) {
            break;
        }
        rest = rest.get(width..).unwrap_or_default();
    }
    while !rest.is_empty() {
        let (c, width) = decode_last(rest);
        if !is_space(c) {
            break;
        }
        rest = rest.get(..rest.len() - width).unwrap_or_default();
    }
    rest
}

/// Where the needle stands first, at or behind `from`.
pub(crate) fn find(bytes: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    let Some(&first) = needle.first() else { return (from <= bytes.len()).then_some(from) };
    let mut at = from;
    loop {
        at += find_byte(bytes.get(at..)?, first)?;
        if bytes.get(at..)?.starts_with(needle) {
            return Some(at);
        }
        at += 1;
    }
}

/// `strings.ReplaceAll`
pub(crate) fn replace(bytes: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    if old.is_empty() {
        // Between all characters, and at both ends.
        for (at, _) in runes(bytes) {
            out.extend_from_slice(new);
            out.extend_from_slice(
                bytes.get(at..at + decode(bytes.get(at..).unwrap_or_default()).1).unwrap_or_default(),
            );
        }
        out.extend_from_slice(new);
        return out;
    }
    let mut from = 0;
    while let Some(at) = find(bytes, old, from) {
        out.extend_from_slice(bytes.get(from..at).unwrap_or_default());
        out.extend_from_slice(new);
        from = at + old.len();
    }
    out.extend_from_slice(bytes.get(from..).unwrap_or_default());
    out
}

/// `strings.SplitN`; a negative limit is none.
pub(crate) fn split<'a>(bytes: &'a [u8], separator: &[u8], limit: i64) -> Vec<&'a [u8]> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut parts = Vec::new();
    if limit == 0 {
        return parts;
    }
    let mut rest = bytes;
    while parts.len() + 1 < limit {
        let cut = if separator.is_empty() {
            let width = decode(rest).1;
            (width < rest.len()).then_some((width, width))
        } else {
            find(rest, separator, 0).map(|at| (at, at + separator.len()))
        };
        let Some((end, next)) = cut else { break };
        parts.push(rest.get(..end).unwrap_or_default());
        rest = rest.get(next..).unwrap_or_default();
    }
    if !(separator.is_empty() && bytes.is_empty()) {
        parts.push(rest);
    }
    parts
}
