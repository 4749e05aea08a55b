//! `html`, `js` and `urlquery`.

use crate::rune::{self, decode};

/// `template.HTMLEscape`
pub(super) fn html(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for byte in text {
        match byte {
            0 => out.extend_from_slice("\u{fffd}".as_bytes()),
            b'"' => out.extend_from_slice(b"&#34;"),
            b'\'' => out.extend_from_slice(b"&#39;"),
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            byte => out.push(*byte),
        }
    }
    out
}

/// `template.JSEscape`
pub(super) fn js(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let (c, width) = decode(rest);
        let (head, tail) = rest.split_at(width);
        rest = tail;
        match head {
            [byte @ (b'\\' | b'\'' | b'"')] => out.extend_from_slice(&[b'\\', *byte]),
            [byte @ (b'<' | b'>' | b'&' | b'=' | 0..=0x1f)] => {
                out.extend_from_slice(format!("\\u{byte:04X}").as_bytes());
            }
            [byte @ ..0x80] => out.push(*byte),
            _ if rune::is_print(c) => out.extend_from_slice(head),
            _ => out.extend_from_slice(format!("\\u{c:04X}").as_bytes()),
        }
    }
    out
}

/// `url.QueryEscape`
pub(crate) fn query_escape(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for byte in text {
        match byte {
            b' ' => out.push(b'+'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(*byte),
            byte => out.extend_from_slice(format!("%{byte:02X}").as_bytes()),
        }
    }
    out
}
