//! Which fields differ between two states of an object.

use weir_yaml::{Map, Value};

use super::{Set, Step, item_step};
use crate::schema::{ListKind, Shape, TypeId, Types};

/// The fields that differ.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    /// Only in the new state.
    pub(crate) added: Set,
    /// In both, with another value.
    pub(crate) modified: Set,
    /// Only in the old state.
    pub(crate) removed: Set,
}

impl Comparison {
    /// All sets through this filter.
    pub(crate) fn filter(self, filter: impl Fn(&Set) -> Set) -> Self {
        Self { added: filter(&self.added), modified: filter(&self.modified), removed: filter(&self.removed) }
    }
}

/// Compares the old with the new state.
pub(crate) fn compare(types: &Types, ty: TypeId, old: &Value, new: &Value) -> Comparison {
    let mut walk = Walk { types, path: Vec::with_capacity(8), found: Comparison::default() };
    walk.value(ty, Some(old), Some(new));
    walk.found
}

struct Walk<'a> {
    types: &'a Types,
    path: Vec<Step>,
    found: Comparison,
}

impl<'a> Walk<'a> {
    fn value(&mut self, ty: TypeId, old: Option<&'a Value>, new: Option<&'a Value>) {
        if let (Some(old), Some(new)) = (old, new)
            && same(old, new)
        {
            return;
        }
        let leaf = match (old, new) {
            (Some(old), Some(new)) if !old.is_null() && !new.is_null() && old.kind() != new.kind() => {
                let old_leaf = self.descend(ty, Some(old), None, old);
                let new_leaf = self.descend(ty, None, Some(new), new);
                if old_leaf || new_leaf {
                    self.found.modified.insert(&self.path);
                }
                return;
            }
            (Some(old), Some(new)) => {
                self.descend(ty, Some(old), Some(new), if new.is_null() { old } else { new })
            }
            (Some(only), None) => self.descend(ty, Some(only), None, only),
            (None, Some(only)) => self.descend(ty, None, Some(only), only),
            (None, None) => return,
        };
        match (old, new) {
            (None, _) => self.found.added.insert(&self.path),
            (_, None) => self.found.removed.insert(&self.path),
            (Some(old), Some(new)) => {
                if leaf && !old.means(new) {
                    self.found.modified.insert(&self.path);
                }
            }
        }
    }

    /// Goes down into lists by key and maps by field; true if the value is a leaf.
    fn descend(&mut self, ty: TypeId, old: Option<&'a Value>, new: Option<&'a Value>, guide: &Value) -> bool {
        let types = self.types;
        match types.shape_for(ty, guide) {
            Shape::List { items, kind } if *kind != ListKind::Atomic => {
                let old = old.and_then(Value::as_list).unwrap_or_default();
                let new = new.and_then(Value::as_list).unwrap_or_default();
                if old.is_empty() && new.is_empty() {
                    return true;
                }
                self.lists(*items, kind, old, new);
                false
            }
            Shape::Map { fields, rest, atomic: false } => {
                let old = old.and_then(Value::as_map).filter(|map| !map.is_empty());
                let new = new.and_then(Value::as_map).filter(|map| !map.is_empty());
                if old.is_none() && new.is_none() {
                    return true;
                }
                let type_of =
                    |key: &str| fields.get(key).map_or_else(|| rest.unwrap_or(Types::ANY), |field| field.ty);
                self.maps(&type_of, old, new);
                false
            }
            _ => true,
        }
    }

    fn maps(&mut self, type_of: &dyn Fn(&str) -> TypeId, old: Option<&'a Map>, new: Option<&'a Map>) {
        for (key, value) in old.into_iter().flatten() {
            self.path.push(Step::Field(key.clone()));
            self.value(type_of(key), Some(value), new.and_then(|map| map.get(key)));
            self.path.pop();
        }
        for (key, value) in new.into_iter().flatten() {
            if old.is_none_or(|map| !map.contains_key(key)) {
                self.path.push(Step::Field(key.clone()));
                self.value(type_of(key), None, Some(value));
                self.path.pop();
            }
        }
    }

    fn lists(&mut self, items: TypeId, kind: &ListKind, old: &'a [Value], new: &'a [Value]) {
        let old = self.by_step(items, kind, old);
        let new = self.by_step(items, kind, new);
        for (step, values) in &old {
            let others = new.iter().find(|(other, _)| other == step).map_or(&[][..], |(_, values)| values);
            self.item(items, step, values, others);
        }
        for (step, values) in &new {
            if !old.iter().any(|(other, _)| other == step) {
                self.item(items, step, &[], values);
            }
        }
    }

    fn by_step(&self, items: TypeId, kind: &ListKind, list: &'a [Value]) -> Vec<(Step, Vec<&'a Value>)> {
        let mut out: Vec<(Step, Vec<&Value>)> = Vec::with_capacity(list.len());
        for value in list {
            let Ok(step) = item_step(self.types, items, kind, value) else { continue };
            match out.iter_mut().find(|(own, _)| *own == step) {
                Some((_, values)) => values.push(value),
                None => out.push((step, vec![value])),
            }
        }
        out
    }

    /// Items of one key; several of them count as one atomic thing.
    fn item(&mut self, items: TypeId, step: &Step, old: &[&'a Value], new: &[&'a Value]) {
        self.path.push(step.clone());
        match (old, new) {
            ([_, _, ..], [_, _, ..]) => {
                if old.len() != new.len() || !old.iter().zip(new).all(|(a, b)| a.means(b)) {
                    self.found.modified.insert(&self.path);
                }
            }
            ([_, _, ..], _) => {
                self.value(items, None, new.first().copied());
                self.found.removed.insert(&self.path);
            }
            (_, [_, _, ..]) => {
                self.value(items, old.first().copied(), None);
                self.found.added.insert(&self.path);
            }
            _ => self.value(items, old.first().copied(), new.first().copied()),
        }
        self.path.pop();
    }
}

/// True if both are the same in memory or the same scalar: then nothing below can differ.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Map(a), Value::Map(b)) => a.is_same(b),
        (Value::List(a), Value::List(b)) => std::sync::Arc::ptr_eq(a, b),
        (Value::Map(_) | Value::List(_), _) | (_, Value::Map(_) | Value::List(_)) => false,
        (a, b) => a == b,
    }
}
