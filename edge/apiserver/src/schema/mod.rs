//! Types of fields: of built-in kinds from the schema extract, of custom resources from their definitions.
//!
//! One arena of nodes serves everything that walks an object: server-side apply, defaults, pruning, strict decoding,
//! validation and the OpenAPI documents.

mod builtin;
mod custom;
mod rules;

use std::sync::LazyLock;

use weir_yaml::{Key, Value};

pub(crate) use builtin::builtin;
pub(crate) use custom::custom;
pub(crate) use rules::Rules;

/// A type in its arena.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct TypeId(u32);

/// An arena of types.
#[derive(Debug)]
pub(crate) struct Types {
    nodes: Vec<Node>,
}

/// One type.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// What values look like.
    pub(crate) shape: Shape,
    /// What else must hold; only custom resources say such things.
    pub(crate) rules: Option<Box<Rules>>,
}

/// What values look like.
#[derive(Debug, Clone)]
pub(crate) enum Shape {
    /// Anything.
    Any,
    /// One of the scalars.
    Scalar(Scalar),
    /// A list.
    List {
        /// The type of its items.
        items: TypeId,
        /// How items are told apart.
        kind: ListKind,
    },
    /// A map or a struct.
    Map {
        /// The declared fields.
        fields: Fields,
        /// The type of all other fields; none if there may be no others.
        rest: Option<TypeId>,
        /// It has one owner as a whole.
        atomic: bool,
    },
}

/// Scalars, as the API tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scalar {
    /// A string.
    String,
    /// Base64 of bytes.
    Bytes,
    /// A boolean.
    Boolean,
    /// An integer of so many bits.
    Integer(u8),
    /// Any number.
    Number,
    /// An amount with a unit.
    Quantity,
    /// An integer or a string.
    IntOrString,
    /// A time, in seconds.
    Time,
    /// A time, in microseconds.
    MicroTime,
}

/// How items of a list are told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ListKind {
    /// Not at all: the list is one value.
    Atomic,
    /// By their value.
    Set,
    /// By these fields.
    Keys(Vec<Key>),
}

/// Declared fields, sorted by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fields(Vec<Field>);

/// A declared field.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    /// Its name.
    pub(crate) name: Key,
    /// Its type.
    pub(crate) ty: TypeId,
    /// What stands there when nothing is said.
    pub(crate) default: Option<Value>,
    /// It must be there.
    pub(crate) required: bool,
    /// Left out when it is zero: a plain scalar of the real server's types.
    pub(crate) drops_zero: bool,
    /// Never absent in the typed form: a plain struct, list or scalar of the real server's types.
    pub(crate) always: bool,
}

impl Fields {
    /// From fields in any order.
    pub(crate) fn new(mut fields: Vec<Field>) -> Self {
        fields.sort_by(|a, b| a.name.cmp(&b.name));
        Self(fields)
    }

    /// The field of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&Field> {
        self.0.binary_search_by(|field| field.name.as_str().cmp(name)).ok().map(|at| &self.0[at])
    }

    /// All fields, sorted by name.
    pub(crate) fn iter(&self) -> std::slice::Iter<'_, Field> {
        self.0.iter()
    }
}

static ANY_MAP: LazyLock<Shape> =
    LazyLock::new(|| Shape::Map { fields: Fields::default(), rest: Some(Types::ANY), atomic: false });
static ANY_LIST: Shape = Shape::List { items: Types::ANY, kind: ListKind::Atomic };
static ANY: Shape = Shape::Any;

impl Types {
    /// The type of anything; the first of every arena.
    pub(crate) const ANY: TypeId = TypeId(0);

    fn new() -> Self {
        Self { nodes: vec![Node { shape: Shape::Any, rules: None }] }
    }

    fn add(&mut self, shape: Shape) -> TypeId {
        self.add_node(Node { shape, rules: None })
    }

    fn add_node(&mut self, node: Node) -> TypeId {
        let id = TypeId(u32::try_from(self.nodes.len()).unwrap_or(0));
        self.nodes.push(node);
        id
    }

    /// The type.
    pub(crate) fn node(&self, ty: TypeId) -> Option<&Node> {
        self.nodes.get(ty.0 as usize)
    }

    /// What values of this type look like.
    pub(crate) fn shape(&self, ty: TypeId) -> &Shape {
        self.node(ty).map_or(&ANY, |node| &node.shape)
    }

    /// The same, where anything may stand, for this value: maps by field, lists as one.
    pub(crate) fn shape_for(&self, ty: TypeId, value: &Value) -> &Shape {
        match (self.shape(ty), value) {
            (Shape::Any, Value::Map(_)) => &ANY_MAP,
            (Shape::Any, Value::List(_)) => &ANY_LIST,
            (shape, _) => shape,
        }
    }

    /// What stands under this field of a struct type when nothing is said.
    pub(crate) fn default_of(&self, ty: TypeId, name: &str) -> Option<&Value> {
        match self.shape(ty) {
            Shape::Map { fields, .. } => fields.get(name)?.default.as_ref(),
            Shape::Any | Shape::Scalar(_) | Shape::List { .. } => None,
        }
    }

    /// The type of the value under this field.
    pub(crate) fn child(&self, ty: TypeId, name: &str) -> TypeId {
        match self.shape(ty) {
            Shape::Map { fields, rest, .. } => {
                fields.get(name).map_or_else(|| rest.unwrap_or(Self::ANY), |field| field.ty)
            }
            Shape::Any | Shape::Scalar(_) | Shape::List { .. } => Self::ANY,
        }
    }
}
