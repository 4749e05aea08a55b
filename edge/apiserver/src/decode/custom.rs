//! Custom resources: fields that the schema does not know are dropped.

use weir_yaml::{List, Value};

use crate::schema::{Shape, TypeId, Types};

/// The object without unknown fields, and the paths of what was unknown.
pub(super) fn shape(types: &Types, ty: TypeId, mut value: Value) -> (Value, Vec<String>) {
    let mut pruner = Pruner { types, unknown: Vec::new() };
    pruner.value(ty, &mut value, "", 0);
    (value, pruner.unknown)
}

struct Pruner<'a> {
    types: &'a Types,
    unknown: Vec<String>,
}

impl Pruner<'_> {
    fn value(&mut self, ty: TypeId, value: &mut Value, path: &str, depth: usize) {
        if depth > 200 {
            return;
        }
        match (self.types.shape(ty), &mut *value) {
            (Shape::List { items, .. }, Value::List(list)) => {
                if matches!(self.types.shape(*items), Shape::Any | Shape::Scalar(_)) {
                    return;
                }
                let mut changed: Vec<(usize, Value)> = Vec::new();
                for (at, item) in list.iter().enumerate() {
                    let mut inner = item.clone();
                    self.value(*items, &mut inner, &format!("{path}[{at}]"), depth + 1);
                    if !same(item, &inner) {
                        changed.push((at, inner));
                    }
                }
                if !changed.is_empty() {
                    let mut items = list.to_vec();
                    for (at, inner) in changed {
                        if let Some(slot) = items.get_mut(at) {
                            *slot = inner;
                        }
                    }
                    *list = List::new(items);
                }
            }
            (Shape::Map { fields, rest, .. }, Value::Map(map)) => {
                let (mut gone, mut changed) = (Vec::new(), Vec::new());
                for (key, item) in map.iter() {
                    let declared = fields.get(key).map(|field| field.ty);
                    let Some(ty) = declared.or(*rest) else {
                        self.unknown.push(if path.is_empty() {
                            key.to_string()
                        } else {
                            format!("{path}.{key}")
                        });
                        gone.push(key.clone());
                        continue;
                    };
                    if item.is_null() && rest.is_none() && path == "metadata" {
                        gone.push(key.clone());
                        continue;
                    }
                    if matches!(item, Value::Map(_) | Value::List(_)) {
                        let below = if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
                        let mut inner = item.clone();
                        self.value(ty, &mut inner, &below, depth + 1);
                        if !same(item, &inner) {
                            changed.push((key.clone(), inner));
                        }
                    }
                }
                for key in gone {
                    map.remove(&key);
                }
                for (key, inner) in changed {
                    map.insert(key, inner);
                }
            }
            _ => {}
        }
    }
}

fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Map(a), Value::Map(b)) => a.is_same(b),
        (Value::List(a), Value::List(b)) => std::sync::Arc::ptr_eq(a, b),
        (a, b) => a == b,
    }
}
