//! Fields of objects, with the errors that Go's accessors give for fields of another type.

use std::fmt::Write as _;

use weir_yaml::Value;

use super::HealthError;

/// The value below these keys. A null on the way is the same as nothing, anything else that is no map is an error.
fn nested<'a>(object: &'a Value, path: &[&str]) -> Result<Option<&'a Value>, HealthError> {
    let mut value = object;
    for (at, key) in path.iter().enumerate() {
        match value {
            Value::Null => return Ok(None),
            Value::Map(map) => match map.get(key) {
                Some(inner) => value = inner,
                None => return Ok(None),
            },
            _ => return Err(wrong_type(value, path.get(..=at).unwrap_or(path), "map[string]interface{}")),
        }
    }
    Ok(Some(value))
}

fn wrong_type(value: &Value, path: &[&str], expected: &str) -> HealthError {
    let (path, shown, kind) = (path.join("."), go_value(value), go_type(value));
    HealthError(format!(".{path} accessor error: {shown} is of the type {kind}, expected {expected}"))
}

fn looking_up(path: &[&str], error: HealthError) -> HealthError {
    HealthError(format!("looking up {} from resource: {}", path.join("."), error.0))
}

/// A string, if it is there.
pub(super) fn text<'a>(object: &'a Value, path: &[&str]) -> Result<Option<&'a str>, HealthError> {
    let read = || match nested(object, path)? {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(&**text)),
        Some(other) => Err(wrong_type(other, path, "string")),
    };
    read().map_err(|error| looking_up(path, error))
}

/// An integer, if it is there.
pub(super) fn integer(object: &Value, path: &[&str]) -> Result<Option<i64>, HealthError> {
    let read = || match nested(object, path)? {
        None => Ok(None),
        Some(Value::Int(number)) => Ok(Some(*number)),
        Some(other) => Err(wrong_type(other, path, "int64")),
    };
    read().map_err(|error| looking_up(path, error))
}

/// A list; without the words about looking up.
pub(super) fn list<'a>(object: &'a Value, path: &[&str]) -> Result<&'a [Value], HealthError> {
    match nested(object, path)? {
        None => Ok(&[]),
        Some(Value::List(list)) => Ok(list),
        Some(other) => Err(wrong_type(other, path, "[]interface{}")),
    }
}

/// An integer; the default stands for one that is missing or has another type.
pub(super) fn integer_or(object: &Value, path: &[&str], default: i64) -> i64 {
    object.at(path).and_then(Value::as_i64).unwrap_or(default)
}

/// A string; the default stands for one that is missing or has another type.
pub(super) fn text_or<'a>(object: &'a Value, path: &[&str], default: &'a str) -> &'a str {
    object.str_at(path).unwrap_or(default)
}

/// The name of Go's type for a decoded value.
pub(super) fn go_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "<nil>",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int64",
        Value::UInt(_) | Value::Float(_) => "float64",
        Value::String(_) => "string",
        Value::List(_) => "[]interface {}",
        Value::Map(_) => "map[string]interface {}",
        Value::Spelled(spelled) => go_type(spelled.value()),
    }
}

/// The kind of Go's type, as reflection names it.
pub(super) fn go_kind(value: &Value) -> &'static str {
    match value {
        Value::List(_) => "slice",
        Value::Map(_) => "map",
        _ => go_type(value),
    }
}

/// A value as Go's `%v` prints it.
fn go_value(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_string(),
        Value::Bool(flag) => flag.to_string(),
        Value::Int(number) => number.to_string(),
        Value::UInt(number) => go_float(*number as f64),
        Value::Float(number) => go_float(*number),
        Value::String(text) => text.to_string(),
        Value::Spelled(spelled) => go_value(spelled.value()),
        Value::List(list) => format!("[{}]", list.iter().map(go_value).collect::<Vec<_>>().join(" ")),
        Value::Map(map) => {
            let mut out = String::from("map[");
            for (at, (key, value)) in map.sorted().into_iter().enumerate() {
                let _ = write!(out, "{}{key}:{}", if at > 0 { " " } else { "" }, go_value(value));
            }
            out + "]"
        }
    }
}

/// The shortest form; with an exponent from 1e21 on and below 1e-4.
fn go_float(number: f64) -> String {
    let size = number.abs();
    if size != 0.0 && !(1e-4..1e21).contains(&size) {
        let text = format!("{number:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |exponent| ('-', exponent));
        return format!("{digits}e{sign}{exponent:0>2}");
    }
    number.to_string()
}
