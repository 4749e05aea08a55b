//! What a plain scalar means: null, a boolean, a number, a time or just text.
//!
//! yaml.v2 reads booleans of YAML 1.1, yaml.v3 does not; both read `010` as octal and `1:30` as text.

use std::borrow::Cow;

use crate::decode::Dialect;
use crate::decode::normal_float;
use crate::scan::Generation;
use crate::timestamp::{Timestamp, parse_timestamp};
use crate::value::Value;

/// The meaning of a plain scalar.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Plain {
    Null,
    Bool(bool),
    Int(i64),
    UInt(u64),
    Float(f64),
    Time(Timestamp),
    Text,
}

/// What this text means when it stands in a YAML file without quotes. Infinities and NaN stay floats.
pub fn resolve_plain(text: &str, dialect: Dialect) -> Value {
    match resolve(text, dialect.generation()) {
        Plain::Null => Value::Null,
        Plain::Bool(flag) => Value::Bool(flag),
        Plain::Int(number) => Value::Int(number),
        Plain::UInt(number) => Value::UInt(number),
        Plain::Float(number) => normal_float(number).unwrap_or(Value::Float(number)),
        Plain::Time(time) if dialect.has_times() => time.to_json().unwrap_or_else(|| text.to_string()).into(),
        Plain::Time(_) | Plain::Text => text.into(),
    }
}

pub(crate) fn resolve(text: &str, generation: Generation) -> Plain {
    resolve_hinted(text, generation, true)
}

/// As [`resolve`]; `times` is off where another tag than the timestamp's stands.
pub(crate) fn resolve_hinted(text: &str, generation: Generation, times: bool) -> Plain {
    let Some(first) = text.as_bytes().first() else { return Plain::Null };
    match first {
        // Most words are longer than all that mean something.
        first if first.is_ascii_alphabetic() && text.len() > "false".len() => Plain::Text,
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => {
            word(text, generation).unwrap_or(Plain::Text)
        }
        b'.' => special_float(text).or_else(|| separated_float(text)).unwrap_or(Plain::Text),
        b'0'..=b'9' | b'+' | b'-' => {
            special_float(text).or_else(|| number(text, generation, times)).unwrap_or(Plain::Text)
        }
        _ => Plain::Text,
    }
}

fn word(text: &str, generation: Generation) -> Option<Plain> {
    Some(match text {
        "true" | "True" | "TRUE" => Plain::Bool(true),
        "false" | "False" | "FALSE" => Plain::Bool(false),
        "~" | "null" | "Null" | "NULL" => Plain::Null,
        _ if generation == Generation::V2 => Plain::Bool(old_bool(text)?),
        _ => return None,
    })
}

/// Booleans of YAML 1.1 that later versions dropped.
pub(crate) fn old_bool(text: &str) -> Option<bool> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

fn special_float(text: &str) -> Option<Plain> {
    Some(Plain::Float(match text {
        ".nan" | ".NaN" | ".NAN" => f64::NAN,
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => f64::INFINITY,
        "-.inf" | "-.Inf" | "-.INF" => f64::NEG_INFINITY,
        _ => return None,
    }))
}

fn number(text: &str, generation: Generation, times: bool) -> Option<Plain> {
    if times && let Some(time) = parse_timestamp(text) {
        return Some(Plain::Time(time));
    }
    let plain = if text.contains('_') { Cow::Owned(text.replace('_', "")) } else { Cow::Borrowed(text) };
    let plain = plain.as_ref();
    go_integer(plain).or_else(|| float(plain)).or_else(|| prefixed(plain, "0b", 2)).or_else(|| {
        let octal = generation == Generation::V3;
        octal.then(|| prefixed(plain, "0o", 8)).flatten()
    })
}

/// An integer as Go reads it when it may choose the base itself.
fn go_integer(text: &str) -> Option<Plain> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (base, digits) = match digits.as_bytes() {
        [b'0', b'b' | b'B', _, ..] => (2, &digits[2..]),
        [b'0', b'o' | b'O', _, ..] => (8, &digits[2..]),
        [b'0', b'x' | b'X', _, ..] => (16, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    let size = unsigned(digits, base)?;
    if negative {
        return (size <= 1 << 63).then(|| Plain::Int((size as i64).wrapping_neg()));
    }
    match i64::try_from(size) {
        Ok(number) => Some(Plain::Int(number)),
        // A sign is no part of an unsigned number.
        Err(_) => (!text.starts_with('+')).then_some(Plain::UInt(size)),
    }
}

/// Digits of this base and nothing else; Rust's own parser would take a sign.
fn unsigned(digits: &str, base: u32) -> Option<u64> {
    let is_digit = |byte: u8| (byte as char).is_digit(base);
    if digits.is_empty() || !digits.bytes().all(is_digit) {
        return None;
    }
    u64::from_str_radix(digits, base).ok()
}

/// What go-yaml tries last: digits behind `0b` or `0o`, which may have a sign of their own.
fn prefixed(text: &str, prefix: &str, base: u32) -> Option<Plain> {
    let digits = text.strip_prefix(prefix)?;
    let (negative, digits) = match digits.as_bytes().first()? {
        b'-' => (true, &digits[1..]),
        b'+' => (false, &digits[1..]),
        _ => return None,
    };
    let size = i64::try_from(unsigned(digits, base)?).ok()?;
    Some(Plain::Int(if negative { -size } else { size }))
}

/// A float in decimal digits; one that is too large is text.
fn float(text: &str) -> Option<Plain> {
    if !is_float(text) {
        return None;
    }
    text.parse().ok().filter(|number: &f64| number.is_finite()).map(Plain::Float)
}

/// A float that begins with a dot: there underscores must stand between digits, elsewhere they may stand anywhere.
fn separated_float(text: &str) -> Option<Plain> {
    if !text.contains('_') {
        return float(text);
    }
    let is_digit = |c: char| c.is_ascii_digit();
    let parts: Vec<&str> = text.split('_').collect();
    let joined = parts.windows(2).all(|pair| pair[0].ends_with(is_digit) && pair[1].starts_with(is_digit));
    if joined { float(&parts.concat()) } else { None }
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_float(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let whole = digits_len(text);
    let mut rest = &text[whole..];
    if let Some(fraction) = rest.strip_prefix('.') {
        let length = digits_len(fraction);
        if whole == 0 && length == 0 {
            return false;
        }
        rest = &fraction[length..];
    } else if whole == 0 {
        return false;
    }
    let Some(exponent) = rest.strip_prefix(['e', 'E']) else { return rest.is_empty() };
    let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    !exponent.is_empty() && digits_len(exponent) == exponent.len()
}

fn digits_len(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_numbers_as_go_does() {
        for (text, value) in [
            ("010", Plain::Int(8)),
            ("08", Plain::Float(8.0)),
            ("1_000", Plain::Int(1000)),
            ("0x1F", Plain::Int(31)),
            ("-0b11", Plain::Int(-3)),
            ("0b-11", Plain::Int(-3)),
            ("-9223372036854775808", Plain::Int(i64::MIN)),
            ("18446744073709551615", Plain::UInt(u64::MAX)),
            ("18446744073709551616", Plain::Float(18446744073709551616.0)),
            ("+9223372036854775808", Plain::Float(9223372036854775808.0)),
            ("1e3", Plain::Float(1000.0)),
            ("5.", Plain::Float(5.0)),
            ("1e400", Plain::Text),
            ("1:30", Plain::Text),
            (".", Plain::Text),
            ("-", Plain::Text),
            ("0", Plain::Int(0)),
            ("0x", Plain::Text),
            (".51_000", Plain::Float(0.51)),
            (".5__1", Plain::Text),
            ("._5", Plain::Text),
        ] {
            assert_eq!(resolve(text, Generation::V2), value, "{text}");
        }
    }

    #[test]
    fn dialects_part_at_old_booleans() {
        assert_eq!(resolve_plain("yes", Dialect::Sigs), Value::Bool(true));
        assert_eq!(resolve_plain("yes", Dialect::V3), Value::from("yes"));
        assert_eq!(resolve_plain("2001-1-1", Dialect::V3), Value::from("2001-01-01T00:00:00Z"));
        assert_eq!(resolve_plain("2001-1-1", Dialect::Sigs), Value::from("2001-1-1"));
    }
}
