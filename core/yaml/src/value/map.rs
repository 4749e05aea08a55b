//! Maps that keep the order of their source and share their entries until one holder changes them.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::hash::Quick;
use super::{Key, Value};

/// Below this size a look along the entries is quicker than a hash table.
const INDEX_FROM: usize = 24;

/// Position of each key; shared, as clones of a map rarely change their keys.
type Index = Arc<HashMap<Key, u32, Quick>>;

/// A map in the order of its source. Cloning shares it; equality does look at the order, [`Value::means`] does
/// not; neither looks at the layout.
#[derive(Clone, Default)]
pub struct Map(Arc<Entries>);

#[derive(Clone, Default)]
struct Entries {
    list: Vec<(Key, Value)>,
    /// Position of each key, only for large maps.
    index: Option<Index>,
    layout: Layout,
}

/// How a map is written. Only [`crate::Dialect::Spelled`] tells; all others have blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Layout {
    /// Lines.
    #[default]
    Block,
    /// In braces, inside of lines.
    Braces,
    /// Inside of other braces or brackets.
    Inner,
}

impl Entries {
    fn position(&self, key: &str) -> Option<usize> {
        match &self.index {
            Some(index) => index.get(key).map(|at| *at as usize),
            None => self.list.iter().position(|(own, _)| own.as_str() == key),
        }
    }

    fn push(&mut self, key: Key, value: Value) {
        if let Some(index) = &mut self.index {
            Arc::make_mut(index).insert(key.clone(), self.list.len() as u32);
        }
        // Most maps are small and never grow again.
        if self.list.len() == self.list.capacity() && self.list.len() < 4 {
            self.list.reserve_exact(1);
        }
        self.list.push((key, value));
        if self.index.is_none() && self.list.len() >= INDEX_FROM {
            self.reindex();
        }
    }

    fn reindex(&mut self) {
        self.index = (self.list.len() >= INDEX_FROM).then(|| {
            let keys = self.list.iter().enumerate().map(|(at, (key, _))| (key.clone(), at as u32));
            Arc::new(keys.collect())
        });
    }
}

impl Map {
    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty map with room.
    pub fn with_capacity(capacity: usize) -> Self {
        Self(Arc::new(Entries { list: Vec::with_capacity(capacity), ..Entries::default() }))
    }

    /// A map of these entries, of which no two have the same key.
    pub fn of_distinct(list: Vec<(Key, Value)>) -> Self {
        let mut entries = Entries { list, ..Entries::default() };
        entries.reindex();
        Self(Arc::new(entries))
    }

    /// How many entries it has.
    pub fn len(&self) -> usize {
        self.0.list.len()
    }

    /// True if it has none.
    pub fn is_empty(&self) -> bool {
        self.0.list.is_empty()
    }

    /// The value under this key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.position(key).map(|at| &self.0.list[at].1)
    }

    /// The value under this key, to change.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        let at = self.0.position(key)?;
        Some(&mut Arc::make_mut(&mut self.0).list[at].1)
    }

    /// True if the key is there.
    pub fn contains_key(&self, key: &str) -> bool {
        self.0.position(key).is_some()
    }

    /// The value under this key, made null at the end of the map if it is not there.
    pub fn entry(&mut self, key: &str) -> &mut Value {
        let entries = Arc::make_mut(&mut self.0);
        let at = entries.position(key).unwrap_or_else(|| {
            entries.push(Key::new(key), Value::Null);
            entries.list.len() - 1
        });
        &mut entries.list[at].1
    }

    /// Sets a key: in its place if it is there, at the end if not. Gives the value it had.
    pub fn insert(&mut self, key: impl Into<Key>, value: impl Into<Value>) -> Option<Value> {
        let (key, value) = (key.into(), value.into());
        let entries = Arc::make_mut(&mut self.0);
        match entries.position(&key) {
            Some(at) => Some(std::mem::replace(&mut entries.list[at].1, value)),
            None => {
                entries.push(key, value);
                None
            }
        }
    }

    /// How it is written.
    pub fn layout(&self) -> Layout {
        self.0.layout
    }

    /// Says how it is written.
    pub fn set_layout(&mut self, layout: Layout) {
        if self.0.layout != layout {
            Arc::make_mut(&mut self.0).layout = layout;
        }
    }

    /// Gives back room that is not used.
    pub(crate) fn shrink(&mut self) {
        if let Some(entries) = Arc::get_mut(&mut self.0) {
            entries.list.shrink_to_fit();
        }
    }

    /// Takes out a key; the others keep their order.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let at = self.0.position(key)?;
        let entries = Arc::make_mut(&mut self.0);
        let (_, value) = entries.list.remove(at);
        entries.reindex();
        Some(value)
    }

    /// Keeps the entries for which this holds.
    pub fn retain(&mut self, mut keep: impl FnMut(&Key, &mut Value) -> bool) {
        let entries = Arc::make_mut(&mut self.0);
        entries.list.retain_mut(|(key, value)| keep(key, value));
        entries.reindex();
    }

    /// The entries in order.
    pub fn iter(&self) -> std::slice::Iter<'_, (Key, Value)> {
        self.0.list.iter()
    }

    /// The keys in order.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        self.0.list.iter().map(|(key, _)| key)
    }

    /// The values in order.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.0.list.iter().map(|(_, value)| value)
    }

    /// The values in order, to change.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        Arc::make_mut(&mut self.0).list.iter_mut().map(|(_, value)| value)
    }

    /// The entries in order, values to change.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&Key, &mut Value)> {
        Arc::make_mut(&mut self.0).list.iter_mut().map(|(key, value)| (&*key, value))
    }

    /// The entries sorted bytewise by key.
    pub fn sorted(&self) -> Vec<&(Key, Value)> {
        let mut entries: Vec<_> = self.0.list.iter().collect();
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        entries
    }

    /// Puts the entries in the order that this comparison of keys gives.
    pub fn sort_by(&mut self, mut order: impl FnMut(&Key, &Key) -> std::cmp::Ordering) {
        let entries = Arc::make_mut(&mut self.0);
        entries.list.sort_by(|a, b| order(&a.0, &b.0));
        entries.reindex();
    }

    /// True if both are the same map in memory, hence equal at no cost.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl PartialEq for Map {
    fn eq(&self, other: &Self) -> bool {
        self.is_same(other) || self.0.list == other.0.list
    }
}

impl<K: Into<Key>, V: Into<Value>> FromIterator<(K, V)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::new();
        map.extend(entries);
        map
    }
}

impl<K: Into<Key>, V: Into<Value>> Extend<(K, V)> for Map {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<'a> IntoIterator for &'a Map {
    type Item = &'a (Key, Value);
    type IntoIter = std::slice::Iter<'a, (Key, Value)>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Map {
    type Item = (Key, Value);
    type IntoIter = std::vec::IntoIter<(Key, Value)>;
    fn into_iter(self) -> Self::IntoIter {
        Arc::unwrap_or_clone(self.0).list.into_iter()
    }
}

impl fmt::Debug for Map {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|(key, value)| (key, value))).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_maps_keep_their_index_true() {
        let mut map: Map = (0..100).map(|n| (format!("k{n}"), n)).collect();
        assert_eq!(map.get("k77"), Some(&Value::Int(77)));
        map.remove("k10");
        map.insert("k10", 1);
        assert_eq!(map.get("k77"), Some(&Value::Int(77)));
        assert_eq!(map.keys().last().unwrap(), "k10");
        map.retain(|key, _| key.as_str() < "k2");
        assert_eq!(map.get("k77"), None);
        assert_eq!(map.get("k19"), Some(&Value::Int(19)));
    }
}
