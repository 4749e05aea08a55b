//! Block scalars: `|` and `>`.

use super::Scanner;
use super::piece::Piece;
use super::token::{Mark, ScalarStyle, Token, TokenKind};
use crate::error::Fault;

/// What happens to the line breaks at the end.
#[derive(Clone, Copy, PartialEq)]
enum Chomp {
    Clip,
    Strip,
    Keep,
}

impl<'t> Scanner<'t> {
    pub(super) fn scan_block_scalar(&mut self, literal: bool) -> Result<Token<'t>, Fault> {
        let start = self.cursor.mark();
        self.cursor.skip();
        let (chomp, increment) = self.block_header()?;
        self.block_header_end(start)?;
        let mut end = self.cursor.mark();
        let mut indent = if increment > 0 { self.indent.max(0) + increment } else { 0 };
        let mut value = Piece::new(self.cursor.text);
        let mut breaks = String::new();
        self.block_breaks(&mut indent, &mut breaks, &mut end)?;

        let mut leading_break = "";
        let mut leading_blank = false;
        while self.cursor.column() == indent && !self.cursor.is_end() {
            let blank = self.cursor.is_blank(0);
            if !literal && leading_break == "\n" && !leading_blank && !blank {
                if breaks.is_empty() {
                    value.push_str(" ");
                }
            } else {
                value.push_str(leading_break);
            }
            value.push_str(&breaks);
            breaks.clear();
            leading_blank = blank;
            let stop = self.cursor.line_end();
            value.push_range(self.cursor.pos, stop);
            self.cursor.skip_to(stop);
            leading_break = self.cursor.skip_break();
            self.block_breaks(&mut indent, &mut breaks, &mut end)?;
        }
        if chomp != Chomp::Strip {
            value.push_str(leading_break);
        }
        if chomp == Chomp::Keep {
            value.push_str(&breaks);
        }
        let style = if literal { ScalarStyle::Literal } else { ScalarStyle::Folded };
        Ok(Token { kind: TokenKind::Scalar { value: value.finish(), style }, start, end })
    }

    /// The indicators behind `|` or `>`, in either order.
    fn block_header(&mut self) -> Result<(Chomp, i32), Fault> {
        let mut chomp = self.chomp();
        let mut increment = 0;
        if self.cursor.peek(0).is_ascii_digit() {
            if self.cursor.peek(0) == b'0' {
                return Err(self.fault("found an indentation indicator equal to 0"));
            }
            increment = i32::from(self.cursor.peek(0) - b'0');
            self.cursor.skip();
            chomp = chomp.or_else(|| self.chomp());
        }
        Ok((chomp.unwrap_or(Chomp::Clip), increment))
    }

    fn chomp(&mut self) -> Option<Chomp> {
        let chomp = match self.cursor.peek(0) {
            b'+' => Chomp::Keep,
            b'-' => Chomp::Strip,
            _ => return None,
        };
        self.cursor.skip();
        Some(chomp)
    }

    fn block_header_end(&mut self, start: Mark) -> Result<(), Fault> {
        while self.cursor.is_blank(0) {
            self.cursor.skip();
        }
        if self.cursor.peek(0) == b'#' {
            if self.keeps_comments() {
                self.scan_line_comment(start);
            }
            self.cursor.skip_to(self.cursor.line_end());
        }
        if !self.cursor.is_break_or_end(0) {
            return Err(self.fault("did not find expected comment or line break"));
        }
        self.cursor.skip_break();
        Ok(())
    }

    /// Passes indentation and empty lines; finds out the indentation if it is not known yet.
    fn block_breaks(&mut self, indent: &mut i32, breaks: &mut String, end: &mut Mark) -> Result<(), Fault> {
        *end = self.cursor.mark();
        let mut deepest = 0;
        loop {
            let most = if *indent == 0 { i32::MAX } else { *indent };
            self.cursor.skip_indent(most);
            deepest = deepest.max(self.cursor.column());
            if (*indent == 0 || self.cursor.column() < *indent) && self.cursor.peek(0) == b'\t' {
                return Err(self.fault("found a tab character where an indentation space is expected"));
            }
            if !self.cursor.is_break(0) {
                break;
            }
            breaks.push_str(self.cursor.skip_break());
            *end = self.cursor.mark();
        }
        if *indent == 0 {
            *indent = deepest.max(self.indent + 1).max(1);
        }
        Ok(())
    }
}
