//! TOML to values, with the words of the library for what cannot be read.
//!
//! Dates and times are given as texts: templates have no use for more.

use std::collections::HashSet;

use weir_template::{List, Map, Str, Type, Value};

use crate::quote::quoted;

/// Lists and tables inside each other, and no deeper.
const DEEPEST: usize = 200;
/// What a list of tables is in Go.
const TABLES: Type = Type::Named("[]map[string]interface {}");

/// The document as a map.
pub(in crate::render) fn read(text: &str) -> Result<Map, String> {
    let text = text.replace("\r\n", "\n");
    let mut reader = Reader {
        text: text.chars().collect(),
        at: 0,
        root: Map::new(),
        context: Vec::new(),
        key: String::new(),
        implicit: HashSet::new(),
    };
    reader.document()?;
    Ok(reader.root)
}

struct Reader {
    text: Vec<char>,
    at: usize,
    root: Map,
    /// The table that keys go to.
    context: Vec<String>,
    /// The key that is being read.
    key: String,
    /// Tables that were never named themselves.
    implicit: HashSet<Vec<String>>,
}

fn is_bare(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

fn dotted(key: &[String]) -> String {
    let part = |part: &String| {
        if !part.is_empty() && part.chars().all(is_bare) { part.clone() } else { quoted(part) }
    };
    key.iter().map(part).collect::<Vec<_>>().join(".")
}

/// A character as Go's `%q` prints it.
fn shown(c: Option<char>) -> String {
    match c {
        None => "'\\x00'".to_string(),
        Some('\'') => "'\\''".to_string(),
        Some('"') => "'\"'".to_string(),
        Some(c) => {
            let text = quoted(&c.to_string());
            format!("'{}'", &text[1..text.len() - 1])
        }
    }
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek();
        self.at += usize::from(c.is_some());
        c
    }

    fn starts_with(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(at, c)| self.text.get(self.at + at) == Some(&c))
    }

    fn fail<T>(&self, message: impl std::fmt::Display) -> Result<T, String> {
        self.fail_at(self.at, message)
    }

    fn fail_at<T>(&self, at: usize, message: impl std::fmt::Display) -> Result<T, String> {
        let line = self.text[..at.min(self.text.len())].iter().filter(|c| **c == '\n').count() + 1;
        let mut path = self.context.clone();
        if !self.key.is_empty() {
            path.push(self.key.clone());
        }
        if path.is_empty() {
            return Err(format!("toml: line {line}: {message}"));
        }
        let last = if path.len() == 1 && !self.key.is_empty() { self.key.clone() } else { dotted(&path) };
        Err(format!("toml: line {line} (last key {}): {message}", quoted(&last)))
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(' ' | '\t')) {
            self.at += 1;
        }
    }

    fn comment(&mut self) {
        while self.peek().is_some_and(|c| c != '\n') {
            self.at += 1;
        }
    }

    /// Blanks, comments and line breaks.
    fn space(&mut self) {
        loop {
            match self.peek() {
                Some(' ' | '\t' | '\n' | '\r') => self.at += 1,
                Some('#') => self.comment(),
                _ => return,
            }
        }
    }

    fn document(&mut self) -> Result<(), String> {
        loop {
            self.space();
            match self.peek() {
                None => return Ok(()),
                Some('[') => self.table()?,
                Some(_) => self.key_value(&self.root.clone(), 0)?,
            }
            self.blanks();
            match self.peek() {
                None | Some('\n') => {}
                Some('#') => self.comment(),
                other => {
                    return self.fail(format!(
                        "expected a top-level item to end with a newline, comment, or EOF, but got {} instead",
                        shown(other)
                    ));
                }
            }
        }
    }

    fn table(&mut self) -> Result<(), String> {
        self.at += 1;
        let is_list = self.peek() == Some('[');
        self.at += usize::from(is_list);
        let mut key = Vec::new();
        loop {
            self.blanks();
            match self.peek() {
                None | Some(']') => {
                    return self.fail("unexpected end of table name (table names cannot be empty)");
                }
                Some('.') => return self.fail("unexpected table separator (table names cannot be empty)"),
                Some(_) => key.push(self.key_part()?),
            }
            self.blanks();
            match self.next() {
                Some('.') => {}
                Some(']') => break,
                other => {
                    return self.fail(format!(
                        "expected '.' or ']' to end table name, but got {} instead",
                        shown(other)
                    ));
                }
            }
        }
        if is_list {
            let next = self.next();
            if next != Some(']') {
                return self.fail(format!(
                    "expected end of table array name delimiter ']', but got {} instead",
                    shown(next)
                ));
            }
        }
        self.context.clear();
        self.key.clear();
        self.enter(&key, is_list)
    }

    /// Makes the table of this key the one that keys go to.
    fn enter(&mut self, key: &[String], is_list: bool) -> Result<(), String> {
        let Some((last, parents)) = key.split_last() else { return Ok(()) };
        let mut map = self.root.clone();
        for (at, part) in parents.iter().enumerate() {
            map = self.below(&map, part, &key[..=at], true)?;
        }
        self.context = parents.to_vec();
        match (map.get(last.as_bytes()), is_list) {
            (None, false) => map.set(last.as_str(), Map::new()),
            (None, true) => {
                map.set(last.as_str(), List::of(TABLES, vec![Value::Map(Map::new())]));
            }
            (Some(Value::List(list)), true) if list.kind() == TABLES => {
                let mut items = list.items().to_vec();
                items.push(Value::Map(Map::new()));
                map.set(last.as_str(), List::of(TABLES, items));
            }
            (Some(_), true) => {
                let key = dotted(key);
                return self.fail(format!("Key '{key}' was already created and cannot be used as an array."));
            }
            (Some(Value::Map(_)), false) if self.implicit.remove(key) => {}
            (Some(_), false) => return self.fail(format!("Key '{}' has already been defined.", dotted(key))),
        }
        self.context = key.to_vec();
        Ok(())
    }

    /// The table under a key, made if it is not there; of a list of tables the last one.
    fn below(&mut self, map: &Map, key: &str, path: &[String], named: bool) -> Result<Map, String> {
        match map.get(key.as_bytes()) {
            None => {
                let table = Map::new();
                map.set(key, table.clone());
                self.implicit.insert(path.to_vec());
                Ok(table)
            }
            Some(Value::Map(table)) => Ok(table),
            Some(Value::List(list)) if list.kind() == TABLES => {
                Ok(list.items().last().and_then(Value::as_map).unwrap_or_default())
            }
            Some(_) if named => self.fail(format!("Key '{}' was already created as a hash.", dotted(path))),
            Some(_) => self.fail(format!("Key '{}' has already been defined.", dotted(path))),
        }
    }

    fn key_part(&mut self) -> Result<String, String> {
        match self.peek() {
            Some('"') => {
                self.at += 1;
                self.basic_text()
            }
            Some('\'') => {
                self.at += 1;
                self.raw_text()
            }
            _ => {
                let start = self.at;
                while self.peek().is_some_and(is_bare) {
                    self.at += 1;
                }
                Ok(self.text[start..self.at].iter().collect())
            }
        }
    }

    /// Reads a key and its value into a table; `base` is where the key begins.
    fn key_value(&mut self, base: &Map, depth: usize) -> Result<(), String> {
        match self.peek() {
            None | Some('=') => return self.fail("unexpected '=': key name appears blank"),
            Some('.') => return self.fail("unexpected '.': keys cannot start with a '.'"),
            Some(_) => {}
        }
        let mut key = Vec::new();
        loop {
            self.blanks();
            key.push(self.key_part()?);
            self.blanks();
            match self.next() {
                Some('.') => {}
                Some('=') => break,
                None => return self.fail("unexpected EOF; expected key separator '='"),
                Some(c) => {
                    let at = self.at - usize::from(c == '\n');
                    return self.fail_at(
                        at.saturating_sub(usize::from(c == '\n')),
                        format!("expected '.' or '=', but got {} instead", shown(Some(c))),
                    );
                }
            }
        }
        let outer = self.context.clone();
        let mut map = if depth == 0 { self.table_of_context()? } else { base.clone() };
        let Some((last, parents)) = key.split_last() else { return Ok(()) };
        for part in parents {
            let path = [self.context.as_slice(), std::slice::from_ref(part)].concat();
            map = self.below(&map, part, &path, false)?;
            self.context.push(part.clone());
        }
        self.key = last.clone();
        let value = self.value(depth)?;
        if map.has(last.as_bytes()) {
            let path = [self.context.as_slice(), std::slice::from_ref(last)].concat();
            return self.fail(format!("Key '{}' has already been defined.", dotted(&path)));
        }
        map.set(last.as_str(), value);
        self.context = outer;
        self.key.clear();
        Ok(())
    }

    fn table_of_context(&mut self) -> Result<Map, String> {
        let context = self.context.clone();
        let mut map = self.root.clone();
        for (at, part) in context.iter().enumerate() {
            map = self.below(&map, part, &context[..=at], false)?;
        }
        Ok(map)
    }

    fn value(&mut self, depth: usize) -> Result<Value, String> {
        if depth > DEEPEST {
            return self.fail("values are nested too deeply");
        }
        self.blanks();
        match self.peek() {
            Some('[') => self.list(depth),
            Some('{') => self.inline_table(depth),
            Some('"') if self.starts_with("\"\"\"") => self.long_text('"'),
            Some('\'') if self.starts_with("'''") => self.long_text('\''),
            Some('"' | '\'') => Ok(Value::from(self.key_part()?)),
            Some('.') => self.fail("floats must start with a digit, not '.'"),
            Some(c) if c.is_ascii_digit() || matches!(c, '+' | '-') => self.number(),
            Some(c) if c.is_alphabetic() => self.word(),
            None => self.fail("unexpected EOF; expected value"),
            other => self.fail(format!("expected value but found {} instead", shown(other))),
        }
    }

    fn word(&mut self) -> Result<Value, String> {
        let start = self.at;
        while self.peek().is_some_and(char::is_alphabetic) {
            self.at += 1;
        }
        let word: String = self.text[start..self.at].iter().collect();
        match word.as_str() {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            "inf" => Ok(Value::Float(f64::INFINITY)),
            "nan" => Ok(Value::Float(f64::NAN)),
            word => self.fail(format!("expected value but found {} instead", quoted(word))),
        }
    }

    fn list(&mut self, depth: usize) -> Result<Value, String> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.space();
            match self.peek() {
                Some(',') => return self.fail("unexpected comma"),
                Some(']') => {
                    self.at += 1;
                    return Ok(Value::list(items));
                }
                _ => items.push(self.value(depth + 1)?),
            }
            self.space();
            match self.next() {
                Some(',') => {}
                Some(']') => return Ok(Value::list(items)),
                other => {
                    let other = or_end(other);
                    return self
                        .fail(format!("expected a comma (',') or array terminator (']'), but got {other}"));
                }
            }
        }
    }

    fn inline_table(&mut self, depth: usize) -> Result<Value, String> {
        self.at += 1;
        let table = Map::new();
        let (outer, key) = (self.context.clone(), self.key.clone());
        if !key.is_empty() {
            self.context.push(key.clone());
        }
        self.key.clear();
        loop {
            self.space();
            match self.peek() {
                Some(',') => return self.fail("unexpected comma"),
                Some('}') => {
                    self.at += 1;
                    break;
                }
                _ => self.key_value(&table, depth + 1)?,
            }
            self.space();
            match self.next() {
                Some(',') => {}
                Some('}') => break,
                other => {
                    let other = or_end(other);
                    return self.fail(format!(
                        "expected a comma or an inline table terminator '}}', but got {other} instead"
                    ));
                }
            }
        }
        (self.context, self.key) = (outer, key);
        Ok(Value::Map(table))
    }

    fn basic_text(&mut self) -> Result<String, String> {
        let mut text = String::new();
        loop {
            match self.next() {
                None => return self.fail("unexpected EOF; expected '\"'"),
                Some('\n') => {
                    return self.fail_at(self.at - 1, "strings cannot contain newlines");
                }
                Some('"') => return Ok(text),
                Some('\\') => self.escape(&mut text)?,
                Some(c) => text.push(c),
            }
        }
    }

    fn raw_text(&mut self) -> Result<String, String> {
        let mut text = String::new();
        loop {
            match self.next() {
                None => return self.fail("unexpected EOF; expected \"'\""),
                Some('\n') => {
                    return self.fail_at(self.at - 1, "strings cannot contain newlines");
                }
                Some('\'') => return Ok(text),
                Some(c) => text.push(c),
            }
        }
    }

    fn escape(&mut self, text: &mut String) -> Result<(), String> {
        let digits = match self.next() {
            Some('x') => 2,
            Some('u') => 4,
            Some('U') => 8,
            other => {
                let meant = match other {
                    Some('b') => Some('\x08'),
                    Some('t') => Some('\t'),
                    Some('n') => Some('\n'),
                    Some('f') => Some('\x0c'),
                    Some('r') => Some('\r'),
                    Some('e') => Some('\x1b'),
                    Some(c @ ('"' | '\\')) => Some(c),
                    _ => None,
                };
                let Some(meant) = meant else {
                    let other = other.map(String::from).unwrap_or_default();
                    return self.fail(format!("invalid escape in string '\\{other}'"));
                };
                text.push(meant);
                return Ok(());
            }
        };
        let number: String = (0..digits).filter_map(|_| self.next()).collect();
        let c =
            u32::from_str_radix(&number, 16).ok().filter(|_| number.len() == digits).and_then(char::from_u32);
        let Some(c) = c else {
            return self.fail(format!("Escaped character '\\{number}' is not valid UTF-8."));
        };
        text.push(c);
        Ok(())
    }

    fn long_text(&mut self, quote: char) -> Result<Value, String> {
        self.at += 3;
        if self.peek() == Some('\n') {
            self.at += 1;
        }
        let end: String = std::iter::repeat_n(quote, 3).collect();
        let mut text = String::new();
        loop {
            if self.starts_with(&end) {
                // Up to two quotes before the end belong to the text.
                while self.text.get(self.at + 3) == Some(&quote) {
                    text.push(quote);
                    self.at += 1;
                }
                self.at += 3;
                return Ok(Value::from(text));
            }
            match self.next() {
                None => {
                    let marks = if quote == '"' { format!("'{end}'") } else { format!("\"{end}\"") };
                    return self.fail(format!("unexpected EOF; expected {marks}"));
                }
                Some('\\') if quote == '"' => {
                    if matches!(self.peek(), Some(' ' | '\t' | '\n')) {
                        while self.peek().is_some_and(char::is_whitespace) {
                            self.at += 1;
                        }
                    } else {
                        self.escape(&mut text)?;
                    }
                }
                Some(c) => text.push(c),
            }
        }
    }

    fn number(&mut self) -> Result<Value, String> {
        let start = self.at;
        while self
            .peek()
            .is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.' | '_' | ':'))
        {
            self.at += 1;
        }
        let word: String = self.text[start..self.at].iter().collect();
        let is_date = word.len() >= 5 && (word.as_bytes()[4] == b'-' || word.as_bytes()[2] == b':');
        if is_date {
            return Ok(self.time(word));
        }
        let digits = word.trim_start_matches(['+', '-']);
        if matches!(digits, "inf" | "nan") {
            let number = if digits == "inf" { f64::INFINITY } else { f64::NAN };
            return Ok(Value::Float(if word.starts_with('-') { -number } else { number }));
        }
        let plain = word.replace('_', "");
        let radix = match digits.get(..2) {
            Some("0x") => Some(16),
            Some("0o") => Some(8),
            Some("0b") => Some(2),
            _ => None,
        };
        if let Some(radix) = radix {
            return match i64::from_str_radix(&plain[2..], radix) {
                Ok(number) => Ok(Value::int64(number)),
                Err(_) => self.fail(format!("{word} is out of range for int64")),
            };
        }
        if word.contains(['.', 'e', 'E']) {
            return match plain.parse::<f64>() {
                Ok(number) if !word.ends_with('.') => Ok(Value::Float(number)),
                _ => self.fail(format!("invalid float: '{word}'")),
            };
        }
        if word.starts_with('_') || word.ends_with('_') || word.contains("__") {
            return self.fail(format!(
                "Invalid integer {}: underscores must be surrounded by digits",
                quoted(&word)
            ));
        }
        if digits.len() > 1 && digits.starts_with('0') {
            return self.fail(format!("Invalid integer {}: cannot have leading zeroes", quoted(&word)));
        }
        match plain.parse::<i64>() {
            Ok(number) => Ok(Value::int64(number)),
            Err(_)
                if digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_') && !digits.is_empty() =>
            {
                self.fail(format!("{word} is out of range for int64"))
            }
            Err(_) => self.fail(format!("expected a digit but got {}", shown(self.peek()))),
        }
    }

    /// A date and a time may have a blank between them.
    fn time(&mut self, mut word: String) -> Value {
        let follows =
            self.peek() == Some(' ') && self.text.get(self.at + 1).is_some_and(char::is_ascii_digit);
        if word.len() == 10 && follows {
            word.push('T');
            self.at += 1;
            while let Some(c) = self.peek().filter(|c| c.is_ascii_alphanumeric() || "+-.:".contains(*c)) {
                word.push(c);
                self.at += 1;
            }
        }
        Value::Str(Str::from(word))
    }
}

fn or_end(c: Option<char>) -> String {
    c.map_or_else(|| "end of file".to_string(), |c| format!("'{c}'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match read(text) {
            Ok(map) => weir_yaml::to_json(&Value::Map(map).to_yaml().unwrap()),
            Err(error) => error,
        }
    }

    #[test]
    fn documents_are_read() {
        let text = "# x\na = 1\nb.c = \"q\\n\" # y\n[t]\nl = [1, 2.5,\n true,]\n[t.u]\nx = {y = 'z', w.v = 1}\n[[p]]\nn = 1\n\
                    [[p]]\nn = 2\n[[p.q]]\nm = \"\"\"\nlong\\\n  text\"\"\"\n";
        assert_eq!(
            shown(text),
            r#"{"a":1,"b":{"c":"q\n"},"p":[{"n":1},{"n":2,"q":[{"m":"longtext"}]}],"t":{"l":[1,2.5,true],"u":{"x":{"w":{"v":1},"y":"z"}}}}"#
        );
    }

    #[test]
    fn problems_are_said_as_the_library_does() {
        for (text, error) in [
            ("one", "toml: line 1: unexpected EOF; expected key separator '='"),
            ("a = 1\na = 2", "toml: line 2 (last key \"a\"): Key 'a' has already been defined."),
            ("a = [1,,]", "toml: line 1 (last key \"a\"): unexpected comma"),
            ("[]", "toml: line 1: unexpected end of table name (table names cannot be empty)"),
            ("a = foo", "toml: line 1 (last key \"a\"): expected value but found \"foo\" instead"),
            ("a = 01", "toml: line 1 (last key \"a\"): Invalid integer \"01\": cannot have leading zeroes"),
        ] {
            assert_eq!(shown(text), error);
        }
    }
}
