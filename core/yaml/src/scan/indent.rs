//! Indentation levels and the keys that may yet turn out to be keys.

use super::Scanner;
use super::token::{Mark, Token, TokenKind};
use crate::error::{Fault, Stage};

/// Deeper nesting is an error. Go stops at ten thousand; nothing real comes near this.
pub(crate) const MAX_DEPTH: usize = 1000;

/// A token at which a key without `?` may have begun, one per flow level.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct SimpleKey {
    possible: bool,
    /// The queue is held until it is known whether this is a key. Empty brackets lose that: go-yaml forgets their
    /// key as it closes them, so that `{}: x` at the front of the queue is no mapping there.
    held: bool,
    /// In block context at this indentation nothing but a key can stand.
    required: bool,
    /// Number of the token, counted from the start of the stream.
    pub(super) token: usize,
    pub(super) mark: Mark,
}

impl<'t> Scanner<'t> {
    /// True if the first token of the queue may get a key token in front of it.
    pub(super) fn front_may_be_key(&mut self) -> Result<bool, Fault> {
        let first = self.taken;
        // Levels further in have later tokens; a level just entered repeats the number, not possible yet.
        let start = self.simple_keys.partition_point(|key| key.token < first);
        let Some(at) = (start..self.simple_keys.len())
            .take_while(|at| self.simple_keys[*at].token == first)
            .find(|at| self.simple_keys[*at].possible && self.simple_keys[*at].held)
        else {
            return Ok(false);
        };
        self.is_valid_key(at)
    }

    /// Keys stay on one line and below 1024 characters; what exceeds that is given up here.
    fn is_valid_key(&mut self, at: usize) -> Result<bool, Fault> {
        let key = self.simple_keys[at];
        if !key.possible {
            return Ok(false);
        }
        if key.mark.line < self.cursor.line() || self.is_far_from(key.mark.at as usize) {
            if key.required {
                return Err(Fault::new("could not find expected ':'", self.cursor.pos).by(Stage::Scan));
            }
            self.simple_keys[at].possible = false;
            return Ok(false);
        }
        Ok(true)
    }

    fn is_far_from(&self, start: usize) -> bool {
        let bytes = self.cursor.pos - start;
        bytes > 1024 && (bytes > 4096 || self.cursor.text[start..self.cursor.pos].chars().count() > 1024)
    }

    pub(super) fn save_simple_key(&mut self) -> Result<(), Fault> {
        if self.simple_key_allowed {
            let required = self.flow_level == 0 && self.indent == self.cursor.column();
            let token = self.taken + self.tokens.len();
            let key = SimpleKey { possible: true, held: true, required, token, mark: self.cursor.mark() };
            self.remove_simple_key()?;
            *self.last_key() = key;
        }
        Ok(())
    }

    fn last_key(&mut self) -> &mut SimpleKey {
        self.simple_keys.last_mut().expect("the outermost level is never left")
    }

    pub(super) fn remove_simple_key(&mut self) -> Result<(), Fault> {
        let key = self.last_key();
        if key.possible && key.required {
            return Err(self.fault("could not find expected ':'"));
        }
        key.possible = false;
        Ok(())
    }

    /// The key that a `:` here would complete.
    pub(super) fn take_simple_key(&mut self) -> Result<Option<SimpleKey>, Fault> {
        let at = self.simple_keys.len() - 1;
        if !self.is_valid_key(at)? {
            return Ok(None);
        }
        self.simple_keys[at].possible = false;
        Ok(Some(self.simple_keys[at]))
    }

    pub(super) fn increase_flow_level(&mut self) -> Result<(), Fault> {
        let token = self.taken + self.tokens.len();
        let key = SimpleKey { token, mark: self.cursor.mark(), ..SimpleKey::default() };
        self.simple_keys.push(key);
        self.flow_level += 1;
        self.check_depth()
    }

    fn check_depth(&self) -> Result<(), Fault> {
        if self.flow_level + self.indents.len() > MAX_DEPTH {
            return Err(self.fault("exceeded max depth of 1000"));
        }
        Ok(())
    }

    pub(super) fn decrease_flow_level(&mut self) {
        if self.flow_level > 0 {
            self.flow_level -= 1;
            let left = self.simple_keys.pop().map(|key| key.token);
            let key = self.last_key();
            key.held &= left != Some(key.token);
        }
    }

    /// Begins a block at the column of this mark if it is further in; `at` is the place in the queue.
    pub(super) fn roll_indent(
        &mut self,
        kind: TokenKind<'t>,
        at: Option<usize>,
        mark: Mark,
    ) -> Result<(), Fault> {
        if self.flow_level > 0 || self.indent >= mark.column {
            return Ok(());
        }
        self.indents.push(self.indent);
        self.indent = mark.column;
        self.check_depth()?;
        self.insert(at, Token { kind, start: mark, end: mark });
        Ok(())
    }

    /// Ends the blocks that are further in than this column. `before` is where the white space up to here began.
    pub(super) fn unroll_indent(&mut self, column: i32, before: Mark) {
        if self.flow_level > 0 {
            return;
        }
        let at = self.cursor.text.floor_char_boundary((before.at as usize).saturating_sub(1));
        let mut mark = Mark { at: at as u32, ..before };
        while self.indent > column {
            // The end stands before comments that may be at the foot of an outer block.
            let mut stop = mark.at;
            for comment in self.comments.iter().rev() {
                if comment.end < stop {
                    break;
                }
                if comment.start.column == self.indent + 1 {
                    mark = comment.start;
                }
                stop = comment.scan;
            }
            self.append(Token { kind: TokenKind::BlockEnd, start: mark, end: mark });
            self.indent = self.indents.pop().expect("each level was pushed");
        }
    }
}
