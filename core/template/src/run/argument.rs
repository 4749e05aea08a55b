//! Arguments of functions and their types.

use std::borrow::Cow;

use crate::error::Error;
use crate::value::{List, Map, Str, Type, Value};

/// The zero of a type.
pub(crate) fn zero(of: Type) -> Value {
    match of {
        Type::Any | Type::Named(_) => Value::Nil,
        Type::Reflect => Value::NoValue,
        Type::Bool => Value::Bool(false),
        Type::String => Value::str(""),
        Type::Int(kind) => Value::Int(kind, 0),
        Type::Float64 => Value::Float(0.0),
        Type::Bytes => Value::Bytes(Str::from("")),
        Type::AnyList | Type::StringList | Type::IntList | Type::AnyLists => Value::List(List::nil(of)),
        Type::AnyMap | Type::StringMap => Value::Map(Map::nil(of)),
    }
}

/// Makes the value one of the type, or says why it is none.
pub(super) fn check(value: &mut Value, to: Type) -> Result<(), Error> {
    let fits = match (to, &*value) {
        (Type::Reflect, _) => true,
        (Type::Any, Value::NoValue) => {
            *value = Value::Nil;
            true
        }
        (Type::Any, _) => true,
        (to, Value::NoValue) if to.can_be_nil() => {
            *value = zero(to);
            true
        }
        (to, Value::NoValue) => return Err(Error::new(format!("invalid value; expected {to}"))),
        (Type::Bool, Value::Bool(_)) => true,
        (Type::String, Value::Str(_)) => true,
        (Type::Int(want), Value::Int(kind, _)) => want == *kind,
        (Type::Float64, Value::Float(_)) => true,
        (Type::Bytes, Value::Bytes(_)) => true,
        (to, Value::List(list)) => list.kind() == to,
        (to, Value::Map(map)) => map.kind() == to,
        (to, Value::Object(object)) => {
            let plain = object.underlying().filter(|plain| match plain {
                Value::List(list) => list.kind() == to,
                Value::Map(map) => map.kind() == to,
                Value::Bytes(_) => to == Type::Bytes,
                _ => false,
            });
            if let Some(plain) = plain {
                *value = plain;
                return Ok(());
            }
            matches!(to, Type::Named(name) if object.type_name() == name)
        }
        _ => false,
    };
    if fits {
        return Ok(());
    }
    let got = if matches!(value, Value::Nil) { Cow::Borrowed("interface {}") } else { value.type_name() };
    Err(Error::new(format!("wrong type for value; expected {to}; got {got}")))
}
