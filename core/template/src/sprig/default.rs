//! Defaults, emptiness, flow and types.

use super::args::{any, text};
use crate::error::Error;
use crate::function::{Call, Functions};
use crate::value::{Kind, Value};

type Answer = Result<Value, Error>;

pub(super) fn register(functions: &mut Functions) {
    functions
        .with("default", "any, ...any -> any", default)
        .with("empty", "any -> bool", |_, args| Ok(is_empty(any(args, 0)).into()))
        .with("coalesce", "...any -> any", |_, args| {
            Ok(args.iter().find(|arg| !is_empty(arg)).cloned().unwrap_or(Value::Nil))
        })
        .with("all", "...any -> bool", |_, args| Ok((!args.iter().any(is_empty)).into()))
        .with("any", "...any -> bool", |_, args| Ok((!args.iter().all(is_empty)).into()))
        .with("ternary", "any, any, bool -> any", |_, args| {
            Ok(any(args, usize::from(!any(args, 2).is_true())).clone())
        })
        .with("fail", "string -> string", |_, args| {
            Err(Error::new(String::from_utf8_lossy(text(args, 0)).into_owned()))
        })
        .with("typeOf", "any -> string", |_, args| Ok(any(args, 0).type_name().into_owned().into()))
        .with("typeIs", "string, any -> bool", |_, args| {
            Ok((any(args, 1).type_name().as_bytes() == text(args, 0)).into())
        })
        .with("typeIsLike", "string, any -> bool", type_is_like)
        .with("kindOf", "any -> string", |_, args| Ok(any(args, 0).kind().name().into()))
        .with("kindIs", "string, any -> bool", |_, args| {
            Ok((any(args, 1).kind().name().as_bytes() == text(args, 0)).into())
        })
        .with("deepEqual", "any, any -> bool", |call, args| {
            Ok(deep_equal(call, any(args, 0), any(args, 1))?.into())
        });
}

fn default(_: &mut Call<'_>, args: &[Value]) -> Answer {
    Ok(match args {
        [_, given, ..] if !is_empty(given) => given.clone(),
        _ => any(args, 0).clone(),
    })
}

/// What sprig calls empty.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Object(object) => match object.underlying() {
            Some(plain) => is_empty(&plain),
            None => object.kind() != Kind::Struct && object.is_nil(),
        },
        value => !value.is_true(),
    }
}

fn type_is_like(_: &mut Call<'_>, args: &[Value]) -> Answer {
    let name = any(args, 1).type_name();
    let name = name.as_bytes();
    Ok((name == text(args, 0) || name.strip_prefix(b"*") == Some(text(args, 0))).into())
}

/// Deeper values are not compared but an error.
const DEEPEST: u32 = 500;
/// So many values and no more; see `print`.
const MOST: u32 = 20_000_000;

/// `reflect.DeepEqual`
pub(super) fn deep_equal(call: &mut Call<'_>, a: &Value, b: &Value) -> Result<bool, Error> {
    let mut count = 0;
    let equal = equal(a, b, 0, &mut count);
    call.spend(u64::from(count))?;
    equal
}

fn equal(a: &Value, b: &Value, depth: u32, count: &mut u32) -> Result<bool, Error> {
    *count += 1;
    if depth > DEEPEST || *count > MOST {
        return Err(Error::limit("values are too large to compare, or hold themselves"));
    }
    Ok(match (a, b) {
        (Value::NoValue | Value::Nil, Value::NoValue | Value::Nil) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(kind, a), Value::Int(other, b)) => kind == other && a == b,
        (Value::Float(a), Value::Float(b)) => a == b,
        (Value::Str(a), Value::Str(b)) | (Value::Bytes(a), Value::Bytes(b)) => a == b,
        (Value::List(a), Value::List(b)) => {
            if a.kind() != b.kind() || a.is_nil() != b.is_nil() || a.items().len() != b.items().len() {
                return Ok(false);
            }
            if a.is_same(b) {
                return Ok(true);
            }
            for (a, b) in a.items().iter().zip(b.items()) {
                if !equal(a, b, depth + 1, count)? {
                    return Ok(false);
                }
            }
            true
        }
        (Value::Map(a), Value::Map(b)) => {
            if a.kind() != b.kind() || a.is_nil() != b.is_nil() || a.len() != b.len() {
                return Ok(false);
            }
            if a.is_same(b) {
                return Ok(true);
            }
            for ((key, a), (other, b)) in a.entries().iter().zip(b.entries().iter()) {
                if key != other || !equal(a, b, depth + 1, count)? {
                    return Ok(false);
                }
            }
            true
        }
        (Value::Object(a), Value::Object(b)) => {
            if std::rc::Rc::ptr_eq(a, b) {
                return Ok(true);
            }
            if a.type_name() != b.type_name() {
                return Ok(false);
            }
            match (a.underlying(), b.underlying()) {
                (Some(a), Some(b)) => equal(&a, &b, depth + 1, count)?,
                _ => a.equals(b.as_ref()),
            }
        }
        _ => false,
    })
}
