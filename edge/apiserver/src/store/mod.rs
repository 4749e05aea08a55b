//! All objects in memory: ordered by namespace and name, with one counter of revisions and a ring of recent events.
//!
//! The store knows no rules; what may be written is settled before.

mod event;
mod object;
mod table;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

pub(crate) use event::{Change, Event, line, line_of};
pub(crate) use object::{Object, ObjectKey};
pub(crate) use table::Table;

/// The first revision that is given out.
const FIRST_REVISION: u64 = 1;

/// Group and plural: objects of all versions of a kind are one table.
pub(crate) type TableName = (Arc<str>, Arc<str>);

/// All objects.
#[derive(Debug)]
pub(crate) struct Store {
    revision: u64,
    tables: HashMap<TableName, Table>,
    /// Who is owned by this uid.
    dependents: HashMap<Arc<str>, BTreeSet<(TableName, ObjectKey)>>,
    /// Who has this label; only of tables that are asked for it.
    labelled: HashMap<Label, BTreeSet<ObjectKey>>,
}

/// A table, a namespace, a key and a value.
type Label = (&'static str, Arc<str>, String, String);

impl Store {
    /// An empty store.
    pub(crate) fn new() -> Self {
        Self {
            revision: FIRST_REVISION,
            tables: HashMap::new(),
            dependents: HashMap::new(),
            labelled: HashMap::new(),
        }
    }

    /// The revision of the last change.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// The table of this group and plural.
    pub(crate) fn table(&self, name: &TableName) -> Option<&Table> {
        self.tables.get(name)
    }

    /// The table of this group and plural, made if there is none.
    pub(crate) fn table_mut(&mut self, name: &TableName) -> &mut Table {
        let revision = self.revision;
        self.tables.entry(name.clone()).or_insert_with(|| Table::new(revision))
    }

    /// All tables that hold something, sorted by name.
    pub(crate) fn tables(&self) -> Vec<(&TableName, &Table)> {
        let mut out: Vec<_> = self.tables.iter().filter(|(_, table)| table.len() > 0).collect();
        out.sort_by_key(|(name, _)| *name);
        out
    }

    /// The object of this key.
    pub(crate) fn get(&self, table: &TableName, key: &ObjectKey) -> Option<&Arc<Object>> {
        self.tables.get(table)?.get(key)
    }

    /// Writes an object, under the next revision.
    pub(crate) fn put(&mut self, table: &TableName, key: &ObjectKey, mut object: Object) -> Arc<Object> {
        self.revision += 1;
        object.set_revision(self.revision);
        let object = Arc::new(object);
        let old = self.table_mut(table).put(key, Arc::clone(&object));
        if let Some(old) = old {
            self.unlink(table, key, &old);
        }
        for label in labels(table, &object) {
            self.labelled.entry(label).or_default().insert(key.clone());
        }
        for uid in object.owner_uids() {
            self.dependents.entry(uid).or_default().insert((table.clone(), key.clone()));
        }
        object
    }

    /// Takes an object away, under the next revision. Gives it as it was last.
    pub(crate) fn remove(&mut self, table: &TableName, key: &ObjectKey) -> Option<Arc<Object>> {
        let old = Arc::clone(self.get(table, key)?);
        self.revision += 1;
        let mut last = Object::clone(&old);
        last.set_revision(self.revision);
        let last = Arc::new(last);
        self.table_mut(table).remove(key, Arc::clone(&last));
        self.unlink(table, key, &old);
        Some(last)
    }

    fn unlink(&mut self, table: &TableName, key: &ObjectKey, old: &Object) {
        for label in labels(table, old) {
            if let Some(set) = self.labelled.get_mut(&label) {
                set.remove(key);
                if set.is_empty() {
                    self.labelled.remove(&label);
                }
            }
        }
        for uid in old.owner_uids() {
            if let Some(set) = self.dependents.get_mut(&uid) {
                set.remove(&(table.clone(), key.clone()));
                if set.is_empty() {
                    self.dependents.remove(&uid);
                }
            }
        }
    }

    /// Who names this uid as an owner.
    pub(crate) fn dependents(&self, uid: &str) -> Vec<(TableName, ObjectKey)> {
        self.dependents.get(uid).into_iter().flatten().cloned().collect()
    }

    /// The pods with this label.
    pub(crate) fn pods_with(&self, namespace: &str, key: &str, value: &str) -> Vec<ObjectKey> {
        self.with_label("pods", namespace, key, value)
    }

    /// The services that select by this label, and maybe by others.
    pub(crate) fn services_with(&self, namespace: &str, key: &str, value: &str) -> Vec<ObjectKey> {
        self.with_label("services", namespace, key, value)
    }

    fn with_label(&self, table: &'static str, namespace: &str, key: &str, value: &str) -> Vec<ObjectKey> {
        let label = (table, Arc::from(namespace), key.to_owned(), value.to_owned());
        self.labelled.get(&label).into_iter().flatten().cloned().collect()
    }
}

/// The labels by which an object is found: those of a pod, and one of those that a service selects by.
fn labels(table: &TableName, object: &Object) -> Vec<Label> {
    let (name, path, most) = match (&*table.0, &*table.1) {
        ("", "pods") => ("pods", ["metadata", "labels"], usize::MAX),
        ("", "services") => ("services", ["spec", "selector"], 1),
        _ => return Vec::new(),
    };
    let namespace: Arc<str> = object.meta("namespace").into();
    let map = object.value.at(&path).and_then(weir_yaml::Value::as_map);
    map.into_iter()
        .flatten()
        .take(most)
        .map(|(key, value)| {
            (name, Arc::clone(&namespace), key.to_string(), value.as_str().unwrap_or("").to_owned())
        })
        .collect()
}
