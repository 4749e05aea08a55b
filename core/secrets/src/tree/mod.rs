//! What sops sees of a document: maps in order, lists, leaves, and comments among them.

mod path;

use std::fmt;

use zeroize::Zeroizing;

use crate::error::SecretError;
use crate::secret::Secret;

pub(crate) use path::{Found, extract, set, unset};
pub use path::{Step, steps};

/// Deeper documents are refused.
pub(crate) const MAX_DEPTH: usize = 500;

/// A comment: its text behind the `#`.
#[derive(Clone, PartialEq, Eq)]
pub struct Comment {
    /// What it says, encrypted or not.
    pub text: Secret,
    /// It stands behind what it is about, on the same line.
    pub inline: bool,
}

/// A value with all that is in it.
#[derive(Clone, PartialEq)]
pub enum Node {
    /// Nothing. It is never encrypted.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Float(f64),
    /// A text, or bytes.
    Text(Secret),
    /// A moment in RFC 3339.
    Time(Secret),
    /// A comment among the items of a list.
    Comment(Comment),
    /// A list.
    List(Vec<Node>),
    /// A map.
    Map(Branch),
}

/// A map in order, with the comments in it. Formats without a rule against it can name a key twice.
pub type Branch = Vec<Item>;

/// One line of a map, so to say.
#[derive(Clone, PartialEq)]
pub enum Item {
    /// A comment.
    Comment(Comment),
    /// A key and its value.
    Entry(String, Node),
}

impl Item {
    /// Key and value, if it is no comment.
    #[must_use]
    pub fn entry(&self) -> Option<(&str, &Node)> {
        match self {
            Self::Entry(key, value) => Some((key, value)),
            Self::Comment(_) => None,
        }
    }
}

impl Node {
    /// A value in JSON, as `sops set` takes it: there a number that stands alone becomes one with a fraction, whatever it
    /// looks like. Lists are taken too, which sops does not.
    pub fn from_json(text: &[u8]) -> Result<Self, SecretError> {
        crate::stores::json_value(text)
    }

    /// The name that people know it by.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float",
            Self::Text(_) => "str",
            Self::Time(_) => "time",
            Self::Comment(_) => "comment",
            Self::List(_) => "list",
            Self::Map(_) => "map",
        }
    }

    /// The value of a key of a map; the first, if there are several.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(branch) => find(branch, key),
            _ => None,
        }
    }

    /// The items of a list without its comments.
    pub(crate) fn items(&self) -> impl Iterator<Item = &Self> {
        let items: &[Self] = if let Self::List(items) = self { items } else { &[] };
        items.iter().filter(|item| !matches!(item, Self::Comment(_)))
    }

    /// The text, if it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        if let Self::Text(text) = self { text.as_str() } else { None }
    }

    /// A leaf as sops writes it where there are only texts; nothing if it is none in UTF-8.
    #[must_use]
    pub fn to_text(&self) -> Option<Zeroizing<String>> {
        let bytes = crate::stores::as_text(self);
        std::str::from_utf8(&bytes).ok().map(|text| Zeroizing::new(text.to_string()))
    }

    /// True for maps and lists.
    pub(crate) fn is_complex(&self) -> bool {
        matches!(self, Self::List(_) | Self::Map(_))
    }
}

/// The value of a key; the first, if there are several.
pub(crate) fn find<'a>(branch: &'a [Item], key: &str) -> Option<&'a Node> {
    branch.iter().filter_map(Item::entry).find(|(own, _)| *own == key).map(|(_, value)| value)
}

impl From<&str> for Node {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Node {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

/// Shapes only: what is in it may be a secret.
impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::List(items) => f.debug_list().entries(items).finish(),
            Self::Map(branch) => f.debug_list().entries(branch).finish(),
            leaf => f.write_str(leaf.kind()),
        }
    }
}

impl fmt::Debug for Comment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("comment")
    }
}

impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Comment(comment) => comment.fmt(f),
            Self::Entry(key, value) => write!(f, "{key}: {value:?}"),
        }
    }
}
