//! How nodes are looked at.

use weir_files::Span;

use super::{Content, Document, NONE, NodeData};
use crate::parse::Comments;
use crate::scan::ScalarStyle;

/// A node of a document.
#[derive(Debug, Clone, Copy)]
pub struct Node<'d, 't> {
    document: &'d Document<'t>,
    id: u32,
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeKind {
    /// A text or what is written like one.
    Scalar,
    /// A list.
    Sequence,
    /// Keys with values.
    Mapping,
    /// Stands for the node with that anchor.
    Alias,
}

impl<'d, 't> Node<'d, 't> {
    pub(crate) fn new(document: &'d Document<'t>, id: u32) -> Self {
        Self { document, id }
    }

    fn data(self) -> &'d NodeData<'t> {
        &self.document.nodes[self.id as usize]
    }

    pub(crate) fn document(self) -> &'d Document<'t> {
        self.document
    }

    pub(crate) fn id(self) -> u32 {
        self.id
    }

    /// What it is.
    pub fn kind(self) -> NodeKind {
        match self.data().content {
            Content::Scalar { .. } => NodeKind::Scalar,
            Content::Sequence { .. } => NodeKind::Sequence,
            Content::Mapping { .. } => NodeKind::Mapping,
            Content::Alias { .. } => NodeKind::Alias,
        }
    }

    /// The bytes of its content, without anchor and tag. Block texts take in their last line break.
    pub fn span(self) -> Span {
        self.data().span
    }

    /// The same with anchor and tag.
    pub fn full_span(self) -> Span {
        let data = self.data();
        let properties = data.extra.as_ref().filter(|extra| extra.anchor.is_some() || extra.tag.is_some());
        Span { start: properties.map_or(data.span.start, |extra| extra.properties_at), end: data.span.end }
    }

    /// The line that its content begins on, from one.
    pub fn line(self) -> usize {
        let text = self.document.text.as_bytes();
        let at = (self.span().start as usize).min(text.len());
        text[..at].iter().filter(|byte| **byte == b'\n').count() + 1
    }

    /// The text of a scalar, without quotes and escapes.
    pub fn scalar(self) -> Option<&'d str> {
        if let Content::Scalar { value, .. } = &self.data().content { Some(value) } else { None }
    }

    /// How the scalar is written; plain for other nodes.
    pub fn style(self) -> ScalarStyle {
        if let Content::Scalar { style, .. } = self.data().content { style } else { ScalarStyle::Plain }
    }

    /// True for collections in brackets or braces.
    pub fn is_flow(self) -> bool {
        matches!(
            self.data().content,
            Content::Sequence { flow: true, .. } | Content::Mapping { flow: true, .. }
        )
    }

    /// The tag as written, in full.
    pub fn tag(self) -> Option<&'d str> {
        self.data().extra.as_ref()?.tag.as_deref()
    }

    /// The anchor.
    pub fn anchor(self) -> Option<&'t str> {
        self.data().extra.as_ref()?.anchor
    }

    /// The node that an alias stands for, any other node itself.
    pub fn resolved(self) -> Self {
        match self.data().content {
            Content::Alias { target, .. } => Self::new(self.document, target),
            _ => self,
        }
    }

    /// The comments that belong to it.
    pub fn comments(self) -> Option<&'d Comments> {
        self.data().extra.as_ref().map(|extra| &extra.comments).filter(|comments| !comments.is_empty())
    }

    /// The items of a sequence; none for other nodes.
    pub fn items(self) -> Items<'d, 't> {
        let first = match self.data().content {
            Content::Sequence { first, .. } => first,
            _ => NONE,
        };
        Items { document: self.document, next: first }
    }

    /// Keys and values of a mapping; none for other nodes.
    pub fn entries(self) -> Entries<'d, 't> {
        let first = match self.data().content {
            Content::Mapping { first, .. } => first,
            _ => NONE,
        };
        Entries(Items { document: self.document, next: first })
    }

    /// Key and value of this key, the last one if it is there more than once.
    pub fn entry(self, key: &str) -> Option<(Self, Self)> {
        self.entries().filter(|(own, _)| own.resolved().scalar() == Some(key)).last()
    }

    /// The value of this key.
    pub fn get(self, key: &str) -> Option<Self> {
        self.entry(key).map(|(_, value)| value)
    }
}

/// Items of a sequence in order.
#[derive(Debug, Clone)]
pub struct Items<'d, 't> {
    document: &'d Document<'t>,
    next: u32,
}

impl<'d, 't> Iterator for Items<'d, 't> {
    type Item = Node<'d, 't>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next == NONE {
            return None;
        }
        let node = Node::new(self.document, self.next);
        self.next = node.data().next;
        Some(node)
    }
}

/// Keys and values of a mapping in order.
#[derive(Debug, Clone)]
pub struct Entries<'d, 't>(Items<'d, 't>);

impl<'d, 't> Iterator for Entries<'d, 't> {
    type Item = (Node<'d, 't>, Node<'d, 't>);

    fn next(&mut self) -> Option<Self::Item> {
        Some((self.0.next()?, self.0.next()?))
    }
}
