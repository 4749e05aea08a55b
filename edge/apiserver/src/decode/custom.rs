//! Custom resources: fields that the schema does not know are dropped.

use weir_yaml::{List, Value};

use crate::schema::{Shape, TypeId, Types};

/// The object without unknown fields, and the paths of what was unknown. What a client sends loses its nulls, where null
/// may not stand and no default takes its place.
pub(super) fn shape(types: &Types, ty: TypeId, mut value: Value, sent: bool) -> (Value, Vec<String>) {
    let mut pruner = Pruner { types, unknown: Vec::new(), sent };
    pruner.value(ty, &mut value, "", 0);
    (value, pruner.unknown)
}

struct Pruner<'a> {
    types: &'a Types,
    unknown: Vec<String>,
    sent: bool,
}

impl Pruner<'_> {
    fn is_nullable(&self, ty: TypeId) -> bool {
        let rules = self.types.node(ty).and_then(|node| node.rules.as_deref());
        rules.is_none_or(|rules| rules.nullable || rules.type_name.is_empty())
    }

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
                    let has_default = fields.get(key).is_some_and(|field| field.default.is_some());
                    let in_metadata = path == "metadata";
                    if item.is_null() && (in_metadata || self.sent && !has_default && !self.is_nullable(ty)) {
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
