//! Values to JSON text: sorted keys, Go's float format, Go's HTML escapes.

use std::fmt::Write;

use crate::number;
use crate::value::Value;

/// Compact JSON with sorted keys, without HTML escapes: what the Kubernetes API is sent.
pub fn to_json(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, value, None, 0);
    out
}

/// JSON with four spaces of indent and sorted keys, as kubectl prints it.
pub fn to_json_pretty(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, value, Some(4), 0);
    out
}

fn write(out: &mut String, value: &Value, indent: Option<usize>, depth: usize) {
    let line = |out: &mut String, depth: usize| {
        if let Some(width) = indent {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', width * depth));
        }
    };
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Int(number) => _ = write!(out, "{number}"),
        Value::UInt(number) => _ = write!(out, "{number}"),
        Value::Spelled(spelled) => write(out, spelled.value(), indent, depth),
        Value::Float(float) => out.push_str(&number::json(*float)),
        Value::String(text) => string(out, text),
        Value::List(list) if list.is_empty() => out.push_str("[]"),
        Value::List(list) => {
            for (at, item) in list.iter().enumerate() {
                out.push(if at == 0 { '[' } else { ',' });
                line(out, depth + 1);
                write(out, item, indent, depth + 1);
            }
            line(out, depth);
            out.push(']');
        }
        Value::Map(map) if map.is_empty() => out.push_str("{}"),
        Value::Map(map) => {
            for (at, (key, item)) in map.sorted().into_iter().enumerate() {
                out.push(if at == 0 { '{' } else { ',' });
                line(out, depth + 1);
                string(out, key);
                out.push_str(if indent.is_some() { ": " } else { ":" });
                write(out, item, indent, depth + 1);
            }
            line(out, depth);
            out.push('}');
        }
    }
}

fn string(out: &mut String, text: &str) {
    out.push('"');
    let mut plain = 0;
    for (at, c) in text.char_indices() {
        let short = match c {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            '\u{8}' => "\\b",
            '\u{c}' => "\\f",
            '\0'..'\u{20}' | '\u{2028}' | '\u{2029}' => "",
            _ => continue,
        };
        out.push_str(&text[plain..at]);
        plain = at + c.len_utf8();
        if short.is_empty() {
            _ = write!(out, "\\u{:04x}", c as u32);
        } else {
            out.push_str(short);
        }
    }
    out.push_str(&text[plain..]);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pretty_is_indented_and_sorted() {
        let value = Value::from([("b", Value::from(vec![1.into()])), ("a", Value::from([("c", "\u{1}")]))]);
        let text = "{\n    \"a\": {\n        \"c\": \"\\u0001\"\n    },\n    \"b\": [\n        1\n    ]\n}";
        assert_eq!(to_json_pretty(&value), text);
    }
}
