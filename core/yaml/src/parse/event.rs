//! What the parser makes of the tokens: the nodes of the stream, begun and ended.

use std::borrow::Cow;

use crate::scan::{Mark, ScalarStyle};

/// Comments of one node, with their `#`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comments {
    /// Lines above.
    pub head: String,
    /// Behind, on the same line.
    pub line: String,
    /// Lines below, before an empty line.
    pub foot: String,
}

impl Comments {
    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.head.is_empty() && self.line.is_empty() && self.foot.is_empty()
    }
}

/// Anchor and tag of a node.
#[derive(Debug, Clone, Default)]
pub(crate) struct Properties<'t> {
    pub(crate) anchor: Option<&'t str>,
    /// In full, as `tag:yaml.org,2002:str`.
    pub(crate) tag: Option<String>,
    /// Where they begin.
    pub(crate) at: u32,
}

#[derive(Debug)]
pub(crate) enum EventKind<'t> {
    StreamEnd,
    DocumentStart { explicit: bool },
    DocumentEnd,
    Alias(&'t str),
    Scalar { value: Cow<'t, str>, style: ScalarStyle, properties: Option<Box<Properties<'t>>> },
    SequenceStart { flow: bool, properties: Option<Box<Properties<'t>>> },
    SequenceEnd,
    MappingStart { flow: bool, properties: Option<Box<Properties<'t>>> },
    MappingEnd,
}

#[derive(Debug)]
pub(crate) struct Event<'t> {
    pub(crate) kind: EventKind<'t>,
    pub(crate) start: Mark,
    pub(crate) end: Mark,
    pub(crate) comments: Option<Box<Comments>>,
}
