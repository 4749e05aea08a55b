//! An applied configuration laid over the live object.

use weir_yaml::{List, Map, Value};

use super::{Step, item_step};
use crate::schema::{ListKind, Shape, TypeId, Types};

/// The right value over the left one: maps by field, keyed lists by key, all else replaced.
pub(crate) fn merge(types: &Types, ty: TypeId, left: &Value, right: &Value) -> Option<Value> {
    both(types, ty, Some(left), Some(right))
}

fn both(types: &Types, ty: TypeId, left: Option<&Value>, right: Option<&Value>) -> Option<Value> {
    let Some(guide) = right.filter(|value| !value.is_null()).or(left) else { return right.cloned() };
    let same_kind = match (left, right) {
        (Some(left), Some(right)) => left.is_null() || right.is_null() || left.kind() == right.kind(),
        _ => true,
    };
    if !same_kind {
        return right.cloned();
    }
    match types.shape_for(ty, guide) {
        Shape::List { items, kind } if *kind != ListKind::Atomic => {
            let (left_list, right_list) = (left.and_then(Value::as_list), right.and_then(Value::as_list));
            if left_list.is_none_or(<[_]>::is_empty) && right_list.is_none_or(<[_]>::is_empty) {
                return right.or(left).cloned();
            }
            let out =
                lists(types, *items, kind, left_list.unwrap_or_default(), right_list.unwrap_or_default());
            (!out.is_empty()).then(|| Value::List(List::new(out)))
        }
        Shape::Map { fields, rest, atomic: false } => {
            let (left_map, right_map) = (left.and_then(Value::as_map), right.and_then(Value::as_map));
            if left_map.is_none_or(Map::is_empty) && right_map.is_none_or(Map::is_empty) {
                return right.or(left).cloned();
            }
            let type_of =
                |key: &str| fields.get(key).map_or_else(|| rest.unwrap_or(Types::ANY), |field| field.ty);
            maps(types, &type_of, left_map, right_map).map(Value::Map)
        }
        _ => right.or(left).cloned(),
    }
}

fn maps(
    types: &Types,
    type_of: &dyn Fn(&str) -> TypeId,
    left: Option<&Map>,
    right: Option<&Map>,
) -> Option<Map> {
    let Some(left) = left else {
        let mut out = Map::new();
        for (key, value) in right? {
            if let Some(value) = both(types, type_of(key), None, Some(value)) {
                out.insert(key.clone(), value);
            }
        }
        return (!out.is_empty()).then_some(out);
    };
    let mut out = left.clone();
    for (key, value) in right.into_iter().flatten() {
        match both(types, type_of(key), left.get(key), Some(value)) {
            Some(value) if out.get(key) != Some(&value) => _ = out.insert(key.clone(), value),
            Some(_) => {}
            None => _ = out.remove(key),
        }
    }
    (!out.is_empty()).then_some(out)
}

struct Items<'a> {
    steps: Vec<Step>,
    values: Vec<&'a Value>,
}

impl<'a> Items<'a> {
    fn of(types: &Types, items: TypeId, kind: &ListKind, list: &'a [Value]) -> Self {
        let (mut steps, mut values) = (Vec::with_capacity(list.len()), Vec::with_capacity(list.len()));
        for value in list {
            if let Ok(step) = item_step(types, items, kind, value) {
                steps.push(step);
                values.push(value);
            }
        }
        Self { steps, values }
    }

    fn has(&self, step: &Step) -> bool {
        self.steps.contains(step)
    }

    /// The one item of this key; none if there are several.
    fn only(&self, step: &Step) -> Option<&'a Value> {
        let mut found = self.steps.iter().zip(&self.values).filter(|(own, _)| *own == step);
        let (_, value) = found.next()?;
        found.next().is_none().then_some(*value)
    }
}

/// Items keep the order of the right list; items of the left alone stay near where they were.
fn lists(types: &Types, items: TypeId, kind: &ListKind, left: &[Value], right: &[Value]) -> Vec<Value> {
    let (left, right) = (Items::of(types, items, kind, left), Items::of(types, items, kind, right));
    let mut out = Vec::with_capacity(left.steps.len().max(right.steps.len()));
    let mut shared = right.steps.iter().filter(|step| left.has(step));
    let mut next_shared = shared.next();
    let mut done: Vec<&Step> = Vec::new();
    let (mut l, mut r) = (0, 0);
    let mut push = |a: Option<&Value>, b: Option<&Value>| out.extend(both(types, items, a, b));
    while l < left.steps.len() || r < right.steps.len() {
        if let (Some(a), Some(b)) = (left.steps.get(l), right.steps.get(r)) {
            if a == b {
                done.push(a);
                push(left.only(a), right.only(a));
                (l, r) = (l + 1, r + 1);
                next_shared = shared.next();
                continue;
            }
            if right.has(a) && next_shared.is_some_and(|next| next != a) {
                l += 1;
                continue;
            }
        }
        if let Some(a) = left.steps.get(l) {
            if !right.has(a) {
                push(left.values.get(l).copied(), None);
                l += 1;
                continue;
            } else if done.contains(&a) {
                l += 1;
            }
        }
        if let Some(b) = right.steps.get(r) {
            done.push(b);
            push(left.only(b), right.only(b));
            r += 1;
            if next_shared == Some(b) {
                next_shared = shared.next();
            }
        }
    }
    out
}
