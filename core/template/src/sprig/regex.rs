//! Regular expressions. The functions without `must` panic in Go where the others give an error.

use std::rc::Rc;

use super::args::{int, text};
use crate::error::Error;
use crate::function::{Call, Functions};
use crate::regexp::{self, Regexp};
use crate::value::{List, Type, Value};

type Compiled = Result<Rc<Regexp>, Error>;
type Body = fn(&Call<'_>, Compiled, &[Value]) -> Result<Value, Error>;

pub(super) fn register(functions: &mut Functions) {
    functions.with("regexMatch", "string, string -> bool", |_, args| {
        Ok(compiled(args).is_ok_and(|regex| regex.is_match(text(args, 1))).into())
    });
    functions.with("mustRegexMatch", "string, string -> bool", |_, args| {
        Ok(compiled(args)?.is_match(text(args, 1)).into())
    });
    let twins: [(&'static str, &'static str, &'static str, Body); 5] = [
        ("regexFind", "mustRegexFind", "string, string -> string", |_, regex, args| {
            Ok(Value::str(regex?.find(text(args, 1)).unwrap_or_default()))
        }),
        ("regexFindAll", "mustRegexFindAll", "string, string, int -> []string", |_, regex, args| {
            let whole = text(args, 1);
            let found = regex?.find_all(whole, int(args, 2));
            Ok(strings(found.into_iter().map(|(from, to)| whole.get(from..to).unwrap_or_default()).collect()))
        }),
        (
            "regexReplaceAll",
            "mustRegexReplaceAll",
            "string, string, string -> string",
            |call, regex, args| replace(call, &*regex?, args, false),
        ),
        (
            "regexReplaceAllLiteral",
            "mustRegexReplaceAllLiteral",
            "string, string, string -> string",
            |call, regex, args| replace(call, &*regex?, args, true),
        ),
        ("regexSplit", "mustRegexSplit", "string, string, int -> []string", |_, regex, args| {
            match regex?.split(text(args, 1), int(args, 2)) {
                Some(parts) => Ok(Value::strings(parts)),
                None => Ok(List::nil(Type::StringList).into()),
            }
        }),
    ];
    for (name, must, signature, body) in twins {
        functions.with_body(name, signature, move |call, args| body(call, must_compiled(args), args));
        functions.with_body(must, signature, move |call, args| body(call, compiled(args), args));
    }
    functions
        .with("regexQuoteMeta", "string -> string", |_, args| Ok(regexp::quote_meta(text(args, 0)).into()));
}

fn replace(call: &Call<'_>, regex: &Regexp, args: &[Value], literal: bool) -> Result<Value, Error> {
    let most = usize::try_from(call.env().limits.output).unwrap_or(usize::MAX);
    let replaced = regex.replace_all(text(args, 1), text(args, 2), literal, most);
    replaced.map(Value::from).ok_or_else(|| Error::limit(format!("text is larger than {most} bytes")))
}

fn compiled(args: &[Value]) -> Compiled {
    regexp::compile(text(args, 0)).map_err(Error::new)
}

fn must_compiled(args: &[Value]) -> Compiled {
    regexp::must_compile(text(args, 0)).map_err(Error::new)
}

/// Strings; none at all is nil.
fn strings(items: Vec<&[u8]>) -> Value {
    if items.is_empty() { List::nil(Type::StringList).into() } else { Value::strings(items) }
}
