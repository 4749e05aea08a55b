//! Events to documents. Aliases are tied to their anchors here.

use std::collections::HashMap;

use weir_files::Span;

use super::{Content, Document, Extra, NONE, NodeData};
use crate::error::Fault;
use crate::parse::{Comments, Event, EventKind, Parser, Properties};
use crate::scan::Generation;

pub(super) struct Composer<'t> {
    text: &'t str,
    parser: Parser<'t>,
    /// Room for nodes that an earlier document has used.
    spare: Vec<NodeData<'t>>,
}

/// A collection whose end has not come yet.
#[derive(Clone, Copy, Default)]
struct Open {
    id: u32,
    /// Its last child.
    last: u32,
    /// True if the last child is a key, in a mapping.
    is_key: bool,
    key: u32,
    key_before: u32,
}

struct Builder<'t> {
    nodes: Vec<NodeData<'t>>,
    open: Vec<Open>,
    anchors: HashMap<&'t str, u32>,
}

impl<'t> Composer<'t> {
    pub(super) fn new(text: &'t str, generation: Generation) -> Self {
        Self { text, parser: Parser::new(text, generation), spare: Vec::new() }
    }

    pub(super) fn recycle(&mut self, mut nodes: Vec<NodeData<'t>>) {
        nodes.clear();
        self.spare = nodes;
    }

    pub(super) fn document(&mut self) -> Result<Option<Document<'t>>, Fault> {
        let begun = self.parser.next()?;
        let EventKind::DocumentStart { explicit } = begun.kind else { return Ok(None) };
        let mut comments = begun.comments.map(|comments| *comments).unwrap_or_default();
        let nodes = std::mem::take(&mut self.spare);
        let mut builder = Builder { nodes, open: Vec::new(), anchors: HashMap::new() };
        let end = loop {
            let event = self.parser.next()?;
            if matches!(event.kind, EventKind::DocumentEnd | EventKind::StreamEnd) {
                break event;
            }
            builder.add(event)?;
        };
        if let Some(last) = end.comments {
            comments.foot = last.foot;
        }
        let last = builder.nodes.first().map_or(begun.end.at, |root| root.span.end.max(begun.end.at));
        let span = Span { start: begun.start.at, end: last };
        Ok(Some(Document { text: self.text, nodes: builder.nodes, span, explicit, comments }))
    }
}

impl<'t> Builder<'t> {
    fn add(&mut self, event: Event<'t>) -> Result<(), Fault> {
        let span = Span { start: event.start.at, end: event.end.at };
        let comments = event.comments;
        match event.kind {
            EventKind::Scalar { value, style, properties } => {
                self.push(Content::Scalar { value, style }, span, properties, comments);
            }
            EventKind::Alias(name) => {
                let Some(target) = self.anchors.get(name).copied() else {
                    return Err(Fault::over(format!("unknown anchor '{name}' referenced"), span));
                };
                self.push(Content::Alias { name, target }, span, None, comments);
            }
            EventKind::SequenceStart { flow, properties } => {
                self.open(Content::Sequence { first: NONE, flow }, span, properties, comments);
            }
            EventKind::MappingStart { flow, properties } => {
                self.open(Content::Mapping { first: NONE, flow }, span, properties, comments);
            }
            EventKind::SequenceEnd | EventKind::MappingEnd => self.close(span, comments),
            EventKind::DocumentStart { .. } | EventKind::DocumentEnd | EventKind::StreamEnd => {}
        }
        Ok(())
    }

    fn open(
        &mut self,
        content: Content<'t>,
        span: Span,
        properties: Option<Box<Properties<'t>>>,
        mut comments: Option<Box<Comments>>,
    ) {
        // What stands beside or below a collection comes with its end; go-yaml forgets what came before.
        if let Some(comments) = &mut comments {
            comments.line.clear();
            comments.foot.clear();
        }
        let id = self.push(content, span, properties, comments);
        self.open.push(Open { id, ..Open::default() });
    }

    fn push(
        &mut self,
        content: Content<'t>,
        span: Span,
        properties: Option<Box<Properties<'t>>>,
        comments: Option<Box<Comments>>,
    ) -> u32 {
        let id = self.nodes.len() as u32;
        if let Some(name) = properties.as_ref().and_then(|properties| properties.anchor) {
            self.anchors.insert(name, id);
        }
        let extra = (properties.is_some() || comments.is_some()).then(|| {
            let comments = comments.map(|comments| *comments).unwrap_or_default();
            let Properties { anchor, tag, at } = properties.map(|properties| *properties).unwrap_or_default();
            Box::new(Extra { anchor, tag, properties_at: at, comments })
        });
        self.nodes.push(NodeData { content, span, next: NONE, extra });
        self.link(id);
        self.move_foot_to_key();
        id
    }

    /// Hangs a node below the innermost open collection.
    fn link(&mut self, id: u32) {
        let Some(parent) = self.open.last_mut() else { return };
        let before = std::mem::replace(&mut parent.last, id);
        parent.is_key = !parent.is_key;
        if parent.is_key {
            parent.key_before = std::mem::replace(&mut parent.key, id);
        }
        if before != NONE {
            self.nodes[before as usize].next = id;
        } else if let Content::Sequence { first, .. } | Content::Mapping { first, .. } =
            &mut self.nodes[parent.id as usize].content
        {
            *first = id;
        }
    }

    fn close(&mut self, end: Span, comments: Option<Box<Comments>>) {
        let Some(Open { id, last, key, .. }) = self.open.pop() else { return };
        let last_end = self.nodes.get(last as usize).filter(|_| last != NONE).map(|node| node.span.end);
        let node = &mut self.nodes[id as usize];
        let flow = match node.content {
            Content::Sequence { flow, .. } | Content::Mapping { flow, .. } => flow,
            Content::Scalar { .. } | Content::Alias { .. } => false,
        };
        // A block ends with its last child, not where the next thing begins; so does a pair without braces.
        node.span.end = if flow && end.end > end.start {
            end.end.max(node.span.end)
        } else {
            last_end.unwrap_or(node.span.end)
        };
        if let Some(comments) = comments {
            self.end_comments(id, key, *comments);
        }
        self.move_foot_to_key();
    }

    /// Comments at the end of a collection; those at the foot of a block mapping are its last key's.
    fn end_comments(&mut self, id: u32, last_key: u32, mut comments: Comments) {
        let block_mapping = matches!(self.nodes[id as usize].content, Content::Mapping { flow: false, .. });
        if block_mapping && last_key != NONE && !comments.foot.is_empty() {
            self.comments(last_key).foot = std::mem::take(&mut comments.foot);
        }
        let own = self.comments(id);
        own.line = comments.line;
        own.foot = comments.foot;
    }

    fn comments(&mut self, id: u32) -> &mut Comments {
        &mut self.nodes[id as usize].extra.get_or_insert_default().comments
    }

    /// Foot comments stand at keys: one at a key belongs to the key before, one at a value to its own key.
    fn move_foot_to_key(&mut self) {
        let Some(Open { id, last, is_key, key, key_before, .. }) = self.open.last().copied() else { return };
        let Content::Mapping { flow, .. } = self.nodes[id as usize].content else { return };
        let target = if is_key { key_before } else { key };
        if target == NONE || !self.has_foot(last) || is_key && flow || !is_key && self.has_foot(target) {
            return;
        }
        let foot = std::mem::take(&mut self.comments(last).foot);
        self.comments(target).foot = foot;
    }

    fn has_foot(&self, id: u32) -> bool {
        id != NONE
            && self.nodes[id as usize].extra.as_ref().is_some_and(|extra| !extra.comments.foot.is_empty())
    }
}
