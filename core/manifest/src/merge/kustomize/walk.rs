//! Walks several values at once and sets in the first what a visitor says.

use std::collections::BTreeSet;

use weir_yaml::{Key, Value};

use super::super::{DEEPEST, MergeError};
use super::NewItems;
use super::Schemas;
use super::element::text_of;
use crate::schema::{self, Below, GivenSchema, Schema};

/// The values at one place: the destination, then the others. Nothing is not the same as null.
pub(super) type Sources = Vec<Option<Value>>;

/// What becomes of the destination at one place.
#[derive(Debug, PartialEq)]
pub(super) enum Taken {
    /// It goes.
    Nothing,
    /// It stays and is merged into.
    Dest,
    /// Another value takes its place.
    Other(Value),
}

impl Taken {
    /// The value of another source; null is nothing.
    pub(super) fn other(value: Option<&Value>) -> Self {
        value.filter(|value| !value.is_null()).map_or(Self::Nothing, |value| Self::Other(value.clone()))
    }
}

/// Decides at every place. It may change the other sources, to take directives out of them.
pub(super) trait Visitor {
    fn map(&self, sources: &mut Sources) -> Result<Taken, MergeError>;
    fn scalar(&self, sources: &mut Sources) -> Option<Value>;
    fn merged_list(&self, sources: &mut Sources) -> Result<Taken, MergeError>;
    fn plain_list(&self, sources: &mut Sources) -> Option<Value>;
}

/// What is known about the kind of a value.
#[derive(Clone, Copy)]
pub(super) enum Known<'k> {
    /// Nothing: it may be a kind that will be known further down.
    Unknown,
    /// It belongs to a known kind, and nothing merges in it.
    Plain,
    /// It has a schema.
    Schema(Schema),
    /// It has a schema that was given.
    Given(GivenSchema<'k>),
}

impl<'k> Known<'k> {
    fn child(self, key: &str) -> Self {
        match self {
            Self::Schema(schema) => schema.child(key).map_or(Self::Plain, Self::Schema),
            Self::Given(schema) => schema.child(key).map_or(Self::Unknown, Self::below),
            other => other,
        }
    }

    fn below(below: Below<'k>) -> Self {
        match below {
            Below::Schema(schema) => Self::Given(schema),
            Below::Elsewhere(name) => schema::kustomize_definition(name).map_or(Self::Unknown, Self::Schema),
        }
    }

    pub(super) fn items(self) -> Self {
        match self {
            Self::Schema(schema) => schema.items().map_or(Self::Plain, Self::Schema),
            Self::Given(schema) => schema.items().map_or(Self::Unknown, Self::below),
            other => other,
        }
    }
}

pub(super) struct Walker<'a> {
    pub(super) visitor: &'a dyn Visitor,
    pub(super) new_items: NewItems,
    pub(super) infer: bool,
    pub(super) schemas: Schemas<'a>,
}

pub(super) fn is_missing(value: Option<&Value>) -> bool {
    value.is_none_or(Value::is_null)
}

impl<'a> Walker<'a> {
    pub(super) fn walk(
        &self,
        mut sources: Sources,
        known: Known<'_>,
        depth: usize,
    ) -> Result<Option<Value>, MergeError> {
        if depth > DEEPEST {
            return Err(MergeError::new("the object is nested too deeply"));
        }
        let known = self.known_of(&sources, known);
        let first = sources.iter().flatten().find(|value| !value.is_null());
        match first {
            None => self.walk_map(sources, known, depth),
            Some(Value::Map(_)) => {
                all_are(&sources, "map", |value| matches!(value, Value::Map(_)))?;
                self.walk_map(sources, known, depth)
            }
            Some(Value::List(_)) => {
                all_are(&sources, "list", |value| matches!(value, Value::List(_)))?;
                if self.is_merged(&sources, known) {
                    self.walk_list(sources, known, depth)
                } else {
                    Ok(self.visitor.plain_list(&mut sources))
                }
            }
            Some(_) => {
                all_are(&sources, "scalar", |value| !matches!(value, Value::Map(_) | Value::List(_)))?;
                Ok(self.visitor.scalar(&mut sources))
            }
        }
    }

    /// The kind of a place that is not known yet may be said by the value itself.
    fn known_of<'k>(&self, sources: &Sources, known: Known<'k>) -> Known<'k>
    where
        'a: 'k,
    {
        if !matches!(known, Known::Unknown) {
            return known;
        }
        let found = sources.iter().flatten().find_map(|value| {
            let (version, kind) = (value.str_at(&["apiVersion"])?, value.str_at(&["kind"])?);
            self.schemas.of_kind(version, kind)
        });
        found.unwrap_or(Known::Unknown)
    }

    fn is_merged(&self, sources: &Sources, known: Known<'_>) -> bool {
        match known {
            Known::Schema(schema) => schema.patch_strategy().merge,
            Known::Given(schema) => schema.patch_strategy().merge,
            Known::Plain => false,
            Known::Unknown => self.infer && sources.iter().flatten().any(has_names),
        }
    }

    fn walk_map(
        &self,
        mut sources: Sources,
        known: Known<'_>,
        depth: usize,
    ) -> Result<Option<Value>, MergeError> {
        let taken = self.visitor.map(&mut sources)?;
        let Some(mut dest) = settle(&mut sources, taken) else { return Ok(None) };
        lay_out_as_patch(&mut dest, &sources);
        let maps = || sources.iter().flatten().filter_map(Value::as_map);
        let keys: BTreeSet<Key> = maps().flat_map(weir_yaml::Map::keys).cloned().collect();
        for key in keys {
            let values = sources.iter().map(|source| source.as_ref()?.get(&key).cloned()).collect();
            let value = self.walk(values, known.child(&key), depth + 1).map_err(|error| error.below(&key))?;
            match value {
                Some(mut value) => {
                    value.quote_if_open();
                    dest.make_map().insert(key, value);
                }
                None => {
                    dest.remove_at(&[&key]);
                }
            }
        }
        Ok(Some(dest))
    }
}

/// A map without entries takes over how the map is written that fills it.
fn lay_out_as_patch(dest: &mut Value, sources: &Sources) {
    let Some(dest) = dest.as_map_mut().filter(|dest| dest.is_empty()) else { return };
    if let Some(last) = sources.last().and_then(|value| value.as_ref()?.as_map()) {
        dest.set_layout(last.layout());
    }
}

/// Puts what was taken in the place of the destination.
pub(super) fn settle(sources: &mut Sources, taken: Taken) -> Option<Value> {
    let dest = sources.first_mut()?;
    match taken {
        Taken::Nothing => *dest = None,
        Taken::Dest => {}
        Taken::Other(value) => *dest = Some(value),
    }
    dest.clone()
}

fn all_are(sources: &Sources, expected: &str, is: impl Fn(&Value) -> bool) -> Result<(), MergeError> {
    match sources.iter().flatten().find(|value| !value.is_null() && !is(value)) {
        None => Ok(()),
        Some(Value::Map(_)) => Err(MergeError::new(format!("a {expected} is expected, not a map"))),
        Some(Value::List(_)) => Err(MergeError::new(format!("a {expected} is expected, not a list"))),
        Some(other) => {
            Err(MergeError::new(format!("a {expected} is expected, not the value '{}'", text_of(other))))
        }
    }
}

/// True for lists whose first map has a `name`.
pub(super) fn has_names(value: &Value) -> bool {
    let list = value.as_list().unwrap_or_default();
    list.first().and_then(Value::as_map).is_some_and(|map| map.contains_key("name"))
}
