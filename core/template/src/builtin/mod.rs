//! The functions of the language itself.

mod compare;
mod escape;
mod index;

use crate::error::Error;
use crate::function::{Call, Functions};
use crate::print;
use crate::value::{List, Str, Value};

pub(crate) use escape::query_escape;
pub(crate) use index::part;

/// Adds them all. `and` and `or` are instructions; only their signatures count here.
pub(crate) fn register(functions: &mut Functions) {
    functions
        .with("and", "reflect, ...reflect -> reflect", |_, args| Ok(nth(args, 0).clone()))
        .with("or", "reflect, ...reflect -> reflect", |_, args| Ok(nth(args, 0).clone()))
        .with("not", "reflect -> bool", |_, args| Ok(Value::Bool(!nth(args, 0).is_true())))
        .with("call", "reflect, ...reflect -> reflect", |_, args| {
            Err(not_callable(nth(args, 0), nth(args, 1)))
        })
        .with("html", "...any -> string", |_, args| Ok(escape::html(&text(args)?).into()))
        .with("js", "...any -> string", |_, args| Ok(escape::js(&text(args)?).into()))
        .with("urlquery", "...any -> string", |_, args| Ok(query_escape(&text(args)?).into()))
        .with("index", "reflect, ...reflect -> reflect", index::index)
        .with("slice", "reflect, ...reflect -> reflect", index::slice)
        .with("len", "reflect -> int", index::length)
        .with("print", "...any -> string", |_, args| Ok(print::sprint(args)?.into()))
        .with("println", "...any -> string", |_, args| Ok(print::sprintln(args)?.into()))
        .with("printf", "string, ...any -> string", printf)
        .with("eq", "reflect, ...reflect -> bool", compare::eq)
        .with("ne", "reflect, reflect -> bool", |_, args| {
            Ok((!compare::equal(nth(args, 0), nth(args, 1))?).into())
        })
        .with("lt", "reflect, reflect -> bool", |_, args| {
            Ok(compare::less(nth(args, 0), nth(args, 1))?.into())
        })
        .with("le", "reflect, reflect -> bool", |_, args| {
            Ok(compare::at_most(nth(args, 0), nth(args, 1))?.into())
        })
        .with("gt", "reflect, reflect -> bool", |_, args| {
            Ok((!compare::at_most(nth(args, 0), nth(args, 1))?).into())
        })
        .with("ge", "reflect, reflect -> bool", |_, args| {
            Ok((!compare::less(nth(args, 0), nth(args, 1))?).into())
        });
}

fn nth(args: &[Value], at: usize) -> &Value {
    args.get(at).unwrap_or(&Value::NoValue)
}

fn printf(_: &mut Call<'_>, args: &[Value]) -> Result<Value, Error> {
    let (format, args) = args.split_first().unwrap_or((&Value::NoValue, &[]));
    let format = format.as_str().map_or(&b""[..], Str::as_bytes);
    Ok(print::sprintf(format, args)?.into())
}

/// The text of arguments as escaping functions take it: one string as it is, all else as `print` gives it, with
/// `<no value>` for nil.
fn text(args: &[Value]) -> Result<Vec<u8>, Error> {
    if let [Value::Str(text)] = args {
        return Ok(text.to_vec());
    }
    let shown = |arg: &Value| if arg.is_nil() { Value::str("<no value>") } else { arg.clone() };
    print::sprint(&args.iter().map(shown).collect::<Vec<_>>())
}

/// No value in templates is a function. The name is the source text; what came through the pipe has none.
fn not_callable(name: &Value, value: &Value) -> Error {
    if value.is_nil() {
        return Error::new("call of nil");
    }
    let of = value.type_name();
    let name = match (name, value) {
        (Value::Str(name), _) if !name.is_empty() => name.to_text().into_owned(),
        (_, Value::Str(text)) => text.to_text().into_owned(),
        _ => format!("<{of} Value>"),
    };
    Error::new(format!("non-function {name} of type {of}"))
}

/// The list in place of a value, for those that index it.
fn listed(value: &Value) -> Option<List> {
    value.as_list()
}
