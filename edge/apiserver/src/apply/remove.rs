//! A value without the fields of a set.

use weir_yaml::{List, Map, Value};

use super::{Set, Step, item_step};
use crate::schema::{ListKind, Shape, TypeId, Types};

/// The value without these fields; null if nothing is left of it.
pub(crate) fn remove(types: &Types, ty: TypeId, value: &Value, gone: &Set) -> Value {
    inner(types, ty, value, gone).unwrap_or(Value::Null)
}

fn inner(types: &Types, ty: TypeId, value: &Value, gone: &Set) -> Option<Value> {
    match (types.shape_for(ty, value), value) {
        (Shape::List { items, kind }, Value::List(list)) => {
            if *kind == ListKind::Atomic {
                return None;
            }
            remove_items(types, *items, kind, list, gone)
        }
        (Shape::Map { atomic: true, .. }, Value::Map(_)) => None,
        (Shape::Map { fields, rest, .. }, Value::Map(map)) => {
            let type_of =
                |key: &str| fields.get(key).map_or_else(|| rest.unwrap_or(Types::ANY), |field| field.ty);
            remove_fields(types, &type_of, map, gone)
        }
        (Shape::List { .. } | Shape::Map { .. }, _) => None,
        (Shape::Scalar(_) | Shape::Any, _) => Some(value.clone()),
    }
}

/// What is left of a value that loses only things below it: null if that is nothing. (From 1.37 on it would stay, empty.)
fn emptied(types: &Types, ty: TypeId, value: &Value, gone: &Set) -> Value {
    inner(types, ty, value, gone).unwrap_or(Value::Null)
}

fn remove_items(types: &Types, items: TypeId, kind: &ListKind, list: &[Value], gone: &Set) -> Option<Value> {
    let mut out = Vec::with_capacity(list.len());
    for item in list {
        let Ok(step) = item_step(types, items, kind, item) else {
            out.push(item.clone());
            continue;
        };
        if gone.has(&step) {
            continue;
        }
        match gone.below(&step) {
            Some(below) => {
                out.push(emptied(types, items, item, below));
            }
            None => out.push(item.clone()),
        }
    }
    (!out.is_empty()).then(|| Value::List(List::new(out)))
}

fn remove_fields(types: &Types, type_of: &dyn Fn(&str) -> TypeId, map: &Map, gone: &Set) -> Option<Value> {
    let mut out = map.clone();
    for (key, value) in map {
        let step = Step::Field(key.clone());
        if gone.has(&step) {
            out.remove(key);
        } else if let Some(below) = gone.below(&step) {
            out.insert(key.clone(), emptied(types, type_of(key), value, below));
        }
    }
    (!out.is_empty()).then_some(Value::Map(out))
}
