//! Where documents begin and end, and their directives.

use super::{Event, EventKind, Parser, State, event, fault};
use crate::error::Fault;
use crate::parse::Comments;
use crate::scan::{CommentKind, TokenKind};

impl<'t> Parser<'t> {
    pub(super) fn document_start(&mut self, implicit: bool) -> Result<Event<'t>, Fault> {
        // Only set once it is known that no error stopped the attempt.
        while !implicit && matches!(self.peek()?.kind, TokenKind::DocumentEnd) {
            self.take()?;
        }
        let token = self.peek()?;
        let (start, end) = (token.start, token.end);
        match token.kind {
            TokenKind::StreamEnd => {
                self.state = State::End;
                Ok(event(EventKind::StreamEnd, start, end))
            }
            TokenKind::VersionDirective { .. } | TokenKind::TagDirective(_) | TokenKind::DocumentStart => {
                self.explicit_document()
            }
            _ if !implicit => self.explicit_document(),
            _ => {
                self.default_tag_directives();
                self.states.push(State::DocumentEnd);
                self.state = State::BlockNode;
                let mut begun = event(EventKind::DocumentStart { explicit: false }, start, start);
                begun.comments = self.split_document_head();
                Ok(begun)
            }
        }
    }

    fn explicit_document(&mut self) -> Result<Event<'t>, Fault> {
        let start = self.peek()?.start;
        self.directives()?;
        let token = self.peek()?;
        if !matches!(token.kind, TokenKind::DocumentStart) {
            return Err(fault("did not find expected <document start>", token.start));
        }
        let end = self.take()?.end;
        self.states.push(State::DocumentEnd);
        self.state = State::DocumentContent;
        Ok(event(EventKind::DocumentStart { explicit: true }, start, end))
    }

    pub(super) fn document_content(&mut self) -> Result<Event<'t>, Fault> {
        let token = self.peek()?;
        let mark = token.start;
        match token.kind {
            TokenKind::VersionDirective { .. }
            | TokenKind::TagDirective(_)
            | TokenKind::DocumentStart
            | TokenKind::DocumentEnd
            | TokenKind::StreamEnd => {
                self.pop_state();
                Ok(self.empty_scalar(mark))
            }
            _ => self.node(super::Context::Block),
        }
    }

    pub(super) fn document_end(&mut self) -> Result<Event<'t>, Fault> {
        let token = self.peek()?;
        let (start, mut end) = (token.start, token.start);
        if matches!(token.kind, TokenKind::DocumentEnd) {
            end = self.take()?.end;
        }
        self.tag_directives.clear();
        self.state = State::DocumentStart;
        let mut ended = event(EventKind::DocumentEnd, start, end);
        ended.comments = self.take_comments();
        if let Some(comments) = ended.comments.as_mut().filter(|comments| comments.foot.is_empty()) {
            comments.foot = std::mem::take(&mut comments.head);
        }
        Ok(ended)
    }

    /// The part of the head up to its last empty line belongs to the document, the rest to its first node.
    fn split_document_head(&mut self) -> Option<Box<Comments>> {
        let head = &self.comments.head;
        let bytes = head.as_bytes();
        let at = (1..bytes.len())
            .rev()
            .find(|at| bytes[*at] == b'\n' && (*at == bytes.len() - 1 || bytes[at - 1] == b'\n'))?;
        let document = if at == bytes.len() - 1 { &head[..at] } else { &head[..at - 1] };
        let split = Comments { head: document.to_string(), ..Comments::default() };
        self.comments.head = head[at + 1..].to_string();
        Some(Box::new(split))
    }

    fn directives(&mut self) -> Result<(), Fault> {
        let mut versioned = false;
        loop {
            let token = self.peek()?;
            let start = token.start;
            match &token.kind {
                TokenKind::VersionDirective { major, minor } => {
                    let (major, minor) = (*major, *minor);
                    if versioned {
                        return Err(fault("found duplicate %YAML directive", start));
                    }
                    if (major, minor) != (1, 1) {
                        return Err(fault("found incompatible YAML document", start));
                    }
                    versioned = true;
                }
                TokenKind::TagDirective(directive) => {
                    let directive = (**directive).clone();
                    if self.tag_directives.iter().any(|(own, _)| *own == directive.0) {
                        return Err(fault("found duplicate %TAG directive", start));
                    }
                    self.tag_directives.push(directive);
                }
                _ => break,
            }
            self.take()?;
        }
        self.default_tag_directives();
        Ok(())
    }

    fn default_tag_directives(&mut self) {
        for (handle, prefix) in [("!", "!"), ("!!", "tag:yaml.org,2002:")] {
            if self.tag_directives.iter().all(|(own, _)| own != handle) {
                self.tag_directives.push((handle.to_string(), prefix.to_string()));
            }
        }
    }
}

impl Comments {
    pub(super) fn add(&mut self, kind: CommentKind, text: &str) {
        let own = match kind {
            CommentKind::Head => &mut self.head,
            CommentKind::Line => &mut self.line,
            CommentKind::Foot => &mut self.foot,
        };
        if !own.is_empty() {
            own.push('\n');
        }
        own.push_str(text);
    }
}
