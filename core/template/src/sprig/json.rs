//! JSON in and out.

use super::args::{any, text};
use crate::error::Error;
use crate::function::{Call, Functions};
use crate::json;
use crate::value::Value;

pub(super) fn register(functions: &mut Functions) {
    functions
        .with("fromJson", "string -> any", |_, args| Ok(json::read(text(args, 0)).0))
        .with("mustFromJson", "string -> any", |_, args| Value::from_json(text(args, 0)))
        .with("toJson", "any -> string", |_, args| Ok(json::to_json(any(args, 0)).unwrap_or_default().into()))
        .with("mustToJson", "any -> string", |_, args| Ok(json::to_json(any(args, 0))?.into()))
        .with("toPrettyJson", "any -> string", |_, args| {
            Ok(json::pretty(any(args, 0)).unwrap_or_default().into())
        })
        .with("mustToPrettyJson", "any -> string", |_, args| Ok(json::pretty(any(args, 0))?.into()))
        .with("toRawJson", "any -> string", raw)
        .with("mustToRawJson", "any -> string", raw);
}

fn raw(_: &mut Call<'_>, args: &[Value]) -> Result<Value, Error> {
    Ok(json::raw(any(args, 0))?.into())
}
