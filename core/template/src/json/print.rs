//! From values to text.

use crate::encode;
use crate::error::Error;
use crate::rune;
use crate::strconv;
use crate::value::{IntKind, Value};

/// What an encoder that does not escape HTML writes.
pub(crate) fn raw(value: &Value) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    Writer { out: &mut out, escape: false, pretty: false, written: 0 }.value(value, 0)?;
    Ok(out)
}

/// `json.Marshal`
pub(crate) fn to_json(value: &Value) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    Writer { out: &mut out, escape: true, pretty: false, written: 0 }.value(value, 0)?;
    Ok(out)
}

/// `json.MarshalIndent` with two spaces
pub(crate) fn pretty(value: &Value) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    Writer { out: &mut out, escape: true, pretty: true, written: 0 }.value(value, 0)?;
    Ok(out)
}

/// Deeper values are an error, as they hold themselves.
const DEEPEST: usize = 500;
/// So many values and bytes and no more; see `print`.
const MOST: u32 = 20_000_000;
const LONGEST: usize = 1 << 30;

struct Writer<'a> {
    out: &'a mut Vec<u8>,
    /// Whether what HTML would misunderstand is escaped.
    escape: bool,
    pretty: bool,
    written: u32,
}

impl Writer<'_> {
    fn line(&mut self, depth: usize) {
        if self.pretty {
            self.out.push(b'\n');
            self.out.resize(self.out.len() + depth * 2, b' ');
        }
    }

    fn value(&mut self, value: &Value, depth: usize) -> Result<(), Error> {
        if depth > DEEPEST {
            return Err(Error::limit("json: value is nested too deep, or holds itself"));
        }
        self.written += 1;
        if self.written > MOST || self.out.len() > LONGEST {
            return Err(Error::limit("json: value is too large"));
        }
        match value {
            Value::NoValue | Value::Nil => self.out.extend_from_slice(b"null"),
            Value::Bool(flag) => self.out.extend_from_slice(if *flag { b"true" } else { b"false" }),
            Value::Int(IntKind::Uint64 | IntKind::Uint, bits) => {
                self.out.extend_from_slice((*bits as u64).to_string().as_bytes());
            }
            Value::Int(_, number) => self.out.extend_from_slice(number.to_string().as_bytes()),
            Value::Float(number) => self.float(*number)?,
            Value::Str(text) => self.string(text),
            Value::Bytes(bytes) => self.string(encode::base64(bytes).as_bytes()),
            Value::List(list) if list.is_nil() => self.out.extend_from_slice(b"null"),
            Value::List(list) => {
                self.out.push(b'[');
                for (at, item) in list.items().iter().enumerate() {
                    if at > 0 {
                        self.out.push(b',');
                    }
                    self.line(depth + 1);
                    self.value(item, depth + 1)?;
                }
                self.close(list.items().is_empty(), depth, b']');
            }
            Value::Map(map) if map.is_nil() => self.out.extend_from_slice(b"null"),
            Value::Map(map) => {
                self.out.push(b'{');
                for (at, (key, value)) in map.entries().iter().enumerate() {
                    self.entry(at, key, value, depth)?;
                }
                self.close(map.is_empty(), depth, b'}');
            }
            Value::Object(object) => match object.json().or_else(|| object.underlying()) {
                Some(plain) => self.value(&plain, depth)?,
                None if object.is_nil() => self.out.extend_from_slice(b"null"),
                None => {
                    self.out.push(b'{');
                    let fields = object.fields();
                    for (at, (name, value)) in fields.iter().enumerate() {
                        self.entry(at, name.as_bytes(), value, depth)?;
                    }
                    self.close(fields.is_empty(), depth, b'}');
                }
            },
        }
        Ok(())
    }

    fn entry(&mut self, at: usize, key: &[u8], value: &Value, depth: usize) -> Result<(), Error> {
        if at > 0 {
            self.out.push(b',');
        }
        self.line(depth + 1);
        self.string(key);
        self.out.extend_from_slice(if self.pretty { b": " } else { b":" });
        self.value(value, depth + 1)
    }

    fn close(&mut self, empty: bool, depth: usize, end: u8) {
        if !empty {
            self.line(depth);
        }
        self.out.push(end);
    }

    fn float(&mut self, number: f64) -> Result<(), Error> {
        if !number.is_finite() {
            let shown = strconv::format_float(number, b'g', -1);
            return Err(Error::new(format!("json: unsupported value: {shown}")));
        }
        let size = number.abs();
        if size != 0.0 && !(1e-6..1e21).contains(&size) {
            let text = strconv::format_float(number, b'e', -1);
            // e-09 is written e-9.
            let short =
                text.strip_suffix(|c: char| c.is_ascii_digit()).and_then(|text| text.strip_suffix("e-0"));
            match short {
                Some(digits) => {
                    self.out.extend_from_slice(digits.as_bytes());
                    self.out.extend_from_slice(b"e-");
                    self.out.extend(text.bytes().last());
                }
                None => self.out.extend_from_slice(text.as_bytes()),
            }
            return Ok(());
        }
        self.out.extend_from_slice(strconv::format_float(number, b'f', -1).as_bytes());
        Ok(())
    }

    fn string(&mut self, text: &[u8]) {
        self.out.push(b'"');
        let mut rest = text;
        while !rest.is_empty() {
            let plain = rest.iter().take_while(|byte| self.is_plain(**byte)).count();
            let (head, tail) = rest.split_at(plain);
            self.out.extend_from_slice(head);
            let (c, width) = rune::decode(tail);
            let (special, tail) = tail.split_at(width);
            rest = tail;
            match special {
                [] => {}
                [byte @ (b'"' | b'\\')] => self.out.extend_from_slice(&[b'\\', *byte]),
                [8] => self.out.extend_from_slice(b"\\b"),
                [9] => self.out.extend_from_slice(b"\\t"),
                [10] => self.out.extend_from_slice(b"\\n"),
                [12] => self.out.extend_from_slice(b"\\f"),
                [13] => self.out.extend_from_slice(b"\\r"),
                [byte @ 0..0x80] => self.out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
                [_] => self.out.extend_from_slice(b"\\ufffd"),
                _ if matches!(c, 0x2028 | 0x2029) => {
                    self.out.extend_from_slice(format!("\\u{c:04x}").as_bytes())
                }
                bytes => self.out.extend_from_slice(bytes),
            }
        }
        self.out.push(b'"');
    }

    fn is_plain(&self, byte: u8) -> bool {
        match byte {
            b'"' | b'\\' => false,
            b'<' | b'>' | b'&' => !self.escape,
            byte => (0x20..0x80).contains(&byte),
        }
    }
}
