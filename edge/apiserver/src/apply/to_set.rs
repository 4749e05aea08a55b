//! The fields that a value states.

use weir_yaml::Value;

use super::{Set, Step, item_step};
use crate::schema::{ListKind, Shape, TypeId, Types};

/// The set of all fields that this value states; leaves are scalars and atomic lists and maps.
pub(crate) fn to_set(types: &Types, ty: TypeId, value: &Value) -> Set {
    below(types, ty, value).1
}

/// Whether the value itself is a leaf, and the set below it.
fn below(types: &Types, ty: TypeId, value: &Value) -> (bool, Set) {
    let mut set = Set::default();
    match (types.shape_for(ty, value), value) {
        (Shape::List { kind: ListKind::Atomic, .. }, _) | (Shape::Map { atomic: true, .. }, _) => {
            return (true, set);
        }
        (Shape::List { items, kind }, Value::List(list)) => {
            for item in list.iter() {
                if let Ok(step) = item_step(types, *items, kind, item) {
                    let (_, inner) = below(types, *items, item);
                    set.put(step, true, inner);
                }
            }
        }
        (Shape::Map { fields, rest, .. }, Value::Map(map)) => {
            for (key, item) in map {
                let field = fields.get(key);
                let ty = field.map_or_else(|| rest.unwrap_or(Types::ANY), |field| field.ty);
                let (leaf, inner) = below(types, ty, item);
                let empty = item.is_null() || item.as_map().is_some_and(weir_yaml::Map::is_empty);
                set.put(Step::Field(key.clone()), leaf || empty || field.is_none(), inner);
            }
        }
        (Shape::List { .. } | Shape::Map { .. }, _) => {}
        (Shape::Scalar(_) | Shape::Any, _) => return (true, set),
    }
    (false, set)
}
