//! Tokens to events: the grammar of YAML as a state machine, so that nesting costs no stack.

mod document;
mod event;
mod flow;

use std::borrow::Cow;

use crate::error::{Fault, Stage};
use crate::scan::{Generation, Mark, ScalarStyle, Scanner, Token, TokenKind};

pub use event::Comments;
pub(crate) use event::{Event, EventKind, Properties};

#[derive(Debug, Clone, Copy)]
enum State {
    ImplicitDocumentStart,
    DocumentStart,
    DocumentContent,
    DocumentEnd,
    BlockNode,
    BlockSequenceEntry { first: bool },
    IndentlessSequenceEntry,
    BlockMappingKey { first: bool },
    BlockMappingValue,
    FlowSequenceEntry { first: bool },
    FlowSequencePairKey,
    FlowSequencePairValue,
    FlowSequencePairEnd,
    FlowMappingKey { first: bool },
    FlowMappingValue { empty: bool },
    End,
}

/// Where a node stands.
#[derive(Clone, Copy, PartialEq)]
enum Context {
    Block,
    /// The value of a key, which may be a sequence at the indentation of the key.
    BlockValue,
    Flow,
}

pub(crate) struct Parser<'t> {
    scanner: Scanner<'t>,
    /// The next token is complete and its comments are gathered.
    looked: bool,
    state: State,
    states: Vec<State>,
    tag_directives: Vec<(String, String)>,
    /// Comments met on the way to the token at hand, for the next event that takes some.
    comments: Comments,
    /// Comment above an entry whose content is a block of its own.
    stem: Option<String>,
}

impl<'t> Parser<'t> {
    pub(crate) fn new(text: &'t str, generation: Generation) -> Self {
        Self {
            scanner: Scanner::new(text, generation),
            looked: false,
            state: State::ImplicitDocumentStart,
            states: Vec::new(),
            tag_directives: Vec::new(),
            comments: Comments::default(),
            stem: None,
        }
    }

    /// The next event; the stream's end for ever after that.
    pub(crate) fn next(&mut self) -> Result<Event<'t>, Fault> {
        match self.state {
            State::ImplicitDocumentStart => {
                self.take()?;
                self.document_start(true)
            }
            State::DocumentStart => self.document_start(false),
            State::DocumentContent => self.document_content(),
            State::DocumentEnd => self.document_end(),
            State::BlockNode => self.node(Context::Block),
            State::BlockSequenceEntry { first } => self.block_sequence_entry(first),
            State::IndentlessSequenceEntry => self.indentless_sequence_entry(),
            State::BlockMappingKey { first } => self.block_mapping_key(first),
            State::BlockMappingValue => self.block_mapping_value(),
            State::FlowSequenceEntry { first } => self.flow_sequence_entry(first),
            State::FlowSequencePairKey => self.flow_sequence_pair_key(),
            State::FlowSequencePairValue => self.flow_sequence_pair_value(),
            State::FlowSequencePairEnd => self.flow_sequence_pair_end(),
            State::FlowMappingKey { first } => self.flow_mapping_key(first),
            State::FlowMappingValue { empty } => self.flow_mapping_value(empty),
            State::End => {
                let mark = self.peek()?.end;
                Ok(event(EventKind::StreamEnd, mark, mark))
            }
        }
    }

    /// The next token, which stays.
    #[inline]
    fn peek(&mut self) -> Result<&Token<'t>, Fault> {
        if !self.looked {
            self.look()?;
        }
        Ok(self.scanner.front())
    }

    fn look(&mut self) -> Result<(), Fault> {
        let token = self.scanner.look()?;
        let (start, ends_block) = (token.start.at, matches!(token.kind, TokenKind::BlockEnd));
        while let Some((kind, text)) = self.scanner.take_comment(start, ends_block) {
            self.comments.add(kind, &text);
        }
        self.looked = true;
        Ok(())
    }

    fn take(&mut self) -> Result<Token<'t>, Fault> {
        self.peek()?;
        self.looked = false;
        Ok(self.scanner.take_front())
    }

    fn pop_state(&mut self) {
        self.state = self.states.pop().unwrap_or(State::End);
    }

    fn take_comments(&mut self) -> Option<Box<Comments>> {
        self.stem = None;
        if self.comments.is_empty() { None } else { Some(Box::new(std::mem::take(&mut self.comments))) }
    }

    fn empty_scalar(&self, mark: Mark) -> Event<'t> {
        let kind =
            EventKind::Scalar { value: Cow::Borrowed(""), style: ScalarStyle::Plain, properties: None };
        event(kind, mark, mark)
    }

    fn node(&mut self, context: Context) -> Result<Event<'t>, Fault> {
        let token = self.peek()?;
        let start = token.start;
        if matches!(token.kind, TokenKind::Alias(_)) {
            return self.alias();
        }
        let (properties, properties_end) = self.properties()?;
        let end = properties_end.unwrap_or(start);
        let flow_content = match self.peek()?.kind {
            TokenKind::BlockEntry if context == Context::BlockValue => {
                let token = self.peek()?;
                let (start, end) = (token.start, token.end);
                self.state = State::IndentlessSequenceEntry;
                return Ok(event(EventKind::SequenceStart { flow: false, properties }, start, end));
            }
            TokenKind::Scalar { .. } => return self.scalar(properties),
            TokenKind::FlowSequenceStart => {
                self.state = State::FlowSequenceEntry { first: true };
                Some(EventKind::SequenceStart { flow: true, properties: properties.clone() })
            }
            TokenKind::FlowMappingStart => {
                self.state = State::FlowMappingKey { first: true };
                Some(EventKind::MappingStart { flow: true, properties: properties.clone() })
            }
            _ => None,
        };
        if let Some(kind) = flow_content {
            let token = self.peek()?;
            let mut begun = event(kind, token.start, token.end);
            begun.comments = self.take_comments();
            return Ok(begun);
        }
        self.block_collection(context, properties, start, end)
    }

    fn block_collection(
        &mut self,
        context: Context,
        properties: Option<Box<Properties<'t>>>,
        start: Mark,
        end: Mark,
    ) -> Result<Event<'t>, Fault> {
        let is_block = context != Context::Flow;
        let token = self.peek()?;
        let (token_start, token_end) = (token.start, token.end);
        let kind = match token.kind {
            TokenKind::BlockSequenceStart if is_block => {
                self.state = State::BlockSequenceEntry { first: true };
                EventKind::SequenceStart { flow: false, properties }
            }
            TokenKind::BlockMappingStart if is_block => {
                self.state = State::BlockMappingKey { first: true };
                EventKind::MappingStart { flow: false, properties }
            }
            _ if properties.is_some() => {
                self.pop_state();
                let kind =
                    EventKind::Scalar { value: Cow::Borrowed(""), style: ScalarStyle::Plain, properties };
                return Ok(event(kind, start, end));
            }
            _ => return Err(fault("did not find expected node content", token_start)),
        };
        let mut begun = event(kind, token_start, token_end);
        if let Some(head) = self.stem.take() {
            begun.comments = Some(Box::new(Comments { head, ..Comments::default() }));
        }
        Ok(begun)
    }

    fn alias(&mut self) -> Result<Event<'t>, Fault> {
        let token = self.take()?;
        let TokenKind::Alias(name) = token.kind else { unreachable!("looked at just now") };
        self.pop_state();
        let mut alias = event(EventKind::Alias(name), token.start, token.end);
        alias.comments = self.take_comments();
        Ok(alias)
    }

    fn scalar(&mut self, properties: Option<Box<Properties<'t>>>) -> Result<Event<'t>, Fault> {
        let token = self.take()?;
        let TokenKind::Scalar { value, style } = token.kind else { unreachable!("looked at just now") };
        self.pop_state();
        let mut scalar = event(EventKind::Scalar { value, style, properties }, token.start, token.end);
        scalar.comments = self.take_comments();
        Ok(scalar)
    }

    /// An anchor and a tag, in either order, and where they end.
    fn properties(&mut self) -> Result<(Option<Box<Properties<'t>>>, Option<Mark>), Fault> {
        let token = self.peek()?;
        if !matches!(token.kind, TokenKind::Anchor(_) | TokenKind::Tag(_)) {
            return Ok((None, None));
        }
        let mut properties = Box::new(Properties { at: token.start.at, ..Properties::default() });
        let mut end = None;
        loop {
            match &self.peek()?.kind {
                TokenKind::Anchor(name) if properties.anchor.is_none() => {
                    properties.anchor = Some(*name);
                    end = Some(self.take()?.end);
                }
                TokenKind::Tag(_) if properties.tag.is_none() => {
                    let token = self.take()?;
                    end = Some(token.end);
                    properties.tag = Some(self.full_tag(token)?);
                }
                _ => return Ok((Some(properties), end)),
            }
        }
    }

    fn full_tag(&self, token: Token<'t>) -> Result<String, Fault> {
        let TokenKind::Tag(tag) = token.kind else { unreachable!("looked at just now") };
        let (handle, suffix) = *tag;
        if handle.is_empty() {
            return Ok(suffix);
        }
        let prefix = self.tag_directives.iter().find(|(own, _)| *own == handle);
        let tag = prefix.map(|(_, prefix)| format!("{prefix}{suffix}")).unwrap_or_default();
        if tag.is_empty() {
            return Err(fault("found undefined tag handle", token.start));
        }
        Ok(tag)
    }

    fn block_sequence_entry(&mut self, first: bool) -> Result<Event<'t>, Fault> {
        if first {
            self.take()?;
        }
        match self.peek()?.kind {
            TokenKind::BlockEntry => {
                let mark = self.take_entry()?;
                if matches!(self.peek()?.kind, TokenKind::BlockEntry | TokenKind::BlockEnd) {
                    self.state = State::BlockSequenceEntry { first: false };
                    return Ok(self.empty_scalar(mark));
                }
                self.states.push(State::BlockSequenceEntry { first: false });
                self.node(Context::Block)
            }
            TokenKind::BlockEnd => {
                let token = self.take()?;
                self.pop_state();
                Ok(event(EventKind::SequenceEnd, token.start, token.end))
            }
            _ => Err(fault("did not find expected '-' indicator", self.peek()?.start)),
        }
    }

    fn indentless_sequence_entry(&mut self) -> Result<Event<'t>, Fault> {
        if !matches!(self.peek()?.kind, TokenKind::BlockEntry) {
            let mark = self.peek()?.start;
            self.pop_state();
            return Ok(event(EventKind::SequenceEnd, mark, mark));
        }
        let mark = self.take_entry()?;
        use TokenKind::{BlockEnd, BlockEntry, Key, Value};
        if matches!(self.peek()?.kind, BlockEntry | Key | Value | BlockEnd) {
            self.state = State::IndentlessSequenceEntry;
            return Ok(self.empty_scalar(mark));
        }
        self.states.push(State::IndentlessSequenceEntry);
        self.node(Context::Block)
    }

    /// Takes the dash. What stood above it is split from what stands behind it if a block follows.
    fn take_entry(&mut self) -> Result<Mark, Fault> {
        let mark = self.take()?.end;
        // The comments of the dash itself were gathered when it was looked at.
        let above = self.comments.head.len();
        let kind = &self.peek()?.kind;
        let block = matches!(kind, TokenKind::BlockSequenceStart | TokenKind::BlockMappingStart);
        if above > 0 && block {
            let rest = self.comments.head.get(above + 1..).unwrap_or("").to_string();
            let mut stem = std::mem::replace(&mut self.comments.head, rest);
            stem.truncate(above);
            self.stem = Some(stem);
        }
        Ok(mark)
    }

    fn block_mapping_key(&mut self, first: bool) -> Result<Event<'t>, Fault> {
        if first {
            self.take()?;
        }
        match self.peek()?.kind {
            TokenKind::Key => {
                let mark = self.take()?.end;
                if self.at_block_key_border()? {
                    self.state = State::BlockMappingValue;
                    return Ok(self.empty_scalar(mark));
                }
                self.states.push(State::BlockMappingValue);
                self.node(Context::BlockValue)
            }
            TokenKind::BlockEnd => {
                let token = self.take()?;
                self.pop_state();
                let mut end = event(EventKind::MappingEnd, token.start, token.end);
                end.comments = self.take_comments();
                Ok(end)
            }
            _ => Err(fault("did not find expected key", self.peek()?.start)),
        }
    }

    fn block_mapping_value(&mut self) -> Result<Event<'t>, Fault> {
        let token = self.peek()?;
        let mut mark = token.start;
        if matches!(token.kind, TokenKind::Value) {
            mark = self.take()?.end;
            if !self.at_block_key_border()? {
                self.states.push(State::BlockMappingKey { first: false });
                return self.node(Context::BlockValue);
            }
        }
        self.state = State::BlockMappingKey { first: false };
        Ok(self.empty_scalar(mark))
    }

    fn at_block_key_border(&mut self) -> Result<bool, Fault> {
        Ok(matches!(self.peek()?.kind, TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd))
    }
}

fn event<'t>(kind: EventKind<'t>, start: Mark, end: Mark) -> Event<'t> {
    Event { kind, start, end, comments: None }
}

fn fault(message: &'static str, mark: Mark) -> Fault {
    Fault::new(message, mark.at as usize).by(Stage::Parse)
}
