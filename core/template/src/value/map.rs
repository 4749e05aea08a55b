//! Maps with string keys. All holders of a map see its changes, as in Go.

use std::cell::{OnceCell, Ref, RefCell, RefMut};
use std::rc::Rc;

use weir_yaml as yaml;

use super::{Str, Type, Value, Watch};

/// A Go map from strings. Cloning shares it; `set` and `merge` change what others hold.
#[derive(Debug, Clone)]
pub struct Map(Rc<Data>);

#[derive(Debug)]
struct Data {
    entries: RefCell<Entries>,
    kind: Type,
    nil: bool,
    /// Who counts its changes.
    watch: OnceCell<Rc<Watch>>,
}

#[derive(Debug)]
enum Entries {
    /// Sorted by key, as templates walk maps in this order.
    Open(Vec<(Str, Value)>),
    /// Nobody has looked into it yet; and what to make of the values in it. Most charts have many values and look at few.
    Closed(yaml::Map, fn(&yaml::Value) -> Value),
}

impl Default for Entries {
    fn default() -> Self {
        Self::Open(Vec::new())
    }
}

impl Entries {
    fn slice(&self) -> &[(Str, Value)] {
        if let Self::Open(entries) = self { entries } else { &[] }
    }

    fn vec(&mut self) -> &mut Vec<(Str, Value)> {
        match self {
            Self::Open(entries) => entries,
            Self::Closed(..) => {
                *self = Self::default();
                self.vec()
            }
        }
    }
}

impl Data {
    fn new(entries: Vec<(Str, Value)>, kind: Type, nil: bool) -> Self {
        Self { entries: RefCell::new(Entries::Open(entries)), kind, nil, watch: OnceCell::new() }
    }

    /// What is in it, which somebody looks at now.
    fn opened(&self) -> Ref<'_, [(Str, Value)]> {
        let entries = self.entries.borrow();
        if matches!(&*entries, Entries::Open(_)) {
            return Ref::map(entries, Entries::slice);
        }
        drop(entries);
        self.open();
        Ref::map(self.entries.borrow(), Entries::slice)
    }

    /// The same, to be changed.
    fn opened_to_change(&self) -> RefMut<'_, Vec<(Str, Value)>> {
        drop(self.opened());
        RefMut::map(self.entries.borrow_mut(), Entries::vec)
    }

    #[cold]
    fn open(&self) {
        let Entries::Closed(map, make) = self.entries.take() else { return };
        let entries = map.iter().map(|(key, value)| (Str::from(key.text()), make(value)));
        let entries = sorted(entries.collect());
        if let Some(watch) = self.watch.get() {
            let inside = entries.iter().map(|(_, value)| value).filter(|value| value.is_container());
            inside.for_each(|value| watch.take_in(value.clone()));
        }
        self.entries.replace(Entries::Open(entries));
    }
}

/// By key; the last of equal keys counts.
fn sorted(mut entries: Vec<(Str, Value)>) -> Vec<(Str, Value)> {
    if !entries.is_sorted_by(|a, b| a.0 < b.0) {
        entries.reverse();
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        entries.dedup_by(|next, kept| next.0 == kept.0);
    }
    entries
}

/// In so many entries one after the other is looked at: most keys differ in length, which needs no look at their text.
const FEW: usize = 24;

impl Default for Map {
    fn default() -> Self {
        Self::new()
    }
}

impl Map {
    /// An empty `map[string]interface {}`.
    pub fn new() -> Self {
        Self::of(Type::AnyMap)
    }

    /// An empty map of this type.
    pub fn of(kind: Type) -> Self {
        Self(Rc::new(Data::new(Vec::new(), kind, false)))
    }

    /// The nil of this type.
    pub fn nil(kind: Type) -> Self {
        Self(Rc::new(Data::new(Vec::new(), kind, true)))
    }

    /// A `map[string]interface {}` of these; the last of equal keys counts.
    pub fn from_entries(entries: Vec<(Str, Value)>) -> Self {
        Self(Rc::new(Data::new(sorted(entries), Type::AnyMap, false)))
    }

    /// A `map[string]interface {}` of what is made of these values, once somebody looks into it.
    pub fn closed(map: yaml::Map, make: fn(&yaml::Value) -> Value) -> Self {
        let data = Data::new(Vec::new(), Type::AnyMap, false);
        data.entries.replace(Entries::Closed(map, make));
        Self(Rc::new(data))
    }

    /// The value under the key.
    pub fn get(&self, key: &[u8]) -> Option<Value> {
        self.with(key, Value::clone)
    }

    /// What is made of the value under the key, which must not change the map.
    pub(crate) fn with<R>(&self, key: &[u8], make: impl FnOnce(&Value) -> R) -> Option<R> {
        let entries = self.0.opened();
        let at = if entries.len() <= FEW {
            entries.iter().position(|(other, _)| other.as_bytes() == key)
        } else {
            find(&entries, key).ok()
        };
        at.and_then(|at| entries.get(at)).map(|(_, value)| make(value))
    }

    /// True if there is such a key.
    pub fn has(&self, key: &[u8]) -> bool {
        find(&self.0.opened(), key).is_ok()
    }

    /// Sets a key, for everybody who holds this map. A nil map stays as it is.
    pub fn set(&self, key: impl Into<Str>, value: impl Into<Value>) {
        let (key, value) = (key.into(), value.into());
        if let Some(watch) = self.0.watch.get() {
            watch.changed();
            if value.is_container() {
                watch.take_in(value.clone());
            }
        }
        self.set_unnoticed(key, value);
    }

    /// The same, which is no change to who watches the map.
    pub fn set_unnoticed(&self, key: impl Into<Str>, value: impl Into<Value>) {
        let (key, value) = (key.into(), value.into());
        if self.0.nil {
            return;
        }
        let mut entries = self.0.opened_to_change();
        let old = match find(&entries, &key) {
            Ok(at) => entries.get_mut(at).map(|entry| std::mem::replace(&mut entry.1, value)),
            Err(at) => {
                entries.insert(at, (key, value));
                None
            }
        };
        // What it held may hold this map again, so it goes when the entries are free.
        drop(entries);
        drop(old);
    }

    /// Takes a key out, for everybody who holds this map.
    pub fn remove(&self, key: &[u8]) -> Option<Value> {
        let mut entries = self.0.opened_to_change();
        let removed = find(&entries, key).ok().map(|at| entries.remove(at).1);
        if let Some(watch) = self.0.watch.get().filter(|_| removed.is_some()) {
            watch.changed();
        }
        removed
    }

    /// From now on changes of this map count, and those of the maps in it, also of those put into it later. The first who
    /// watches a map is the only one.
    pub fn watch(&self, watch: &Rc<Watch>) {
        watch.take_in(Value::Map(self.clone()));
    }

    /// True if changes of this map, and of whatever is in it, count there.
    pub fn is_watched_by(&self, watch: &Rc<Watch>) -> bool {
        self.0.watch.get().is_some_and(|own| Rc::ptr_eq(own, watch))
    }

    /// Begins to count, and hands out what is in it, which has to be watched next.
    pub(super) fn watched_by(&self, watch: &Rc<Watch>, inside: &mut Vec<Value>) {
        if self.0.watch.set(Rc::clone(watch)).is_ok() {
            // What is in a closed map is watched when that is opened.
            let entries = self.0.entries.borrow();
            inside.extend(
                entries.slice().iter().map(|(_, value)| value).filter(|value| value.is_container()).cloned(),
            );
        }
    }

    /// Where it is in memory: the same for all who hold it.
    pub fn address(&self) -> usize {
        Rc::as_ptr(&self.0).addr()
    }

    /// How many keys it has.
    pub fn len(&self) -> usize {
        match &*self.0.entries.borrow() {
            Entries::Open(entries) => entries.len(),
            Entries::Closed(map, _) => map.len(),
        }
    }

    /// True if it has no keys.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All entries in the order of their keys. Do not change the map while holding them.
    pub fn entries(&self) -> Ref<'_, [(Str, Value)]> {
        self.0.opened()
    }

    /// All entries as they are now, for walking while the map may change.
    pub fn snapshot(&self) -> Vec<(Str, Value)> {
        self.0.opened().to_vec()
    }

    /// The type of the map.
    pub fn kind(&self) -> Type {
        self.0.kind
    }

    /// True for the nil of its type.
    pub fn is_nil(&self) -> bool {
        self.0.nil
    }

    /// True if both are the same map, not only equal ones.
    pub fn is_same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    /// Hands out the values that hold others, if nobody else holds the map; the rest of it goes.
    pub(super) fn into_containers(self, inside: &mut Vec<Value>) {
        if let Some(data) = Rc::into_inner(self.0) {
            inside.extend(containers(&mut data.entries.take()));
        }
    }
}

fn containers(entries: &mut Entries) -> impl Iterator<Item = Value> {
    entries.vec().drain(..).map(|(_, value)| value).filter(Value::is_container)
}

fn find(entries: &[(Str, Value)], key: &[u8]) -> Result<usize, usize> {
    entries.binary_search_by(|(other, _)| other.as_bytes().cmp(key))
}

impl Drop for Data {
    fn drop(&mut self) {
        let mut entries = self.entries.take();
        if entries.slice().iter().any(|(_, value)| value.is_container()) {
            let mut inside = Vec::new();
            inside.extend(containers(&mut entries));
            super::take_apart(inside);
        }
    }
}
