//! Tokens inside of actions: names, texts in quotes, numbers.

use super::{Kind, Lexer, RIGHT, Token, is_space};
use crate::rune;
use crate::strconv;

impl Lexer<'_> {
    /// Space, which a trim marker may end with the action.
    pub(super) fn space(&mut self) -> Token {
        if self.right_delim().is_some() {
            return self.end_action(true);
        }
        let count = match self.byte(1) {
            Some(next) if is_space(next) => self.leading_space(),
            _ => 1,
        };
        // The last of several belongs to the marker.
        let before_marker = count > 1 && matches!(self.rest().get(count..), Some([b'-', b'}', b'}', ..]));
        self.item_of(count - usize::from(before_marker), Kind::Space)
    }

    fn skip_alphanumeric(&mut self) {
        loop {
            let rest = self.rest();
            let is_usual = |byte: &&u8| matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_');
            self.pos += rest.iter().take_while(is_usual).count();
            match self.byte(0) {
                Some(0x80..) if self.peek().is_some_and(rune::is_alphanumeric) => {
                    self.pos += rune::decode(self.rest()).1;
                }
                _ => return,
            }
        }
    }

    /// The token that was gone over, if it may end here.
    fn ended(&mut self, kind: Kind) -> Token {
        if self.at_terminator() {
            return self.item(kind);
        }
        // The end of the text is always a terminator, so there is a character.
        let next = self.peek().unwrap_or_default();
        self.fail(format!("bad character {}", strconv::unicode(next)))
    }

    pub(super) fn identifier(&mut self) -> Token {
        self.skip_alphanumeric();
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
        self.ended(kind)
    }

    /// A field or a variable, or the dot or dollar alone.
    pub(super) fn name(&mut self, kind: Kind) -> Token {
        self.pos += 1;
        if self.at_terminator() {
            return self.item(if kind == Kind::Variable { kind } else { Kind::Dot });
        }
        self.skip_alphanumeric();
        self.ended(kind)
    }

    fn at_terminator(&self) -> bool {
        match self.byte(0) {
            None | Some(b' ' | b'\t' | b'\r' | b'\n' | b'.' | b',' | b'|' | b':' | b')' | b'(') => true,
            Some(b'}') => self.rest().starts_with(RIGHT),
            Some(_) => false,
        }
    }

    pub(super) fn quoted(&mut self, end: u8, kind: Kind, unterminated: &str) -> Token {
        self.pos += 1;
        loop {
            let is_plain = |byte: &&u8| !matches!(byte, b'\\' | b'\n') && **byte != end;
            self.pos += self.rest().iter().take_while(is_plain).count();
            match (self.byte(0), self.byte(1)) {
                (Some(b'\\'), Some(escaped)) if escaped != b'\n' => self.pos += 2,
                (Some(byte), _) if byte == end => return self.item_of(1, kind),
                _ => return self.fail(unterminated),
            }
        }
    }

    pub(super) fn raw_quoted(&mut self) -> Token {
        self.pos += 1;
        match rune::find_byte(self.rest(), b'`') {
            Some(end) => self.item_of(end + 1, Kind::RawString),
            None => self.fail("unterminated raw quoted string"),
        }
    }

    fn accept(&mut self, valid: &[u8]) -> bool {
        let accepted = self.byte(0).is_some_and(|byte| valid.contains(&byte));
        self.pos += usize::from(accepted);
        accepted
    }

    fn accept_run(&mut self, valid: &[u8]) {
        while self.accept(valid) {}
    }

    fn bad_number(&mut self) -> Token {
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

    fn scan_number(&mut self) -> bool {
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
            // The error shows what follows as well.
            self.pos += rune::decode(self.rest()).1;
            return false;
        }
        true
    }
}
