//! Text to tokens, as libyaml and its Go descendants cut it.
//!
//! Keys without `?` are only known to be keys once their `:` comes, so tokens queue up and the key token is put in
//! front later. What the tokens add up to is the parser's matter.

mod block;
mod comment;
mod cursor;
mod indent;
mod piece;
mod plain;
mod quoted;
mod tag;
mod token;

use std::collections::VecDeque;

use crate::error::{Fault, Stage};
use comment::Comment;
use cursor::Cursor;
use indent::SimpleKey;

pub(crate) use comment::CommentKind;
pub(crate) use indent::MAX_DEPTH;
pub use token::ScalarStyle;
pub(crate) use token::{Mark, Token, TokenKind};

/// Which generation of go-yaml to follow where they part: v3 keeps comments, and that moves a few borders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Generation {
    V2,
    V3,
}

pub(crate) struct Scanner<'t> {
    cursor: Cursor<'t>,
    generation: Generation,
    tokens: VecDeque<Token<'t>>,
    /// How many tokens were handed out.
    taken: usize,
    /// Places of the last two tokens in the queue, also when they were handed out already.
    recent: [Option<Recent>; 2],
    started: bool,
    ended: bool,
    flow_level: usize,
    indent: i32,
    indents: Vec<i32>,
    simple_key_allowed: bool,
    simple_keys: Vec<SimpleKey>,
    comments: VecDeque<Comment>,
}

#[derive(Clone, Copy)]
struct Recent {
    what: RecentKind,
    start: Mark,
}

/// What assigning comments needs to know of a token.
#[derive(Clone, Copy, PartialEq)]
enum RecentKind {
    SequenceStart,
    BlockEntry,
    FlowEntry,
    Value,
    Other,
}

impl<'t> Scanner<'t> {
    pub(crate) fn new(text: &'t str, generation: Generation) -> Self {
        Self {
            cursor: Cursor::new(text),
            generation,
            tokens: VecDeque::new(),
            taken: 0,
            recent: [None; 2],
            started: false,
            ended: false,
            flow_level: 0,
            indent: -1,
            indents: Vec::new(),
            simple_key_allowed: true,
            simple_keys: vec![SimpleKey::default()],
            comments: VecDeque::new(),
        }
    }

    /// Makes the next token complete.
    pub(crate) fn look(&mut self) -> Result<&Token<'t>, Fault> {
        self.fetch_enough()?;
        Ok(self.front())
    }

    /// The next token, once it was looked for.
    #[inline]
    pub(crate) fn front(&self) -> &Token<'t> {
        self.tokens.front().expect("looked for before, and that finds at least one")
    }

    /// Takes the next token, once it was looked for.
    #[inline]
    pub(crate) fn take_front(&mut self) -> Token<'t> {
        self.taken += 1;
        self.tokens.pop_front().expect("looked for before, and that finds at least one")
    }

    fn keeps_comments(&self) -> bool {
        self.generation == Generation::V3
    }

    fn fault(&self, message: &'static str) -> Fault {
        Fault::new(message, self.cursor.pos).by(Stage::Scan)
    }

    /// Comments belong to tokens before them, so with comments two more tokens have to be known.
    fn fetch_enough(&mut self) -> Result<(), Fault> {
        let ahead = if self.keeps_comments() { 2 } else { 0 };
        while !self.ended && (self.tokens.len() <= ahead || self.front_may_be_key()?) {
            self.fetch_next()?;
        }
        Ok(())
    }

    fn append(&mut self, token: Token<'t>) {
        let what = match token.kind {
            TokenKind::BlockSequenceStart => RecentKind::SequenceStart,
            TokenKind::BlockEntry => RecentKind::BlockEntry,
            TokenKind::FlowEntry => RecentKind::FlowEntry,
            TokenKind::Value => RecentKind::Value,
            _ => RecentKind::Other,
        };
        self.recent = [self.recent[1], Some(Recent { what, start: token.start })];
        self.tokens.push_back(token);
    }

    /// Puts a token into the queue, at its end if no place is given.
    fn insert(&mut self, at: Option<usize>, token: Token<'t>) {
        match at {
            Some(at) => self.tokens.insert(at, token),
            None => self.append(token),
        }
    }

    /// An indicator of so many characters.
    fn append_indicator(&mut self, kind: TokenKind<'t>, width: usize) {
        let start = self.cursor.mark();
        for _ in 0..width {
            self.cursor.skip();
        }
        self.append(Token { kind, start, end: self.cursor.mark() });
    }

    fn fetch_next(&mut self) -> Result<(), Fault> {
        if !self.started {
            self.started = true;
            let mark = self.cursor.mark();
            self.append(Token { kind: TokenKind::StreamStart, start: mark, end: mark });
            return Ok(());
        }
        let before = self.cursor.mark();
        self.skip_to_next_token(before);
        self.cursor.check_readable(4)?;
        self.unroll_indent(self.cursor.column(), before);
        if self.cursor.is_end() {
            return self.fetch_stream_end();
        }
        if self.cursor.column() == 0 && self.cursor.peek(0) == b'%' {
            self.end_block()?;
            let token = self.scan_directive()?;
            self.append(token);
            return Ok(());
        }
        if self.cursor.at_document_indicator() {
            let start = self.cursor.peek(0) == b'-';
            self.end_block()?;
            self.append_indicator(if start { TokenKind::DocumentStart } else { TokenKind::DocumentEnd }, 3);
            return Ok(());
        }
        let mut owner = self.cursor.mark();
        let separator = if self.flow_level == 0 { b':' } else { b',' };
        if let Some(last) = self.recent[1].filter(|_| self.cursor.peek(0) == separator) {
            owner = last.start;
        }
        self.fetch_content()?;
        self.cursor.check_readable(1)?;
        // A lone dash has no comment beside it; that belongs to what follows.
        if self.keeps_comments() && self.recent[1].is_none_or(|last| last.what != RecentKind::BlockEntry) {
            self.scan_line_comment(owner);
        }
        Ok(())
    }

    fn fetch_content(&mut self) -> Result<(), Fault> {
        let flow = self.flow_level > 0;
        let spaced = self.cursor.is_blank_or_end(1);
        match self.cursor.peek(0) {
            b'[' => self.fetch_flow_start(TokenKind::FlowSequenceStart),
            b'{' => self.fetch_flow_start(TokenKind::FlowMappingStart),
            b']' => self.fetch_flow_end(TokenKind::FlowSequenceEnd),
            b'}' => self.fetch_flow_end(TokenKind::FlowMappingEnd),
            b',' => self.fetch_flow_entry(),
            b'-' if spaced => self.fetch_block_entry(),
            b'?' if flow || spaced => self.fetch_key(),
            b':' if flow || spaced => self.fetch_value(),
            b'*' => self.fetch_simple(|scanner| scanner.scan_anchor(true)),
            b'&' => self.fetch_simple(|scanner| scanner.scan_anchor(false)),
            b'!' => self.fetch_simple(Self::scan_tag),
            b'|' if !flow => self.fetch_block_scalar(true),
            b'>' if !flow => self.fetch_block_scalar(false),
            b'\'' => self.fetch_simple(|scanner| scanner.scan_quoted(true)),
            b'"' => self.fetch_simple(|scanner| scanner.scan_quoted(false)),
            b'-' if !self.cursor.is_blank(1) => self.fetch_simple(Self::scan_plain),
            b'?' | b':' if !flow => self.fetch_simple(Self::scan_plain),
            b'-' | b'?' | b':' | b'#' | b'|' | b'>' | b'%' | b'@' | b'`' => {
                Err(self.fault("found character that cannot start any token"))
            }
            _ if self.cursor.is_blank_or_end(0) => {
                Err(self.fault("found character that cannot start any token"))
            }
            _ => self.fetch_simple(Self::scan_plain),
        }
    }

    fn fetch_stream_end(&mut self) -> Result<(), Fault> {
        self.cursor.force_new_line();
        self.end_block()?;
        let mark = self.cursor.mark();
        self.append(Token { kind: TokenKind::StreamEnd, start: mark, end: mark });
        self.ended = true;
        Ok(())
    }

    /// Closes all blocks, as nothing goes on across a document border.
    fn end_block(&mut self) -> Result<(), Fault> {
        self.unroll_indent(-1, self.cursor.mark());
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        Ok(())
    }

    fn fetch_flow_start(&mut self, kind: TokenKind<'t>) -> Result<(), Fault> {
        self.save_simple_key()?;
        self.increase_flow_level()?;
        self.simple_key_allowed = true;
        self.append_indicator(kind, 1);
        Ok(())
    }

    fn fetch_flow_end(&mut self, kind: TokenKind<'t>) -> Result<(), Fault> {
        self.remove_simple_key()?;
        self.decrease_flow_level();
        self.simple_key_allowed = false;
        self.append_indicator(kind, 1);
        Ok(())
    }

    fn fetch_flow_entry(&mut self) -> Result<(), Fault> {
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        self.append_indicator(TokenKind::FlowEntry, 1);
        Ok(())
    }

    fn fetch_block_entry(&mut self) -> Result<(), Fault> {
        // In flow context the parser will complain, it knows what it is in the middle of.
        if self.flow_level == 0 {
            if !self.simple_key_allowed {
                return Err(self.fault("block sequence entries are not allowed in this context"));
            }
            self.roll_indent(TokenKind::BlockSequenceStart, None, self.cursor.mark())?;
        }
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        self.append_indicator(TokenKind::BlockEntry, 1);
        Ok(())
    }

    fn fetch_key(&mut self) -> Result<(), Fault> {
        if self.flow_level == 0 {
            if !self.simple_key_allowed {
                return Err(self.fault("mapping keys are not allowed in this context"));
            }
            self.roll_indent(TokenKind::BlockMappingStart, None, self.cursor.mark())?;
        }
        self.remove_simple_key()?;
        self.simple_key_allowed = self.flow_level == 0;
        self.append_indicator(TokenKind::Key, 1);
        Ok(())
    }

    fn fetch_value(&mut self) -> Result<(), Fault> {
        if let Some(key) = self.take_simple_key()? {
            // A token that was handed out already gets its key token too late; the parser will complain.
            let at = key.token.checked_sub(self.taken);
            self.insert(at, Token { kind: TokenKind::Key, start: key.mark, end: key.mark });
            self.roll_indent(TokenKind::BlockMappingStart, at, key.mark)?;
            self.simple_key_allowed = false;
        } else {
            if self.flow_level == 0 {
                if !self.simple_key_allowed {
                    return Err(self.fault("mapping values are not allowed in this context"));
                }
                self.roll_indent(TokenKind::BlockMappingStart, None, self.cursor.mark())?;
            }
            self.simple_key_allowed = self.flow_level == 0;
        }
        self.append_indicator(TokenKind::Value, 1);
        Ok(())
    }

    /// What can be a key by itself, and has no key right behind it.
    fn fetch_simple(
        &mut self,
        scan: impl FnOnce(&mut Self) -> Result<Token<'t>, Fault>,
    ) -> Result<(), Fault> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        let token = scan(self)?;
        self.append(token);
        Ok(())
    }

    fn fetch_block_scalar(&mut self, literal: bool) -> Result<(), Fault> {
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        let token = self.scan_block_scalar(literal)?;
        self.append(token);
        Ok(())
    }

    fn skip_to_next_token(&mut self, before: Mark) {
        loop {
            if self.cursor.at_mark() {
                self.cursor.skip();
            }
            // A tab is no indentation, so it may not stand where a key may begin.
            let tabs = self.flow_level > 0 || !self.simple_key_allowed;
            self.cursor.skip_blanks(tabs);
            if self.keeps_comments() {
                self.adopt_comment_behind_dash();
            }
            if self.cursor.peek(0) == b'#' {
                if self.keeps_comments() {
                    self.scan_comments(before);
                } else {
                    self.cursor.skip_to(self.cursor.line_end());
                }
            }
            if self.cursor.skip_break().is_empty() {
                return;
            }
            if self.flow_level == 0 {
                self.simple_key_allowed = true;
            }
        }
    }
}
