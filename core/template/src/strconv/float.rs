//! Floats from and to text.

use super::int::{NumberError, underscores_fit};

/// `strconv.ParseFloat(text, 64)`; after a range error the value is an infinity.
pub(crate) fn parse_float(text: &[u8]) -> Result<f64, (f64, NumberError)> {
    let syntax = || (0.0, NumberError::Syntax { function: "ParseFloat", text: text.to_vec() });
    if let Some(special) = special(text) {
        return Ok(special);
    }
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let value = match digits {
        [b'0', b'x' | b'X', rest @ ..] => hex(text, rest).ok_or_else(syntax)?,
        _ => decimal(digits).ok_or_else(syntax)?,
    };
    let value = if negative { -value } else { value };
    if value.is_infinite() {
        return Err((value, NumberError::Range { function: "ParseFloat", text: text.to_vec() }));
    }
    Ok(value)
}

fn special(text: &[u8]) -> Option<f64> {
    let (sign, word) = match text {
        [b'-', rest @ ..] => (-1.0, rest),
        [b'+', rest @ ..] => (1.0, rest),
        rest => (1.0, rest),
    };
    match word.to_ascii_lowercase().as_slice() {
        b"inf" | b"infinity" => Some(sign * f64::INFINITY),
        b"nan" if word.len() == text.len() => Some(f64::NAN),
        _ => None,
    }
}

/// Digits with at most one dot and an exponent, without a sign.
fn decimal(text: &[u8]) -> Option<f64> {
    if text.contains(&b'_') {
        let digits: Vec<u8> = text.iter().copied().filter(|byte| *byte != b'_').collect();
        return if underscores_fit(text) { decimal(&digits) } else { None };
    }
    let well_formed = text.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
    if !well_formed
        || !text.iter().any(u8::is_ascii_digit)
        || text.first().is_some_and(|byte| matches!(byte, b'+' | b'-'))
    {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// `whole` is with sign and prefix, `digits` what is behind the prefix.
fn hex(whole: &[u8], digits: &[u8]) -> Option<f64> {
    if digits.contains(&b'_') && !underscores_fit(whole) {
        return None;
    }
    let mut mantissa: u64 = 0;
    let mut exponent: i64 = 0;
    let (mut any, mut dot, mut sticky) = (false, false, false);
    let mut rest = digits;
    while let Some((&byte, tail)) = rest.split_first() {
        match byte {
            b'_' => {}
            b'.' if !dot => dot = true,
            _ => {
                let Some(digit) = char::from(byte).to_digit(16) else { break };
                any = true;
                if mantissa >> 60 == 0 {
                    mantissa = mantissa << 4 | u64::from(digit);
                    exponent -= if dot { 4 } else { 0 };
                } else {
                    sticky |= digit != 0;
                    exponent += if dot { 0 } else { 4 };
                }
            }
        }
        rest = tail;
    }
    let (&p, rest) = rest.split_first()?;
    if !any || !matches!(p, b'p' | b'P') {
        return None;
    }
    let (negative, rest) = match rest {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    if !rest.first()?.is_ascii_digit() {
        return None;
    }
    let mut power: i64 = 0;
    for byte in rest.iter().filter(|byte| **byte != b'_') {
        power = (power * 10 + i64::from(char::from(*byte).to_digit(10)?)).min(100_000);
    }
    Some(scale(mantissa, sticky, exponent + if negative { -power } else { power }))
}

/// `mantissa * 2^exponent`, rounded half to even; `sticky` says that lower bits were cut off.
fn scale(mantissa: u64, sticky: bool, exponent: i64) -> f64 {
    if mantissa == 0 {
        return 0.0;
    }
    let shift = i64::from(mantissa.leading_zeros());
    let mantissa = mantissa << shift;
    let exponent = exponent - shift;
    // The value is mantissa * 2^exponent with the top bit set: its binary exponent is exponent + 63.
    let top = exponent + 63;
    if top > 1023 {
        return f64::INFINITY;
    }
    let keep = if top < -1022 { 53 - (-1022 - top) } else { 53 };
    if keep < 0 {
        return 0.0;
    }
    let drop = 64 - keep;
    let (kept, cut, half) = if drop >= 64 {
        (0, u128::from(mantissa), 1_u128 << 63)
    } else {
        (mantissa >> drop, u128::from(mantissa & ((1 << drop) - 1)), 1_u128 << (drop - 1))
    };
    let up = cut > half || cut == half && (sticky || kept & 1 == 1);
    let kept = kept + u64::from(up);
    let power = exponent + drop;
    // Two exact steps, as 2^power alone may be no normal float.
    let first = power / 2;
    kept as f64 * 2f64.powi(first as i32) * 2f64.powi((power - first) as i32)
}

/// `strconv.FormatFloat(value, format, precision, 64)` for the formats e, E, f, F, g, G, x, X, b; a negative precision
/// means as many digits as needed.
pub(crate) fn format_float(value: f64, format: u8, precision: i32) -> String {
    if value.is_nan() {
        return "NaN".into();
    }
    if value.is_infinite() {
        return if value < 0.0 { "-Inf" } else { "+Inf" }.into();
    }
    match format {
        b'e' | b'E' => exponent_form(value, format, precision),
        b'f' | b'F' if precision < 0 => {
            let text = shortest(value);
            let (digits, exponent) = split_exponent(&text);
            plain(digits, exponent)
        }
        b'f' | b'F' => format!("{value:.*}", precision as usize),
        b'g' | b'G' => general(value, format, precision),
        b'x' | b'X' => hex_form(value, format, precision),
        b'b' => binary_form(value),
        _ => format!("%{}", char::from(format)),
    }
}

fn exponent_form(value: f64, format: u8, precision: i32) -> String {
    let text = if precision < 0 { shortest(value) } else { format!("{value:.*e}", precision as usize) };
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |rest| ('-', rest));
    format!("{digits}{}{sign}{exponent:0>2}", char::from(format))
}

fn general(value: f64, format: u8, precision: i32) -> String {
    let short = precision < 0;
    let precision = if precision == 0 { 1 } else { precision };
    let text = if short { shortest(value) } else { format!("{value:.*e}", precision as usize - 1) };
    let (digits, exponent) = split_exponent(&text);
    let digits = if short { digits } else { trim_zeros(digits) };
    let count = digits.bytes().filter(u8::is_ascii_digit).count() as i32;
    let limit = match (short, precision > count && count > exponent) {
        (true, _) => 6,
        (false, true) => count,
        (false, false) => precision,
    };
    if exponent < -4 || exponent >= limit {
        let (sign, power) = if exponent < 0 { ('-', -exponent) } else { ('+', exponent) };
        let e = if format == b'G' { 'E' } else { 'e' };
        return format!("{digits}{e}{sign}{power:02}");
    }
    plain(digits, exponent)
}

/// As few digits as tell the number from others, `d.ddde10`. Where two such texts are equally near, Go takes the one
/// that ends in an even digit; Rust takes the larger one.
fn shortest(value: f64) -> String {
    /// With fewer digits texts lie too far apart for both to mean the same number.
    const NEAR: usize = 16;
    let text = format!("{value:e}");
    let count = text.bytes().take_while(|byte| *byte != b'e').filter(u8::is_ascii_digit).count();
    if count < NEAR {
        return text;
    }
    let even = format!("{value:.*e}", count - 1);
    if even != text && even.parse() == Ok(value) { even } else { text }
}

fn split_exponent(text: &str) -> (&str, i32) {
    let (digits, exponent) = text.split_once('e').unwrap_or((text, "0"));
    (digits, exponent.parse().unwrap_or(0))
}

/// The digits of an exponent form without the zeros at the end.
fn trim_zeros(digits: &str) -> &str {
    if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits }
}

/// Digits `d.ddd` times ten to the exponent, written without an exponent.
fn plain(digits: &str, exponent: i32) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |rest| ("-", rest));
    let digits: String = digits.chars().filter(|c| *c != '.').collect();
    if exponent < 0 {
        return format!("{sign}0.{}{digits}", "0".repeat((-exponent - 1) as usize));
    }
    let whole = exponent as usize + 1;
    if digits.len() <= whole {
        return format!("{sign}{digits}{}", "0".repeat(whole - digits.len()));
    }
    let (whole, part) = digits.split_at(whole);
    format!("{sign}{whole}.{part}")
}

fn parts(value: f64) -> (bool, u64, i32) {
    let bits = value.to_bits();
    let exponent = (bits >> 52 & 0x7ff) as i32;
    let mantissa = bits & ((1 << 52) - 1);
    let negative = bits >> 63 == 1;
    if exponent == 0 { (negative, mantissa, -1022) } else { (negative, mantissa | 1 << 52, exponent - 1023) }
}

fn binary_form(value: f64) -> String {
    let (negative, mantissa, exponent) = parts(value);
    let exponent = exponent - 52;
    let sign = if exponent >= 0 { "+" } else { "" };
    format!("{}{mantissa}p{sign}{exponent}", if negative { "-" } else { "" })
}

fn hex_form(value: f64, format: u8, precision: i32) -> String {
    let (negative, mut mantissa, mut exponent) = parts(value);
    if mantissa == 0 {
        exponent = 0;
    } else {
        // The leading one goes to bit 60, with 15 digits of four bits below it.
        let shift = mantissa.leading_zeros() as i32 - 3;
        mantissa <<= shift;
        exponent -= shift - 8;
    }
    if (0..15).contains(&precision) {
        let drop = 60 - precision as u32 * 4;
        let cut = mantissa & ((1 << drop) - 1);
        let half = 1_u64 << (drop - 1);
        mantissa >>= drop;
        mantissa += u64::from(cut > half || cut == half && mantissa & 1 == 1);
        mantissa <<= drop;
        if mantissa >> 61 != 0 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let digits = format!("{:015x}", mantissa & ((1 << 60) - 1));
    let digits = match usize::try_from(precision) {
        Err(_) => digits.trim_end_matches('0').to_string(),
        Ok(length) => format!("{digits:0<length$}").chars().take(length).collect(),
    };
    let dot = if digits.is_empty() { "" } else { "." };
    let (sign, power) = if exponent < 0 { ('-', -exponent) } else { ('+', exponent) };
    let text =
        format!("{}0x{}{dot}{digits}p{sign}{power:02}", if negative { "-" } else { "" }, mantissa >> 60);
    if format == b'X' { text.to_uppercase() } else { text }
}
