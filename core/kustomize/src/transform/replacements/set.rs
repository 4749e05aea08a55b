//! How a copied value takes the place of what is there.

use weir_yaml::{Dialect, Value, resolve_plain};

use super::FieldOptions;
use crate::fields::scalar_text;

/// Sets a field, or a part of it.
pub(super) fn set_field(
    field: &mut Value,
    value: &Value,
    options: &FieldOptions,
    is_new: bool,
) -> Result<(), String> {
    if !options.delimiter.is_empty() {
        if matches!(field, Value::Map(_) | Value::List(_)) {
            return Err("delimiter option can only be used with scalar nodes".to_string());
        }
        let old = if is_new { String::new() } else { scalar_text(field) };
        let mut parts: Vec<String> = old.split(&*options.delimiter).map(str::to_string).collect();
        let new = scalar_text(value);
        match usize::try_from(options.index) {
            Err(_) => parts.insert(0, new),
            Ok(index) => match parts.get_mut(index) {
                Some(part) => *part = new,
                None => parts.push(new),
            },
        }
        return set_text(field, &parts.join(&options.delimiter), is_new);
    }
    match field {
        Value::Map(_) | Value::List(_) => {
            *field = value.clone();
            Ok(())
        }
        field => set_text(field, &scalar_text(value), is_new),
    }
}

/// A scalar keeps its type; one that was made just now is what its text says.
fn set_text(field: &mut Value, text: &str, is_new: bool) -> Result<(), String> {
    let meant = resolve_plain(text, Dialect::V3);
    let is_number = |value: &Value| matches!(value, Value::Int(_) | Value::UInt(_) | Value::Float(_));
    *field = match field.meant() {
        _ if is_new || field.is_open() => Value::open(text),
        Value::String(_) if field.is_quoted() => Value::quoted(text),
        Value::String(own) if field.as_written().is_some_and(|written| *written != **own) => {
            if !is_time(text) {
                return Err(format!("'{text}' cannot take the place of a time"));
            }
            Value::spelled(meant, text)
        }
        Value::String(_) => Value::from(text),
        Value::Bool(_) if meant.as_bool().is_some() => Value::spelled(meant, text),
        Value::Int(_) | Value::UInt(_) if is_number(&meant) && is_whole(text) => Value::spelled(meant, text),
        Value::Float(_) if is_number(&meant) => Value::spelled(meant, text),
        Value::Null if meant.is_null() => Value::spelled(meant, text),
        other => return Err(format!("'{text}' cannot take the place of a {}", other.kind())),
    };
    Ok(())
}

/// True for what is read as a time without quotes.
fn is_time(text: &str) -> bool {
    let has_year = text.len() > 4 && text.bytes().take(4).all(|byte| byte.is_ascii_digit());
    let meant = resolve_plain(text, Dialect::V3);
    // One that is written as it is printed is the same text, and so long as no other.
    has_year && (meant.as_str().is_some_and(|meant| meant != text) || text.len() >= 20 && text.contains('T'))
}

/// True for a number without a fraction or an exponent, as they are written.
fn is_whole(text: &str) -> bool {
    !text.contains(['.', 'e', 'E']) || text.trim_start_matches(['+', '-']).starts_with("0x")
}
