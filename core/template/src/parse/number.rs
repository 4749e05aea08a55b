//! Number constants: one text, all types that can hold it.

use super::node::Number;
use crate::strconv::{self, NumberError};

/// A number or a character constant; the error is Go's text.
pub(super) fn number(text: &[u8]) -> Result<Number, String> {
    if text.first() == Some(&b'\'') {
        return character(text);
    }
    if text.last() == Some(&b'i') {
        let zero = text.get(..text.len() - 1).map(strconv::parse_float);
        if let Some(Ok(value)) = zero {
            return Ok(imaginary(value));
        }
    }
    let uint = strconv::parse_uint(text, 0).ok();
    let int = strconv::parse_int(text, 0, "ParseInt").ok();
    // As Go has it: 0 is unsigned, also when it is written -0.
    let uint = if int == Some(0) { Some(0) } else { uint };
    let mut found = Number { int, uint, float: None, complex: false };
    if let Some(int) = found.int {
        found.float = Some(int as f64);
    } else if let Some(uint) = found.uint {
        found.float = Some(uint as f64);
    } else {
        let shown = || String::from_utf8_lossy(&strconv::quote(text)).into_owned();
        match strconv::parse_float(text) {
            Ok(value) => {
                if !text.iter().any(|byte| b".eEpP".contains(byte)) {
                    return Err(format!("integer overflow: {}", shown()));
                }
                found.float = Some(value);
                if value as i64 as f64 == value {
                    found.int = Some(value as i64);
                }
                if value >= 0.0 && value as u64 as f64 == value {
                    found.uint = Some(value as u64);
                }
            }
            Err((_, NumberError::Range { .. } | NumberError::Syntax { .. })) => {
                return Err(format!("illegal number syntax: {}", shown()));
            }
        }
    }
    Ok(found)
}

fn character(text: &[u8]) -> Result<Number, String> {
    let inner = text.get(1..).unwrap_or_default();
    let mut scratch = Vec::new();
    let Some((c, tail)) = strconv::unquote_char(inner, b'\'', &mut scratch) else {
        return Err("invalid syntax".into());
    };
    if tail != b"'" {
        return Err(format!("malformed character constant: {}", String::from_utf8_lossy(text)));
    }
    Ok(Number {
        int: Some(i64::from(c)),
        uint: Some(u64::from(c)),
        float: Some(f64::from(c)),
        complex: false,
    })
}

/// `1+2i`
pub(super) fn complex(text: &[u8]) -> Result<Number, String> {
    let middle = (1..text.len()).rev().find(|at| {
        matches!(text.get(*at), Some(b'+' | b'-'))
            && !matches!(text.get(at - 1), Some(b'e' | b'E' | b'p' | b'P'))
    });
    let middle = middle.ok_or("syntax error scanning complex number")?;
    let (real, rest) = text.split_at(middle);
    let part = rest.get(..rest.len() - 1).unwrap_or_default();
    let read = |text| strconv::parse_float(text).map_err(|(_, error)| error.to_string());
    let (real, part) = (read(real)?, read(part)?);
    if part != 0.0 {
        return Ok(Number { int: None, uint: None, float: None, complex: true });
    }
    Ok(Number { complex: true, ..simplified(real) })
}

fn imaginary(value: f64) -> Number {
    if value == 0.0 {
        Number { complex: true, ..simplified(0.0) }
    } else {
        Number { int: None, uint: None, float: None, complex: true }
    }
}

fn simplified(real: f64) -> Number {
    Number {
        int: (real as i64 as f64 == real).then_some(real as i64),
        uint: (real >= 0.0 && real as u64 as f64 == real).then_some(real as u64),
        float: Some(real),
        complex: false,
    }
}
