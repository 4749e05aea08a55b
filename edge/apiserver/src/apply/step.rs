//! One step of a field path.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use weir_yaml::{Key, Value, to_json};

use crate::schema::{ListKind, TypeId, Types};

/// From a value to one that it holds.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// The field of a map.
    Field(Key),
    /// The item of a list whose key fields have these values; sorted by name.
    Item(Arc<[(Key, Value)]>),
    /// The item of a set of scalars.
    Value(Value),
    /// The item at this place.
    Index(i64),
}

impl Step {
    fn rank(&self) -> u8 {
        match self {
            Self::Field(_) => 0,
            Self::Item(_) => 1,
            Self::Value(_) => 2,
            Self::Index(_) => 3,
        }
    }
}

impl Ord for Step {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Field(a), Self::Field(b)) => a.cmp(b),
            (Self::Item(a), Self::Item(b)) => order_items(a, b),
            (Self::Value(a), Self::Value(b)) => order_values(a, b),
            (Self::Index(a), Self::Index(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl PartialOrd for Step {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Step {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Step {}

fn order_items(a: &[(Key, Value)], b: &[(Key, Value)]) -> Ordering {
    for ((name_a, value_a), (name_b, value_b)) in a.iter().zip(b) {
        let order = name_a.cmp(name_b).then_with(|| order_values(value_a, value_b));
        if order != Ordering::Equal {
            return order;
        }
    }
    a.len().cmp(&b.len())
}

/// Numbers, then strings, booleans, lists, maps, null; the order in which owners list the items of a set.
fn order_values(a: &Value, b: &Value) -> Ordering {
    let rank = |value: &Value| match value.meant() {
        Value::Int(_) | Value::UInt(_) | Value::Float(_) => 0,
        Value::String(_) => 1,
        Value::Bool(_) => 2,
        Value::List(_) => 3,
        Value::Map(_) => 4,
        Value::Null | Value::Spelled(_) => 5,
    };
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        _ if rank(a) != rank(b) => rank(a).cmp(&rank(b)),
        _ => match (a.as_f64(), b.as_f64()) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            _ => to_json(a).cmp(&to_json(b)),
        },
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(name) => write!(f, ".{name}"),
            Self::Item(keys) => {
                f.write_str("[")?;
                for (at, (name, value)) in keys.iter().enumerate() {
                    let comma = if at == 0 { "" } else { "," };
                    write!(f, "{comma}{name}={}", to_json(value))?;
                }
                f.write_str("]")
            }
            Self::Value(value) => write!(f, "[={}]", to_json(value)),
            Self::Index(at) => write!(f, "[{at}]"),
        }
    }
}

/// The step to this item of a list of that kind; the text says why there is none.
pub(crate) fn item_step(types: &Types, items: TypeId, kind: &ListKind, item: &Value) -> Result<Step, String> {
    let keys = match kind {
        ListKind::Atomic => return Err("invalid indexing of non-associative list".to_owned()),
        ListKind::Set => return set_step(item),
        ListKind::Keys(keys) => keys,
    };
    let Some(map) = item.as_map() else {
        let what = if item.is_null() { "a null element" } else { "non-map elements" };
        return Err(format!("associative list with keys may not have {what}"));
    };
    let mut found: Vec<(Key, Value)> = Vec::with_capacity(keys.len());
    for key in keys {
        match map.get(key) {
            Some(value) => found.push((key.clone(), value.clone())),
            None => found.extend(types.default_of(items, key).map(|value| (key.clone(), value.clone()))),
        }
    }
    if found.is_empty() {
        let keys: Vec<String> = keys.iter().map(|key| format!("{:?}", key.as_str())).collect();
        return Err(format!(
            "associative list with keys has an element that omits all key fields [{}] \
             (and doesn't have default values for any key fields)",
            keys.join(" ")
        ));
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(Step::Item(found.into()))
}

fn set_step(item: &Value) -> Result<Step, String> {
    match item {
        Value::Map(_) => Err("associative list without keys has an element that's a map type".to_owned()),
        Value::List(_) => Err("not supported: associative list with lists as elements".to_owned()),
        Value::Null => Err("associative list without keys has an element that's an explicit null".to_owned()),
        Value::Spelled(spelled) => set_step(spelled.value()),
        Value::Bool(_) | Value::Int(_) | Value::UInt(_) | Value::Float(_) | Value::String(_) => {
            Ok(Step::Value(item.clone()))
        }
    }
}
