//! Bytes as text: base64, base32 and hexadecimal digits, with the errors of Go.

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Standard base64 with padding.
pub(crate) fn base64(bytes: &[u8]) -> String {
    encode(bytes, BASE64, 6, 4)
}

/// Standard base32 with padding.
pub(crate) fn base32(bytes: &[u8]) -> String {
    encode(bytes, BASE32, 5, 8)
}

fn encode(bytes: &[u8], alphabet: &[u8], bits: u32, group: usize) -> String {
    let mut out = String::with_capacity(bytes.len() * 8 / bits as usize + group);
    let (mut held, mut count) = (0_u32, 0);
    let letter = |index: u32| char::from(alphabet.get(index as usize).copied().unwrap_or(b'='));
    let mask = (1 << bits) - 1;
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        count += 8;
        while count >= bits {
            count -= bits;
            out.push(letter(held >> count & mask));
        }
        held &= (1 << count) - 1;
    }
    if count > 0 {
        out.push(letter(held << (bits - count) & mask));
    }
    while !out.len().is_multiple_of(group) {
        out.push('=');
    }
    out
}

/// Hexadecimal digits in lower case.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `base64.StdEncoding`; where it is no base64, the place.
pub(crate) fn from_base64(text: &[u8]) -> Result<Vec<u8>, usize> {
    decode64(text)
}

/// `base32.StdEncoding`
pub(crate) fn from_base32(text: &[u8]) -> Result<Vec<u8>, usize> {
    decode32(text)
}

fn letter64(byte: u8) -> Option<u32> {
    Some(u32::from(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}

fn letter32(byte: u8) -> Option<u64> {
    Some(u64::from(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'2'..=b'7' => byte - b'2' + 26,
        _ => return None,
    }))
}

/// Line ends are skipped; what else is no letter is an error at its place.
fn decode64(text: &[u8]) -> Result<Vec<u8>, usize> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let mut at = 0;
    let skip = |mut at: usize| {
        while matches!(text.get(at), Some(b'\n' | b'\r')) {
            at += 1;
        }
        at
    };
    loop {
        let mut word = 0_u32;
        for place in 0..4 {
            at = skip(at);
            let Some(&byte) = text.get(at) else {
                return if place == 0 { Ok(out) } else { Err(at - place) };
            };
            at += 1;
            if let Some(letter) = letter64(byte) {
                word = word << 6 | letter;
                continue;
            }
            if byte != b'=' || place < 2 {
                return Err(at - 1);
            }
            if place == 2 {
                at = skip(at);
                match text.get(at) {
                    Some(b'=') => at += 1,
                    Some(_) => return Err(at - 1),
                    None => return Err(text.len()),
                }
            }
            let end = skip(at);
            if end < text.len() {
                return Err(end);
            }
            word <<= 6 * (4 - place);
            out.extend_from_slice(word.to_be_bytes().get(1..place).unwrap_or_default());
            return Ok(out);
        }
        out.extend_from_slice(word.to_be_bytes().get(1..).unwrap_or_default());
    }
}

fn decode32(text: &[u8]) -> Result<Vec<u8>, usize> {
    let text: Vec<u8> = text.iter().copied().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    let mut out = Vec::with_capacity(text.len() / 8 * 5 + 5);
    let mut at = 0;
    while at < text.len() {
        let (mut word, mut letters) = (0_u64, 0);
        while letters < 8 {
            let byte = *text.get(at).ok_or(text.len() - letters)?;
            at += 1;
            if byte == b'=' && letters >= 2 && text.len() - at < 8 {
                padded(&text, at, letters)?;
                at = text.len();
                break;
            }
            word = word << 5 | letter32(byte).ok_or(at - 1)?;
            letters += 1;
        }
        word <<= 5 * (8 - letters);
        out.extend_from_slice(word.to_be_bytes().get(3..3 + letters * 5 / 8).unwrap_or_default());
    }
    Ok(out)
}

/// Checks the padding of the last group, whose first sign is read already.
fn padded(text: &[u8], at: usize, letters: usize) -> Result<(), usize> {
    let rest = text.get(at..).unwrap_or_default();
    if rest.len() + letters < 7 {
        return Err(text.len());
    }
    if let Some(bad) = rest.iter().take(7 - letters).position(|byte| *byte != b'=') {
        return Err((at + bad).saturating_sub(1));
    }
    if matches!(letters, 3 | 6) { Err(at - 1) } else { Ok(()) }
}
