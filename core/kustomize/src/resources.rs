//! The objects of a build in their order, found by name.

use std::collections::HashMap;
use std::sync::Arc;

use weir_yaml::Text;

use crate::configuration::{Configuration, NOTHING};
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
    by_name: Option<HashMap<Text, Vec<usize>>>,
}

impl Default for Resources {
    fn default() -> Self {
        Self { list: Vec::new(), configuration: Arc::clone(&NOTHING), vars: Vec::new(), by_name: None }
    }
}

impl Resources {
    /// To be called when names, kinds or places in the list may have changed.
    pub(crate) fn changed(&mut self) {
        self.by_name = None;
    }

    fn index(&mut self) -> &mut HashMap<Text, Vec<usize>> {
        let list = &self.list;
        self.by_name.get_or_insert_with(|| {
            let mut index = HashMap::new();
            for (at, resource) in list.iter().enumerate() {
                note(&mut index, at, resource);
            }
            index
        })
    }

    fn candidates(&mut self, name: &str) -> Vec<usize> {
        self.index().get(name).cloned().unwrap_or_default()
    }

    /// Places of all objects that have this key now.
    pub(crate) fn with_key(&mut self, key: Key<'_>) -> Vec<usize> {
        let mut found = self.candidates(key.name);
        found.retain(|at| self.list.get(*at).is_some_and(|resource| resource.key() == key));
        found
    }

    /// Places of all objects that have or had this key.
    pub(crate) fn with_any_key(&mut self, key: Key<'_>) -> Vec<usize> {
        let mut found = self.candidates(key.name);
        let fits = |resource: &Res| resource.all_keys().any(|own| own == key);
        found.retain(|at| self.list.get(*at).is_some_and(fits));
        found
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

    /// Checks that no two objects have the same key.
    pub(crate) fn find_duplicate(&mut self) -> Option<usize> {
        self.changed();
        self.index();
        let index = self.by_name.take()?;
        let found = self.list.iter().enumerate().find_map(|(at, resource)| {
            let same = |other: &&usize| {
                **other < at && self.list.get(**other).is_some_and(|other| other.key() == resource.key())
            };
            index.get(resource.name())?.iter().find(same).map(|_| at)
        });
        self.by_name = Some(index);
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

fn note(index: &mut HashMap<Text, Vec<usize>>, at: usize, resource: &Res) {
    for key in resource.all_keys() {
        match index.get_mut(key.name) {
            Some(places) if places.last() == Some(&at) => {}
            Some(places) => places.push(at),
            None => {
                index.insert(Text::from(key.name), vec![at]);
            }
        }
    }
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
