//! Arguments that fit a signature, taken out by place.

use crate::error::Error;
use crate::function::Call;
use crate::print;
use crate::value::{List, Map, Value};

/// The argument at this place.
pub(super) fn any(args: &[Value], at: usize) -> &Value {
    args.get(at).unwrap_or(&Value::Nil)
}

/// The bytes of a string.
pub(super) fn text(args: &[Value], at: usize) -> &[u8] {
    args.get(at).and_then(Value::as_str).map_or(&[], |text| text.as_bytes())
}

/// An integer of any type.
pub(super) fn int(args: &[Value], at: usize) -> i64 {
    args.get(at).and_then(Value::as_int).unwrap_or_default()
}

/// A map.
pub(super) fn map(args: &[Value], at: usize) -> Map {
    args.get(at).and_then(Value::as_map).unwrap_or_default()
}

/// A list, or the error that the function has for anything else.
pub(super) fn list(value: &Value, complaint: &str) -> Result<List, Error> {
    if value.is_nil() {
        return Err(nil_dereference());
    }
    value.as_list().ok_or_else(|| Error::new(format!("{complaint} {}", value.kind().name())))
}

/// What Go says when something looks into nil.
pub(super) fn nil_dereference() -> Error {
    Error::new("runtime error: invalid memory address or nil pointer dereference")
}

/// What sprig makes a text of: strings and bytes as they are, all else as `%v`.
pub(super) fn display(value: &Value) -> Result<Vec<u8>, Error> {
    match value {
        Value::Str(text) | Value::Bytes(text) => Ok(text.to_vec()),
        Value::Object(object) if object.text().is_some() => {
            Ok(object.text().unwrap_or_default().into_owned().into_bytes())
        }
        value => {
            let mut out = Vec::new();
            print::print_value(if value.is_nil() { &Value::Nil } else { value }, &mut out)?;
            Ok(out)
        }
    }
}

/// `strings.Repeat`
pub(super) fn repeat(call: &Call<'_>, text: &[u8], count: i64) -> Result<Vec<u8>, Error> {
    let count = times(count)?;
    let length = text.len().checked_mul(count);
    call.room(length.ok_or_else(|| Error::new("strings: Repeat output length overflow"))?)?;
    Ok(text.repeat(count))
}

/// How often something is repeated.
pub(super) fn times(count: i64) -> Result<usize, Error> {
    usize::try_from(count).map_err(|_| Error::new("strings: negative Repeat count"))
}

/// `text[start..end]` with the errors of Go.
pub(super) fn slice(text: &[u8], start: Option<i64>, end: Option<i64>) -> Result<&[u8], Error> {
    let length = text.len() as i64;
    let out = |what: String| Err(Error::new(format!("runtime error: slice bounds out of range {what}")));
    let (from, to) = (start.unwrap_or(0), end.unwrap_or(length));
    if to < 0 {
        return out(format!("[:{to}]"));
    }
    if to > length {
        return out(format!("[:{to}] with length {length}"));
    }
    if from < 0 {
        return out(format!("[{from}:]"));
    }
    if from > to {
        return out(format!("[{from}:{to}]"));
    }
    Ok(text.get(from as usize..to as usize).unwrap_or_default())
}
