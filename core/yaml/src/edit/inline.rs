//! Values on one line: scalars in the quotes they had, collections in brackets.

use std::fmt::Write;

use crate::emit::{is_plain_anywhere, quoted};
use crate::scan::ScalarStyle;
use crate::value::Value;

/// A value in one line that is right everywhere, in brackets too; strings in this style where it can hold them.
pub(super) fn inline(value: &Value, style: ScalarStyle) -> String {
    let mut out = String::new();
    write(&mut out, value, style, 0);
    out
}

fn write(out: &mut String, value: &Value, style: ScalarStyle, depth: usize) {
    if depth > 1000 {
        return;
    }
    match value {
        Value::String(text) => out.push_str(&string(text, style)),
        Value::List(list) => {
            out.push('[');
            for (at, item) in list.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { ", " });
                write(out, item, ScalarStyle::Plain, depth + 1);
            }
            out.push(']');
        }
        Value::Map(map) => {
            out.push('{');
            for (at, (key, item)) in map.iter().enumerate() {
                _ = write!(out, "{}{}: ", if at == 0 { "" } else { ", " }, string(key, ScalarStyle::Plain));
                write(out, item, ScalarStyle::Plain, depth + 1);
            }
            out.push('}');
        }
        scalar => out.push_str(&crate::emit::word(scalar)),
    }
}

pub(super) fn string(text: &str, style: ScalarStyle) -> String {
    let single = |text: &str| {
        !text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}'))
    };
    match style {
        ScalarStyle::Plain if is_plain_anywhere(text) => text.to_string(),
        ScalarStyle::SingleQuoted if single(text) => format!("'{}'", text.replace('\'', "''")),
        _ => quoted(text),
    }
}
