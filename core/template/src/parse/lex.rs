//! From text to tokens, one at a time, as Go's lexer cuts them.

use crate::rune::{self, decode, decode_last};
use crate::strconv;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Error,
    Bool,
    Char,
    CharConstant,
    Complex,
    Assign,
    Declare,
    Eof,
    Field,
    Identifier,
    LeftDelim,
    LeftParen,
    Number,
    Pipe,
    RawString,
    RightDelim,
    RightParen,
    Space,
    String,
    Text,
    Variable,
    // Keywords from here on.
    Block,
    Break,
    Continue,
    Dot,
    Define,
    Else,
    End,
    If,
    Nil,
    Range,
    Template,
    With,
}

/// A token: its place in the text and the line on which it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) line: u32,
}

const LEFT: &[u8] = b"{{";
const RIGHT: &[u8] = b"}}";
/// A trim marker and the space beside it.
const MARKER: usize = 2;

pub(super) struct Lexer<'a> {
    input: &'a [u8],
    pos: usize,
    start: usize,
    at_eof: bool,
    parens: u32,
    line: u32,
    start_line: u32,
    inside: bool,
    /// The text of the last error token.
    error: String,
    failed: bool,
    break_ok: bool,
    continue_ok: bool,
}

/// What a state of the lexer leads to.
enum Next {
    Token(Token),
    Text,
    LeftDelim,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(input: &'a [u8], break_ok: bool, continue_ok: bool) -> Self {
        Self {
            input,
            pos: 0,
            start: 0,
            at_eof: false,
            parens: 0,
            line: 1,
            start_line: 1,
            inside: false,
            error: String::new(),
            failed: false,
            break_ok,
            continue_ok,
        }
    }

    /// The message of an error token.
    pub(super) fn error(&self) -> &str {
        &self.error
    }

    pub(super) fn token(&mut self) -> Token {
        if self.failed {
            return Token { kind: Kind::Eof, start: 0, end: 0, line: self.start_line };
        }
        if self.inside {
            return self.inside_action();
        }
        let mut next = Next::Text;
        loop {
            next = match next {
                Next::Token(token) => return token,
                Next::Text => self.text(),
                Next::LeftDelim => self.left_delim(),
            }
        }
    }

    fn rest(&self) -> &'a [u8] {
        self.input.get(self.pos..).unwrap_or_default()
    }

    fn next(&mut self) -> Option<u32> {
        let Some(&first) = self.input.get(self.pos) else {
            self.at_eof = true;
            return None;
        };
        if first < 0x80 {
            self.pos += 1;
            self.line += u32::from(first == b'\n');
            return Some(u32::from(first));
        }
        let (c, width) = decode(self.rest());
        self.pos += width;
        Some(c)
    }

    fn backup(&mut self) {
        if self.at_eof || self.pos == 0 {
            return;
        }
        let last = self.input.get(self.pos - 1).copied().unwrap_or_default();
        let width =
            if last < 0x80 { 1 } else { decode_last(self.input.get(..self.pos).unwrap_or_default()).1 };
        self.pos -= width;
        self.line -= u32::from(last == b'\n');
    }

    fn peek(&mut self) -> Option<u32> {
        match self.input.get(self.pos) {
            Some(byte @ ..0x80) => Some(u32::from(*byte)),
            Some(_) => Some(decode(self.rest()).0),
            None => {
                self.at_eof = true;
                None
            }
        }
    }

    fn lines(&self) -> u32 {
        let text = self.input.get(self.start..self.pos).unwrap_or_default();
        u32::try_from(text.iter().filter(|byte| **byte == b'\n').count()).unwrap_or(u32::MAX)
    }

    fn item(&mut self, kind: Kind) -> Token {
        let token = Token { kind, start: self.start, end: self.pos, line: self.start_line };
        self.start = self.pos;
        self.start_line = self.line;
        token
    }

    fn ignore(&mut self) {
        self.line += self.lines();
        self.start = self.pos;
        self.start_line = self.line;
    }

    fn fail(&mut self, message: impl Into<String>) -> Token {
        self.error = message.into();
        self.failed = true;
        Token { kind: Kind::Error, start: self.start, end: self.start, line: self.start_line }
    }

    fn word(&self) -> &'a [u8] {
        self.input.get(self.start..self.pos).unwrap_or_default()
    }

    fn text(&mut self) -> Next {
        let Some(before) = find(self.rest(), LEFT) else {
            self.pos = self.input.len();
            if self.pos > self.start {
                self.line += self.lines();
                return Next::Token(self.item(Kind::Text));
            }
            return Next::Token(self.item(Kind::Eof));
        };
        if before > 0 {
            self.pos += before;
            let trimmed = if has_left_marker(self.input.get(self.pos + LEFT.len()..).unwrap_or_default()) {
                self.word().iter().rev().take_while(|byte| is_space(u32::from(**byte))).count()
            } else {
                0
            };
            self.pos -= trimmed;
            self.line += self.lines();
            let token = self.item(Kind::Text);
            self.pos += trimmed;
            self.ignore();
            if token.end > token.start {
                return Next::Token(token);
            }
        }
        Next::LeftDelim
    }

    fn left_delim(&mut self) -> Next {
        self.pos += LEFT.len();
        let after = if has_left_marker(self.rest()) { MARKER } else { 0 };
        if self.input.get(self.pos + after..).is_some_and(|rest| rest.starts_with(b"/*")) {
            self.pos += after;
            self.ignore();
            return self.comment();
        }
        let token = self.item(Kind::LeftDelim);
        self.inside = true;
        self.pos += after;
        self.ignore();
        self.parens = 0;
        Next::Token(token)
    }

    fn comment(&mut self) -> Next {
        self.pos += 2;
        let Some(end) = find(self.rest(), b"*/") else {
            return Next::Token(self.fail("unclosed comment"));
        };
        self.pos += end + 2;
        let Some(trim) = self.right_delim() else {
            return Next::Token(self.fail("comment ends before closing delimiter"));
        };
        self.line += self.lines();
        _ = self.item(Kind::Text);
        if trim {
            self.pos += MARKER;
        }
        self.pos += RIGHT.len();
        if trim {
            self.pos += self.leading_space();
        }
        self.ignore();
        Next::Text
    }

    fn leading_space(&self) -> usize {
        self.rest().iter().take_while(|byte| is_space(u32::from(**byte))).count()
    }

    /// Whether the right delimiter is here, and if so, whether with a trim marker.
    fn right_delim(&self) -> Option<bool> {
        let rest = self.rest();
        if has_right_marker(rest) && rest.get(MARKER..).is_some_and(|rest| rest.starts_with(RIGHT)) {
            return Some(true);
        }
        rest.starts_with(RIGHT).then_some(false)
    }

    fn end_action(&mut self) -> Token {
        let trim = self.right_delim().unwrap_or(false);
        if trim {
            self.pos += MARKER;
            self.ignore();
        }
        self.pos += RIGHT.len();
        let token = self.item(Kind::RightDelim);
        if trim {
            self.pos += self.leading_space();
            self.ignore();
        }
        self.inside = false;
        token
    }

    fn inside_action(&mut self) -> Token {
        if self.right_delim().is_some() {
            return if self.parens == 0 { self.end_action() } else { self.fail("unclosed left paren") };
        }
        let Some(c) = self.next() else {
            return self.fail("unclosed action");
        };
        match char::from_u32(c).unwrap_or(char::REPLACEMENT_CHARACTER) {
            ' ' | '\t' | '\r' | '\n' => {
                self.backup();
                self.space()
            }
            '=' => self.item(Kind::Assign),
            ':' => {
                if self.next() != Some(u32::from(b'=')) {
                    return self.fail("expected :=");
                }
                self.item(Kind::Declare)
            }
            '|' => self.item(Kind::Pipe),
            '"' => self.quoted(b'"', Kind::String, "unterminated quoted string"),
            '`' => self.raw_quoted(),
            '$' => {
                if self.at_terminator() {
                    self.item(Kind::Variable)
                } else {
                    self.name(Kind::Variable)
                }
            }
            '\'' => self.quoted(b'\'', Kind::CharConstant, "unterminated character constant"),
            '.' if self.rest().first().is_some_and(|next| !next.is_ascii_digit()) => self.name(Kind::Field),
            '.' | '+' | '-' | '0'..='9' => {
                self.backup();
                self.number()
            }
            '(' => {
                self.parens += 1;
                self.item(Kind::LeftParen)
            }
            ')' => match self.parens.checked_sub(1) {
                None => self.fail("unexpected right paren"),
                Some(parens) => {
                    self.parens = parens;
                    self.item(Kind::RightParen)
                }
            },
            c if rune::is_alphanumeric(u32::from(c)) => self.identifier(),
            '!'..='~' => self.item(Kind::Char),
            _ => self.fail(format!("unrecognized character in action: {}", strconv::unicode(c))),
        }
    }

    fn space(&mut self) -> Token {
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

    fn skip_alphanumeric(&mut self) -> Option<u32> {
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

    fn bad_character(&mut self, c: Option<u32>) -> Token {
        // The end of the text is always a terminator, so there is a character.
        self.fail(format!("bad character {}", strconv::unicode(c.unwrap_or(0))))
    }

    fn identifier(&mut self) -> Token {
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
    fn name(&mut self, kind: Kind) -> Token {
        if self.at_terminator() {
            return self.item(if kind == Kind::Variable { kind } else { Kind::Dot });
        }
        let next = self.skip_alphanumeric();
        if !self.at_terminator() {
            return self.bad_character(next);
        }
        self.item(kind)
    }

    fn at_terminator(&mut self) -> bool {
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

    fn quoted(&mut self, end: u8, kind: Kind, unterminated: &str) -> Token {
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

    fn raw_quoted(&mut self) -> Token {
        loop {
            match self.next() {
                None => return self.fail("unterminated raw quoted string"),
                Some(c) if c == u32::from(b'`') => return self.item(Kind::RawString),
                Some(_) => {}
            }
        }
    }

    fn accept(&mut self, valid: &[u8]) -> bool {
        match self.next() {
            Some(c) if c < 0x80 && valid.contains(&(c as u8)) => true,
            _ => {
                self.backup();
                false
            }
        }
    }

    fn accept_run(&mut self, valid: &[u8]) {
        while self.accept(valid) {}
    }

    fn bad_number(&mut self) -> Token {
        let word = String::from_utf8_lossy(&strconv::quote(self.word())).into_owned();
        self.fail(format!("bad number syntax: {word}"))
    }

    fn number(&mut self) -> Token {
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
            self.next();
            return false;
        }
        true
    }
}

fn is_space(c: u32) -> bool {
    matches!(c, 0x20 | 0x09 | 0x0d | 0x0a)
}

fn has_left_marker(text: &[u8]) -> bool {
    matches!(text, [b'-', space, ..] if is_space(u32::from(*space)))
}

fn has_right_marker(text: &[u8]) -> bool {
    matches!(text, [space, b'-', ..] if is_space(u32::from(*space)))
}

/// Where the needle of two bytes stands.
fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    let first = *needle.first()?;
    let mut from = 0;
    loop {
        let at = from + crate::rune::find_byte(text.get(from..)?, first)?;
        if text.get(at..)?.starts_with(needle) {
            return Some(at);
        }
        from = at + 1;
    }
}
