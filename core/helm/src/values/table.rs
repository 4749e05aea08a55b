//! Tables of values that several places can hold at once: what is written in one is seen in the others.
//!
//! Helm merges values in place and hands parts of them around; some of its results come from exactly that.
//! Whatever is no table is shared and never changed.

use std::cell::RefCell;
use std::rc::Rc;

use weir_yaml::{Key, Map, Value};

use crate::quote::quoted;

/// A value among values, as whoever gets it sees it.
#[derive(Debug, Clone)]
pub(crate) enum Node {
    /// A map, shared.
    Table(Table),
    /// Anything else.
    Leaf(Value),
}

/// A map, shared.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table(Rc<RefCell<Entries>>);

/// What is in a table, sorted by key, without any room to spare: most tables are small, and there are many.
#[derive(Debug, Clone, Default)]
struct Entries(Vec<(Key, Held)>);

/// A value as a table holds it.
#[derive(Debug, Clone)]
pub(crate) enum Held {
    /// A map that nobody has looked into yet. It becomes a table when somebody does: most never are, as many charts have
    /// many values and are told few.
    Map(Map),
    /// A table.
    Table(Table),
    /// Anything else.
    Leaf(Value),
}

impl Held {
    /// A fresh copy of a value.
    pub(crate) fn of(value: &Value) -> Self {
        match value {
            Value::Map(map) => Self::Map(map.clone()),
            other => Self::Leaf(other.clone()),
        }
    }

    /// The same without nulls.
    pub(crate) fn without_nulls(value: &Value) -> Self {
        match value {
            Value::Map(map) if has_nulls(map) => {
                let table = Table::of(map);
                table.trim_nulls();
                Self::Table(table)
            }
            other => Self::of(other),
        }
    }

    /// What it is to others, who may change it in its place.
    fn open(&mut self) -> Node {
        let table = match self {
            Self::Map(map) => Table::of(map),
            Self::Table(table) => return Node::Table(table.clone()),
            Self::Leaf(value) => return Node::Leaf(value.clone()),
        };
        *self = Self::Table(table.clone());
        Node::Table(table)
    }

    fn into_value(self) -> Value {
        match self {
            Self::Map(map) => Value::from(map),
            Self::Table(table) => Value::from(table.into_map()),
            Self::Leaf(value) => value,
        }
    }

    fn to_value(&self) -> Value {
        match self {
            Self::Map(map) => Value::from(map.clone()),
            Self::Table(table) => Value::from(table.to_map()),
            Self::Leaf(value) => value.clone(),
        }
    }

    fn is_null(&self) -> bool {
        matches!(self, Self::Leaf(Value::Null))
    }
}

impl From<Node> for Held {
    fn from(node: Node) -> Self {
        match node {
            Node::Table(table) => Self::Table(table),
            Node::Leaf(value) => Self::Leaf(value),
        }
    }
}

/// True if null stands for a value anywhere in the map and the maps in it.
fn has_nulls(map: &Map) -> bool {
    map.values().any(|value| match value {
        Value::Null => true,
        Value::Map(map) => has_nulls(map),
        _ => false,
    })
}

impl Entries {
    fn find(&self, key: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(other, _)| other.as_str().cmp(key))
    }

    fn insert(&mut self, key: Key, held: Held) {
        match self.find(&key) {
            Ok(at) => self.0[at].1 = held,
            Err(at) => self.0.insert(at, (key, held)),
        }
    }

    fn remove(&mut self, key: &str) {
        if let Ok(at) = self.find(key) {
            self.0.remove(at);
        }
    }
}

impl FromIterator<(Key, Held)> for Entries {
    fn from_iter<I: IntoIterator<Item = (Key, Held)>>(entries: I) -> Self {
        let mut entries: Vec<_> = entries.into_iter().collect();
        entries.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        Self(entries)
    }
}

/// What stands above a value.
pub(crate) enum Above {
    /// There is no such key.
    Nothing,
    /// Nothing can be put under it: it is no table and not null, or that very map, as it is.
    Whole,
    /// A table, or null.
    Node(Node),
}

/// Why a path leads to no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoValue {
    /// There is none at the path.
    Absent,
    /// There is no path.
    EmptyPath,
}

impl Node {
    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Self::Leaf(Value::Null))
    }
}

impl Table {
    /// A fresh copy of a map.
    pub(crate) fn of(map: &Map) -> Self {
        let entries = map.iter().map(|(key, value)| (key.clone(), Held::of(value)));
        Self(Rc::new(RefCell::new(entries.collect())))
    }

    /// The same without any sharing.
    pub(crate) fn to_map(&self) -> Map {
        let entries = self.0.borrow();
        Map::of_distinct(entries.0.iter().map(|(key, held)| (key.clone(), held.to_value())).collect())
    }

    /// The same of a table that is not needed any more: what nobody else holds becomes the map where it is.
    pub(crate) fn into_map(self) -> Map {
        match self.into_entries() {
            Ok(entries) => {
                Map::of_distinct(entries.into_iter().map(|(key, held)| (key, held.into_value())).collect())
            }
            Err(shared) => shared.to_map(),
        }
    }

    /// All entries in the order of their keys, unless somebody else holds the table.
    pub(crate) fn into_entries(self) -> Result<Vec<(Key, Held)>, Self> {
        Rc::try_unwrap(self.0).map(|entries| entries.into_inner().0).map_err(Self)
    }

    /// A copy that shares nothing.
    pub(crate) fn copied(&self) -> Self {
        let entries = self.0.borrow();
        let copies = entries.0.iter().map(|(key, held)| {
            let copy = match held {
                Held::Table(table) => Held::Table(table.copied()),
                other => other.clone(),
            };
            (key.clone(), copy)
        });
        Self(Rc::new(RefCell::new(Entries(copies.collect()))))
    }

    /// A copy whose entries are those of this one, shared.
    pub(crate) fn copied_on_top(&self) -> Self {
        self.open();
        Self(Rc::new(RefCell::new(self.0.borrow().clone())))
    }

    /// Makes tables of all maps in it, as they are going to be shared.
    fn open(&self) {
        self.0.borrow_mut().0.iter_mut().for_each(|(_, held)| _ = held.open());
    }

    pub(crate) fn get(&self, key: &str) -> Option<Node> {
        let mut entries = self.0.borrow_mut();
        let at = entries.find(key).ok()?;
        entries.0.get_mut(at).map(|(_, held)| held.open())
    }

    /// What stands where this value is to be put under it.
    pub(crate) fn above(&self, key: &str, below: &Value) -> Above {
        let mut entries = self.0.borrow_mut();
        let found = entries.find(key).ok().and_then(|at| entries.0.get_mut(at));
        match (found.map(|(_, held)| held), below) {
            (None, _) => Above::Nothing,
            (Some(Held::Map(own)), Value::Map(map)) if own.is_same(map) => Above::Whole,
            (Some(Held::Leaf(own)), _) if !own.is_null() => Above::Whole,
            (Some(held), _) => Above::Node(held.open()),
        }
    }

    pub(crate) fn insert(&self, key: impl Into<Key>, node: Node) {
        self.0.borrow_mut().insert(key.into(), node.into());
    }

    pub(crate) fn remove(&self, key: &str) {
        self.0.borrow_mut().remove(key);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.borrow().0.is_empty()
    }

    /// Takes away all nulls.
    pub(crate) fn trim_nulls(&self) {
        self.0.borrow_mut().0.retain(|(_, held)| !held.is_null());
        for (_, node) in self.snapshot() {
            if let Node::Table(table) = node {
                table.trim_nulls();
            }
        }
    }

    /// The keys under which null stands.
    pub(crate) fn nulls(&self) -> Vec<Key> {
        let entries = self.0.borrow();
        entries.0.iter().filter(|(_, held)| held.is_null()).map(|(key, _)| key.clone()).collect()
    }

    /// Takes in what it has not yet.
    pub(crate) fn extend(&self, more: Vec<(Key, Held)>) {
        if more.is_empty() {
            return;
        }
        let entries = &mut self.0.borrow_mut().0;
        entries.reserve_exact(more.len());
        entries.extend(more);
        if entries.is_sorted_by(|a, b| a.0 < b.0) {
            return;
        }
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        // Tables that are held in each other may have got the same key meanwhile.
        entries.dedup_by(|next, kept| {
            let is_same = next.0 == kept.0;
            if is_same {
                std::mem::swap(next, kept);
            }
            is_same
        });
    }

    /// All entries as they are, in the order of their keys.
    pub(crate) fn entries(&self) -> Vec<(Key, Held)> {
        self.0.borrow().0.clone()
    }

    /// The entries as they are now, to walk while they change.
    pub(crate) fn snapshot(&self) -> Vec<(Key, Node)> {
        self.0.borrow_mut().0.iter_mut().map(|(key, held)| (key.clone(), held.open())).collect()
    }

    /// Where it is in memory: the same for all that share it.
    pub(crate) fn address(&self) -> usize {
        Rc::as_ptr(&self.0) as usize
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    /// The table at a path, or Go's words why there is none.
    pub(crate) fn table_at(&self, path: &str) -> Result<Self, String> {
        path.split('.').try_fold(self.clone(), |table, key| match table.get(key) {
            Some(Node::Table(table)) => Ok(table),
            _ => Err(format!("{} is not a table", quoted(key))),
        })
    }

    /// The value at a path, if it is no table.
    pub(crate) fn value_at(&self, path: &str) -> Result<Value, NoValue> {
        if path.is_empty() {
            return Err(NoValue::EmptyPath);
        }
        let (tables, key) = match path.rsplit_once('.') {
            Some((tables, key)) => (self.table_at(tables).map_err(|_| NoValue::Absent)?, key),
            None => (self.clone(), path),
        };
        match tables.get(key) {
            Some(Node::Leaf(value)) => Ok(value),
            _ => Err(NoValue::Absent),
        }
    }
}
