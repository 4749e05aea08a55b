//! Scalars without quotes.

use super::Scanner;
use super::piece::Piece;
use super::token::{ScalarStyle, Token, TokenKind};
use crate::error::Fault;

impl<'t> Scanner<'t> {
    pub(super) fn scan_plain(&mut self) -> Result<Token<'t>, Fault> {
        let start = self.cursor.mark();
        let mut end = start;
        let mut value = Piece::new(self.cursor.text);
        let mut gap = Gap::default();
        loop {
            if self.cursor.at_document_indicator() || self.cursor.peek(0) == b'#' {
                break;
            }
            let run = self.cursor.pos;
            let stop = self.plain_run();
            if stop > run {
                if gap.leading {
                    gap.fold(&mut value);
                } else {
                    value.push_range(gap.blanks.0, gap.blanks.1);
                }
                gap = Gap::default();
                value.push_range(run, stop);
                self.cursor.skip_to(stop);
                end = self.cursor.mark();
            }
            if !(self.cursor.is_blank(0) || self.cursor.is_break(0)) {
                break;
            }
            self.plain_gap(&mut gap)?;
            if self.flow_level == 0 && self.cursor.column() <= self.indent {
                break;
            }
        }
        if gap.leading {
            self.simple_key_allowed = true;
        }
        let kind = TokenKind::Scalar { value: value.finish(), style: ScalarStyle::Plain };
        Ok(Token { kind, start, end })
    }

    /// Where the run of characters from here ends: before white space or an indicator.
    fn plain_run(&self) -> usize {
        let bytes = self.cursor.bytes;
        let mut at = self.cursor.pos;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' => break,
                b':' if self.cursor.is_blank_or_end(at + 1 - self.cursor.pos) => break,
                b',' | b'?' | b'[' | b']' | b'{' | b'}' if self.flow_level > 0 => break,
                0xc2 | 0xe2 if super::cursor::break_len(bytes, at) > 0 => break,
                _ => at += 1,
            }
        }
        at
    }

    /// Passes white space and line breaks between two runs.
    fn plain_gap(&mut self, gap: &mut Gap) -> Result<(), Fault> {
        gap.blanks = (self.cursor.pos, self.cursor.pos);
        loop {
            if self.cursor.is_blank(0) {
                let is_tab = self.cursor.peek(0) == b'\t';
                if gap.leading && is_tab && self.cursor.column() <= self.indent {
                    return Err(self.fault("found a tab character that violates indentation"));
                }
                self.cursor.skip();
                if !gap.leading {
                    gap.blanks.1 = self.cursor.pos;
                }
            } else if self.cursor.is_break(0) {
                gap.line_break(self.cursor.skip_break());
            } else {
                return Ok(());
            }
        }
    }
}

/// White space between two runs of a plain or quoted scalar.
#[derive(Default)]
pub(super) struct Gap {
    /// Blanks before the first line break.
    pub(super) blanks: (usize, usize),
    /// A line break was passed; what follows is the indentation of a line.
    pub(super) leading: bool,
    first: String,
    more: String,
}

impl Gap {
    pub(super) fn line_break(&mut self, text: &str) {
        if self.leading {
            self.more.push_str(text);
        } else {
            self.leading = true;
            self.first.push_str(text);
        }
    }

    /// One line break becomes a space, of several the first goes.
    pub(super) fn fold(&self, value: &mut Piece<'_>) {
        if self.first != "\n" {
            value.push_str(&self.first);
            value.push_str(&self.more);
        } else if self.more.is_empty() {
            value.push_str(" ");
        } else {
            value.push_str(&self.more);
        }
    }
}
