//! Tokens inside of actions: names, texts in quotes, numbers.

use super::{Kind, Lexer, MARKER, RIGHT, Token, count_lines, has_right_marker, is_space};
use crate::rune;
use crate::strconv;

impl<'a> Lexer<'a> {
    pub(super) fn space(&mut self) -> Token {
        let mut count = 0;
        while self.peek().is_some_and(is_space) {
            self.next();
            count += 1;
        }
        let last = self.input.get(self.pos - 1..).unwrap_or_default();
        let trims = has_right_marker(last) && last.get(MARKER..).is_some_and(|rest| rest.starts_with(RIGHT));
        if trims {
            self.backup();
            if count == 1 {
                return self.end_action();
            }
        }
        self.item(Kind::Space)
    }

    pub(super) fn skip_alphanumeric(&mut self) -> Option<u32> {
        loop {
            while matches!(self.input.get(self.pos), Some(b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_')) {
                self.pos += 1;
            }
            let next = self.peek();
            if !next.is_some_and(rune::is_alphanumeric) {
                return next;
            }
            self.next();
        }
    }

    pub(super) fn bad_character(&mut self, c: Option<u32>) -> Token {
        // The end of the text is always a terminator, so there is a character.
        self.fail(format!("bad character {}", strconv::unicode(c.unwrap_or(0))))
    }

    pub(super) fn identifier(&mut self) -> Token {
        let next = self.skip_alphanumeric();
        if !self.at_terminator() {
            return self.bad_character(next);
        }
        let kind = match self.word() {
            b"true" | b"false" => Kind::Bool,
            b"break" if self.break_ok => Kind::Break,
            b"continue" if self.continue_ok => Kind::Continue,
            b"block" => Kind::Block,
            b"define" => Kind::Define,
            b"else" => Kind::Else,
            b"end" => Kind::End,
            b"if" => Kind::If,
            b"nil" => Kind::Nil,
            b"range" => Kind::Range,
            b"template" => Kind::Template,
            b"with" => Kind::With,
            _ => Kind::Identifier,
        };
        self.item(kind)
    }

    /// A field or a variable; the dot or dollar is read already.
    pub(super) fn name(&mut self, kind: Kind) -> Token {
        if self.at_terminator() {
            return self.item(if kind == Kind::Variable { kind } else { Kind::Dot });
        }
        let next = self.skip_alphanumeric();
        if !self.at_terminator() {
            return self.bad_character(next);
        }
        self.item(kind)
    }

    pub(super) fn at_terminator(&mut self) -> bool {
        match self.input.get(self.pos) {
            None => {
                self.at_eof = true;
                true
            }
            Some(b' ' | b'\t' | b'\r' | b'\n' | b'.' | b',' | b'|' | b':' | b')' | b'(') => true,
            Some(b'}') => self.rest().starts_with(RIGHT),
            Some(_) => false,
        }
    }

    pub(super) fn quoted(&mut self, end: u8, kind: Kind, unterminated: &str) -> Token {
        loop {
            let plain = self
                .rest()
                .iter()
                .take_while(|byte| !matches!(byte, b'\\' | b'\n' | 0x80..) && **byte != end);
            self.pos += plain.count();
            match self.next() {
                Some(c) if c == u32::from(b'\\') => match self.next() {
                    None => return self.fail(unterminated),
                    Some(c) if c == u32::from(b'\n') => return self.fail(unterminated),
                    Some(_) => {}
                },
                None => return self.fail(unterminated),
                Some(c) if c == u32::from(b'\n') => return self.fail(unterminated),
                Some(c) if c == u32::from(end) => return self.item(kind),
                Some(_) => {}
            }
        }
    }

    pub(super) fn raw_quoted(&mut self) -> Token {
        let rest = self.rest();
        let Some(end) = rune::find_byte(rest, b'`') else {
            self.pos = self.input.len();
            self.at_eof = true;
            return self.fail("unterminated raw quoted string");
        };
        self.line += count_lines(rest.get(..end).unwrap_or_default());
        self.pos += end + 1;
        self.item(Kind::RawString)
    }

    pub(super) fn accept(&mut self, valid: &[u8]) -> bool {
        match self.next() {
            Some(c) if c < 0x80 && valid.contains(&(c as u8)) => true,
            _ => {
                self.backup();
                false
            }
        }
    }

    pub(super) fn accept_run(&mut self, valid: &[u8]) {
        while self.accept(valid) {}
    }

    pub(super) fn bad_number(&mut self) -> Token {
        let word = String::from_utf8_lossy(&strconv::quote(self.word())).into_owned();
        self.fail(format!("bad number syntax: {word}"))
    }

    pub(super) fn number(&mut self) -> Token {
        if !self.scan_number() {
            return self.bad_number();
        }
        if self.peek().is_some_and(|c| c == u32::from(b'+') || c == u32::from(b'-')) {
            if !self.scan_number() || self.word().last() != Some(&b'i') {
                return self.bad_number();
            }
            return self.item(Kind::Complex);
        }
        self.item(Kind::Number)
    }

    pub(super) fn scan_number(&mut self) -> bool {
        self.accept(b"+-");
        let mut digits: &[u8] = b"0123456789_";
        if self.accept(b"0") {
            if self.accept(b"xX") {
                digits = b"0123456789abcdefABCDEF_";
            } else if self.accept(b"oO") {
                digits = b"01234567_";
            } else if self.accept(b"bB") {
                digits = b"01_";
            }
        }
        self.accept_run(digits);
        if self.accept(b".") {
            self.accept_run(digits);
        }
        let exponent: &[u8] = match digits.len() {
            11 => b"eE",
            23 => b"pP",
            _ => b"",
        };
        if !exponent.is_empty() && self.accept(exponent) {
            self.accept(b"+-");
            self.accept_run(b"0123456789_");
        }
        self.accept(b"i");
        if self.peek().is_some_and(rune::is_alphanumeric) {
            self.next();
            return false;
        }
        true
    }
}
