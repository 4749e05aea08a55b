//! Numbers and what is equal, as far as that can be told without the exact numbers of Go.

use weir_yaml::Value;

use super::rules::Bound;

/// Numbers so large are told apart the long way.
const LARGE: f64 = 9.0e15;

/// True for a number that is not too large.
pub(super) fn is_exact(number: f64) -> bool {
    number.abs() < LARGE
}

/// The number, if the value is one; nothing if that is too much to tell.
pub(super) fn number(value: &Value) -> Option<Option<f64>> {
    let number = match value {
        Value::Int(number) => *number as f64,
        Value::UInt(number) => *number as f64,
        Value::Float(number) => *number,
        Value::Spelled(_) => return None,
        _ => return Some(None),
    };
    is_exact(number).then_some(Some(number))
}

/// Which types a value has, as bits.
pub(super) fn types(value: &Value) -> Option<u8> {
    Some(match number(value)? {
        Some(number) if number.fract() == 0.0 => 0b1100,
        Some(_) => 0b1000,
        None => match value {
            Value::Null => 1,
            Value::Bool(_) => 1 << 1,
            Value::String(_) => 1 << 4,
            Value::List(_) => 1 << 5,
            Value::Map(_) => 1 << 6,
            _ => return None,
        },
    })
}

/// Whether two values are the same to JSON, if both are neither lists nor maps.
pub(super) fn are_same(one: &Value, other: &Value) -> Option<bool> {
    let is_scalar = |value: &Value| value.as_list().is_none() && value.as_map().is_none();
    if !is_scalar(one) || !is_scalar(other) {
        return None;
    }
    Some(match (number(one)?, number(other)?) {
        (None, None) => one == other,
        (one, other) => one == other,
    })
}

/// Whether a value that is a number keeps to a limit.
pub(super) fn within(bound: Bound, limit: f64, value: &Value) -> Option<bool> {
    let Some(number) = number(value)? else { return Some(true) };
    is_exact(limit).then_some(match bound {
        Bound::Minimum => number >= limit,
        Bound::Maximum => number <= limit,
        Bound::Above => number > limit,
        Bound::Below => number < limit,
    })
}
