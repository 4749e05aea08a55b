//! Maps and lists by indentation.

use super::{Line, Reader};
use crate::decode::{Dialect, Wanted};
use crate::resolve::{Plain, resolve};
use crate::value::{Key, Map, Value};

/// Deeper documents are read the long way.
const MAX_DEPTH: usize = 60;

/// What simple keys consist of.
const KEY: [bool; 256] = {
    let mut all = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        all[byte] = (byte as u8).is_ascii_alphanumeric() || matches!(byte as u8, b'_' | b'.' | b'/' | b'-');
        byte += 1;
    }
    all
};

impl<'t> Reader<'t> {
    /// What begins at this line: a list or a map.
    pub(super) fn block(&mut self, line: Line) -> Option<Value> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let value = if self.is_dash(line.at) { self.list(line) } else { self.map(line) };
        self.depth -= 1;
        value
    }

    pub(super) fn is_dash(&self, at: usize) -> bool {
        self.byte(at) == b'-' && matches!(self.byte(at + 1), b' ' | b'\n')
    }

    fn list(&mut self, mut line: Line) -> Option<Value> {
        let indent = line.indent;
        let mut list = Vec::new();
        loop {
            let mut at = line.at + 1;
            while self.byte(at) == b' ' {
                at += 1;
            }
            let item = match self.byte(at) {
                b'\n' | b'#' => {
                    self.end_line(line.at + 1)?;
                    self.below(indent, false)?
                }
                _ if self.is_dash(at) || self.key_end(at).is_some() => {
                    self.block(Line { indent: indent + (at - line.at), at })?
                }
                _ => self.inline(at, indent)?,
            };
            if !self.drops {
                list.push(item);
            }
            match self.line()? {
                Some(next) if next.indent > indent => return None,
                Some(next) if next.indent == indent && self.is_dash(next.at) => line = next,
                _ => break,
            }
        }
        if self.drops {
            return Some(Value::Null);
        }
        list.shrink_to_fit();
        Some(Value::from(list))
    }

    fn map(&mut self, mut line: Line) -> Option<Value> {
        let indent = line.indent;
        // What is left out needs no room.
        let mut map = match self.wanted {
            _ if self.drops => Map::new(),
            Some(_) => Map::with_capacity(4),
            None => Map::with_capacity(8),
        };
        loop {
            let end = self.key_end(line.at)?;
            let name = self.key(line.at, end)?;
            let drops = self.drops;
            self.drops = drops || self.wanted.is_some_and(|wanted| !self.wants(wanted, name));
            if self.depth == 1 {
                self.key = Some(name);
            }
            let mut at = end + 1;
            while self.byte(at) == b' ' {
                at += 1;
            }
            let value = match self.byte(at) {
                b'\n' | b'#' => {
                    self.end_line(end + 1)?;
                    self.below(indent, true)?
                }
                _ => self.inline(at, indent)?,
            };
            if !self.drops && map.insert(Key::new(name), value).is_some() {
                return None;
            }
            self.drops = drops;
            match self.line()? {
                Some(next) if next.indent > indent => return None,
                Some(next) if next.indent == indent && self.is_dash(next.at) => return None,
                Some(next) if next.indent == indent => line = next,
                _ => break,
            }
        }
        if self.drops {
            return Some(Value::Null);
        }
        // What few keys are wanted of is gone soon.
        if self.wanted.is_none() {
            map.shrink();
        }
        Some(map.into())
    }

    /// True if what stands under this key of the map that is read now may not be left out.
    fn wants(&self, wanted: &Wanted<'_>, name: &str) -> bool {
        match (self.depth, self.key) {
            (1, _) => wanted(&[name]),
            (2, Some(above)) => wanted(&[above, name]),
            _ => true,
        }
    }

    /// A value on the lines below its key or dash. A list may stand at the indentation of its key.
    fn below(&mut self, indent: usize, of_key: bool) -> Option<Value> {
        match self.line()? {
            Some(next) if next.indent > indent => match self.byte(next.at) {
                b'[' | b'{' => self.inline(next.at, indent),
                _ if self.drops => self.dropped(next),
                _ => self.block(next),
            },
            Some(next) if next.indent == indent && of_key && self.is_dash(next.at) => match self.drops {
                true => self.dropped(next),
                false => self.block(next),
            },
            _ if self.dialect == Dialect::Spelled => Some(Value::spelled(Value::Null, "")),
            _ => Some(Value::Null),
        }
    }

    /// A block that nobody wants.
    fn dropped(&mut self, line: Line) -> Option<Value> {
        let start = self.at;
        if self.pass(line).is_some() {
            return Some(Value::Null);
        }
        self.at = start;
        self.block(line)
    }

    /// Where the colon of a simple key stands, if one begins here.
    #[inline]
    pub(super) fn key_end(&self, at: usize) -> Option<usize> {
        let end = match self.byte(at) {
            quote @ (b'"' | b'\'') => self.quote_end(at, quote)? + 1,
            byte if byte != b'-' && KEY[usize::from(byte)] => {
                let rest = &self.bytes[at..];
                at + rest.iter().position(|byte| !KEY[usize::from(*byte)]).unwrap_or(rest.len())
            }
            _ => return None,
        };
        let is_key = self.byte(end) == b':' && matches!(self.byte(end + 1), b' ' | b'\n') && end - at < 1000;
        is_key.then_some(end)
    }

    /// True for a word that means nothing but itself.
    #[inline]
    fn is_text(&self, word: &str) -> bool {
        matches!(word.as_bytes(), [first, _, _, _, _, _, ..] if first.is_ascii_alphabetic())
            || matches!(resolve(word, self.generation), Plain::Text)
    }

    #[inline]
    pub(super) fn key(&self, at: usize, end: usize) -> Option<&'t str> {
        if matches!(self.bytes[at], b'"' | b'\'') {
            return Some(&self.text[at + 1..end - 1]);
        }
        let text = &self.text[at..end];
        self.is_text(text).then_some(text)
    }
}
