//! Documents as trees of nodes with places, styles, tags, anchors and comments.
//!
//! Nodes borrow from the source text and lie in one list, so a document costs little and dropping it no stack. What
//! a node means is for [`crate::Dialect`] to say.

mod compose;
mod view;

use std::borrow::Cow;

use weir_files::Span;

use crate::error::{Fault, YamlError};
use crate::parse::Comments;
use crate::scan::{Generation, ScalarStyle};
use compose::Composer;

pub use view::{Entries, Items, Node, NodeKind};

/// One document of a stream.
#[derive(Debug, Clone)]
pub struct Document<'t> {
    pub(crate) text: &'t str,
    pub(crate) nodes: Vec<NodeData<'t>>,
    span: Span,
    explicit: bool,
    comments: Comments,
}

/// No node: the root is never anybody's child.
pub(crate) const NONE: u32 = 0;

#[derive(Debug, Clone)]
pub(crate) struct NodeData<'t> {
    pub(crate) content: Content<'t>,
    pub(crate) span: Span,
    /// The next child of the same parent.
    pub(crate) next: u32,
    pub(crate) extra: Option<Box<Extra<'t>>>,
}

#[derive(Debug, Clone)]
pub(crate) enum Content<'t> {
    Scalar { value: Cow<'t, str>, style: ScalarStyle },
    Sequence { first: u32, flow: bool },
    Mapping { first: u32, flow: bool },
    Alias { name: &'t str, target: u32 },
}

/// What few nodes have.
#[derive(Debug, Clone, Default)]
pub(crate) struct Extra<'t> {
    pub(crate) anchor: Option<&'t str>,
    pub(crate) tag: Option<String>,
    /// Where anchor and tag begin.
    pub(crate) properties_at: u32,
    pub(crate) comments: Comments,
}

/// All documents of a stream. Empty ones are there too; see [`Document::is_empty`].
pub fn parse(text: &str) -> Result<Vec<Document<'_>>, YamlError> {
    Documents::new(text, Generation::V3).collect::<Result<_, _>>().map_err(|fault: Fault| fault.in_text(text))
}

/// The documents of a stream, one by one.
pub(crate) struct Documents<'t> {
    composer: Option<Composer<'t>>,
    fault: Option<Fault>,
}

impl<'t> Documents<'t> {
    pub(crate) fn new(text: &'t str, generation: Generation) -> Self {
        let too_large = text.len() >= u32::MAX as usize;
        let fault = too_large.then(|| Fault::new("text is larger than 4 GiB", 0));
        let composer = fault.is_none().then(|| Composer::new(text, generation));
        Self { composer, fault }
    }

    /// Gives back a document whose room the next one can use.
    pub(crate) fn recycle(&mut self, document: Document<'t>) {
        if let Some(composer) = &mut self.composer {
            composer.recycle(document.nodes);
        }
    }
}

impl<'t> Iterator for Documents<'t> {
    type Item = Result<Document<'t>, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(fault) = self.fault.take() {
            return Some(Err(fault));
        }
        let next = self.composer.as_mut()?.document().transpose();
        if !matches!(next, Some(Ok(_))) {
            self.composer = None;
        }
        next
    }
}

impl<'t> Document<'t> {
    /// The outermost node, unless there is nothing in the document.
    pub fn root(&self) -> Option<Node<'_, 't>> {
        (!self.is_empty()).then(|| Node::new(self, 0))
    }

    /// The outermost node, though it may be an empty scalar that is only there for its comments.
    pub fn outermost(&self) -> Option<Node<'_, 't>> {
        (!self.nodes.is_empty()).then(|| Node::new(self, 0))
    }

    /// True if nothing is there but comments and perhaps `---`.
    pub fn is_empty(&self) -> bool {
        match self.nodes.first() {
            None => true,
            Some(NodeData { content: Content::Scalar { value, style }, extra, .. }) => {
                let bare = extra.as_ref().is_none_or(|extra| extra.anchor.is_none() && extra.tag.is_none());
                *style == ScalarStyle::Plain && value.is_empty() && bare
            }
            Some(_) => false,
        }
    }

    /// From the first to the last byte of its content, `---` included.
    pub fn span(&self) -> Span {
        self.span
    }

    /// True if it begins with `---` or directives.
    pub fn is_explicit(&self) -> bool {
        self.explicit
    }

    /// Comments of the document as a whole: above its first node after an empty line, and at its end.
    pub fn comments(&self) -> &Comments {
        &self.comments
    }

    /// True if something in it stands for something else.
    pub(crate) fn has_aliases(&self) -> bool {
        self.nodes.iter().any(|node| matches!(node.content, Content::Alias { .. }))
    }

    /// The text of the whole stream.
    pub fn text(&self) -> &'t str {
        self.text
    }
}
