//! `index`, `slice` and `len`.

use super::{listed, nth};
use crate::error::Error;
use crate::function::Call;
use crate::value::{IntKind, Kind, List, Type, Value};

/// `index`: an item, of an item, of an item.
pub(super) fn index(_: &mut Call<'_>, args: &[Value]) -> Result<Value, Error> {
    let (item, indexes) = args.split_first().unwrap_or((&Value::NoValue, &[]));
    if item.is_nil() {
        return Err(Error::new("index of untyped nil"));
    }
    let mut item = item.clone();
    for at in indexes {
        item = one(&item, at)?;
    }
    Ok(item)
}

fn one(item: &Value, at: &Value) -> Result<Value, Error> {
    let element = if let Value::Object(object) = item { object.element() } else { Type::Any };
    match &*item.plain() {
        Value::Nil | Value::NoValue => Err(Error::new("index of nil pointer")),
        Value::Str(text) => {
            let at = position(at, text.len())?;
            let byte = text.get(at).ok_or_else(|| Error::new("reflect: string index out of range"))?;
            Ok(Value::Int(IntKind::Uint8, i64::from(*byte)))
        }
        Value::Map(map) => {
            let key = match at {
                Value::Str(key) => key,
                Value::Nil | Value::NoValue => {
                    return Err(Error::new("value is nil; should be of type string"));
                }
                other => {
                    return Err(Error::new(format!(
                        "value has type {}; should be string",
                        other.type_name()
                    )));
                }
            };
            let element = if element == Type::Any { map.kind().element() } else { element };
            Ok(map.get(key).unwrap_or_else(|| crate::run::zero(element)))
        }
        plain => match listed(plain) {
            Some(list) => {
                let at = position(at, list.items().len())?;
                let out = || Error::new("reflect: slice index out of range");
                list.items().get(at).cloned().ok_or_else(out)
            }
            None if matches!(item, Value::Object(object) if object.is_nil()) => {
                Err(Error::new("index of nil pointer"))
            }
            None => Err(Error::new(format!("can't index item of type {}", pointed(item)))),
        },
    }
}

/// The name of the type, that of what it points to for pointers.
fn pointed(value: &Value) -> String {
    value.type_name().trim_start_matches('*').to_string()
}

/// A place in something of that length; as in Go, one behind the last passes here.
fn position(at: &Value, length: usize) -> Result<usize, Error> {
    let number = match &*at.plain() {
        Value::Int(_, number) => *number,
        Value::Nil | Value::NoValue => return Err(Error::new("cannot index slice/array with nil")),
        _ => return Err(Error::new(format!("cannot index slice/array with type {}", at.type_name()))),
    };
    usize::try_from(number)
        .ok()
        .filter(|number| *number <= length)
        .ok_or_else(|| Error::new(format!("index out of range: {number}")))
}

/// `slice`: a part of a list or a text.
pub(super) fn slice(_: &mut Call<'_>, args: &[Value]) -> Result<Value, Error> {
    let (item, indexes) = args.split_first().unwrap_or((&Value::NoValue, &[]));
    if item.is_nil() {
        return Err(Error::new("slice of untyped nil"));
    }
    if indexes.len() > 3 {
        return Err(Error::new(format!("too many slice indexes: {}", indexes.len())));
    }
    let plain = item.plain();
    let (length, capacity) = match &*plain {
        Value::Str(_) if indexes.len() == 3 => return Err(Error::new("cannot 3-index slice a string")),
        Value::Str(text) | Value::Bytes(text) => (text.len(), text.len()),
        Value::List(list) => (list.items().len(), list.capacity()),
        _ => return Err(Error::new(format!("can't slice item of type {}", pointed(item)))),
    };
    let mut bounds = [0, length, capacity];
    for (bound, at) in bounds.iter_mut().zip(indexes) {
        *bound = position(at, capacity)?;
    }
    let [start, end, top] = bounds;
    if start > end {
        return Err(Error::new(format!("invalid slice index: {start} > {end}")));
    }
    if indexes.len() == 3 && end > top {
        return Err(Error::new(format!("invalid slice index: {end} > {top}")));
    }
    Ok(match &*plain {
        Value::Str(text) => Value::str(text.get(start..end).unwrap_or_default()),
        Value::Bytes(bytes) => Value::Bytes(bytes.get(start..end).unwrap_or_default().into()),
        Value::List(list) => part(list, start, end, top).into(),
        _ => Value::NoValue,
    })
}

/// The items from `start` to `end`, which may reach into the room behind the last one.
pub(crate) fn part(list: &List, start: usize, end: usize, top: usize) -> List {
    let empty = crate::run::zero(list.kind().element());
    let items = (start..end).map(|at| list.items().get(at).unwrap_or(&empty).clone()).collect();
    List::with_capacity(list.kind(), items, top.saturating_sub(start))
}

/// `len`
pub(super) fn length(_: &mut Call<'_>, args: &[Value]) -> Result<Value, Error> {
    let item = nth(args, 0);
    let length = match &*item.plain() {
        Value::Nil => return Err(Error::new("len of nil pointer")),
        Value::NoValue => return Err(Error::new("reflect: call of reflect.Value.Type on zero Value")),
        Value::Str(text) | Value::Bytes(text) => text.len(),
        Value::List(list) => list.items().len(),
        Value::Map(map) => map.len(),
        _ if item.kind() == Kind::Ptr && matches!(item, Value::Object(object) if object.is_nil()) => {
            return Err(Error::new("len of nil pointer"));
        }
        _ => return Err(Error::new(format!("len of type {}", pointed(item)))),
    };
    Ok(Value::int(length as i64))
}
