//! Values on one line, plain texts over several, and literal texts.

use super::{Reader, line_len, spaces};
use crate::decode::{Dialect, normal_float};
use crate::resolve::{Plain, resolve};
use crate::scan::Generation;
use crate::value::{Key, Layout, Map, Value};

/// What ends a plain text, or may.
pub(super) const STOPS: [bool; 256] = {
    let mut all = [false; 256];
    all[b'\n' as usize] = true;
    all[b'\t' as usize] = true;
    all[b':' as usize] = true;
    all[b'#' as usize] = true;
    all
};

impl<'t> Reader<'t> {
    /// A value that begins here and ends with its line; literal texts go on below. Whatever is further in than the
    /// block around it would belong to it, which the caller refuses.
    pub(super) fn inline(&mut self, at: usize, indent: usize) -> Option<Value> {
        match self.byte(at) {
            b'|' | b'>' => self.literal(at, indent),
            quote @ (b'"' | b'\'') => match self.quote_end(at, quote) {
                Some(end) => {
                    self.end_line(end + 1)?;
                    Some(self.quoted(&self.text[at + 1..end]))
                }
                None if self.generation != Generation::V2 => None,
                None if quote == b'"' => self.escaped_lines(at + 1, indent),
                None => self.quoted_lines(at + 1, indent),
            },
            b'[' | b'{' => {
                let mut end = at;
                let value = self.flow(&mut end, 0)?;
                self.end_line(end)?;
                Some(value)
            }
            _ => self.plain(at, indent),
        }
    }

    fn plain(&mut self, at: usize, indent: usize) -> Option<Value> {
        let first = self.byte(at);
        let is_start = first.is_ascii_alphanumeric()
            || matches!(first, b'/' | b'.' | b'_' | b'$' | b'(' | b'~' | b'+' | b'<' | b'^')
            || matches!(first, b'-' | b':') && !matches!(self.byte(at + 1), b' ' | b'\n');
        if !is_start {
            return None;
        }
        let (text, is_whole) = self.plain_line(at)?;
        if is_whole && self.generation == Generation::V2 && self.plain_goes_on(indent).is_some() {
            return self.plain_lines(text, indent);
        }
        self.word(text)
    }

    /// What stands on this line up to a comment, and whether that is all of it.
    fn plain_line(&mut self, at: usize) -> Option<(&'t str, bool)> {
        let rest = &self.bytes[at..];
        let (mut end, mut from) = (None, 0);
        // Most texts are so short that to look at each byte is quickest.
        let length = loop {
            let stop = rest[from..].iter().position(|byte| STOPS[usize::from(*byte)]);
            let Some(index) = stop.map(|stop| from + stop) else { break rest.len() };
            match rest[index] {
                b'\n' => break index,
                // In a comment nothing else has a meaning.
                _ if end.is_some() => {}
                b':' if !matches!(rest.get(index + 1), None | Some(b' ' | b'\n')) => {}
                b'#' if index > 0 && rest[index - 1] == b' ' => end = Some(index),
                b'#' if index > 0 => {}
                _ => return None,
            }
            from = index + 1;
        };
        self.at = (at + length + 1).min(self.bytes.len());
        let text = &self.text[at..at + end.unwrap_or(length)];
        Some((text.trim_end_matches(' '), end.is_none()))
    }

    /// Where the next line with content begins, if a text goes on there, and how many lines are empty before it.
    pub(super) fn goes_on(&self, mut at: usize, indent: usize) -> Option<(usize, usize)> {
        let mut empty = 0;
        loop {
            let start = at;
            at += spaces(&self.bytes[at..]);
            match self.bytes.get(at)? {
                b'\n' => empty += 1,
                _ => return (at - start > indent).then_some((at, empty)),
            }
            at += 1;
        }
    }

    /// The same for a plain text from here, which a comment ends.
    fn plain_goes_on(&self, indent: usize) -> Option<(usize, usize)> {
        self.goes_on(self.at, indent).filter(|(next, _)| self.byte(*next) != b'#')
    }

    fn plain_lines(&mut self, first: &str, indent: usize) -> Option<Value> {
        let mut text = String::from(first);
        while let Some((at, empty)) = self.plain_goes_on(indent) {
            let (line, is_whole) = self.plain_line(at)?;
            if !is_whole {
                return None;
            }
            if !self.drops {
                fold(&mut text, empty);
                text.push_str(line);
            }
        }
        self.word(&text)
    }

    fn word(&self, text: &str) -> Option<Value> {
        // Only numbers may be unsound.
        if self.drops && text.starts_with(|first: char| first.is_ascii_alphabetic()) {
            return Some(Value::Null);
        }
        let value = match resolve(text, self.generation) {
            Plain::Text => Value::shared(text),
            Plain::Null => Value::Null,
            Plain::Bool(flag) => Value::Bool(flag),
            Plain::Int(number) => Value::Int(number),
            Plain::UInt(number) => Value::UInt(number),
            Plain::Float(number) => normal_float(number)?,
            Plain::Time(time) if self.dialect.has_times() => time.to_json()?.into(),
            Plain::Time(_) => Value::shared(text),
        };
        Some(if self.dialect == Dialect::Spelled { Value::spelled(value, text) } else { value })
    }

    /// A list in brackets or a map in braces on one line, of words and texts in quotes.
    fn flow(&self, at: &mut usize, depth: usize) -> Option<Value> {
        if depth > 8 {
            return None;
        }
        if self.byte(*at) == b'{' {
            return self.flow_map(at, depth).map(Value::Map);
        }
        if self.byte(*at) != b'[' {
            return None;
        }
        *at += 1;
        let mut list = Vec::new();
        loop {
            self.skip_spaces(at);
            if self.byte(*at) == b']' {
                break;
            }
            let item = self.flow_item(at, depth)?;
            if !self.drops {
                list.push(item);
            }
            self.skip_spaces(at);
            match self.byte(*at) {
                b',' => *at += 1,
                b']' => break,
                _ => return None,
            }
        }
        *at += 1;
        list.shrink_to_fit();
        Some(Value::from(list))
    }

    fn flow_map(&self, at: &mut usize, depth: usize) -> Option<Map> {
        *at += 1;
        let mut map = Map::new();
        if self.dialect == Dialect::Spelled {
            map.set_layout(if depth == 0 { Layout::Braces } else { Layout::Inner });
        }
        loop {
            self.skip_spaces(at);
            if self.byte(*at) == b'}' {
                break;
            }
            let end = self.key_end(*at).filter(|end| self.byte(end + 1) == b' ')?;
            let name = self.key(*at, end)?;
            *at = end + 1;
            self.skip_spaces(at);
            let value = self.flow_item(at, depth)?;
            if !self.drops && map.insert(Key::new(name), value).is_some() {
                return None;
            }
            self.skip_spaces(at);
            match self.byte(*at) {
                b',' => *at += 1,
                b'}' => break,
                _ => return None,
            }
        }
        *at += 1;
        map.shrink();
        Some(map)
    }

    fn flow_item(&self, at: &mut usize, depth: usize) -> Option<Value> {
        let start = *at;
        match self.byte(start) {
            quote @ (b'"' | b'\'') => {
                *at = self.quote_end(start, quote)? + 1;
                // In brackets a colon right behind the quote makes it a key.
                Some(self.quoted(&self.text[start + 1..*at - 1]))
            }
            b'[' | b'{' => self.flow(at, depth + 1),
            byte if byte.is_ascii_alphanumeric()
                || matches!(byte, b'/' | b'.' | b'_' | b'$')
                || byte == b'-' && self.byte(start + 1).is_ascii_graphic() =>
            {
                let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-$=+@*".contains(byte);
                let rest = &self.bytes[start..];
                *at = start + rest.iter().position(|byte| !is_word(byte)).unwrap_or(rest.len());
                self.word(&self.text[start..*at])
            }
            _ => None,
        }
    }

    fn skip_spaces(&self, at: &mut usize) {
        while self.byte(*at) == b' ' {
            *at += 1;
        }
    }

    /// `|` or `>`, maybe with `-`, with lines further in than the block around it, or none.
    fn literal(&mut self, at: usize, indent: usize) -> Option<Value> {
        let folds = self.byte(at) == b'>';
        let strip = self.byte(at + 1) == b'-';
        let header_end = at + 1 + usize::from(strip);
        if self.byte(header_end) != b'\n' {
            return None;
        }
        self.at = (header_end + 1).min(self.bytes.len());
        // In a list or map at the margin a text may not stand at the margin either.
        let Some(own) = self.literal_indent()?.filter(|own| *own > indent) else {
            return Some(self.text(""));
        };
        let mut text = String::new();
        let mut breaks = 0;
        while let Some((spaces, rest)) = self.literal_line(own)? {
            let length = line_len(rest);
            if rest.is_empty() {
                self.at = self.bytes.len();
                break;
            }
            if rest[0] == b'\n' {
                breaks += 1;
                self.at += spaces + length;
                continue;
            }
            if spaces < own {
                break;
            }
            // Lines further in are not folded.
            if folds && matches!(rest[0], b' ' | b'\t') {
                return None;
            }
            let start = self.at + spaces;
            let line = &self.text[start..start + length];
            if !self.drops {
                match std::mem::take(&mut breaks) {
                    breaks if folds && !text.is_empty() && breaks > 0 => fold(&mut text, breaks - 1),
                    breaks => text.extend(std::iter::repeat_n('\n', breaks)),
                }
                text.push_str(line.strip_suffix('\n').unwrap_or(line));
            }
            breaks = usize::from(line.ends_with('\n'));
            self.at = start + length;
        }
        if !strip && breaks > 0 {
            text.push('\n');
        }
        Some(self.text(&text))
    }

    /// A text that is no number or the like, whatever it says.
    fn text(&self, text: &str) -> Value {
        if self.dialect == Dialect::Spelled { Value::quoted(text) } else { Value::from(text) }
    }

    /// Leading spaces, up to the indentation, of the line here, and what follows them; none at the end.
    fn literal_line(&self, own: usize) -> Option<Option<(usize, &[u8])>> {
        let rest = &self.bytes[self.at..];
        if rest.is_empty() {
            return Some(None);
        }
        let spaces = spaces(rest).min(own);
        if spaces < own && rest.get(spaces) == Some(&b'\t') {
            return None;
        }
        Some(Some((spaces, &rest[spaces..])))
    }

    /// The indentation of the first line that is not empty, if there is one; empty lines before it must not be longer.
    fn literal_indent(&self) -> Option<Option<usize>> {
        let mut at = self.at;
        let mut longest = 0;
        loop {
            let Some(rest) = self.bytes.get(at..).filter(|rest| !rest.is_empty()) else { return Some(None) };
            let spaces = spaces(rest);
            match rest.get(spaces) {
                Some(b'\n') => {
                    longest = longest.max(spaces);
                    at += spaces + 1;
                }
                None | Some(b'\t') => return None,
                Some(_) if longest > spaces => return None,
                Some(_) => return Some(Some(spaces)),
            }
        }
    }
}

/// What a line break becomes inside of a text that goes on, with so many empty lines behind it.
pub(super) fn fold(text: &mut String, empty: usize) {
    text.extend(std::iter::repeat_n('\n', empty));
    text.extend((empty == 0).then_some(' '));
}

#[cfg(test)]
mod tests {
    use crate::decode::quick;
    use crate::{Dialect, Value};

    #[test]
    fn folded_and_empty_texts_are_quick() {
        for (text, expected) in [
            ("a: >\n  one\n  two\n\n\n  three\nb: c\n", "one two\n\nthree\n"),
            ("a: >-\n\n  one\n  two\n\n", "\none two"),
            ("a: |\n\n# nothing\nb: c\n", ""),
            ("a: |-\nb: c\n", ""),
            ("a: >\n", ""),
        ] {
            for dialect in [Dialect::Sigs, Dialect::V3] {
                let value = quick::only(text, dialect).unwrap_or_else(|| panic!("not quick: {text}"));
                assert_eq!(value.get("a").and_then(Value::as_str), Some(expected), "{text}");
            }
        }
        for text in ["a: >\n  one\n   two\n", "a: >+\n  one\n", "a: |\n   \n  one\n"] {
            assert!(quick::only(text, Dialect::Sigs).is_none(), "{text}");
        }
    }
}
