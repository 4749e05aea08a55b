//! From text to tokens, one at a time, as Go's lexer cuts them.

mod word;

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
        count_lines(self.input.get(self.start..self.pos).unwrap_or_default())
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
}

fn count_lines(text: &[u8]) -> u32 {
    u32::try_from(memchr::memchr_iter(b'\n', text).count()).unwrap_or(u32::MAX)
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
