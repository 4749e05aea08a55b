//! The value model: null, booleans, numbers, strings, lists and maps, shared until changed.

mod convert;
mod hash;
mod key;
mod map;
mod spelled;

use std::sync::Arc;

pub use key::Key;
pub use map::{Layout, Map};
pub use spelled::Spelled;

/// Text of a string value, shared.
pub type Text = Arc<str>;

/// Items of a list value. Cloning shares them; changing a shared list copies its spine, not its items.
pub type List = Arc<Vec<Value>>;

/// One value. Cloning is cheap: lists, maps and strings are shared until one of the holders changes them.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// No value.
    #[default]
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer that fits 64 bits with a sign.
    Int(i64),
    /// An integer above [`i64::MAX`]; never used for smaller ones.
    UInt(u64),
    /// Any other number.
    Float(f64),
    /// A string.
    String(Text),
    /// A list.
    List(List),
    /// A map in the order of its source.
    Map(Map),
    /// A scalar that is written in an unusual way. Only [`crate::Dialect::Spelled`] makes them.
    Spelled(Arc<Spelled>),
}

impl Value {
    /// A string that shares its text with equal short ones, as names and kinds repeat.
    pub(crate) fn shared(text: &str) -> Self {
        Self::String(key::shared_text(text))
    }

    /// The value under this key, if this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_map()?.get(key)
    }

    /// The value below these keys, through maps only.
    pub fn at(&self, path: &[&str]) -> Option<&Value> {
        path.iter().try_fold(self, |value, key| value.get(key))
    }

    /// The string below these keys.
    pub fn str_at(&self, path: &[&str]) -> Option<&str> {
        self.at(path)?.as_str()
    }

    /// Sets the value below these keys. Maps are made on the way; whatever else stands there is replaced.
    pub fn set_at(&mut self, path: &[&str], value: impl Into<Value>) {
        match path {
            [] => *self = value.into(),
            [key, rest @ ..] => self.make_map().entry(key).set_at(rest, value),
        }
    }

    /// Takes out the value below these keys.
    pub fn remove_at(&mut self, path: &[&str]) -> Option<Value> {
        match path {
            [] => None,
            [key] => self.as_map_mut()?.remove(key),
            [key, rest @ ..] => self.as_map_mut()?.get_mut(key)?.remove_at(rest),
        }
    }

    /// This value as a map, made an empty one if it is something else.
    pub fn make_map(&mut self) -> &mut Map {
        if !matches!(self, Self::Map(_)) {
            *self = Self::Map(Map::new());
        }
        match self {
            Self::Map(map) => map,
            _ => unreachable!("made a map just now"),
        }
    }

    /// The map, if it is one.
    pub fn as_map(&self) -> Option<&Map> {
        if let Self::Map(map) = self { Some(map) } else { None }
    }

    /// The map, if it is one, to change.
    pub fn as_map_mut(&mut self) -> Option<&mut Map> {
        if let Self::Map(map) = self { Some(map) } else { None }
    }

    /// The items, if it is a list.
    pub fn as_list(&self) -> Option<&[Value]> {
        if let Self::List(list) = self { Some(list) } else { None }
    }

    /// The items, if it is a list, to change.
    pub fn as_list_mut(&mut self) -> Option<&mut Vec<Value>> {
        if let Self::List(list) = self { Some(Arc::make_mut(list)) } else { None }
    }

    /// The text, if it is a string.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self.meant() { Some(text) } else { None }
    }

    /// The integer, if it is one that fits.
    pub fn as_i64(&self) -> Option<i64> {
        if let Self::Int(number) = self.meant() { Some(*number) } else { None }
    }

    /// The number as a float, if it is one.
    pub fn as_f64(&self) -> Option<f64> {
        match self.meant() {
            Self::Int(number) => Some(*number as f64),
            Self::UInt(number) => Some(*number as f64),
            Self::Float(number) => Some(*number),
            _ => None,
        }
    }

    /// The boolean, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(flag) = self.meant() { Some(*flag) } else { None }
    }

    /// True for null.
    pub fn is_null(&self) -> bool {
        matches!(self.meant(), Self::Null)
    }

    /// `null`, `boolean`, `number`, `string`, `list` or `map`, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Int(_) | Self::UInt(_) | Self::Float(_) => "number",
            Self::String(_) => "string",
            Self::List(_) => "list",
            Self::Map(_) => "map",
            Self::Spelled(spelled) => spelled.value().kind(),
        }
    }

    /// True if both mean the same: numbers compare by what they count (`1` is `1.0`), map order does not matter.
    pub fn means(&self, other: &Value) -> bool {
        match (self.meant(), other.meant()) {
            (Self::List(a), Self::List(b)) => {
                Arc::ptr_eq(a, b) || a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.means(b))
            }
            (Self::Map(a), Self::Map(b)) => {
                a.len() == b.len()
                    && a.iter().all(|(key, value)| b.get(key).is_some_and(|other| value.means(other)))
            }
            (Self::Float(a), b) | (b, Self::Float(a)) => b.as_f64() == Some(*a),
            (a, b) => a == b,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_and_removes_below_paths() {
        let mut value = Value::Null;
        value.set_at(&["metadata", "labels", "app"], "x");
        value.set_at(&["metadata", "name"], "n");
        assert_eq!(value.str_at(&["metadata", "labels", "app"]), Some("x"));
        assert_eq!(value.remove_at(&["metadata", "labels", "app"]), Some(Value::from("x")));
        assert_eq!(value.at(&["metadata", "labels"]), Some(&Value::from(Map::new())));
    }

    #[test]
    fn clones_do_not_see_changes() {
        let mut first = Value::Null;
        first.set_at(&["a", "b"], 1);
        let second = first.clone();
        first.set_at(&["a", "b"], 2);
        assert_eq!(second.at(&["a", "b"]), Some(&Value::Int(1)));
    }

    #[test]
    fn values_are_small() {
        assert_eq!(size_of::<Value>(), 24);
        assert_eq!(size_of::<(Key, Value)>(), 40);
    }

    #[test]
    fn order_and_number_type_carry_no_meaning() {
        let a: Map = [("x", Value::Int(1)), ("y", Value::Null)].into_iter().collect();
        let b: Map = [("y", Value::Null), ("x", Value::Float(1.0))].into_iter().collect();
        assert!(Value::from(a.clone()).means(&Value::from(b.clone())));
        assert_ne!(Value::from(a), Value::from(b));
    }
}
