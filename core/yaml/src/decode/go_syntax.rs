//! Nodes as Go's `%#v` prints what yaml.v2 makes of them, for errors that show the key of a map that cannot be one.

use std::fmt::Write as _;

use super::Decoder;
use super::scalar::Scalar;
use crate::node::Content;
use crate::number::general;
use crate::resolve::Plain;

/// Deeper values are cut off: this is a message.
const DEEPEST: usize = 64;

impl Decoder<'_, '_> {
    /// The node in Go's syntax.
    pub(super) fn go_syntax(&mut self, id: u32) -> String {
        self.go_syntax_of(id, 0)
    }

    fn go_syntax_of(&mut self, id: u32, depth: usize) -> String {
        if depth > DEEPEST {
            return "...".to_string();
        }
        match *self.content(id) {
            Content::Scalar { .. } => match self.typed_scalar(id) {
                Ok(Scalar::Text(text)) => quoted(&text),
                Ok(Scalar::Plain(plain)) => self.plain_syntax(plain, id, depth),
                Err(_) => String::new(),
            },
            Content::Alias { target, .. } => self.go_syntax_of(target, depth + 1),
            Content::Sequence { first, .. } => {
                let mut items = Vec::new();
                let mut at = first;
                while at != 0 {
                    items.push(self.go_syntax_of(at, depth + 1));
                    at = self.next(at);
                }
                format!("[]interface {{}}{{{}}}", items.join(", "))
            }
            Content::Mapping { first, .. } => {
                let mut entries = Vec::new();
                let mut at = first;
                while at != 0 {
                    let value = self.next(at);
                    entries.push(format!(
                        "{}:{}",
                        self.go_syntax_of(at, depth + 1),
                        self.go_syntax_of(value, depth + 1)
                    ));
                    at = self.next(value);
                }
                entries.sort();
                format!("map[interface {{}}]interface {{}}{{{}}}", entries.join(", "))
            }
        }
    }

    fn plain_syntax(&mut self, plain: Plain, id: u32, depth: usize) -> String {
        match plain {
            Plain::Null if depth == 0 => "<nil>".to_string(),
            Plain::Null => "interface {}(nil)".to_string(),
            Plain::Bool(flag) => flag.to_string(),
            Plain::Int(number) => number.to_string(),
            Plain::UInt(number) => format!("{number:#x}"),
            Plain::Float(number) => general(number),
            Plain::Time(_) | Plain::Text => quoted(self.text(id)),
        }
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\x07' => out.push_str("\\a"),
            '\x08' => out.push_str("\\b"),
            '\x0b' => out.push_str("\\v"),
            '\x0c' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if (c as u32) < 0x20 || c == '\x7f' => _ = write!(out, "\\x{:02x}", c as u32),
            c if c.is_control() || c != ' ' && c.is_whitespace() => _ = write!(out, "\\u{:04x}", c as u32),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
