//! Numbers out of anything, by the rules of spf13/cast, and the float conversions of Go on amd64.

use crate::strconv;
use crate::value::{IntKind, Value};

/// `cast.ToInt64`; what is no number is 0.
pub(super) fn to_int(value: &Value) -> i64 {
    match value {
        Value::Int(_, number) => *number,
        Value::Float(number) => float_to_int(*number),
        Value::Str(text) => strconv::parse_int(without_zero_decimals(text), 0, "ParseInt").unwrap_or(0),
        Value::Bool(flag) => i64::from(*flag),
        Value::Object(object) => match object.underlying() {
            // Of named types cast knows only these two.
            Some(Value::Int(IntKind::Int, number))
                if matches!(&*object.type_name(), "time.Month" | "time.Weekday") =>
            {
                number
            }
            _ => 0,
        },
        _ => 0,
    }
}

/// `cast.ToFloat64`; what is no number is 0.
pub(super) fn to_float(value: &Value) -> f64 {
    match value {
        Value::Int(kind, number) if kind.is_signed() => *number as f64,
        Value::Int(_, bits) => *bits as u64 as f64,
        Value::Float(number) => *number,
        Value::Str(text) => strconv::parse_float(text).unwrap_or(0.0),
        Value::Bool(flag) => f64::from(u8::from(*flag)),
        Value::Object(_) => to_int(value) as f64,
        _ => 0.0,
    }
}

/// A float as an integer; what does not fit is the smallest integer, as the instruction of the processor has it.
pub(super) fn float_to_int(number: f64) -> i64 {
    let fits = number > -9_223_372_036_854_775_809.0 && number < 9_223_372_036_854_775_808.0;
    if fits { number as i64 } else { i64::MIN }
}

/// `1.00` is `1`, and so is `1.0`, but `1.` is not.
fn without_zero_decimals(text: &[u8]) -> &[u8] {
    let zeros = text.iter().rev().take_while(|byte| **byte == b'0').count();
    match text.len().checked_sub(zeros + 1).map(|at| text.split_at(at)) {
        Some((whole, [b'.', ..])) if zeros > 0 => whole,
        _ => text,
    }
}
