//! Values to TOML: keys of a table first, then the tables below it, indented, in the order of their names.

use weir_template::{Kind, List, Object, Value};

use crate::values::general_with;

/// Deeper values are refused.
const DEEPEST: usize = 500;

/// The value as a document, or the words of the library why it is none.
pub(in crate::render) fn write(value: &Value) -> Result<String, String> {
    let mut writer = Writer { out: String::new() };
    writer.entry(&[], value)?;
    Ok(writer.out)
}

struct Writer {
    out: String,
}

/// What a value is in TOML.
#[derive(PartialEq)]
enum Shape {
    Nothing,
    Scalar,
    List,
    Table,
    Tables,
}

fn shape(value: &Value) -> Result<Shape, String> {
    Ok(match &*value.plain() {
        Value::NoValue | Value::Nil => Shape::Nothing,
        Value::Map(map) if map.is_nil() => Shape::Nothing,
        Value::Map(_) => Shape::Table,
        Value::List(list) if list.is_nil() => Shape::Nothing,
        Value::List(list) => {
            let mut tables = !list.items().is_empty();
            for item in list.items() {
                match shape(item)? {
                    Shape::Nothing => return Err("toml: cannot encode array with nil element".to_string()),
                    Shape::Table => {}
                    _ => tables = false,
                }
            }
            if tables { Shape::Tables } else { Shape::List }
        }
        Value::Bytes(_) => Shape::List,
        Value::Object(object) => match object.kind() {
            Kind::Func => return Err("unsupported type: func".to_string()),
            _ if said(object.as_ref()).is_some() => Shape::Scalar,
            _ => Shape::Table,
        },
        _ => Shape::Scalar,
    })
}

/// What an object says that is a text by itself, in Go a `TextMarshaler`: times as they are, versions in quotes.
fn said(object: &dyn Object) -> Option<String> {
    let json = object.json()?;
    let text = json.as_str()?.to_text();
    Some(if object.type_name() == "time.Time" { text.into_owned() } else { quoted(&text) })
}

/// The entries of a table.
fn entries(value: &Value) -> Vec<(String, Value)> {
    match &*value.plain() {
        Value::Map(map) => {
            map.snapshot().into_iter().map(|(key, value)| (key.to_text().into_owned(), value)).collect()
        }
        Value::Object(object) => {
            object.fields().into_iter().map(|(name, value)| (name.to_string(), value)).collect()
        }
        _ => Vec::new(),
    }
}

impl Writer {
    fn entry(&mut self, key: &[String], value: &Value) -> Result<(), String> {
        if key.len() > DEEPEST {
            return Err("toml: value is nested too deeply".to_string());
        }
        match shape(value)? {
            Shape::Nothing => Ok(()),
            Shape::Scalar | Shape::List => self.key_value(key, value, false),
            Shape::Table => self.table(key, value),
            Shape::Tables => self.tables(key, value),
        }
    }

    fn newline(&mut self) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
    }

    fn indent(&mut self, key: &[String]) {
        for _ in 1..key.len() {
            self.out.push_str("  ");
        }
    }

    fn table(&mut self, key: &[String], value: &Value) -> Result<(), String> {
        if key.len() == 1 {
            self.newline();
        }
        if !key.is_empty() {
            self.indent(key);
            self.out.push_str(&format!("[{}]", dotted(key)));
            self.newline();
        }
        self.below(key, value)
    }

    fn tables(&mut self, key: &[String], value: &Value) -> Result<(), String> {
        if key.is_empty() {
            return Err("toml: top-level values must be Go maps or structs".to_string());
        }
        let list: List = value.as_list().unwrap_or_else(|| List::new(Vec::new()));
        for item in list.items() {
            self.newline();
            self.indent(key);
            self.out.push_str(&format!("[[{}]]", dotted(key)));
            self.newline();
            self.below(key, item)?;
        }
        Ok(())
    }

    fn below(&mut self, key: &[String], value: &Value) -> Result<(), String> {
        let mut tables = Vec::new();
        for (name, value) in entries(value) {
            let key = [key, &[name]].concat();
            match shape(&value)? {
                Shape::Table | Shape::Tables => tables.push((key, value)),
                _ => self.entry(&key, &value)?,
            }
        }
        tables.into_iter().try_for_each(|(key, value)| self.entry(&key, &value))
    }

    fn key_value(&mut self, key: &[String], value: &Value, inline: bool) -> Result<(), String> {
        if let Some(last) = key.last() {
            self.indent(key);
            self.out.push_str(&format!("{} = ", bare(last)));
        }
        self.element(value, 0)?;
        if !inline && !key.is_empty() {
            self.newline();
        }
        Ok(())
    }

    fn element(&mut self, value: &Value, depth: usize) -> Result<(), String> {
        if depth > DEEPEST {
            return Err("toml: value is nested too deeply".to_string());
        }
        match &*value.plain() {
            Value::Bool(flag) => self.out.push_str(&flag.to_string()),
            Value::Int(kind, number) if kind.is_signed() => self.out.push_str(&number.to_string()),
            Value::Int(_, number) => self.out.push_str(&(*number as u64).to_string()),
            Value::Float(number) => self.float(*number),
            Value::Str(text) => self.out.push_str(&quoted(&text.to_text())),
            plain @ (Value::List(_) | Value::Bytes(_)) => {
                let list = plain.as_list().unwrap_or_else(|| List::new(Vec::new()));
                self.out.push('[');
                for (at, item) in list.items().iter().enumerate() {
                    if at > 0 {
                        self.out.push_str(", ");
                    }
                    self.element(item, depth + 1)?;
                }
                self.out.push(']');
            }
            Value::Object(object) => match said(object.as_ref()) {
                Some(text) => self.out.push_str(&text),
                None => self.inline_table(value, depth)?,
            },
            Value::Map(_) => self.inline_table(value, depth)?,
            Value::NoValue | Value::Nil => return Err("unexpected type: <nil>".to_string()),
        }
        Ok(())
    }

    fn inline_table(&mut self, value: &Value, depth: usize) -> Result<(), String> {
        let (mut direct, mut below) = (Vec::new(), Vec::new());
        for (key, value) in entries(value) {
            match shape(&value)? {
                Shape::Table | Shape::Tables => below.push((key, value)),
                _ => direct.push((key, value)),
            }
        }
        self.out.push('{');
        let (first, second) = (direct.len(), below.len());
        for (at, (key, value)) in direct.iter().chain(&below).enumerate() {
            if shape(value)? == Shape::Nothing {
                continue;
            }
            self.out.push_str(&format!("{} = ", bare(key)));
            self.element(value, depth + 1)?;
            let is_last_direct = at + 1 == first && second == 0;
            if !is_last_direct && at + 1 != first + second {
                self.out.push_str(", ");
            }
        }
        self.out.push('}');
        Ok(())
    }

    fn float(&mut self, number: f64) {
        let sign = if number.is_sign_negative() { "-" } else { "" };
        if number.is_nan() {
            self.out.push_str(&format!("{sign}nan"));
        } else if number.is_infinite() {
            self.out.push_str(&format!("{sign}inf"));
        } else {
            let text = general_with(number, 6);
            let is_float = text.contains(['.', 'e']);
            self.out.push_str(&text);
            if !is_float {
                self.out.push_str(".0");
            }
        }
    }
}

fn is_bare(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

fn bare(key: &str) -> String {
    if is_bare(key) { key.to_string() } else { quoted(key) }
}

fn dotted(key: &[String]) -> String {
    key.iter().map(|part| bare(part)).collect::<Vec<_>>().join(".")
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\x08' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\x0c' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            c if (c as u32) < 0x20 || c == '\x7f' => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The documents that tests of the library show.
#[cfg(test)]
mod tests {
    use weir_template::Map;

    use super::*;

    fn written(yaml: &str) -> String {
        let values = crate::values::load(yaml.as_bytes()).unwrap();
        match write(&Value::from_yaml(&weir_yaml::Value::from(values))) {
            Ok(text) => text,
            Err(error) => error,
        }
    }

    #[test]
    fn tables_follow_keys() {
        assert_eq!(
            written("b: {x: {deep: 1}, a: s}\na: 1.5\nl: [1, [2]]\nt: [{k: v}, {k: w}]\nn: ~\n'a b': true\n"),
            "a = 1.5\n\"a b\" = true\nl = [1.0, [2.0]]\n\n[b]\n  a = \"s\"\n  [b.x]\n    deep = 1.0\n\n[[t]]\n  k = \
             \"v\"\n\n[[t]]\n  k = \"w\"\n"
        );
        assert_eq!(written("l: [{a: 1}, 2]"), "l = [{a = 1.0}, 2.0]\n");
        assert_eq!(written("l: [1, ~]"), "toml: cannot encode array with nil element");
    }

    #[test]
    fn nothing_is_an_empty_document() {
        assert_eq!(write(&Value::Map(Map::new())), Ok(String::new()));
    }
}
