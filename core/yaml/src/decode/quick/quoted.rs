//! Texts in quotes: on one line, with escapes, over several lines.

use memchr::{memchr, memchr3};

use super::Reader;
use super::scalar::fold;
use crate::decode::Dialect;
use crate::value::Value;

impl<'t> Reader<'t> {
    /// Where a quoted text ends that has no escapes and stays on its line.
    pub(super) fn quote_end(&self, at: usize, quote: u8) -> Option<usize> {
        let rest = &self.bytes[at + 1..];
        let stop = rest.iter().position(|byte| *byte == quote || *byte == b'\\' || *byte == b'\n')?;
        let end = at + 1 + stop;
        // A backslash is no escape in single quotes, but rare enough there.
        let doubled = quote == b'\'' && self.byte(end + 1) == b'\'';
        (rest[stop] == quote && !doubled).then_some(end)
    }

    /// A text in single quotes, behind the first one, with quotes in it or over several lines.
    pub(super) fn quoted_lines(&mut self, mut at: usize, indent: usize) -> Option<Value> {
        let mut text = String::new();
        loop {
            let rest = &self.bytes[at..];
            let end = at + memchr(b'\n', rest)?;
            let begun = text.len();
            while let Some(quote) = memchr(b'\'', &self.bytes[at..end]) {
                text.push_str(&self.text[at..at + quote]);
                at += quote + 1;
                if self.byte(at) != b'\'' {
                    self.end_line(at)?;
                    return Some(self.quoted(&text));
                }
                text.push('\'');
                at += 1;
            }
            text.push_str(&self.text[at..end]);
            text.truncate(begun + text[begun..].trim_end_matches([' ', '\t']).len());
            let (next, empty) = self.next_line(end + 1, indent)?;
            fold(&mut text, empty);
            at = next;
        }
    }

    /// Where it goes on behind a line break, and how many lines are empty before that.
    fn next_line(&self, at: usize, indent: usize) -> Option<(usize, usize)> {
        self.goes_on(at, indent).filter(|(next, _)| self.byte(*next) != b'\t')
    }

    /// A text in double quotes, behind the first one, with escapes in it or over several lines.
    pub(super) fn escaped_lines(&mut self, mut at: usize, indent: usize) -> Option<Value> {
        let mut text = String::new();
        // Space before this belongs to the text, even at the end of a line.
        let mut kept = 0;
        loop {
            let stop = at + memchr3(b'"', b'\\', b'\n', &self.bytes[at..])?;
            if !self.drops {
                text.push_str(&self.text[at..stop]);
            }
            match (self.bytes[stop], self.bytes.get(stop + 1)) {
                (b'"', _) => {
                    self.end_line(stop + 1)?;
                    return Some(self.quoted(&text));
                }
                // A line break that is no part of the text; empty lines behind it are.
                (b'\\', None) => return None,
                (b'\\', Some(b'\n')) => {
                    let (next, empty) = self.next_line(stop + 2, indent)?;
                    text.extend(std::iter::repeat_n('\n', empty));
                    at = next;
                }
                (b'\\', _) => {
                    let (c, length) = self.escape(stop + 1)?;
                    text.push(c);
                    at = stop + 1 + length;
                }
                _ => {
                    text.truncate(kept + text[kept..].trim_end_matches([' ', '\t']).len());
                    let (next, empty) = self.next_line(stop + 1, indent)?;
                    fold(&mut text, empty);
                    at = next;
                }
            }
            kept = text.len();
        }
    }

    /// The character of a common escape, and how long its name is.
    fn escape(&self, at: usize) -> Option<(char, usize)> {
        let c = match self.byte(at) {
            b'n' => '\n',
            b't' => '\t',
            b'r' => '\r',
            same @ (b' ' | b'"' | b'\\') => char::from(same),
            b'u' => {
                let digits = self.text.get(at + 1..at + 5)?;
                let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
                let code = u32::from_str_radix(digits, 16).ok().filter(|_| is_hex)?;
                return Some((char::from_u32(code)?, 5));
            }
            _ => return None,
        };
        Some((c, 1))
    }

    pub(super) fn quoted(&self, text: &str) -> Value {
        if self.drops {
            return Value::Null;
        }
        if self.dialect == Dialect::Spelled { Value::quoted(text) } else { Value::shared(text) }
    }
}

#[cfg(test)]
mod tests {
    use crate::decode::quick;
    use crate::{Dialect, first_from_yaml};

    #[test]
    fn texts_in_quotes_are_what_they_are_the_long_way() {
        for text in [
            "a: \"one\\ntwo\"\n",
            "a: \"one \\\" \\\\ \\t \\r \\u2014 two\" # three\n",
            "a: \"one \\n  \n\n   two  \n  three \"\nb: c\n",
            "a: \"one \\\n  two\\\n\n\n  three\\ \n  \\ four\"\n",
            "a:\n  b: \"one\n    two\"\n  c: \"\n   \"\n",
            "- \"one\n  two\"\n- \"\\\\\"\n",
            "a: 'one''s\n\n  two'\nb: 'c\n   d  '\n",
        ] {
            let long = format!("{text}long: &way !!str x\n");
            let long = if text.starts_with('-') { format!("{text}- &way !!str x\n") } else { long };
            assert!(quick::only(&long, Dialect::Sigs).is_none(), "{long}");
            let quick = quick::only(text, Dialect::Sigs).unwrap_or_else(|| panic!("not quick: {text}"));
            let mut long = first_from_yaml(&long, Dialect::Sigs).unwrap();
            match &mut long {
                crate::Value::Map(map) => _ = map.remove("long"),
                crate::Value::List(list) => _ = std::sync::Arc::make_mut(list).pop(),
                other => panic!("{other:?}"),
            }
            assert_eq!(quick, long, "{text}");
        }
    }

    #[test]
    fn what_is_rare_or_wrong_is_left_to_the_long_way() {
        for text in [
            "a: \"\\x41\"\n",
            "a: \"\\ud83d\"\n",
            "a: \"\\u+123\"\n",
            "a: \"\\q\"\n",
            "a: \"one\n",
            "a: \"one\ntwo\"\n",
            "a: \"one\n\ttwo\"\n",
            "a: \"one\\n\" two\n",
            "a: \"one\\n\": two\n",
            "a: \"one\n  \\",
        ] {
            assert!(quick::only(text, Dialect::Sigs).is_none(), "{text}");
        }
    }
}
