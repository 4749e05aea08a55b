//! JSON with its keys in order, and named twice if the file does. Comments have no place in it.

use zeroize::Zeroizing;

use crate::error::SecretError;
use crate::secret::Secret;
use crate::tree::{Branch, Item, MAX_DEPTH, Node};

pub(super) fn parse(bytes: &[u8]) -> Result<Branch, SecretError> {
    let mut reader = Reader { bytes, at: 0 };
    reader.space();
    match reader.peek() {
        Some(b'{') => match reader.value(0) {
            Ok(Node::Map(branch)) => Ok(branch),
            Ok(_) => Err(reader.fault("an object was expected")),
            Err(error) => Err(error),
        },
        None => Err(reader.fault("EOF")),
        Some(_) => Err(reader.fault(
            "SOPS only supports JSON files with a top-level object (starting with '{'), not arrays or other types. \
             To encrypt this file, wrap it in an object, e.g., {\"data\": [...]}",
        )),
    }
}

/// A value that is set, as sops reads it: a number alone is always one with a fraction.
pub(super) fn parse_value(bytes: &[u8]) -> Result<Node, SecretError> {
    let mut reader = Reader { bytes, at: 0 };
    reader.space();
    let value = reader.value(0);
    match value.map_err(|_| ()) {
        Ok(Node::Int(number)) if reader.peek().is_none() => Ok(Node::Float(number as f64)),
        Ok(value) if reader.peek().is_none() => Ok(value),
        _ => Err(SecretError::Path("Value for --set is not valid JSON".to_string())),
    }
}

struct Reader<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn fault(&self, cause: &str) -> SecretError {
        let before = &self.bytes[..self.at.min(self.bytes.len())];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        SecretError::Unreadable(format!("Could not unmarshal input data: line {line}: {cause}"))
    }

    fn unexpected(&self) -> SecretError {
        // What stands there may be a part of a secret.
        self.fault(if self.peek().is_none() { "unexpected end of JSON input" } else { "invalid character" })
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8) -> Result<(), SecretError> {
        if self.peek() != Some(byte) {
            return Err(self.unexpected());
        }
        self.at += 1;
        self.space();
        Ok(())
    }

    /// A value and the space behind it.
    fn value(&mut self, depth: usize) -> Result<Node, SecretError> {
        if depth > MAX_DEPTH {
            return Err(self.fault("exceeded max depth"));
        }
        let value = match self.peek() {
            Some(b'{') => return self.object(depth),
            Some(b'[') => return self.array(depth),
            Some(b'"') => Node::Text(self.string()?.into()),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.word("true", Node::Bool(true))?,
            Some(b'f') => self.word("false", Node::Bool(false))?,
            Some(b'n') => self.word("null", Node::Null)?,
            _ => return Err(self.unexpected()),
        };
        self.space();
        Ok(value)
    }

    fn object(&mut self, depth: usize) -> Result<Node, SecretError> {
        self.expect(b'{')?;
        let mut branch = Branch::new();
        while self.peek() != Some(b'}') {
            if !branch.is_empty() {
                self.expect(b',')?;
            }
            if self.peek() != Some(b'"') {
                return Err(self.fault("Expected JSON object key"));
            }
            let key = self.string()?;
            let key = String::from_utf8(key.to_vec()).map_err(|_| self.fault("a key that is not UTF-8"))?;
            self.space();
            self.expect(b':')?;
            branch.push(Item::Entry(key, self.value(depth + 1)?));
        }
        self.expect(b'}')?;
        Ok(Node::Map(branch))
    }

    fn array(&mut self, depth: usize) -> Result<Node, SecretError> {
        self.expect(b'[')?;
        let mut items = Vec::new();
        while self.peek() != Some(b']') {
            if !items.is_empty() {
                self.expect(b',')?;
            }
            items.push(self.value(depth + 1)?);
        }
        self.expect(b']')?;
        Ok(Node::List(items))
    }

    fn word(&mut self, word: &str, value: Node) -> Result<Node, SecretError> {
        if !self.bytes[self.at..].starts_with(word.as_bytes()) {
            return Err(self.unexpected());
        }
        self.at += word.len();
        Ok(value)
    }

    fn digits(&mut self) -> Result<(), SecretError> {
        let from = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if from == self.at { Err(self.unexpected()) } else { Ok(()) }
    }

    fn number(&mut self) -> Result<Node, SecretError> {
        let from = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        let text = std::str::from_utf8(&self.bytes[from..self.at]).unwrap_or_default();
        if let Ok(number) = text.parse() {
            return Ok(Node::Int(number));
        }
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Node::Float(number)),
            _ => Err(self.fault("a number that is out of range")),
        }
    }

    fn string(&mut self) -> Result<Zeroizing<Vec<u8>>, SecretError> {
        self.at += 1;
        let left = self.bytes.get(self.at..).unwrap_or_default();
        // Enough for all escapes, so that it never moves.
        let length = left.iter().position(|byte| *byte == b'"').unwrap_or_default();
        let mut text = Zeroizing::new(Vec::with_capacity(length * 3));
        loop {
            let left = &self.bytes[self.at..];
            match left.first() {
                None | Some(0..=0x1f) => return Err(self.unexpected()),
                Some(b'"') => break,
                Some(b'\\') => self.escape(&mut text)?,
                Some(0x20..=0x7f) => {
                    text.push(left[0]);
                    self.at += 1;
                }
                Some(_) => {
                    // A character, or a byte that is none.
                    let end = left.len().min(4);
                    let chunk = left[..end].utf8_chunks().next();
                    let known = chunk.and_then(|chunk| chunk.valid().chars().next());
                    let mut buffer = [0; 4];
                    text.extend_from_slice(known.unwrap_or('\u{fffd}').encode_utf8(&mut buffer).as_bytes());
                    self.at += known.map_or(1, char::len_utf8);
                }
            }
        }
        self.at += 1;
        Ok(text)
    }

    fn escape(&mut self, text: &mut Vec<u8>) -> Result<(), SecretError> {
        self.at += 1;
        let escaped = self.peek().ok_or_else(|| self.unexpected())?;
        text.push(match escaped {
            b'"' | b'\\' | b'/' => escaped,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let mut code = self.hex(1)?;
                self.at += 5;
                if (0xd800..0xdc00).contains(&code) && self.bytes[self.at..].starts_with(b"\\u") {
                    let low = self.hex(2)?;
                    if (0xdc00..0xe000).contains(&low) {
                        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                        self.at += 6;
                    }
                }
                let mut buffer = [0; 4];
                let c = char::from_u32(code).unwrap_or('\u{fffd}');
                text.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
                return Ok(());
            }
            _ => return Err(self.fault("invalid character in string escape code")),
        });
        self.at += 1;
        Ok(())
    }

    fn hex(&self, from: usize) -> Result<u32, SecretError> {
        let digits = self.bytes.get(self.at + from..self.at + from + 4);
        let digits = digits.filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        digits
            .and_then(|digits| u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok())
            .ok_or_else(|| self.fault("invalid character in \\u hexadecimal character escape"))
    }
}

pub(super) fn emit(branch: &Branch, indent: Option<usize>) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    let mut writer = Writer::new(branch_room(branch), Some(indent));
    writer.object(branch, 0)?;
    writer.out.push(b'\n');
    Ok(writer.out)
}

pub(super) fn emit_value(value: &Node, indent: Option<usize>) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    let mut writer = Writer::new(room(value), Some(indent));
    writer.value(value, 0)?;
    Ok(writer.out)
}

pub(super) fn emit_compact(value: &Node) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    let mut writer = Writer::new(room(value), None);
    writer.value(value, 0)?;
    Ok(writer.out)
}

/// About how many bytes a value needs, so that nothing is left behind in memory that was too small.
pub(super) fn room(value: &Node) -> usize {
    match value {
        Node::Map(branch) => branch_room(branch),
        Node::List(items) => items.iter().map(|item| room(item) + 64).sum(),
        Node::Text(text) | Node::Time(text) => text.bytes().len() * 2 + 64,
        Node::Comment(comment) => comment.text.bytes().len() * 2 + 64,
        _ => 64,
    }
}

pub(super) fn branch_room(branch: &Branch) -> usize {
    let item = |item: &Item| match item {
        Item::Comment(comment) => comment.text.bytes().len() * 2 + 64,
        Item::Entry(key, value) => key.len() * 2 + 64 + room(value),
    };
    branch.iter().map(item).sum::<usize>() + 64
}

struct Writer {
    out: Zeroizing<Vec<u8>>,
    /// Spaces, a tab, or nothing at all.
    indent: Option<Option<usize>>,
}

impl Writer {
    fn new(room: usize, indent: Option<Option<usize>>) -> Self {
        Self { out: Zeroizing::new(Vec::with_capacity(room)), indent }
    }

    fn line(&mut self, depth: usize) {
        match self.indent {
            None => {}
            Some(indent) => {
                self.out.push(b'\n');
                let (count, byte) = indent.map_or((1, b'\t'), |spaces| (spaces, b' '));
                self.out.extend(std::iter::repeat_n(byte, count * depth));
            }
        }
    }

    fn object(&mut self, branch: &Branch, depth: usize) -> Result<(), SecretError> {
        self.out.push(b'{');
        let mut is_empty = true;
        for (key, value) in branch.iter().filter_map(Item::entry) {
            if !is_empty {
                self.out.push(b',');
            }
            is_empty = false;
            self.line(depth + 1);
            self.string(key.as_bytes());
            self.out.push(b':');
            if self.indent.is_some() {
                self.out.push(b' ');
            }
            self.value(value, depth + 1)?;
        }
        if !is_empty {
            self.line(depth);
        }
        self.out.push(b'}');
        Ok(())
    }

    fn value(&mut self, value: &Node, depth: usize) -> Result<(), SecretError> {
        match value {
            Node::Map(branch) => self.object(branch, depth)?,
            Node::List(_) => {
                self.out.push(b'[');
                let mut is_empty = true;
                for item in value.items() {
                    if !is_empty {
                        self.out.push(b',');
                    }
                    is_empty = false;
                    self.line(depth + 1);
                    self.value(item, depth + 1)?;
                }
                if !is_empty {
                    self.line(depth);
                }
                self.out.push(b']');
            }
            Node::Text(text) | Node::Time(text) => self.string(text.bytes()),
            Node::Comment(comment) => self.comment(&comment.text),
            Node::Null => self.out.extend_from_slice(b"null"),
            Node::Bool(flag) => self.out.extend_from_slice(flag.to_string().as_bytes()),
            Node::Int(number) => self.out.extend_from_slice(number.to_string().as_bytes()),
            Node::Float(number) if !number.is_finite() => {
                return Err(SecretError::Emit(format!("json: unsupported value: {number}")));
            }
            Node::Float(number) => {
                self.out.extend_from_slice(weir_yaml::to_json(&weir_yaml::Value::Float(*number)).as_bytes());
            }
        }
        Ok(())
    }

    fn comment(&mut self, text: &Secret) {
        self.string(text.bytes());
    }

    /// With the escapes of Go, which thinks of HTML.
    fn string(&mut self, bytes: &[u8]) {
        self.out.push(b'"');
        for chunk in bytes.utf8_chunks() {
            for c in chunk.valid().chars() {
                self.character(c);
            }
            for _ in chunk.invalid() {
                self.out.extend_from_slice(b"\\ufffd");
            }
        }
        self.out.push(b'"');
    }

    fn character(&mut self, c: char) {
        let short: &[u8] = match c {
            '"' => b"\\\"",
            '\\' => b"\\\\",
            '\n' => b"\\n",
            '\r' => b"\\r",
            '\t' => b"\\t",
            '\u{8}' => b"\\b",
            '\u{c}' => b"\\f",
            '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let code = format!("\\u{:04x}", c as u32);
                return self.out.extend_from_slice(code.as_bytes());
            }
            _ => return self.out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        };
        self.out.extend_from_slice(short);
    }
}
