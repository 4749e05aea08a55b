//! Paths of replacements: `spec.containers.[name=web].image`, `*` for all items of a list, numbers for places in one.

use regex::Regex;
use weir_yaml::{Map, Value};

/// What is made where a path ends and nothing is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leaf {
    Scalar,
    List,
    Map,
}

/// Changes a value that a path leads to; the flag says that it was made just now.
pub(crate) type Change<'a> = &'a mut dyn FnMut(&mut Value, bool) -> Result<(), String>;

/// The one value at a path, for reading.
pub(crate) fn get<'v>(value: &'v Value, path: &[String]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, part| match value {
        Value::List(items) => items.get(index_of(items, part)?),
        value => value.get(part),
    })
}

/// A path that leads to the same place when what selects items in it has changed.
pub(crate) fn by_index(value: &Value, path: &[String]) -> Vec<String> {
    let mut value = Some(value);
    let concrete = |part: &String| {
        let at = value.and_then(Value::as_list).and_then(|items| index_of(items, part));
        let part = at.map_or_else(|| part.clone(), |at| at.to_string());
        value = value.and_then(|value| get(value, std::slice::from_ref(&part)));
        part
    };
    path.iter().map(concrete).collect()
}

fn index_of(items: &[Value], part: &str) -> Option<usize> {
    match item_of(part) {
        Some((field, wanted)) => items.iter().position(|item| {
            let own = if field.is_empty() { Some(item) } else { item.get(field) };
            own.is_some_and(|own| scalar_text(own) == wanted)
        }),
        None if part == "-" => items.len().checked_sub(1),
        None => part.parse().ok(),
    }
}

/// Visits all values at a path and says how many there are. What is missing is made, if wanted.
pub(crate) fn visit(
    value: &mut Value,
    path: &[String],
    create: Option<Leaf>,
    is_new: bool,
    change: Change<'_>,
) -> Result<usize, String> {
    let Some((part, rest)) = path.split_first() else { return change(value, is_new).map(|()| 1) };
    if let Ok(index) = part.parse::<usize>() {
        return at_index(value, index, rest, create, change);
    }
    if let Some((field, pattern)) = item_of(part) {
        return matching(value, (field, pattern), rest, create, change);
    }
    if part == "*" {
        let mut count = 0;
        for item in items(value)?.iter_mut() {
            count += visit(item, rest, create, false, change)?;
        }
        return Ok(count);
    }
    match &*value {
        // Nothing is made below a null, and nobody is told.
        other if other.is_null() => return Ok(usize::from(create.is_some())),
        Value::Map(_) => {}
        other => return Err(format!("a map is expected at '{part}', not a {}", other.kind())),
    }
    let map = value.make_map();
    let is_missing = !map.contains_key(part);
    match (is_missing, create) {
        (true, None) => return Ok(0),
        (true, Some(leaf)) => {
            map.insert(part.as_str(), made(rest, leaf));
        }
        (false, _) => {}
    }
    map.get_mut(part).map_or(Ok(0), |value| visit(value, rest, create, is_missing, change))
}

fn made(rest: &[String], leaf: Leaf) -> Value {
    match rest.first() {
        Some(next) if next.parse::<usize>().is_ok() || item_of(next).is_some() => Value::from(Vec::new()),
        Some(_) => Value::Map(Map::new()),
        None => match leaf {
            Leaf::Scalar => Value::Null,
            Leaf::List => Value::from(Vec::new()),
            Leaf::Map => Value::Map(Map::new()),
        },
    }
}

fn items(value: &mut Value) -> Result<&mut Vec<Value>, String> {
    let kind = value.kind();
    value.as_list_mut().ok_or_else(|| format!("a list is expected, not a {kind}"))
}

fn at_index(
    value: &mut Value,
    index: usize,
    rest: &[String],
    create: Option<Leaf>,
    change: Change<'_>,
) -> Result<usize, String> {
    let items = items(value)?;
    let length = items.len();
    let is_new = length == index && create.is_some();
    if let (true, Some(leaf)) = (is_new, create) {
        items.push(made(rest, leaf));
    }
    match items.get_mut(index) {
        Some(item) => visit(item, rest, create, is_new, change),
        None => Err(format!("index {index} specified but only {length} elements found")),
    }
}

fn matching(
    value: &mut Value,
    (field, pattern): (&str, &str),
    rest: &[String],
    create: Option<Leaf>,
    change: Change<'_>,
) -> Result<usize, String> {
    let regex = Regex::new(pattern).map_err(|_| format!("'{pattern}' is no regular expression"))?;
    let items = items(value)?;
    let mut count = 0;
    for item in items.iter_mut() {
        let own = if field.is_empty() { Some(&*item) } else { item.get(field) };
        if own.is_some_and(|own| regex.is_match(&scalar_text(own))) {
            count += if field.is_empty() {
                change(item, false).map(|()| 1)?
            } else {
                visit(item, rest, create, false, change)?
            };
        }
    }
    if count > 0 || create.is_none() {
        return Ok(count);
    }
    // It is written without quotes, and nobody says what it is.
    let mut item = Value::open(pattern);
    if !field.is_empty() {
        item = Value::from([(field, item)]);
    }
    count += if field.is_empty() {
        change(&mut item, false).map(|()| 1)?
    } else {
        visit(&mut item, rest, create, false, change)?
    };
    items.push(item);
    Ok(count)
}

/// `[field=value]`.
fn item_of(part: &str) -> Option<(&str, &str)> {
    let inner = part.strip_prefix('[')?.strip_suffix(']')?;
    Some(inner.split_once('=').unwrap_or((inner, "")))
}

/// A scalar as it would be written; nothing for other values.
pub(crate) fn scalar_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        Value::Spelled(spelled) => spelled.text().to_string(),
        Value::Map(_) | Value::List(_) => String::new(),
        other => weir_yaml::to_json(other),
    }
}
