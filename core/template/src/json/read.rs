//! From text to values, without recursion.

use crate::error::Error;
use crate::rune;
use crate::strconv;
use crate::value::{List, Map, Str, Value};

/// Go's own limit.
const DEEPEST: usize = 10_000;

/// A list or an object that is not complete.
enum Open {
    List(Vec<Value>),
    Map(Vec<(Str, Value)>, Str),
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    /// The first number that is too large.
    too_large: Option<Error>,
}

type Result<T> = std::result::Result<T, Error>;

/// The value, and the first error. After an error of syntax the value is nil.
pub(crate) fn read(text: &[u8]) -> (Value, Option<Error>) {
    let mut reader = Reader { text, at: 0, too_large: None };
    match reader.whole() {
        Ok(value) => (value, reader.too_large),
        Err(error) => (Value::Nil, Some(error)),
    }
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    /// What is here is wrong, or the text ends.
    fn bad<T>(&self, context: &str) -> Result<T> {
        // At the end Go tries a space, which is wrong inside of words, numbers and escapes only.
        let inside = context.starts_with("in ") && context != "in string literal"
            || context.starts_with("after decimal");
        let byte = match self.peek() {
            Some(byte) => byte,
            None if inside => b' ',
            None => return Err(Error::new("unexpected end of JSON input")),
        };
        let shown = match byte {
            b'\'' => r"'\''".to_string(),
            b'"' => "'\"'".to_string(),
            byte => {
                let mut text = Vec::new();
                rune::push(&mut text, u32::from(byte));
                let quoted = strconv::quote(&text);
                let inner = quoted.get(1..quoted.len() - 1).unwrap_or_default();
                format!("'{}'", String::from_utf8_lossy(inner))
            }
        };
        Err(Error::new(format!("invalid character {shown} {context}")))
    }

    fn whole(&mut self) -> Result<Value> {
        let mut open: Vec<Open> = Vec::new();
        loop {
            let Some(mut done) = self.begin(&mut open)? else { continue };
            // Close as much as is complete.
            loop {
                self.space();
                let Some(inner) = open.pop() else {
                    return if self.at < self.text.len() {
                        self.bad("after top-level value")
                    } else {
                        Ok(done)
                    };
                };
                match self.put(inner, done)? {
                    Ok(closed) => done = closed,
                    Err(more) => {
                        open.push(more);
                        break;
                    }
                }
            }
        }
    }

    /// Begins a value: gives it if it is complete, else something was opened.
    fn begin(&mut self, open: &mut Vec<Open>) -> Result<Option<Value>> {
        self.space();
        if open.len() > DEEPEST {
            return Err(Error::new("exceeded max depth"));
        }
        Ok(Some(match self.peek() {
            Some(b'{') => {
                self.at += 1;
                self.space();
                if self.peek() == Some(b'}') {
                    self.at += 1;
                    return Ok(Some(Map::new().into()));
                }
                let key = self.key()?;
                open.push(Open::Map(Vec::new(), key));
                return Ok(None);
            }
            Some(b'[') => {
                self.at += 1;
                self.space();
                if self.peek() == Some(b']') {
                    self.at += 1;
                    return Ok(Some(Value::list(Vec::new())));
                }
                open.push(Open::List(Vec::new()));
                return Ok(None);
            }
            Some(b'"') => Value::Str(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.word("true", Value::Bool(true))?,
            Some(b'f') => self.word("false", Value::Bool(false))?,
            Some(b'n') => self.word("null", Value::Nil)?,
            _ => return self.bad("looking for beginning of value"),
        }))
    }

    /// Puts a value into what is open: `Ok` if that is complete now.
    fn put(&mut self, open: Open, value: Value) -> Result<std::result::Result<Value, Open>> {
        match open {
            Open::List(mut items) => {
                items.push(value);
                match self.peek() {
                    Some(b',') => {
                        self.at += 1;
                        Ok(Err(Open::List(items)))
                    }
                    Some(b']') => {
                        self.at += 1;
                        Ok(Ok(List::decoded(items).into()))
                    }
                    _ => self.bad("after array element"),
                }
            }
            Open::Map(mut entries, key) => {
                entries.push((key, value));
                match self.peek() {
                    Some(b',') => {
                        self.at += 1;
                        let key = self.key()?;
                        Ok(Err(Open::Map(entries, key)))
                    }
                    Some(b'}') => {
                        self.at += 1;
                        Ok(Ok(Map::from_entries(entries).into()))
                    }
                    _ => self.bad("after object key:value pair"),
                }
            }
        }
    }

    fn key(&mut self) -> Result<Str> {
        self.space();
        if self.peek() != Some(b'"') {
            return self.bad("looking for beginning of object key string");
        }
        let key = self.string()?;
        self.space();
        if self.peek() != Some(b':') {
            return self.bad("after object key");
        }
        self.at += 1;
        Ok(key)
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value> {
        for (at, expected) in word.bytes().enumerate() {
            if at > 0 && self.peek() != Some(expected) {
                return self.bad(&format!("in literal {word} (expecting '{}')", char::from(expected)));
            }
            self.at += 1;
        }
        Ok(value)
    }

    fn digits(&mut self) -> bool {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        self.at > start
    }

    fn number(&mut self) -> Result<Value> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else if !self.digits() {
            return self.bad("in numeric literal");
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            if !self.digits() {
                return self.bad("after decimal point in numeric literal");
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if !self.digits() {
                return self.bad("in exponent of numeric literal");
            }
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        match strconv::parse_float(text) {
            Ok(number) => Ok(Value::Float(number)),
            Err(_) => {
                let shown = String::from_utf8_lossy(text);
                let error = format!("json: cannot unmarshal number {shown} into Go value of type float64");
                self.too_large.get_or_insert_with(|| Error::new(error));
                Ok(Value::Nil)
            }
        }
    }

    /// A string, which begins here.
    fn string(&mut self) -> Result<Str> {
        self.at += 1;
        let rest = self.text.get(self.at..).unwrap_or_default();
        let plain = rest.iter().take_while(|byte| !matches!(byte, b'"' | b'\\' | ..0x20 | 0x80..)).count();
        if rest.get(plain) == Some(&b'"') {
            self.at += plain + 1;
            return Ok(Str::from(rest.get(..plain).unwrap_or_default()));
        }
        let mut out = Vec::with_capacity(plain + 16);
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out.into());
                }
                Some(b'\\') => {
                    self.at += 1;
                    self.escape(&mut out)?;
                }
                None | Some(..0x20) => return self.bad("in string literal"),
                Some(_) => {
                    let (c, width) = rune::decode(self.text.get(self.at..).unwrap_or_default());
                    rune::push(&mut out, c);
                    self.at += width;
                }
            }
        }
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Result<()> {
        let plain = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => byte,
            Some(b'b') => 8,
            Some(b'f') => 12,
            Some(b'n') => 10,
            Some(b'r') => 13,
            Some(b't') => 9,
            Some(b'u') => {
                self.at += 1;
                let first = self.hex()?;
                rune::push(out, self.surrogates(first)?);
                return Ok(());
            }
            _ => return self.bad("in string escape code"),
        };
        out.push(plain);
        self.at += 1;
        Ok(())
    }

    fn hex(&mut self) -> Result<u32> {
        let mut value = 0;
        for _ in 0..4 {
            let Some(digit) = self.peek().and_then(|byte| char::from(byte).to_digit(16)) else {
                return self.bad("in \\u hexadecimal character escape");
            };
            value = value * 16 + digit;
            self.at += 1;
        }
        Ok(value)
    }

    /// A character, of two escapes if it takes two; half of one is no character.
    fn surrogates(&mut self, first: u32) -> Result<u32> {
        if !(0xd800..0xe000).contains(&first) {
            return Ok(first);
        }
        let rest: &'a [u8] = self.text.get(self.at..).unwrap_or_default();
        if first < 0xdc00 && rest.starts_with(b"\\u") {
            let held = self.at;
            self.at += 2;
            let second = self.hex()?;
            if (0xdc00..0xe000).contains(&second) {
                return Ok(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00));
            }
            self.at = held;
        }
        Ok(rune::BAD)
    }
}
