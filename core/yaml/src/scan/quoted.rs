//! Scalars in quotes.

use super::Scanner;
use super::piece::Piece;
use super::plain::Gap;
use super::token::{ScalarStyle, Token, TokenKind};
use crate::error::Fault;

impl<'t> Scanner<'t> {
    pub(super) fn scan_quoted(&mut self, single: bool) -> Result<Token<'t>, Fault> {
        let start = self.cursor.mark();
        self.cursor.skip();
        let quote = if single { b'\'' } else { b'"' };
        let mut value = Piece::new(self.cursor.text);
        loop {
            if self.cursor.at_document_indicator() {
                return Err(self.fault("found unexpected document indicator"));
            }
            if self.cursor.is_end() {
                return Err(self.fault("found unexpected end of stream"));
            }
            let mut gap = Gap::default();
            self.quoted_run(single, &mut value, &mut gap)?;
            if self.cursor.peek(0) == quote {
                break;
            }
            self.quoted_gap(&mut gap);
            if gap.leading {
                gap.fold(&mut value);
            } else {
                value.push_range(gap.blanks.0, gap.blanks.1);
            }
        }
        self.cursor.skip();
        let style = if single { ScalarStyle::SingleQuoted } else { ScalarStyle::DoubleQuoted };
        let kind = TokenKind::Scalar { value: value.finish(), style };
        Ok(Token { kind, start, end: self.cursor.mark() })
    }

    /// Reads up to white space or the end quote; up to the next line after an escaped line break.
    fn quoted_run(&mut self, single: bool, value: &mut Piece<'t>, gap: &mut Gap) -> Result<(), Fault> {
        loop {
            let bytes = self.cursor.bytes;
            let mut at = self.cursor.pos;
            while let Some(byte) = bytes.get(at) {
                match byte {
                    b' ' | b'\t' | b'\n' | b'\r' => break,
                    b'\'' if single => break,
                    b'"' | b'\\' if !single => break,
                    0xc2 | 0xe2 if super::cursor::break_len(bytes, at) > 0 => break,
                    _ => at += 1,
                }
            }
            value.push_range(self.cursor.pos, at);
            self.cursor.skip_to(at);
            match self.cursor.peek(0) {
                b'\'' if single && self.cursor.peek(1) == b'\'' => {
                    self.cursor.skip();
                    self.cursor.skip();
                    value.push('\'');
                }
                b'\\' if !single && self.cursor.is_break(1) => {
                    self.cursor.skip();
                    self.cursor.skip_break();
                    gap.leading = true;
                    return Ok(());
                }
                b'\\' if !single => value.push(self.escape()?),
                _ => return Ok(()),
            }
        }
    }

    fn quoted_gap(&mut self, gap: &mut Gap) {
        gap.blanks = (self.cursor.pos, self.cursor.pos);
        loop {
            if self.cursor.is_blank(0) {
                self.cursor.skip();
                if !gap.leading {
                    gap.blanks.1 = self.cursor.pos;
                }
            } else if self.cursor.is_break(0) {
                gap.line_break(self.cursor.skip_break());
            } else {
                return;
            }
        }
    }

    fn escape(&mut self) -> Result<char, Fault> {
        let c = match self.cursor.peek(1) {
            b'0' => '\0',
            b'a' => '\u{7}',
            b'b' => '\u{8}',
            b't' | b'\t' => '\t',
            b'n' => '\n',
            b'v' => '\u{b}',
            b'f' => '\u{c}',
            b'r' => '\r',
            b'e' => '\u{1b}',
            b' ' => ' ',
            b'"' => '"',
            b'\'' => '\'',
            b'\\' => '\\',
            b'N' => '\u{85}',
            b'_' => '\u{a0}',
            b'L' => '\u{2028}',
            b'P' => '\u{2029}',
            b'x' => return self.hex_escape(2),
            b'u' => return self.hex_escape(4),
            b'U' => return self.hex_escape(8),
            _ => return Err(self.fault("found unknown escape character")),
        };
        self.cursor.skip();
        self.cursor.skip();
        Ok(c)
    }

    fn hex_escape(&mut self, digits: usize) -> Result<char, Fault> {
        let mut code: u32 = 0;
        for ahead in 2..2 + digits {
            let Some(digit) = (self.cursor.peek(ahead) as char).to_digit(16) else {
                return Err(self.fault("did not find expected hexdecimal number"));
            };
            code = code << 4 | digit;
        }
        let Some(c) = char::from_u32(code) else {
            return Err(self.fault("found invalid Unicode character escape code"));
        };
        self.cursor.skip_to(self.cursor.pos + 2 + digits);
        Ok(c)
    }
}
