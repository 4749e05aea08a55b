//! Integers from text.

use super::quote::quote;

/// Why a text is no number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NumberError {
    /// It does not look like one.
    Syntax { function: &'static str, text: Vec<u8> },
    /// It is too large.
    Range { function: &'static str, text: Vec<u8> },
}

impl std::fmt::Display for NumberError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (function, text, why) = match self {
            Self::Syntax { function, text } => (function, text, "invalid syntax"),
            Self::Range { function, text } => (function, text, "value out of range"),
        };
        write!(f, "strconv.{function}: parsing {}: {why}", String::from_utf8_lossy(&quote(text)))
    }
}

/// What a number was cut off at, with the nearest value that fits.
type Cut<T> = (T, NumberError);

/// `strconv.ParseUint(text, base, 64)`; base 0 reads prefixes and underscores. After a range error the value is the
/// largest one.
pub(crate) fn parse_uint(text: &[u8], base: u32) -> Result<u64, Cut<u64>> {
    unsigned(text, base, "ParseUint", text)
}

fn unsigned(digits: &[u8], base: u32, function: &'static str, whole: &[u8]) -> Result<u64, Cut<u64>> {
    let syntax = || (0, NumberError::Syntax { function, text: whole.to_vec() });
    let (base, rest, prefixed) = match (base, digits) {
        (0, [b'0', b'x' | b'X', rest @ ..]) if !rest.is_empty() => (16, rest, true),
        (0, [b'0', b'o' | b'O', rest @ ..]) if !rest.is_empty() => (8, rest, true),
        (0, [b'0', b'b' | b'B', rest @ ..]) if !rest.is_empty() => (2, rest, true),
        (0, [b'0', rest @ ..]) if !rest.is_empty() => (8, rest, true),
        (0, rest) => (10, rest, true),
        (base, rest) => (base, rest, false),
    };
    if rest.is_empty() {
        return Err(syntax());
    }
    let mut value: Option<u64> = Some(0);
    let mut underscores = false;
    for byte in rest {
        if *byte == b'_' && prefixed {
            underscores = true;
            continue;
        }
        let digit = char::from(*byte).to_digit(36).filter(|digit| *digit < base).ok_or_else(syntax)?;
        value = value.and_then(|value| value.checked_mul(u64::from(base))?.checked_add(u64::from(digit)));
        if value.is_none() {
            // As in Go, what follows an overflow is not looked at any more.
            return Err((u64::MAX, NumberError::Range { function, text: whole.to_vec() }));
        }
    }
    if underscores && !underscores_fit(digits) {
        return Err(syntax());
    }
    value.ok_or_else(syntax)
}

/// `strconv.ParseInt(text, base, 64)`; see [`parse_uint`].
pub(crate) fn parse_int(text: &[u8], base: u32, function: &'static str) -> Result<i64, Cut<i64>> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let range = |value| Err((value, NumberError::Range { function, text: text.to_vec() }));
    match unsigned(digits, base, function, text) {
        Ok(value) if negative && value == 1 << 63 => Ok(i64::MIN),
        Ok(value) => match i64::try_from(value) {
            Ok(value) => Ok(if negative { -value } else { value }),
            Err(_) => range(if negative { i64::MIN } else { i64::MAX }),
        },
        Err((_, NumberError::Range { .. })) => range(if negative { i64::MIN } else { i64::MAX }),
        Err((_, error)) => Err((0, error)),
    }
}

/// Underscores stand between digits only, or behind a prefix.
pub(crate) fn underscores_fit(text: &[u8]) -> bool {
    // '^' at the start, '0' for a digit, '_' for an underscore, '!' for anything else
    let mut last = b'^';
    let digits = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    let (digits, hex) = match digits {
        [b'0', prefix, rest @ ..] if matches!(prefix.to_ascii_lowercase(), b'b' | b'o' | b'x') => {
            last = b'0';
            (rest, prefix.eq_ignore_ascii_case(&b'x'))
        }
        rest => (rest, false),
    };
    for byte in digits {
        if byte.is_ascii_digit() || hex && byte.is_ascii_hexdigit() {
            last = b'0';
        } else if *byte == b'_' {
            if last != b'0' {
                return false;
            }
            last = b'_';
        } else {
            if last == b'_' {
                return false;
            }
            last = b'!';
        }
    }
    last != b'_'
}
