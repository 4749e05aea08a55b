//! Walks through the text and knows line and column. Breaks are those of YAML 1.1: CR, LF, CRLF, NEL, LS, PS.

use super::token::Mark;
use crate::error::Fault;

pub(crate) struct Cursor<'t> {
    pub(super) text: &'t str,
    pub(super) bytes: &'t [u8],
    pub(super) pos: usize,
    line: u32,
    line_start: usize,
    /// Bytes of this line so far that begin no character: columns count characters.
    wide: usize,
    /// Line breaks since the last character that is not blank; comments are assigned by it.
    pub(super) newlines: u32,
    /// The first forbidden character, and from where on reading stumbles over it.
    forbidden: Option<Forbidden>,
    /// Up to here the first character of each line is passed over.
    marked_until: usize,
}

#[derive(Clone, Copy)]
struct Forbidden {
    at: usize,
    noticed_from: usize,
}

/// go-yaml reads the text in pieces of this size and only then looks for forbidden characters, so those in a later
/// document do not always spoil the first.
const PIECE: usize = 512;

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let pos = if text.starts_with('\u{feff}') { 3 } else { 0 };
        // go-yaml looks for a byte order mark in the wrong place, so a second one makes it see marks everywhere.
        let marked_until =
            if text.starts_with("\u{feff}\u{feff}") { text.floor_char_boundary(PIECE) } else { 0 };
        Self {
            text,
            bytes: text.as_bytes(),
            pos,
            line: 0,
            line_start: pos,
            wide: 0,
            newlines: 0,
            forbidden: find_forbidden(text),
            marked_until,
        }
    }

    /// True where go-yaml takes what stands here for a byte order mark.
    pub(super) fn at_mark(&self) -> bool {
        self.pos < self.marked_until && self.pos == self.line_start && !self.is_end()
    }

    /// Fails if so many characters from here cannot be read.
    pub(super) fn check_readable(&self, ahead: usize) -> Result<(), Fault> {
        match self.forbidden {
            Some(forbidden) if self.pos + ahead > forbidden.noticed_from => {
                Err(Fault::new("control characters are not allowed", forbidden.at))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn column(&self) -> i32 {
        (self.pos - self.line_start - self.wide) as i32
    }

    pub(super) fn line(&self) -> u32 {
        self.line
    }

    pub(super) fn mark(&self) -> Mark {
        Mark { at: self.pos as u32, line: self.line, column: self.column() }
    }

    /// The byte so many bytes ahead; zero behind the end. The text itself never has a zero.
    pub(super) fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.pos + ahead).copied().unwrap_or(0)
    }

    pub(super) fn is_end(&self) -> bool {
        self.pos >= self.bytes.len()
    }

    pub(super) fn is_blank(&self, ahead: usize) -> bool {
        matches!(self.peek(ahead), b' ' | b'\t')
    }

    /// Bytes of the line break so many bytes ahead, zero if there is none.
    pub(super) fn break_len(&self, ahead: usize) -> usize {
        break_len(self.bytes, self.pos + ahead)
    }

    pub(super) fn is_break(&self, ahead: usize) -> bool {
        self.break_len(ahead) > 0
    }

    pub(super) fn is_break_or_end(&self, ahead: usize) -> bool {
        self.pos + ahead >= self.bytes.len() || self.is_break(ahead)
    }

    pub(super) fn is_blank_or_end(&self, ahead: usize) -> bool {
        self.is_blank(ahead) || self.is_break_or_end(ahead)
    }

    /// True at `---` or `...` at the start of a line, followed by white space.
    pub(super) fn at_document_indicator(&self) -> bool {
        self.pos == self.line_start
            && matches!(self.bytes.get(self.pos..self.pos + 3), Some(b"---" | b"..."))
            && self.is_blank_or_end(3)
    }

    /// Passes one character that is no line break.
    pub(super) fn skip(&mut self) {
        let byte = self.peek(0);
        if byte != b' ' && byte != b'\t' {
            self.newlines = 0;
        }
        let width = match byte {
            _ if self.is_end() => return,
            0..0x80 => 1,
            0x80..0xe0 => 2,
            0xe0..0xf0 => 3,
            0xf0.. => 4,
        };
        self.pos += width;
        self.wide += width - 1;
    }

    /// Passes spaces, and tabs if they are welcome.
    pub(super) fn skip_blanks(&mut self, tabs: bool) {
        let rest = &self.bytes[self.pos..];
        let is_blank = |byte: &u8| *byte == b' ' || tabs && *byte == b'\t';
        self.pos += rest.iter().position(|byte| !is_blank(byte)).unwrap_or(rest.len());
    }

    /// Passes spaces up to this column.
    pub(super) fn skip_indent(&mut self, column: i32) {
        let most = usize::try_from(column - self.column()).unwrap_or(0);
        let rest = &self.bytes[self.pos..];
        self.pos += rest.iter().take(most).take_while(|byte| **byte == b' ').count();
    }

    /// Passes everything up to this offset, which is on the same line and begins a character.
    pub(super) fn skip_to(&mut self, end: usize) {
        let run = &self.bytes[self.pos..end];
        if run.iter().any(|byte| *byte != b' ' && *byte != b'\t') {
            self.newlines = 0;
            if !run.is_ascii() {
                self.wide += run.iter().filter(|byte| **byte & 0xc0 == 0x80).count();
            }
        }
        self.pos = end;
    }

    /// Passes a line break, if there is one, and tells what stands for it in a value.
    pub(super) fn skip_break(&mut self) -> &'t str {
        let start = self.pos;
        let length = self.break_len(0);
        if length == 0 {
            return "";
        }
        self.pos += length;
        self.line += 1;
        self.line_start = self.pos;
        self.wide = 0;
        self.newlines += 1;
        if length == 3 { &self.text[start..self.pos] } else { "\n" }
    }

    /// At the end of the text, begins a new line if the last one has no break.
    pub(super) fn force_new_line(&mut self) {
        if self.column() != 0 {
            self.line += 1;
            self.line_start = self.pos;
            self.wide = 0;
        }
    }

    /// Offset of the next line break or the end.
    pub(super) fn line_end(&self) -> usize {
        let mut at = self.pos;
        while at < self.bytes.len() {
            if matches!(self.bytes[at], b'\n' | b'\r' | 0xc2 | 0xe2) && break_len(self.bytes, at) > 0 {
                break;
            }
            at += 1;
        }
        at
    }
}

pub(super) fn break_len(bytes: &[u8], at: usize) -> usize {
    let byte = |ahead: usize| bytes.get(at + ahead).copied();
    match byte(0) {
        Some(b'\n') => 1,
        Some(b'\r') => 1 + usize::from(byte(1) == Some(b'\n')),
        Some(0xc2) if byte(1) == Some(0x85) => 2,
        Some(0xe2) if byte(1) == Some(0x80) && matches!(byte(2), Some(0xa8 | 0xa9)) => 3,
        _ => 0,
    }
}

/// Offset of the first character that YAML does not allow anywhere, escaped ones aside.
fn find_forbidden(text: &str) -> Option<Forbidden> {
    let at = first_forbidden(text)?;
    let mut noticed_from = 0;
    loop {
        let end = text.floor_char_boundary(noticed_from + PIECE);
        if end > at || end == text.len() {
            return Some(Forbidden { at, noticed_from });
        }
        noticed_from = end;
    }
}

fn first_forbidden(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(chunk) = bytes.get(at..at + 16).or_else(|| bytes.get(at..)).filter(|c| !c.is_empty()) {
        if chunk.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\n')) {
            at += chunk.len();
            continue;
        }
        // The chunk may end inside of a character: look at whole characters from its start on.
        let mut end = at;
        for c in text[at..].chars() {
            if !is_allowed(c) {
                return Some(end);
            }
            end += c.len_utf8();
            if end >= at + chunk.len() {
                break;
            }
        }
        at = end;
    }
    None
}

fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..)
}
