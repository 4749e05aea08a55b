//! From text to tokens, one at a time, as Go's lexer cuts them.

mod word;

use crate::rune::{self, decode};
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

/// A token and its place in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Where it ends, and below that where it starts: in one number, as that and the kind are handed on in registers. What is
    /// written to memory in parts and read again as a whole takes three times as long.
    place: u64,
}

impl Token {
    /// What there is before anything was read.
    pub(super) const NONE: Self = Self { kind: Kind::Eof, place: 0 };

    fn new(kind: Kind, start: usize, end: usize) -> Self {
        Self { kind, place: (end as u64) << 32 | start as u64 }
    }

    pub(super) fn start(self) -> u32 {
        self.place as u32
    }

    pub(super) fn end(self) -> u32 {
        (self.place >> 32) as u32
    }
}

const LEFT: &[u8] = b"{{";
const RIGHT: &[u8] = b"}}";
/// A trim marker and the space beside it.
const MARKER: usize = 2;

/// Cuts a text of less than 4 GiB. Lines are not counted: who asks for that of a token counts the ends of lines before it.
pub(super) struct Lexer<'a> {
    input: &'a [u8],
    pos: usize,
    start: usize,
    parens: u32,
    inside: bool,
    /// The text of the last error token.
    error: String,
    failed: bool,
    break_ok: bool,
    continue_ok: bool,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(input: &'a [u8], break_ok: bool, continue_ok: bool) -> Self {
        Self {
            input,
            pos: 0,
            start: 0,
            parens: 0,
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
            return self.empty(Kind::Eof);
        }
        if self.inside { self.inside_action() } else { self.outside() }
    }

    fn rest(&self) -> &'a [u8] {
        self.input.get(self.pos..).unwrap_or_default()
    }

    /// The byte so far behind where it was read to.
    fn byte(&self, ahead: usize) -> Option<u8> {
        self.input.get(self.pos + ahead).copied()
    }

    /// The character that is next.
    fn peek(&self) -> Option<u32> {
        match self.byte(0)? {
            byte @ ..0x80 => Some(u32::from(byte)),
            _ => Some(decode(self.rest()).0),
        }
    }

    fn empty(&self, kind: Kind) -> Token {
        Token::new(kind, self.start, self.start)
    }

    fn item(&mut self, kind: Kind) -> Token {
        let token = Token::new(kind, self.start, self.pos);
        self.start = self.pos;
        token
    }

    /// What is so long.
    fn item_of(&mut self, length: usize, kind: Kind) -> Token {
        self.pos += length;
        self.item(kind)
    }

    fn skip(&mut self, length: usize) {
        self.pos += length;
        self.start = self.pos;
    }

    #[cold]
    fn fail(&mut self, message: impl Into<String>) -> Token {
        self.error = message.into();
        self.failed = true;
        self.empty(Kind::Error)
    }

    fn word(&self) -> &'a [u8] {
        self.input.get(self.start..self.pos).unwrap_or_default()
    }

    /// Text, or the delimiter behind it.
    fn outside(&mut self) -> Token {
        loop {
            let rest = self.rest();
            let Some(before) = find(rest, LEFT) else {
                return self.item_of(rest.len(), if rest.is_empty() { Kind::Eof } else { Kind::Text });
            };
            if before > 0 {
                let text = rest.get(..before).unwrap_or_default();
                let trims = has_left_marker(rest.get(before + LEFT.len()..).unwrap_or_default());
                let trimmed =
                    if trims { text.iter().rev().take_while(|byte| is_space(**byte)).count() } else { 0 };
                let token = self.item_of(before - trimmed, Kind::Text);
                self.skip(trimmed);
                if trimmed < before {
                    return token;
                }
            }
            if let Some(token) = self.left_delim() {
                return token;
            }
        }
    }

    /// The delimiter, or nothing if it began a comment.
    fn left_delim(&mut self) -> Option<Token> {
        let after = self.rest().get(LEFT.len()..).unwrap_or_default();
        let marker = if has_left_marker(after) { MARKER } else { 0 };
        if after.get(marker..).is_some_and(|rest| rest.starts_with(b"/*")) {
            self.skip(LEFT.len() + marker);
            return self.comment();
        }
        let token = self.item_of(LEFT.len(), Kind::LeftDelim);
        self.inside = true;
        self.skip(marker);
        self.parens = 0;
        Some(token)
    }

    fn comment(&mut self) -> Option<Token> {
        let Some(end) = self.rest().get(2..).and_then(|rest| find(rest, b"*/")) else {
            return Some(self.fail("unclosed comment"));
        };
        // An error is on the line where the comment begins.
        self.pos += end + 4;
        let Some(trim) = self.right_delim() else {
            return Some(self.fail("comment ends before closing delimiter"));
        };
        self.skip(RIGHT.len() + if trim { MARKER } else { 0 });
        if trim {
            self.skip(self.leading_space());
        }
        None
    }

    fn leading_space(&self) -> usize {
        self.rest().iter().take_while(|byte| is_space(**byte)).count()
    }

    /// Whether the right delimiter is here, and if so, whether with a trim marker.
    fn right_delim(&self) -> Option<bool> {
        match self.rest() {
            [b'}', b'}', ..] => Some(false),
            [space, b'-', b'}', b'}', ..] if is_space(*space) => Some(true),
            _ => None,
        }
    }

    fn end_action(&mut self, trim: bool) -> Token {
        if self.parens > 0 {
            return self.fail("unclosed left paren");
        }
        if trim {
            self.skip(MARKER);
        }
        let token = self.item_of(RIGHT.len(), Kind::RightDelim);
        if trim {
            self.skip(self.leading_space());
        }
        self.inside = false;
        token
    }

    fn inside_action(&mut self) -> Token {
        let Some(first) = self.byte(0) else {
            return self.fail("unclosed action");
        };
        match first {
            b' ' | b'\t' | b'\r' | b'\n' => self.space(),
            b'}' if self.byte(1) == Some(b'}') => self.end_action(false),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.identifier(),
            b'.' if self.byte(1).is_some_and(|next| !next.is_ascii_digit()) => self.name(Kind::Field),
            b'.' | b'+' | b'-' | b'0'..=b'9' => self.number(),
            b'$' => self.name(Kind::Variable),
            b'"' => self.quoted(b'"', Kind::String, "unterminated quoted string"),
            b'`' => self.raw_quoted(),
            b'\'' => self.quoted(b'\'', Kind::CharConstant, "unterminated character constant"),
            b'|' => self.item_of(1, Kind::Pipe),
            b'(' => {
                self.parens += 1;
                self.item_of(1, Kind::LeftParen)
            }
            b')' => match self.parens.checked_sub(1) {
                None => self.fail("unexpected right paren"),
                Some(parens) => {
                    self.parens = parens;
                    self.item_of(1, Kind::RightParen)
                }
            },
            b'=' => self.item_of(1, Kind::Assign),
            b':' if self.byte(1) == Some(b'=') => self.item_of(2, Kind::Declare),
            b':' => self.fail("expected :="),
            b'!'..=b'~' => self.item_of(1, Kind::Char),
            _ => self.unusual(),
        }
    }

    /// What begins with a character beyond ASCII.
    fn unusual(&mut self) -> Token {
        let c = self.peek().unwrap_or_default();
        if rune::is_alphanumeric(c) {
            return self.identifier();
        }
        self.fail(format!("unrecognized character in action: {}", strconv::unicode(c)))
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn has_left_marker(text: &[u8]) -> bool {
    matches!(text, [b'-', space, ..] if is_space(*space))
}

/// Where the needle of two bytes stands.
fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    if text.starts_with(needle) {
        return Some(0);
    }
    let first = *needle.first()?;
    let mut from = 0;
    loop {
        let at = from + rune::find_byte(text.get(from..)?, first)?;
        if text.get(at..)?.starts_with(needle) {
            return Some(at);
        }
        from = at + 1;
    }
}
