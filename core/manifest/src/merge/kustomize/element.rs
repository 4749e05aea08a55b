//! Items of lists that merge: found, set and removed by the values of their keys.

use weir_yaml::Value;

use super::super::MergeError;

/// A scalar as text; lists, maps and null are empty.
pub(super) fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        other if other.is_null() => String::new(),
        Value::List(_) | Value::Map(_) => String::new(),
        Value::Spelled(spelled) => spelled.text().to_string(),
        other => weir_yaml::to_json(other),
    }
}

/// A scalar as it is written, where null is a word like any other.
pub(super) fn written(value: &Value) -> String {
    match value {
        Value::Null => "null".to_string(),
        Value::Spelled(spelled) => spelled.text().to_string(),
        other => text_of(other),
    }
}

/// True if this field of an item has this value; an empty value is any value, an empty field the item itself.
fn field_matches(item: &Value, key: &str, value: &str) -> Result<bool, MergeError> {
    match item {
        other if other.is_null() => Ok(false),
        _ if key.is_empty() => match item {
            Value::Map(_) | Value::List(_) => {
                Err(MergeError::new("a list of values has an item that is none"))
            }
            scalar => Ok(text_of(scalar) == value),
        },
        Value::Map(map) => Ok(map.get(key).is_some_and(|found| value.is_empty() || written(found) == value)),
        _ => Err(MergeError::new(format!("a list that merges by {key} has an item that is no map"))),
    }
}

/// The place of the first item that has these values under these keys.
pub(super) fn find(list: &[Value], keys: &[String], values: &[String]) -> Option<usize> {
    let (first, value) = (keys.first().map_or("", |key| key), values.first().map_or("", |value| value));
    if first.is_empty() {
        return list.iter().position(|item| text_of(item) == value);
    }
    if keys.len() != values.len() {
        return None;
    }
    // Unlike in `set`, an empty value is not any value here.
    let has =
        |item: &Value, key: &str, value: &str| item.get(key).is_some_and(|found| written(found) == value);
    let matches = |item: &Value| keys.iter().zip(values).all(|(key, value)| has(item, key, value));
    list.iter().position(matches)
}

/// Sets the item that has these values under these keys, at the end if there is none; without an element it is removed.
/// Nulls and empty maps go in any case. Without values everything goes: that is what kustomize does when an item lacks
/// its key.
pub(super) fn set(
    list: &mut Vec<Value>,
    element: Option<&Value>,
    keys: &[String],
    values: &[String],
) -> Result<(), MergeError> {
    let element = element.filter(|element| !element.is_null());
    let is_for_maps =
        keys.first().is_some_and(|key| !key.is_empty()) && values.first().is_some_and(|v| !v.is_empty());
    let mut is_set = false;
    let mut kept = Vec::with_capacity(list.len() + 1);
    for item in list.drain(..) {
        let is_map = match &item {
            item if item.is_null() => continue,
            Value::Map(map) if map.is_empty() => continue,
            Value::Map(_) => true,
            _ => false,
        };
        if !is_map && is_for_maps {
            kept.push(item);
            continue;
        }
        let mut found = false;
        for at in 0..keys.len() {
            // A key without a value matches as the one before it did.
            if let (Some(key), Some(value)) = (keys.get(at), values.get(at)) {
                found = field_matches(&item, key, value)?;
            }
            if !found {
                break;
            }
        }
        if found {
            is_set = true;
            kept.extend(element.cloned());
        } else if !values.is_empty() {
            kept.push(item);
        }
    }
    if !is_set {
        kept.extend(element.cloned());
    }
    *list = kept;
    Ok(())
}
