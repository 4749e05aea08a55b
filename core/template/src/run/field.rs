//! Fields and methods of values.

use std::borrow::Cow;

use crate::error::Error;
use crate::function::{Call, Signature};
use crate::parse::{Piece, Source};
use crate::set::MissingKey;
use crate::value::{Kind, Type, Value};

/// What a field of a value gives.
pub(super) struct Field {
    pub(super) value: Value,
    pub(super) boxed: bool,
}

/// The value of a field: of a map, of a struct, or what a method without arguments gives.
///
/// `boxed` says that Go knows the value as `interface {}` only.
pub(super) fn field(
    value: &Value,
    boxed: bool,
    name: &[u8],
    missing: MissingKey,
    call: &mut Call<'_>,
) -> Result<Field, Error> {
    match value {
        Value::Map(map) => of_map(map.get(name), map.kind().element(), name, missing),
        Value::NoValue if missing == MissingKey::Error => {
            Err(Error::new(format!("nil data; no entry for key {}", quoted(name))))
        }
        Value::NoValue => Ok(Field { value: Value::NoValue, boxed: false }),
        Value::Nil => Err(Error::new(format!("nil pointer evaluating interface {{}}.{}", shown(name)))),
        Value::Object(object) => {
            let text = shown(name);
            if let Some(signature) = object.method(&text) {
                let signature = Signature::parse(signature);
                check_count(&signature, &text, 0)?;
                let value = object
                    .call(&text, call, &[])
                    .map_err(|error| error.wrap(format!("error calling {text}: ")))?;
                return Ok(Field { value, boxed: signature.result == Type::Any });
            }
            if let Some(map) = object.map() {
                return of_map(map.get(name), object.element(), name, missing);
            }
            if let Some(Value::Map(map)) = object.underlying() {
                return of_map(map.get(name), object.element(), name, missing);
            }
            if object.is_nil() {
                return Err(Error::new(format!("nil pointer evaluating {}.{text}", object.type_name())));
            }
            match object.field(&text) {
                Some(value) => Ok(Field { boxed: value.is_nil(), value }),
                None => Err(no_field(value, boxed, name)),
            }
        }
        other => Err(no_field(other, boxed, name)),
    }
}

/// The value at the end of a way through maps alone, all of which have it; most ways are such. What is on the way is
/// only looked at, so nothing of it has to be shared.
pub(super) fn through_maps(value: &Value, source: &Source, names: &[Piece]) -> Option<Value> {
    let Some((name, rest)) = names.split_first() else { return Some(value.clone()) };
    let map = match value {
        Value::Map(map) => map,
        // Methods come before what is in the map.
        Value::Object(object) if object.method(&shown(source.piece(*name))).is_some() => return None,
        Value::Object(object) => object.map()?,
        _ => return None,
    };
    map.with(source.piece(*name), |inner| through_maps(inner, source, rest))?
}

fn of_map(found: Option<Value>, element: Type, name: &[u8], missing: MissingKey) -> Result<Field, Error> {
    if let Some(value) = found {
        return Ok(Field { value, boxed: element == Type::Any });
    }
    Ok(match missing {
        MissingKey::Default => Field { value: Value::NoValue, boxed: false },
        MissingKey::Zero => Field { value: super::argument::zero(element), boxed: true },
        MissingKey::Error => return Err(Error::new(format!("map has no entry for key {}", quoted(name)))),
    })
}

fn no_field(value: &Value, boxed: bool, name: &[u8]) -> Error {
    let of = if boxed { "interface {}".into() } else { value.type_name() };
    Error::new(format!("can't evaluate field {} in type {of}", shown(name)))
}

/// Whether the value has a method of this name that takes so many arguments; where not, the error.
pub(super) fn method(
    value: &Value,
    name: &[u8],
    args: usize,
    missing: MissingKey,
) -> Result<Option<Signature>, Error> {
    let text = shown(name);
    match value {
        Value::NoValue if missing == MissingKey::Error => {
            Err(Error::new(format!("nil data; no entry for key {}", quoted(name))))
        }
        Value::NoValue => Ok(None),
        Value::Nil => Err(Error::new(format!("nil pointer evaluating interface {{}}.{text}"))),
        Value::Object(object) => {
            if let Some(signature) = object.method(&text) {
                let signature = Signature::parse(signature);
                check_count(&signature, &text, args)?;
                return Ok(Some(signature));
            }
            if object.kind() == Kind::Map {
                return Err(Error::new(format!("{text} is not a method but has arguments")));
            }
            match object.field(&text) {
                Some(_) => Err(Error::new(format!("{text} has arguments but cannot be invoked as function"))),
                None => Err(no_field(value, false, name)),
            }
        }
        Value::Map(_) => Err(Error::new(format!("{text} is not a method but has arguments"))),
        other => Err(no_field(other, false, name)),
    }
}

fn check_count(signature: &Signature, name: &str, got: usize) -> Result<(), Error> {
    let want = signature.fixed.len();
    if signature.variadic.is_some() && got < want {
        return Err(Error::new(format!("wrong number of args for {name}: want at least {want} got {got}")));
    }
    if signature.variadic.is_none() && got != want {
        return Err(Error::new(format!("wrong number of args for {name}: want {want} got {got}")));
    }
    Ok(())
}

fn shown(name: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(name).map_or_else(|_| String::from_utf8_lossy(name), Cow::Borrowed)
}

fn quoted(name: &[u8]) -> String {
    String::from_utf8_lossy(&crate::strconv::quote(name)).into_owned()
}
