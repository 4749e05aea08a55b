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
    bytes.iter().position(|other| *other == byte)
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
