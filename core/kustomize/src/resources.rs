//! The objects of a build in their order, found by name.

use std::sync::Arc;

use weir_files::Diagnostic;

use crate::configuration::{Configuration, NOTHING};
use crate::name_index::NameIndex;
use crate::resource::{Behavior, Key, Res, texts_of};
use crate::vars::Var;

/// The objects of a build.
#[derive(Debug, Clone)]
pub(crate) struct Resources {
    pub(crate) list: Vec<Res>,
    /// The fields that transformers change.
    pub(crate) configuration: Arc<Configuration>,
    /// Sorted by name.
    pub(crate) vars: Vec<Var>,
    /// Places in the list by all names that an object has or had. Empty when it must be made anew.
    by_name: Option<NameIndex>,
    /// No two have the same key, as far as that was looked at and nothing was changed since.
    is_unique: bool,
}

impl Default for Resources {
    fn default() -> Self {
        Self {
            list: Vec::new(),
            configuration: Arc::clone(&NOTHING),
            vars: Vec::new(),
            by_name: None,
            is_unique: false,
        }
    }
}

impl Resources {
    /// To be called when names, kinds or places in the list may have changed.
    pub(crate) fn changed(&mut self) {
        self.by_name = None;
        self.is_unique = false;
    }

    fn index(&mut self) -> &mut NameIndex {
        let list = &self.list;
        self.by_name.get_or_insert_with(|| {
            let mut index = NameIndex::with_capacity(list.len());
            for (at, resource) in list.iter().enumerate() {
                note(&mut index, at, resource);
            }
            index
        })
    }

    /// Places of objects with this name that fit.
    fn places(&mut self, name: &str, fits: impl Fn(&Res) -> bool) -> Vec<usize> {
        self.index();
        let places = self.by_name.iter().flat_map(|index| index.places(name));
        places.filter(|at| self.list.get(*at).is_some_and(&fits)).collect()
    }

    /// Places of all objects that have this key now.
    pub(crate) fn with_key(&mut self, key: Key<'_>) -> Vec<usize> {
        self.places(key.name, |resource| resource.key() == key)
    }

    /// Places of all objects that have or had this key.
    pub(crate) fn with_any_key(&mut self, key: Key<'_>) -> Vec<usize> {
        self.places(key.name, |resource| resource.all_keys().any(|own| own == key))
    }

    /// Adds an object; its key must be a new one.
    pub(crate) fn append(&mut self, resource: Res) -> Result<(), String> {
        if !self.with_key(resource.key()).is_empty() {
            return Err(format!("may not add resource with an already registered id: {}", resource.id()));
        }
        let at = self.list.len();
        note(self.index(), at, &resource);
        self.list.push(resource);
        Ok(())
    }

    /// Adds objects. Says which cannot be added, by where they are written, and why.
    pub(crate) fn append_all(&mut self, found: Vec<Res>) -> Vec<Diagnostic> {
        let mut found = found;
        if self.list.is_empty() {
            // Nothing has to be moved if all are new.
            self.list = found;
            if self.find_duplicate().is_none() {
                return Vec::new();
            }
            found = std::mem::take(&mut self.list);
            self.changed();
        }
        self.list.reserve(found.len());
        found.into_iter().filter_map(|one| self.append_placed(one)).collect()
    }

    /// Adds an object, or says where the one is that has its key.
    fn append_placed(&mut self, one: Res) -> Option<Diagnostic> {
        let place = one.place.clone();
        let others = self.with_key(one.key());
        let other = others.first().and_then(|at| self.list.get(*at)?.place.clone());
        let message = self.append(one).err()?;
        let mut problem =
            Diagnostic::error(message).hint("keep one of the two, or make a patch of the second");
        problem.place = place;
        Some(match other {
            Some(other) => problem.through("after", other),
            None => problem,
        })
    }

    /// Adds a generated object, or lets it replace or change the one that is there.
    pub(crate) fn absorb(&mut self, mut resource: Res) -> Result<(), String> {
        let id = resource.id();
        let matches = self.with_any_key(resource.key());
        let at = match (matches.as_slice(), resource.behavior) {
            ([], Behavior::Merge | Behavior::Replace) => {
                return Err(format!("id {id} does not exist; cannot merge or replace"));
            }
            ([], _) => return self.append(resource),
            ([at], Behavior::Merge | Behavior::Replace) => *at,
            ([_], _) => {
                return Err(format!(
                    "id {id} exists; the behavior of its generator must be merge or replace"
                ));
            }
            _ => return Err(format!("found multiple objects that could accept merge of {id}")),
        };
        let Some(old) = self.list.get_mut(at) else { return Ok(()) };
        let (own, other) = (resource.key(), old.key());
        if (own.group, own.version, own.kind) != (other.group, other.version, other.kind) {
            return Err(format!(
                "cannot find {id} to merge or replace: it has become {} meanwhile",
                old.id()
            ));
        }
        let is_merge = resource.behavior == Behavior::Merge;
        if is_merge {
            for field in ["data", "binaryData"] {
                merge_field(&mut resource, old, field);
            }
        }
        resource.has_bare_keys = is_merge;
        resource.inherit(old);
        if is_merge && old.origin.is_some() {
            resource.origin.clone_from(&old.origin);
        }
        *old = resource;
        self.changed();
        Ok(())
    }

    /// The same, if anything may have changed since the objects were looked up.
    pub(crate) fn find_new_duplicate(&mut self) -> Option<usize> {
        if self.is_unique { None } else { self.find_duplicate() }
    }

    /// Checks that no two objects have the same key.
    pub(crate) fn find_duplicate(&mut self) -> Option<usize> {
        self.changed();
        self.index();
        let index = self.by_name.take()?;
        let found = self.list.iter().enumerate().find_map(|(at, resource)| {
            let same = |other: &usize| self.list.get(*other).is_some_and(|one| one.key() == resource.key());
            let mut before = index.places(resource.name()).take_while(|other| *other < at);
            before.find(same).map(|_| at)
        });
        self.by_name = Some(index);
        self.is_unique = found.is_none();
        found
    }

    /// Leaves out what is empty now.
    pub(crate) fn drop_empties(&mut self) {
        let before = self.list.len();
        self.list.retain(|resource| !is_empty(resource));
        if self.list.len() != before {
            self.changed();
        }
    }
}

fn is_empty(resource: &Res) -> bool {
    resource.object.as_map().is_none_or(weir_yaml::Map::is_empty)
}

fn note(index: &mut NameIndex, at: usize, resource: &Res) {
    resource.previous.iter().for_each(|previous| index.note(&previous.name, at));
    index.note(resource.name(), at);
}

/// The values of merged data are texts, and nulls empty ones.
fn merge_field(new: &mut Res, old: &Res, field: &str) {
    let of = |res: &Res| res.object.get(field).and_then(weir_yaml::Value::as_map).map(texts_of);
    let mut merged = of(old).unwrap_or_default();
    merged.extend(of(new).unwrap_or_default());
    for (_, value) in merged.iter_mut().filter(|(key, _)| is_null(old, new, field, key)) {
        *value = weir_yaml::Value::from("");
    }
    if merged.is_empty() {
        new.object.remove_at(&[field]);
    } else {
        new.object.set_at(&[field], merged);
    }
}

fn is_null(old: &Res, new: &Res, field: &str, key: &str) -> bool {
    let of = |res: &Res| res.object.at(&[field, key]).map(weir_yaml::Value::is_null);
    of(new).or_else(|| of(old)).unwrap_or(false)
}
