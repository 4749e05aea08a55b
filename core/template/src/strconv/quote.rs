//! Texts in quotes, both ways.

use crate::rune::{self, decode};

/// `strconv.Quote`
pub(crate) fn quote(text: &[u8]) -> Vec<u8> {
    quote_with(text, b'"', false)
}

/// `strconv.QuoteToASCII`
pub(crate) fn quote_ascii(text: &[u8]) -> Vec<u8> {
    quote_with(text, b'"', true)
}

/// The text between quotes of this kind; with `ascii` all else is escaped.
fn quote_with(text: &[u8], quote: u8, ascii: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 2);
    out.push(quote);
    let plain = text
        .iter()
        .take_while(|byte| (0x20..0x7f).contains(*byte) && !matches!(byte, b'\\') && **byte != quote);
    let (head, tail) = text.split_at(plain.count());
    out.extend_from_slice(head);
    let mut rest = tail;
    while let Some(&first) = rest.first() {
        let (c, width) = decode(rest);
        if c == rune::BAD && width == 1 {
            out.extend_from_slice(format!("\\x{first:02x}").as_bytes());
        } else {
            escape(&mut out, c, quote, ascii);
        }
        rest = rest.get(width..).unwrap_or_default();
    }
    out.push(quote);
    out
}

/// `strconv.QuoteRune` and, with `ascii`, `strconv.QuoteRuneToASCII`
pub(crate) fn quote_rune(c: u32, ascii: bool) -> Vec<u8> {
    let c = if char::from_u32(c).is_some() { c } else { rune::BAD };
    let mut out = vec![b'\''];
    escape(&mut out, c, b'\'', ascii);
    out.push(b'\'');
    out
}

fn escape(out: &mut Vec<u8>, c: u32, quote: u8, ascii: bool) {
    if c == u32::from(quote) || c == u32::from(b'\\') {
        out.push(b'\\');
        out.push(c as u8);
        return;
    }
    if rune::is_print(c) && (!ascii || c < 0x80) {
        rune::push(out, c);
        return;
    }
    let short = match c {
        0x07 => "\\a".into(),
        0x08 => "\\b".into(),
        0x0c => "\\f".into(),
        0x0a => "\\n".into(),
        0x0d => "\\r".into(),
        0x09 => "\\t".into(),
        0x0b => "\\v".into(),
        c if c < 0x20 || c == 0x7f => format!("\\x{c:02x}"),
        c if c < 0x1_0000 => format!("\\u{c:04x}"),
        c => format!("\\U{c:08x}"),
    };
    out.extend_from_slice(short.as_bytes());
}

/// Whether a text can stand between back quotes.
pub(crate) fn can_backquote(text: &[u8]) -> bool {
    let mut rest = text;
    while !rest.is_empty() {
        let (c, width) = decode(rest);
        rest = rest.get(width..).unwrap_or_default();
        let bad = if width > 1 {
            c == 0xfeff
        } else {
            c == rune::BAD || c < 0x20 && c != 9 || c == 0x60 || c == 0x7f
        };
        if bad {
            return false;
        }
    }
    true
}

/// A character as `%#U` shows it.
pub(crate) fn unicode(c: impl Into<u32>) -> String {
    let c = c.into();
    match char::from_u32(c) {
        Some(shown) if rune::is_print(c) => format!("U+{c:04X} '{shown}'"),
        _ => format!("U+{c:04X}"),
    }
}

/// `strconv.Unquote`; nothing where the syntax is not right.
pub(crate) fn unquote(text: &[u8]) -> Option<Vec<u8>> {
    let (&quote, rest) = text.split_first()?;
    let (&last, inner) = rest.split_last()?;
    if last != quote {
        return None;
    }
    match quote {
        b'`' if inner.contains(&b'`') => None,
        b'`' => Some(inner.iter().copied().filter(|byte| *byte != b'\r').collect()),
        b'"' => {
            if inner.contains(&b'\n') {
                return None;
            }
            if !inner.contains(&b'\\') && !inner.contains(&b'"') {
                return Some(inner.to_vec());
            }
            let mut out = Vec::with_capacity(inner.len());
            let mut rest = inner;
            while !rest.is_empty() {
                rest = unquote_char(rest, quote, &mut out)?.1;
            }
            Some(out)
        }
        _ => None,
    }
}

/// One character of a quoted text, appended to `out`; gives the character and the rest.
pub(crate) fn unquote_char<'a>(text: &'a [u8], quote: u8, out: &mut Vec<u8>) -> Option<(u32, &'a [u8])> {
    let (&first, rest) = text.split_first()?;
    if first == quote && (quote == b'\'' || quote == b'"') {
        return None;
    }
    if first >= 0x80 {
        let (c, width) = decode(text);
        out.extend_from_slice(text.get(..width)?);
        return Some((c, text.get(width..)?));
    }
    if first != b'\\' {
        out.push(first);
        return Some((u32::from(first), rest));
    }
    let (&escape, rest) = rest.split_first()?;
    let plain = match escape {
        b'a' => 7,
        b'b' => 8,
        b'f' => 12,
        b'n' => 10,
        b'r' => 13,
        b't' => 9,
        b'v' => 11,
        b'\\' => b'\\',
        b'\'' | b'"' if escape == quote => escape,
        b'x' | b'u' | b'U' => return unquote_hex(escape, rest, out),
        b'0'..=b'7' => {
            let mut value = u32::from(escape - b'0');
            for digit in rest.get(..2)? {
                value = value * 8 + u32::from(digit.checked_sub(b'0').filter(|digit| *digit < 8)?);
            }
            let byte = u8::try_from(value).ok()?;
            out.push(byte);
            return Some((value, rest.get(2..)?));
        }
        _ => return None,
    };
    out.push(plain);
    Some((u32::from(plain), rest))
}

fn unquote_hex<'a>(escape: u8, rest: &'a [u8], out: &mut Vec<u8>) -> Option<(u32, &'a [u8])> {
    let length = match escape {
        b'x' => 2,
        b'u' => 4,
        _ => 8,
    };
    let mut value: u32 = 0;
    for digit in rest.get(..length)? {
        value = value.checked_mul(16)?.checked_add(char::from(*digit).to_digit(16)?)?;
    }
    if escape == b'x' {
        out.push(value as u8);
    } else {
        char::from_u32(value)?;
        rune::push(out, value);
    }
    Some((value, rest.get(length..)?))
}
