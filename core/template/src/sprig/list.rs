//! Lists. None of these changes a list in place.

use super::args::{any, int, list};
use super::cast;
use super::default::{deep_equal, is_empty};
use crate::error::Error;
use crate::function::{Call, Functions};
use crate::value::{List, Type, Value, appended, round_up};

type Answer = Result<Value, Error>;
type Body = fn(&mut Call<'_>, &[Value]) -> Answer;

pub(super) fn register(functions: &mut Functions) {
    functions
        .with("list", "...any -> []any", |_, args| Ok(Value::list(args.to_vec())))
        .with("tuple", "...any -> []any", |_, args| Ok(Value::list(args.to_vec())))
        .with("concat", "...any -> any", concat);
    // The twins that must not panic answer alike, as a panic of a function is an error of its call.
    let twins: [(&'static str, &'static str, &'static str, Body); 14] = [
        ("append", "mustAppend", "any, any -> []any", push),
        ("push", "mustPush", "any, any -> []any", push),
        ("prepend", "mustPrepend", "any, any -> []any", prepend),
        ("first", "mustFirst", "any -> any", first),
        ("last", "mustLast", "any -> any", last),
        ("rest", "mustRest", "any -> []any", rest),
        ("initial", "mustInitial", "any -> []any", initial),
        ("reverse", "mustReverse", "any -> []any", reverse),
        ("compact", "mustCompact", "any -> []any", compact),
        ("uniq", "mustUniq", "any -> []any", uniq),
        ("without", "mustWithout", "any, ...any -> []any", without),
        ("has", "mustHas", "any, any -> bool", has),
        ("slice", "mustSlice", "any, ...any -> any", slice),
        ("chunk", "mustChunk", "int, any -> [][]any", chunk),
    ];
    for (name, must, signature, body) in twins {
        functions.with(name, signature, body).with(must, signature, body);
    }
}

fn push(_: &mut Call<'_>, args: &[Value]) -> Answer {
    let list = list(any(args, 0), "Cannot push on type")?;
    let mut items = list.items().to_vec();
    items.push(any(args, 1).clone());
    let capacity = appended(items.len());
    Ok(List::with_capacity(Type::AnyList, items, capacity).into())
}

fn prepend(_: &mut Call<'_>, args: &[Value]) -> Answer {
    let list = list(any(args, 0), "Cannot prepend on type")?;
    let mut items = Vec::with_capacity(list.items().len() + 1);
    items.push(any(args, 1).clone());
    items.extend_from_slice(list.items());
    let capacity = round_up(items.len());
    Ok(List::with_capacity(Type::AnyList, items, capacity).into())
}

fn first(_: &mut Call<'_>, args: &[Value]) -> Answer {
    Ok(list(any(args, 0), "Cannot find first on type")?.items().first().cloned().unwrap_or(Value::Nil))
}

fn last(_: &mut Call<'_>, args: &[Value]) -> Answer {
    Ok(list(any(args, 0), "Cannot find last on type")?.items().last().cloned().unwrap_or(Value::Nil))
}

fn rest(_: &mut Call<'_>, args: &[Value]) -> Answer {
    let list = list(any(args, 0), "Cannot find rest on type")?;
    let rest = list.items().split_first().map(|(_, rest)| Value::list(rest.to_vec()));
    Ok(rest.unwrap_or_else(|| List::nil(Type::AnyList).into()))
}

fn initial(_: &mut Call<'_>, args: &[Value]) -> Answer {
    let list = list(any(args, 0), "Cannot find initial on type")?;
    let rest = list.items().split_last().map(|(_, rest)| Value::list(rest.to_vec()));
    Ok(rest.unwrap_or_else(|| List::nil(Type::AnyList).into()))
}

fn reverse(_: &mut Call<'_>, args: &[Value]) -> Answer {
    let mut items = list(any(args, 0), "Cannot find reverse on type")?.items().to_vec();
    items.reverse();
    Ok(Value::list(items))
}

fn compact(_: &mut Call<'_>, args: &[Value]) -> Answer {
    let list = list(any(args, 0), "Cannot compact on type")?;
    Ok(List::decoded(list.items().iter().filter(|item| !is_empty(item)).cloned().collect()).into())
}

fn in_list(call: &mut Call<'_>, items: &[Value], item: &Value) -> Result<bool, Error> {
    for other in items {
        if deep_equal(call, item, other)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn uniq(call: &mut Call<'_>, args: &[Value]) -> Answer {
    let mut kept: Vec<Value> = Vec::new();
    for item in list(any(args, 0), "Cannot find uniq on type")?.items() {
        if !in_list(call, &kept, item)? {
            kept.push(item.clone());
        }
    }
    Ok(List::decoded(kept).into())
}

fn without(call: &mut Call<'_>, args: &[Value]) -> Answer {
    let mut kept = Vec::new();
    for item in list(any(args, 0), "Cannot find without on type")?.items() {
        if !in_list(call, args.get(1..).unwrap_or_default(), item)? {
            kept.push(item.clone());
        }
    }
    Ok(List::decoded(kept).into())
}

fn has(call: &mut Call<'_>, args: &[Value]) -> Answer {
    if any(args, 1).is_nil() {
        return Ok(false.into());
    }
    Ok(in_list(call, list(any(args, 1), "Cannot find has on type")?.items(), any(args, 0))?.into())
}

fn slice(_: &mut Call<'_>, args: &[Value]) -> Answer {
    let list = list(any(args, 0), "list should be type of slice or array but")?;
    let length = list.items().len();
    if length == 0 {
        return Ok(Value::Nil);
    }
    let start = args.get(1).map_or(0, cast::to_int);
    let end = args.get(2).map_or(length as i64, cast::to_int);
    let fits = |at: i64| usize::try_from(at).ok().filter(|at| *at <= list.capacity());
    match (fits(start), fits(end)) {
        (Some(start), Some(end)) if start <= end => {
            Ok(crate::builtin::part(&list, start, end, list.capacity()).into())
        }
        _ => Err(Error::new("reflect.Value.Slice: slice index out of bounds")),
    }
}

fn concat(_: &mut Call<'_>, args: &[Value]) -> Answer {
    let mut items = Vec::new();
    for arg in args {
        let list = list(arg, "").map_err(|error| match arg.is_nil() {
            true => error,
            false => Error::new(format!("Cannot concat type {} as list", arg.kind().name())),
        })?;
        items.extend_from_slice(list.items());
    }
    if items.is_empty() {
        return Ok(List::nil(Type::AnyList).into());
    }
    Ok(List::decoded(items).into())
}

fn chunk(_: &mut Call<'_>, args: &[Value]) -> Answer {
    let list = list(any(args, 1), "Cannot chunk type")?;
    let (size, length) = (int(args, 0), list.items().len());
    let Some(size) = usize::try_from(size).ok().filter(|size| *size > 0) else {
        return chunk_badly(size, length);
    };
    let chunks = list.items().chunks(size).map(|part| Value::list(part.to_vec())).collect();
    Ok(List::of(Type::AnyLists, chunks).into())
}

/// What Go's arithmetic on floats makes of sizes that are none.
fn chunk_badly(size: i64, length: usize) -> Answer {
    let count = ((length as f64 - 1.0) / size as f64).floor() + 1.0;
    if size == 0 || count < 0.0 {
        return Err(Error::new("runtime error: makeslice: len out of range"));
    }
    if count == 0.0 {
        return Ok(List::of(Type::AnyLists, Vec::new()).into());
    }
    Err(Error::new("runtime error: makeslice: len out of range"))
}
