//! The scanner, step by step as the original goes: it takes escape characters out of the text as it meets them, and goes
//! back by the width of what it read last. Both show in what odd texts give.

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    Illegal,
    End,
    Text,
    Open,
    Close,
}

/// What is looked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mode {
    pub(super) text: bool,
    pub(super) open: bool,
    pub(super) close: bool,
    pub(super) escape: bool,
}

impl Mode {
    pub(super) const TEXT: Self = Self { text: true, open: false, close: false, escape: false };
    pub(super) const CLOSE: Self = Self { text: false, open: false, close: true, escape: false };
}

/// Whether a character at this position of a token, counted in bytes from 1 to its end, belongs to it.
pub(super) type Accept = fn(char, usize) -> bool;

const END: char = '\0';

pub(super) struct Scanner {
    text: Vec<u8>,
    pos: usize,
    start: usize,
    width: usize,
    /// How many characters were taken out so far.
    removed: usize,
    pub(super) mode: Mode,
    pub(super) accept: Accept,
    /// Whether `\` escapes too, besides `$`.
    pub(super) backslash: bool,
}

impl Scanner {
    pub(super) fn new(text: &str) -> Self {
        Self {
            text: text.as_bytes().to_vec(),
            pos: 0,
            start: 0,
            width: 0,
            removed: 0,
            mode: Mode::TEXT,
            accept: |_, _| true,
            backslash: false,
        }
    }

    /// Where the token that was found last begins in the text as it came.
    pub(super) fn place(&self) -> usize {
        self.start + self.removed
    }

    pub(super) fn read(&mut self) -> char {
        let (c, width) = decode(self.text.get(self.pos..).unwrap_or_default());
        self.width = width;
        self.pos += width;
        c
    }

    pub(super) fn unread(&mut self) {
        self.pos = self.pos.saturating_sub(self.width);
    }

    pub(super) fn peek(&mut self) -> char {
        let c = self.read();
        self.unread();
        c
    }

    /// Takes the character before the position out of the text.
    fn skip(&mut self) {
        if let Some(before) = self.pos.checked_sub(1) {
            self.text.remove(before);
            self.removed += 1;
        }
    }

    /// The token that was found last.
    pub(super) fn token(&self) -> &[u8] {
        self.text.get(self.start..self.pos.min(self.text.len())).unwrap_or_default()
    }

    pub(super) fn scan(&mut self) -> Token {
        self.start = self.pos;
        let c = self.read();
        if c == END {
            Token::End
        } else if self.is_open(c) {
            Token::Open
        } else if self.mode.close && c == '}' {
            Token::Close
        } else if self.is_text(c) {
            Token::Text
        } else {
            Token::Illegal
        }
    }

    fn is_text(&mut self, c: char) -> bool {
        if !self.mode.text {
            return false;
        }
        if self.is_escape(c) {
            self.skip();
        } else if !(self.accept)(c, self.pos.saturating_sub(self.start)) {
            return false;
        }
        loop {
            let c = self.read();
            if c == END {
                self.unread();
                return true;
            }
            if self.is_open(c) {
                self.unread();
                self.unread();
                return true;
            }
            if self.is_escape(c) {
                self.skip();
            } else if !(self.accept)(c, self.pos.saturating_sub(self.start)) {
                self.unread();
                return true;
            }
        }
    }

    fn is_open(&mut self, c: char) -> bool {
        if self.mode.open && c == '$' {
            if self.read() == '{' {
                return true;
            }
            self.unread();
        }
        false
    }

    fn is_escape(&mut self, c: char) -> bool {
        if !self.mode.escape {
            return false;
        }
        match c {
            '$' => self.peek() == '$',
            '\\' if self.backslash => matches!(self.peek(), '/' | '\\'),
            _ => false,
        }
    }
}

/// The first character and its width. Nothing is the end, and what is no UTF-8 counts by byte.
fn decode(bytes: &[u8]) -> (char, usize) {
    match super::functions::first_char(bytes) {
        None => (END, 0),
        Some(first) => first,
    }
}
