//! Base64 with padding, as secrets and continue tokens use it.

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Bytes as text.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word =
            chunk.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for at in 0..4 {
            let letter = LETTERS[(word >> (18 - 6 * at) & 63) as usize];
            out.push(if at > chunk.len() { '=' } else { char::from(letter) });
        }
    }
    out
}

/// Text as bytes; none if it is no base64 with padding. Line ends are skipped.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let text: Vec<u8> = text.bytes().filter(|b| !matches!(b, b'\r' | b'\n')).collect();
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let last = text.len() / 4;
    for (at, chunk) in text.chunks(4).enumerate() {
        let pads = chunk.iter().rev().take_while(|b| **b == b'=').count();
        if pads > 2 || (pads > 0 && at + 1 != last) {
            return None;
        }
        let mut word = 0_u32;
        for byte in chunk {
            let value = if *byte == b'=' { 0 } else { LETTERS.iter().position(|letter| letter == byte)? };
            word = word << 6 | u32::try_from(value).ok()?;
        }
        if chunk.iter().take(4 - pads).any(|b| *b == b'=') {
            return None;
        }
        out.extend(word.to_be_bytes().iter().skip(1).take(3 - pads));
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways() {
        for (plain, text) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(encode(plain.as_bytes()), text);
            assert_eq!(decode(text).unwrap(), plain.as_bytes());
        }
        for text in ["Z", "Zg=", "Zg===", "Z===", "Zg==Zg==", "Z!=="] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
