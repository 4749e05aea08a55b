//! Defaults that the types themselves name.

use weir_yaml::{List, Map, Value};

use crate::schema::{Scalar, Shape, TypeId, Types};

/// Deeper types are not followed.
const MAX_DEPTH: usize = 32;

/// The object that has only what its typed form always has: plain structs, required scalars and lists.
pub(crate) fn always(types: &Types, ty: TypeId) -> Value {
    let mut value = Value::Map(Map::new());
    fill_empty(types, ty, &mut value, 0);
    value
}

fn fill_empty(types: &Types, ty: TypeId, value: &mut Value, depth: usize) {
    let Shape::Map { fields, .. } = types.shape(ty) else { return };
    if depth > MAX_DEPTH {
        return;
    }
    for field in fields.iter().filter(|field| field.always) {
        let entry = value.make_map().entry(&field.name);
        match types.shape(field.ty) {
            Shape::Map { fields, .. } if fields.iter().next().is_some() => {
                *entry = Value::Map(Map::new());
                fill_empty(types, field.ty, entry, depth + 1);
            }
            Shape::Scalar(Scalar::Boolean) => *entry = Value::Bool(false),
            Shape::Scalar(Scalar::Integer(_) | Scalar::Number) => *entry = Value::Int(0),
            Shape::Scalar(Scalar::String | Scalar::Bytes) => *entry = Value::from(""),
            Shape::Any | Shape::Scalar(_) | Shape::List { .. } | Shape::Map { .. } => *entry = Value::Null,
        }
    }
}

/// Puts in the plain structs that the typed form of a built-in kind always has.
pub(crate) fn fill_always(types: &Types, ty: TypeId, value: &mut Value) {
    match (types.shape(ty), &mut *value) {
        (Shape::List { items, .. }, Value::List(list)) if lacks_in_list(types, *items, list) => {
            for item in std::sync::Arc::make_mut(list) {
                fill_always(types, *items, item);
            }
        }
        (Shape::Map { fields, rest, .. }, Value::Map(map)) => {
            for field in fields.iter().filter(|field| field.always) {
                let is_struct = matches!(types.shape(field.ty), Shape::Map { fields, .. } if fields.iter().next().is_some());
                if is_struct && map.get(&field.name).is_none_or(Value::is_null) {
                    map.insert(field.name.clone(), Map::new());
                }
            }
            let keys: Vec<_> = map
                .iter()
                .filter(|(_, inner)| matches!(inner, Value::Map(_) | Value::List(_)))
                .map(|(key, inner)| (key.clone(), inner.clone()))
                .collect();
            for (key, mut inner) in keys {
                let ty = fields.get(&key).map_or_else(|| rest.unwrap_or(Types::ANY), |field| field.ty);
                let before = inner.clone();
                fill_always(types, ty, &mut inner);
                if !is_same(&before, &inner) {
                    map.insert(key, inner);
                }
            }
        }
        _ => {}
    }
}

fn lacks_in_list(types: &Types, items: TypeId, list: &List) -> bool {
    matches!(types.shape(items), Shape::Map { .. }) && !list.is_empty()
}

fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Map(a), Value::Map(b)) => a.is_same(b),
        (Value::List(a), Value::List(b)) => std::sync::Arc::ptr_eq(a, b),
        _ => false,
    }
}

/// Puts in the defaults that the types name. Null stands for nothing where null may not stand.
pub(crate) fn fill(types: &Types, ty: TypeId, value: &mut Value) {
    match (types.shape(ty), &mut *value) {
        (Shape::List { items, .. }, Value::List(list)) => {
            if matches!(types.shape(*items), Shape::Map { .. } | Shape::List { .. }) {
                for item in std::sync::Arc::make_mut(list) {
                    fill(types, *items, item);
                }
            }
        }
        (Shape::Map { fields, rest, .. }, Value::Map(map)) => {
            for field in fields.iter() {
                let Some(default) = &field.default else { continue };
                let nullable =
                    types.node(field.ty).and_then(|node| node.rules.as_ref()).is_some_and(|r| r.nullable);
                match map.get(&field.name) {
                    Some(Value::Null) if !nullable => {}
                    Some(_) => continue,
                    None => {}
                }
                map.insert(field.name.clone(), default.clone());
            }
            let keys: Vec<_> = map
                .iter()
                .filter(|(_, inner)| matches!(inner, Value::Map(_) | Value::List(_)))
                .map(|(key, inner)| (key.clone(), inner.clone()))
                .collect();
            for (key, mut inner) in keys {
                let ty = fields.get(&key).map_or_else(|| rest.unwrap_or(Types::ANY), |field| field.ty);
                if matches!(types.shape(ty), Shape::Any | Shape::Scalar(_)) {
                    continue;
                }
                let before = inner.clone();
                fill(types, ty, &mut inner);
                if before != inner {
                    map.insert(key, inner);
                }
            }
        }
        _ => {}
    }
}
