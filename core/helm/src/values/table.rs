//! Tables of values that several places can hold at once: what is written in one is seen in the others.
//!
//! Helm merges values in place and hands parts of them around; some of its results come from exactly that.
//! Whatever is no table is shared and never changed.

use std::cell::{Ref, RefCell, RefMut};
use std::rc::Rc;

use weir_yaml::{Key, Map, Value};

use crate::quote::quoted;

/// A value among values.
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
pub(crate) struct Entries(Vec<(Key, Node)>);

impl Entries {
    fn find(&self, key: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(other, _)| other.as_str().cmp(key))
    }

    fn get(&self, key: &str) -> Option<&Node> {
        self.0.get(self.find(key).ok()?).map(|(_, node)| node)
    }

    fn insert(&mut self, key: Key, node: Node) {
        match self.find(&key) {
            Ok(at) => self.0[at].1 = node,
            Err(at) => self.0.insert(at, (key, node)),
        }
    }

    fn remove(&mut self, key: &str) {
        if let Ok(at) = self.find(key) {
            self.0.remove(at);
        }
    }

    /// In the order of their keys.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &(Key, Node)> {
        self.0.iter()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn retain(&mut self, stays: impl Fn(&Node) -> bool) {
        self.0.retain(|(_, node)| stays(node));
    }
}

impl FromIterator<(Key, Node)> for Entries {
    fn from_iter<I: IntoIterator<Item = (Key, Node)>>(entries: I) -> Self {
        let mut entries: Vec<_> = entries.into_iter().collect();
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        Self(entries)
    }
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
    /// A fresh copy of a value.
    pub(crate) fn of(value: &Value) -> Self {
        match value {
            Value::Map(map) => Self::Table(Table::of(map)),
            other => Self::Leaf(other.clone()),
        }
    }

    /// The value without any sharing.
    pub(crate) fn to_value(&self) -> Value {
        match self {
            Self::Table(table) => Value::from(table.to_map()),
            Self::Leaf(value) => value.clone(),
        }
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Self::Leaf(Value::Null))
    }

    /// A copy that shares nothing.
    pub(crate) fn copied(&self) -> Self {
        match self {
            Self::Table(table) => Self::Table(table.copied()),
            leaf @ Self::Leaf(_) => leaf.clone(),
        }
    }
}

impl Table {
    /// A fresh copy of a map.
    pub(crate) fn of(map: &Map) -> Self {
        let entries = map.iter().map(|(key, value)| (key.clone(), Node::of(value)));
        Self(Rc::new(RefCell::new(entries.collect())))
    }

    pub(crate) fn to_map(&self) -> Map {
        let entries = self.0.borrow();
        let mut map = Map::with_capacity(entries.len());
        for (key, node) in entries.iter() {
            map.insert(key.clone(), node.to_value());
        }
        map
    }

    /// A copy that shares nothing.
    pub(crate) fn copied(&self) -> Self {
        let entries = self.0.borrow();
        let copies = entries.iter().map(|(key, node)| (key.clone(), node.copied()));
        Self(Rc::new(RefCell::new(copies.collect())))
    }

    /// A copy whose entries are those of this one, shared.
    pub(crate) fn copied_on_top(&self) -> Self {
        Self(Rc::new(RefCell::new(self.0.borrow().clone())))
    }

    pub(crate) fn get(&self, key: &str) -> Option<Node> {
        self.0.borrow().get(key).cloned()
    }

    pub(crate) fn insert(&self, key: impl Into<Key>, node: Node) {
        self.0.borrow_mut().insert(key.into(), node);
    }

    pub(crate) fn remove(&self, key: &str) {
        self.0.borrow_mut().remove(key);
    }

    /// Takes in what it has not yet.
    pub(crate) fn extend(&self, more: Vec<(Key, Node)>) {
        if more.is_empty() {
            return;
        }
        let entries = &mut self.0.borrow_mut().0;
        entries.reserve_exact(more.len());
        entries.extend(more);
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

    pub(crate) fn entries(&self) -> Ref<'_, Entries> {
        self.0.borrow()
    }

    pub(crate) fn entries_mut(&self) -> RefMut<'_, Entries> {
        self.0.borrow_mut()
    }

    /// The entries as they are now, to walk while they change.
    pub(crate) fn snapshot(&self) -> Vec<(Key, Node)> {
        self.0.borrow().0.clone()
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
