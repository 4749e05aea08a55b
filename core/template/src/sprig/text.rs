//! Strings.

use super::args::{any, display, int, list, repeat, slice, text, times};
use super::words;
use crate::error::Error;
use crate::function::{Call, Functions};
use crate::rune;
use crate::strconv;
use crate::value::{Map, Str, Type, Value};

type Answer = Result<Value, Error>;

pub(super) fn register(functions: &mut Functions) {
    functions
        .with("hello", "-> string", |_, _| Ok("Hello!".into()))
        .with("abbrev", "int, string -> string", |_, args| abbreviate(text(args, 1), 0, int(args, 0)))
        .with("abbrevboth", "int, int, string -> string", |_, args| {
            abbreviate(text(args, 2), int(args, 0), int(args, 1))
        })
        .with("trunc", "int, string -> string", trunc)
        .with("trim", "string -> string", |_, args| Ok(Value::str(rune::trim_space(text(args, 0)))))
        .with("upper", "string -> string", |_, args| Ok(words::change(text(args, 0), rune::to_upper).into()))
        .with("lower", "string -> string", |_, args| Ok(words::change(text(args, 0), rune::to_lower).into()))
        .with("title", "string -> string", |_, args| Ok(words::title(text(args, 0)).into()))
        .with("untitle", "string -> string", |_, args| Ok(words::uncapitalize(text(args, 0)).into()))
        .with("swapcase", "string -> string", |_, args| Ok(words::swap_case(text(args, 0)).into()))
        .with("initials", "string -> string", |_, args| Ok(words::initials(text(args, 0)).into()))
        .with("nospace", "string -> string", |_, args| Ok(words::without_space(text(args, 0)).into()))
        .with("snakecase", "string -> string", |_, args| Ok(words::joined_lower(text(args, 0), b'_').into()))
        .with("kebabcase", "string -> string", |_, args| Ok(words::joined_lower(text(args, 0), b'-').into()))
        .with("camelcase", "string -> string", |_, args| Ok(words::pascal(text(args, 0)).into()))
        .with("wrap", "int, string -> string", |_, args| {
            Ok(words::wrap(text(args, 1), int(args, 0), b"\n", false).into())
        })
        .with("wrapWith", "int, string, string -> string", |call, args| {
            call.room(text(args, 2).len().saturating_mul(text(args, 1).len().saturating_add(1)))?;
            Ok(words::wrap(text(args, 2), int(args, 0), text(args, 1), true).into())
        })
        .with("substr", "int, int, string -> string", substr)
        .with("repeat", "int, string -> string", |call, args| {
            Ok(repeat(call, text(args, 1), int(args, 0))?.into())
        })
        .with("trimall", "string, string -> string", trim_all)
        .with("trimAll", "string, string -> string", trim_all)
        .with("trimSuffix", "string, string -> string", |_, args| {
            Ok(without(args, text(args, 1).strip_suffix(text(args, 0))))
        })
        .with("trimPrefix", "string, string -> string", |_, args| {
            Ok(without(args, text(args, 1).strip_prefix(text(args, 0))))
        })
        .with("contains", "string, string -> bool", |_, args| {
            Ok(rune::find(text(args, 1), text(args, 0), 0).is_some().into())
        })
        .with("hasPrefix", "string, string -> bool", |_, args| {
            Ok(text(args, 1).starts_with(text(args, 0)).into())
        })
        .with("hasSuffix", "string, string -> bool", |_, args| {
            Ok(text(args, 1).ends_with(text(args, 0)).into())
        })
        .with("quote", "...any -> string", quote)
        .with("squote", "...any -> string", squote)
        .with("cat", "...any -> string", cat)
        .with("indent", "int, string -> string", |call, args| {
            Ok(indent(call, text(args, 1), int(args, 0), b"")?.into())
        })
        .with("nindent", "int, string -> string", |call, args| {
            Ok(indent(call, text(args, 1), int(args, 0), b"\n")?.into())
        })
        .with("replace", "string, string, string -> string", replace)
        .with("plural", "string, string, int -> string", |_, args| {
            Ok(any(args, usize::from(int(args, 2) != 1)).clone())
        })
        .with("toString", "any -> string", to_string)
        .with("toStrings", "any -> []string", |_, args| Ok(Value::strings(strings(any(args, 0))?)))
        .with("join", "string, any -> string", join)
        .with("split", "string, string -> map[string]string", |_, args| {
            Ok(numbered(text(args, 1), text(args, 0), -1))
        })
        .with("splitn", "string, int, string -> map[string]string", |_, args| {
            Ok(numbered(text(args, 2), text(args, 0), int(args, 1)))
        })
        .with("splitList", "string, string -> []string", |_, args| {
            Ok(Value::strings(rune::split(text(args, 1), text(args, 0), -1)))
        })
        .with("sortAlpha", "any -> []string", sort_alpha);
}

/// The second argument, without what was found at its end or start.
fn without(args: &[Value], rest: Option<&[u8]>) -> Value {
    rest.map_or_else(|| any(args, 1).clone(), Value::str)
}

fn abbreviate(text: &[u8], offset: i64, width: i64) -> Answer {
    if width < 4 || offset > 0 && width < 7 {
        return Ok(Value::str(text));
    }
    Ok(shorten(text, offset.max(0) as usize, width as usize, offset).into())
}

fn shorten(text: &[u8], offset: usize, width: usize, asked: i64) -> Vec<u8> {
    if text.len() <= width {
        return text.to_vec();
    }
    let mut offset = offset.min(text.len());
    if text.len() - offset < width - 3 {
        offset = text.len() - (width - 3);
    }
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    if asked < 0 || offset <= 4 {
        return [part(0, width - 3), b"..."].concat();
    }
    if width < 7 {
        return Vec::new();
    }
    if offset + width - 3 < text.len() {
        // An inner width below four gives nothing.
        let inner = width - 3;
        let rest = part(offset, text.len());
        let rest = if inner < 4 { Vec::new() } else { shorten(rest, 0, inner, 0) };
        return [b"...", rest.as_slice()].concat();
    }
    [b"...", part(text.len() - (width - 3), text.len())].concat()
}

fn trunc(_: &mut Call<'_>, args: &[Value]) -> Answer {
    let (count, whole) = (int(args, 0), text(args, 1));
    let length = whole.len() as i64;
    let part = if count < 0 && length.saturating_add(count) > 0 {
        whole.get((length + count) as usize..)
    } else if count >= 0 && length > count {
        whole.get(..count as usize)
    } else {
        return Ok(any(args, 1).clone());
    };
    Ok(Value::str(part.unwrap_or_default()))
}

fn substr(_: &mut Call<'_>, args: &[Value]) -> Answer {
    let (start, end, whole) = (int(args, 0), int(args, 1), text(args, 2));
    let part = if start < 0 {
        slice(whole, None, Some(end))
    } else if end < 0 || end > whole.len() as i64 {
        if start > whole.len() as i64 {
            let length = whole.len();
            return Err(Error::new(format!("runtime error: slice bounds out of range [{start}:{length}]")));
        }
        slice(whole, Some(start), None)
    } else {
        slice(whole, Some(start), Some(end))
    };
    Ok(Value::str(part?))
}

fn trim_all(_: &mut Call<'_>, args: &[Value]) -> Answer {
    let set: Vec<u32> = rune::runes(text(args, 0)).map(|(_, c)| c).collect();
    let mut rest = text(args, 1);
    while !rest.is_empty() {
        let (c, width) = rune::decode(rest);
        if !set.contains(&c) {
            break;
        }
        rest = rest.get(width..).unwrap_or_default();
    }
    while !rest.is_empty() {
        let (c, width) = rune::decode_last(rest);
        if !set.contains(&c) {
            break;
        }
        rest = rest.get(..rest.len() - width).unwrap_or_default();
    }
    Ok(Value::str(rest))
}

fn quote(_: &mut Call<'_>, args: &[Value]) -> Answer {
    let mut out = Vec::new();
    for arg in args.iter().filter(|arg| !arg.is_nil()) {
        if !out.is_empty() {
            out.push(b' ');
        }
        match arg {
            Value::Str(text) => out.extend_from_slice(&strconv::quote(text)),
            other => out.extend_from_slice(&strconv::quote(&display(other)?)),
        }
    }
    Ok(out.into())
}

fn squote(_: &mut Call<'_>, args: &[Value]) -> Answer {
    let mut out = Vec::new();
    for arg in args.iter().filter(|arg| !arg.is_nil()) {
        if !out.is_empty() {
            out.push(b' ');
        }
        out.push(b'\'');
        crate::print::print_value(arg, &mut out)?;
        out.push(b'\'');
    }
    Ok(out.into())
}

fn cat(_: &mut Call<'_>, args: &[Value]) -> Answer {
    let mut out = Vec::new();
    for (at, arg) in args.iter().filter(|arg| !arg.is_nil()).enumerate() {
        if at > 0 {
            out.push(b' ');
        }
        crate::print::print_value(arg, &mut out)?;
    }
    Ok(out.into())
}

/// The text with so many spaces before each line, and something before all.
fn indent(call: &Call<'_>, text: &[u8], spaces: i64, before: &[u8]) -> Result<Vec<u8>, Error> {
    let pad = times(spaces)?;
    let lines = memchr::memchr_iter(b'\n', text).count() + 1;
    let length = (before.len() + text.len()).saturating_add(lines.saturating_mul(pad));
    call.room(length)?;
    let mut out = Vec::with_capacity(length);
    out.extend_from_slice(before);
    let mut rest = text;
    loop {
        out.resize(out.len() + pad, b' ');
        let Some((line, others)) = memchr::memchr(b'\n', rest).and_then(|at| rest.split_at_checked(at + 1))
        else {
            break;
        };
        out.extend_from_slice(line);
        rest = others;
    }
    out.extend_from_slice(rest);
    Ok(out)
}

fn to_string(_: &mut Call<'_>, args: &[Value]) -> Answer {
    match any(args, 0) {
        text @ Value::Str(_) => Ok(text.clone()),
        other => Ok(display(other)?.into()),
    }
}

/// What sprig makes a list of strings of: nil items are left out.
pub(super) fn strings(value: &Value) -> Result<Vec<Str>, Error> {
    if let Value::List(list) = value {
        let items = list.items().iter().filter(|item| !item.is_nil());
        return items
            .map(|item| match item {
                Value::Str(text) => Ok(text.clone()),
                other => display(other).map(Str::from),
            })
            .collect();
    }
    if value.is_nil() {
        return Ok(Vec::new());
    }
    match value.as_list() {
        Some(list) => strings(&Value::List(list)),
        None => Ok(vec![display(value)?.into()]),
    }
}

/// The text with each old part replaced; counted first, as both may be large.
fn replace(call: &mut Call<'_>, args: &[Value]) -> Answer {
    let (old, new, whole) = (text(args, 0), text(args, 1), text(args, 2));
    if new.len() > old.len() {
        let most = if old.is_empty() { whole.len() + 1 } else { whole.len() / old.len() };
        if call.room(most.saturating_mul(new.len())).is_err() {
            call.room(
                whole.len().saturating_add(rune::split(whole, old, -1).len().saturating_mul(new.len())),
            )?;
        }
    }
    Ok(rune::replace(whole, old, new).into())
}

fn join(call: &mut Call<'_>, args: &[Value]) -> Answer {
    let parts = strings(any(args, 1))?;
    let parts: Vec<&[u8]> = parts.iter().map(Str::as_bytes).collect();
    let texts = parts.iter().map(|part| part.len()).sum::<usize>();
    call.room(texts.saturating_add(parts.len().saturating_mul(text(args, 0).len())))?;
    Ok(parts.join(text(args, 0)).into())
}

/// The parts as a map from `_0`, `_1` and so on.
fn numbered(whole: &[u8], separator: &[u8], limit: i64) -> Value {
    let map = Map::of(Type::StringMap);
    for (at, part) in rune::split(whole, separator, limit).into_iter().enumerate() {
        map.set(format!("_{at}"), Value::str(part));
    }
    map.into()
}

fn sort_alpha(_: &mut Call<'_>, args: &[Value]) -> Answer {
    let value = any(args, 0);
    if value.as_list().is_none() {
        return Ok(Value::strings([display(value)?]));
    }
    let mut sorted = strings(&list(value, "")?.into())?;
    sorted.sort_unstable();
    Ok(Value::strings(sorted))
}
