//! JSON text to values: integers stay integers, the last of equal keys wins, as in Go.

use std::fmt;

use crate::value::{Key, Map, Value};

/// Deeper nesting is refused; Go's decoder stops at ten thousand, no Kubernetes object comes near this.
const MAX_DEPTH: usize = 1000;

/// Why a text is no JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonError {
    /// What is wrong.
    pub message: &'static str,
    /// Byte offset of the place.
    pub offset: usize,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid JSON at byte {}: {}", self.offset, self.message)
    }
}

impl std::error::Error for JsonError {}

/// Reads one JSON value; nothing but white space may follow.
pub fn from_json(text: &[u8]) -> Result<Value, JsonError> {
    let text = std::str::from_utf8(text)
        .map_err(|e| JsonError { message: "text is not UTF-8", offset: e.valid_up_to() })?;
    let mut parser = Parser { text, bytes: text.as_bytes(), at: 0, depth: 0 };
    let value = parser.value()?;
    parser.space();
    if parser.at < parser.bytes.len() { parser.fail("text after the value") } else { Ok(value) }
}

struct Parser<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn fail<T>(&self, message: &'static str) -> Result<T, JsonError> {
        Err(JsonError { message, offset: self.at })
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.bytes.get(self.at) {
            self.at += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> bool {
        self.space();
        let found = self.bytes.get(self.at) == Some(&byte);
        self.at += usize::from(found);
        found
    }

    fn value(&mut self) -> Result<Value, JsonError> {
        self.space();
        match self.bytes.get(self.at) {
            Some(b'{') => self.nested(Self::map),
            Some(b'[') => self.nested(Self::list),
            Some(b'"') => Ok(self.string()?.into()),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Null),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(_) => self.fail("a value was expected"),
            None => self.fail("unexpected end"),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Value, JsonError>) -> Result<Value, JsonError> {
        self.at += 1;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return self.fail("nested too deeply");
        }
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn map(&mut self) -> Result<Value, JsonError> {
        let mut map = Map::new();
        if self.eat(b'}') {
            return Ok(map.into());
        }
        loop {
            self.space();
            if self.bytes.get(self.at) != Some(&b'"') {
                return self.fail("a key in quotes was expected");
            }
            let key: Key = match self.plain_string() {
                Some(text) => Key::new(text),
                None => Key::new(&self.string()?),
            };
            if !self.eat(b':') {
                return self.fail("':' was expected");
            }
            let value = self.value()?;
            map.insert(key, value);
            if self.eat(b'}') {
                return Ok(map.into());
            }
            if !self.eat(b',') {
                return self.fail("',' or '}' was expected");
            }
        }
    }

    fn list(&mut self) -> Result<Value, JsonError> {
        let mut list = Vec::new();
        if self.eat(b']') {
            return Ok(list.into());
        }
        loop {
            list.push(self.value()?);
            if self.eat(b']') {
                return Ok(list.into());
            }
            if !self.eat(b',') {
                return self.fail("',' or ']' was expected");
            }
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, JsonError> {
        if !self.bytes[self.at..].starts_with(word.as_bytes()) {
            return self.fail("a value was expected");
        }
        self.at += word.len();
        Ok(value)
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.bytes.get(self.at) {
            self.at += 1;
        }
        if self.at == start { self.fail("a digit was expected") } else { Ok(()) }
    }

    fn number(&mut self) -> Result<Value, JsonError> {
        let start = self.at;
        self.at += usize::from(self.bytes[start] == b'-');
        if self.bytes.get(self.at) == Some(&b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        let mut whole = true;
        if self.bytes.get(self.at) == Some(&b'.') {
            whole = false;
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.bytes.get(self.at) {
            whole = false;
            self.at += 1;
            if let Some(b'+' | b'-') = self.bytes.get(self.at) {
                self.at += 1;
            }
            self.digits()?;
        }
        let text = &self.text[start..self.at];
        if whole {
            if let Ok(number) = text.parse::<i64>() {
                return Ok(Value::Int(number));
            }
            if let Ok(number) = text.parse::<u64>() {
                return Ok(Value::UInt(number));
            }
        }
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Value::Float(number)),
            _ => self.fail("number out of range"),
        }
    }

    /// A string without escapes, borrowed; nothing is consumed otherwise.
    fn plain_string(&mut self) -> Option<&str> {
        let start = self.at + 1;
        let length = self.bytes[start..].iter().position(|b| matches!(b, b'"' | b'\\' | 0..=0x1f))?;
        if self.bytes[start + length] != b'"' {
            return None;
        }
        self.at = start + length + 1;
        Some(&self.text[start..start + length])
    }

    fn string(&mut self) -> Result<String, JsonError> {
        if let Some(text) = self.plain_string() {
            return Ok(text.to_string());
        }
        self.at += 1;
        let mut out = String::new();
        loop {
            let start = self.at;
            while !matches!(self.bytes.get(self.at), None | Some(b'"' | b'\\' | 0..=0x1f)) {
                self.at += 1;
            }
            out.push_str(&self.text[start..self.at]);
            match self.bytes.get(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => out.push(self.escape()?),
                Some(_) => return self.fail("control character in a string"),
                None => return self.fail("string without an end"),
            }
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let letter = self.bytes.get(self.at + 1).copied();
        self.at += 2;
        Ok(match letter {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => self.unicode()?,
            _ => return self.fail("unknown escape"),
        })
    }

    fn hex4(&mut self) -> Result<u32, JsonError> {
        let digits = self.bytes.get(self.at..self.at + 4).filter(|d| d.iter().all(u8::is_ascii_hexdigit));
        let Some(digits) = digits else { return self.fail("four hex digits were expected") };
        let number = digits.iter().fold(0, |n, d| n * 16 + (*d as char).to_digit(16).unwrap_or(0));
        self.at += 4;
        Ok(number)
    }

    /// Lone halves of a surrogate pair become the replacement character, as in Go.
    fn unicode(&mut self) -> Result<char, JsonError> {
        let high = self.hex4()?;
        if (0xd800..0xdc00).contains(&high) && self.bytes[self.at..].starts_with(b"\\u") {
            let back = self.at;
            self.at += 2;
            let low = self.hex4()?;
            if (0xdc00..0xe000).contains(&low) {
                let code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = back;
        }
        Ok(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::to_json;

    #[test]
    fn reads_what_it_prints() {
        for text in [
            r#"{"a":[1,-2,18446744073709551615,1.5,true,null,"x\ny"],"b":{}}"#,
            r#"[1e-7,1e+21,100000000000000000000]"#,
            r#""é😀""#,
        ] {
            assert_eq!(to_json(&from_json(text.as_bytes()).unwrap()), text);
        }
    }

    #[test]
    fn keeps_go_habits() {
        assert_eq!(to_json(&from_json(br#"{"a":1,"a":2.0}"#).unwrap()), r#"{"a":2}"#);
        assert_eq!(from_json(br#""\ud83d\ude00\ud800x""#).unwrap().as_str(), Some("😀\u{fffd}x"));
    }

    #[test]
    fn refuses_what_is_no_json() {
        for text in
            ["", "{", "[1,]", "{\"a\" 1}", "01", "+1", "nul", "\"a", "1 2", "{a:1}", "\"\u{1}\"", "1e999"]
        {
            assert!(from_json(text.as_bytes()).is_err(), "{text}");
        }
        assert!(from_json("[".repeat(100_000).as_bytes()).is_err());
    }
}
