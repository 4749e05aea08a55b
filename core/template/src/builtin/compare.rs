//! `eq` and the other comparisons.

use crate::error::Error;
use crate::function::Call;
use crate::print::{display, sprintf};
use crate::value::{Kind, Value};

/// Values that compare by what they are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Basic {
    Bool,
    Int,
    Uint,
    Float,
    String,
    None,
}

fn basic(value: &Value) -> Basic {
    match value {
        Value::Bool(_) => Basic::Bool,
        Value::Int(kind, _) if kind.is_signed() => Basic::Int,
        Value::Int(..) => Basic::Uint,
        Value::Float(_) => Basic::Float,
        Value::Str(_) => Basic::String,
        _ => Basic::None,
    }
}

fn int(value: &Value) -> i64 {
    value.as_int().unwrap_or_default()
}

fn float(value: &Value) -> f64 {
    if let Value::Float(number) = value { *number } else { 0.0 }
}

fn incompatible(a: &Value, b: &Value) -> Error {
    Error::new(format!("incompatible types for comparison: {} and {}", a.type_name(), b.type_name()))
}

/// `eq`: whether the first is any of the others.
pub(super) fn eq(_: &mut Call<'_>, args: &[Value]) -> Result<Value, Error> {
    let (first, rest) = args.split_first().unwrap_or((&Value::NoValue, &[]));
    if rest.is_empty() {
        return Err(Error::new("missing argument for comparison"));
    }
    for other in rest {
        if equal(first, other)? {
            return Ok(true.into());
        }
    }
    Ok(false.into())
}

pub(super) fn equal(a: &Value, b: &Value) -> Result<bool, Error> {
    let (plain_a, plain_b) = (a.plain(), b.plain());
    Ok(match (basic(&plain_a), basic(&plain_b)) {
        (Basic::Int, Basic::Uint) => int(&plain_a) >= 0 && int(&plain_a) == int(&plain_b),
        (Basic::Uint, Basic::Int) => int(&plain_b) >= 0 && int(&plain_a) == int(&plain_b),
        (kind, other) if kind != other => {
            if !a.is_nil() && !b.is_nil() {
                return Err(incompatible(a, b));
            }
            false
        }
        (Basic::Float, _) => float(&plain_a) == float(&plain_b),
        (Basic::Int | Basic::Uint, _) => int(&plain_a) == int(&plain_b),
        (Basic::Bool | Basic::String, _) => match (&*plain_a, &*plain_b) {
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Str(a), Value::Str(b)) => a == b,
            _ => false,
        },
        (Basic::None, _) => return other_equal(a, b),
    })
}

/// What is no basic value can be compared with nil, and pointers and structs with each other.
fn other_equal(a: &Value, b: &Value) -> Result<bool, Error> {
    let as_text = |value: &Value| {
        let text = sprintf(b"%s", std::slice::from_ref(value)).unwrap_or_default();
        String::from_utf8_lossy(&text).into_owned()
    };
    let (kind_a, kind_b) = (a.kind(), b.kind());
    if kind_a != kind_b && kind_a != Kind::Invalid && kind_b != Kind::Invalid {
        let (type_a, type_b) = (a.type_name(), b.type_name());
        let other = String::from_utf8_lossy(&display(b)).into_owned();
        return Err(Error::new(format!("non-comparable types {}: {type_a}, {type_b}: {other}", as_text(a))));
    }
    let (nil_a, nil_b) = (is_nil(a), is_nil(b));
    if nil_a || nil_b {
        return Ok(nil_a == nil_b);
    }
    match (a, b) {
        (Value::Object(a), Value::Object(b)) if !matches!(kind_a, Kind::Map | Kind::Slice) => {
            Ok(std::rc::Rc::ptr_eq(a, b) || a.equals(b.as_ref()))
        }
        _ => Err(Error::new(format!("non-comparable type {}: {}", as_text(b), b.type_name()))),
    }
}

fn is_nil(value: &Value) -> bool {
    match value {
        Value::NoValue | Value::Nil => true,
        Value::List(list) => list.is_nil(),
        Value::Map(map) => map.is_nil(),
        Value::Object(object) => object.is_nil(),
        _ => false,
    }
}

pub(super) fn less(a: &Value, b: &Value) -> Result<bool, Error> {
    let (plain_a, plain_b) = (a.plain(), b.plain());
    let bad = || Error::new("invalid type for comparison");
    Ok(match (basic(&plain_a), basic(&plain_b)) {
        (Basic::None, _) | (_, Basic::None) => return Err(bad()),
        (Basic::Int, Basic::Uint) => int(&plain_a) < 0 || (int(&plain_a) as u64) < int(&plain_b) as u64,
        (Basic::Uint, Basic::Int) => int(&plain_b) >= 0 && (int(&plain_a) as u64) < int(&plain_b) as u64,
        (kind, other) if kind != other => return Err(incompatible(a, b)),
        (Basic::Bool, _) => return Err(bad()),
        (Basic::Int, _) => int(&plain_a) < int(&plain_b),
        (Basic::Uint, _) => (int(&plain_a) as u64) < int(&plain_b) as u64,
        (Basic::Float, _) => float(&plain_a) < float(&plain_b),
        (Basic::String, _) => match (&*plain_a, &*plain_b) {
            (Value::Str(a), Value::Str(b)) => a < b,
            _ => false,
        },
    })
}

/// `le`, which is `lt` or else `eq`.
pub(super) fn at_most(a: &Value, b: &Value) -> Result<bool, Error> {
    Ok(less(a, b)? || equal(a, b)?)
}
