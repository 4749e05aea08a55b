//! Maps. `set`, `unset` and the merges change the map that they get.

use super::args::{any, display, map, text};
use super::merge;
use crate::error::Error;
use crate::function::{Call, Functions};
use crate::value::{List, Map, Str, Value};

type Answer = Result<Value, Error>;

pub(super) fn register(functions: &mut Functions) {
    functions
        .with("dict", "...any -> map", dict)
        .with("get", "map, string -> any", |_, args| {
            Ok(map(args, 0).get(text(args, 1)).unwrap_or_else(|| Value::str("")))
        })
        .with("set", "map, string, any -> map", set)
        .with("unset", "map, string -> map", |_, args| {
            map(args, 0).remove(text(args, 1));
            Ok(any(args, 0).clone())
        })
        .with("hasKey", "map, string -> bool", |_, args| Ok(map(args, 0).has(text(args, 1)).into()))
        .with("pluck", "string, ...map -> []any", pluck)
        .with("keys", "...map -> []string", keys)
        .with("values", "map -> []any", |_, args| {
            Ok(List::decoded(map(args, 0).snapshot().into_iter().map(|(_, value)| value).collect()).into())
        })
        .with("pick", "map, ...string -> map", pick)
        .with("omit", "map, ...string -> map", omit)
        .with("dig", "...any -> any", dig)
        .with("deepCopy", "any -> any", deep_copy)
        .with("mustDeepCopy", "any -> any", deep_copy)
        .with("merge", "map, ...map -> any", |call, args| merge::merge(call, args, false))
        .with("mustMerge", "map, ...map -> any", |call, args| merge::merge(call, args, false))
        .with("mergeOverwrite", "map, ...map -> any", |call, args| merge::merge(call, args, true))
        .with("mustMergeOverwrite", "map, ...map -> any", |call, args| merge::merge(call, args, true));
}

fn dict(_: &mut Call<'_>, args: &[Value]) -> Answer {
    let mut entries = Vec::with_capacity(args.len().div_ceil(2));
    for pair in args.chunks(2) {
        let key = match pair.first() {
            Some(Value::Str(text)) => text.clone(),
            Some(other) => Str::from(display(other)?),
            None => continue,
        };
        entries.push((key, pair.get(1).cloned().unwrap_or_else(|| Value::str(""))));
    }
    Ok(Map::from_entries(entries).into())
}

fn set(_: &mut Call<'_>, args: &[Value]) -> Answer {
    let map = map(args, 0);
    if map.is_nil() {
        return Err(Error::new("assignment to entry in nil map"));
    }
    if let Some(key) = any(args, 1).as_str() {
        map.set(key.clone(), any(args, 2).clone());
    }
    Ok(any(args, 0).clone())
}

fn pluck(_: &mut Call<'_>, args: &[Value]) -> Answer {
    let maps = args.iter().skip(1).filter_map(Value::as_map);
    Ok(List::decoded(maps.filter_map(|map| map.get(text(args, 0))).collect()).into())
}

/// Go gives keys in any order; here it is always that of the keys, map by map.
fn keys(_: &mut Call<'_>, args: &[Value]) -> Answer {
    let maps = args.iter().filter_map(Value::as_map);
    let keys: Vec<Str> = maps.flat_map(|map| map.snapshot().into_iter().map(|(key, _)| key)).collect();
    Ok(Value::strings(keys))
}

fn pick(_: &mut Call<'_>, args: &[Value]) -> Answer {
    let (from, out) = (map(args, 0), Map::new());
    for key in args.iter().skip(1).filter_map(Value::as_str) {
        if let Some(value) = from.get(key) {
            out.set(key.clone(), value);
        }
    }
    Ok(out.into())
}

fn omit(_: &mut Call<'_>, args: &[Value]) -> Answer {
    let omitted: Vec<&Str> = args.iter().skip(1).filter_map(Value::as_str).collect();
    let kept = map(args, 0).snapshot().into_iter().filter(|(key, _)| !omitted.contains(&key));
    Ok(Map::from_entries(kept.collect()).into())
}

fn dig(_: &mut Call<'_>, args: &[Value]) -> Answer {
    let [keys @ .., default, dict] = args else {
        return Err(Error::new("dig needs at least three arguments"));
    };
    if keys.is_empty() {
        return Err(Error::new("dig needs at least three arguments"));
    }
    let mut at = only_map(dict)?;
    let mut names = Vec::new();
    for key in keys {
        names.push(key.as_str().ok_or_else(|| conversion(key, "string"))?);
    }
    let (last, path) = names.split_last().ok_or_else(|| Error::new("dig needs at least three arguments"))?;
    for key in path {
        match at.get(key) {
            Some(next) => at = only_map(&next)?,
            None => return Ok(default.clone()),
        }
    }
    Ok(at.get(last).unwrap_or_else(|| default.clone()))
}

fn only_map(value: &Value) -> Result<Map, Error> {
    match value {
        Value::Map(map) if map.kind() == crate::value::Type::AnyMap => Ok(map.clone()),
        other => Err(conversion(other, "map[string]interface {}")),
    }
}

/// A type assertion that does not hold.
fn conversion(value: &Value, wanted: &str) -> Error {
    let found = if value.is_nil() { "nil".into() } else { value.type_name() };
    Error::new(format!("interface conversion: interface {{}} is {found}, not {wanted}"))
}

fn deep_copy(call: &mut Call<'_>, args: &[Value]) -> Answer {
    let value = any(args, 0);
    if value.is_nil() {
        return Err(Error::new("reflect: call of reflect.Value.Type on zero Value"));
    }
    let mut count = 0;
    let copied = copy(value, 0, &mut count);
    call.spend(u64::from(count))?;
    copied
}

/// Deeper values are an error, as they hold themselves.
const DEEPEST: u32 = 500;
/// So many values and no more; see `print`.
const MOST: u32 = 20_000_000;

fn copy(value: &Value, depth: u32, count: &mut u32) -> Answer {
    *count += 1;
    if *count > MOST {
        return Err(Error::limit("value is too large to copy"));
    }
    if depth > DEEPEST {
        return Err(Error::limit("value is nested too deep to copy, or holds itself"));
    }
    Ok(match value {
        Value::List(list) if !list.is_nil() => {
            let items: Result<Vec<_>, _> =
                list.items().iter().map(|item| copy(item, depth + 1, count)).collect();
            List::with_capacity(list.kind(), items?, list.capacity()).into()
        }
        Value::Map(map) if !map.is_nil() => {
            let out = Map::of(map.kind());
            for (key, value) in map.snapshot() {
                out.set(key, copy(&value, depth + 1, count)?);
            }
            out.into()
        }
        Value::Object(object) => match object.underlying() {
            Some(plain @ (Value::Map(_) | Value::List(_))) => {
                let plain = copy(&plain, depth + 1, count)?;
                object.around(plain.clone()).unwrap_or(plain)
            }
            _ => value.clone(),
        },
        other => other.clone(),
    })
}
