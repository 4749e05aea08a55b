//! Values as templates see them: typed as in Go, cheap to clone, maps shared and open to change.
//!
//! How they print is in `print`, what functions do with them in `builtin` and `sprig`.

mod list;
mod map;
mod object;
mod text;
mod types;
mod watch;
mod yaml;

use std::borrow::Cow;
use std::rc::Rc;

pub use list::List;
pub(crate) use list::{appended, round_up};
pub use map::Map;
pub use object::Object;
pub use text::Str;
pub use types::{IntKind, Kind, Type};
pub use watch::Watch;

/// One value.
#[derive(Clone, Default)]
pub enum Value {
    /// Nothing, not even nil: what a missing key gives. Functions get [`Value::Nil`] in its place.
    NoValue,
    /// The nil that has no type.
    #[default]
    Nil,
    /// A `bool`.
    Bool(bool),
    /// An integer of this type; for `uint64` the bits.
    Int(IntKind, i64),
    /// A `float64`.
    Float(f64),
    /// A `string`.
    Str(Str),
    /// A `[]uint8`.
    Bytes(Str),
    /// A list.
    List(List),
    /// A map.
    Map(Map),
    /// A value of any other type.
    Object(Rc<dyn Object>),
}

impl Value {
    /// An `int`.
    pub fn int(number: i64) -> Self {
        Self::Int(IntKind::Int, number)
    }

    /// An `int64`.
    pub fn int64(number: i64) -> Self {
        Self::Int(IntKind::Int64, number)
    }

    /// A string of these bytes.
    pub fn str(bytes: impl Into<Str>) -> Self {
        Self::Str(bytes.into())
    }

    /// A `[]string`.
    pub fn strings<T: Into<Str>>(items: impl IntoIterator<Item = T>) -> Self {
        let items = items.into_iter().map(|item| Self::Str(item.into())).collect();
        Self::List(List::of(Type::StringList, items))
    }

    /// A `[]interface {}`.
    pub fn list(items: Vec<Value>) -> Self {
        Self::List(List::new(items))
    }

    /// An object.
    pub fn object(object: impl Object + 'static) -> Self {
        Self::Object(Rc::new(object))
    }

    /// True for nil without a type and for no value.
    pub fn is_nil(&self) -> bool {
        matches!(self, Self::NoValue | Self::Nil)
    }

    /// The bytes of a string.
    pub fn as_str(&self) -> Option<&Str> {
        if let Self::Str(text) = self { Some(text) } else { None }
    }

    /// The integer, whatever its type.
    pub fn as_int(&self) -> Option<i64> {
        if let Self::Int(_, number) = self { Some(*number) } else { None }
    }

    /// The map, also that of a named type.
    pub fn as_map(&self) -> Option<Map> {
        match self {
            Self::Map(map) => Some(map.clone()),
            Self::Object(object) => match object.underlying()? {
                Self::Map(map) => Some(map),
                _ => None,
            },
            _ => None,
        }
    }

    /// The list, also that of a named type. Bytes are a list of numbers.
    pub fn as_list(&self) -> Option<List> {
        match self {
            Self::List(list) => Some(list.clone()),
            Self::Bytes(bytes) => {
                let items = bytes.iter().map(|byte| Self::Int(IntKind::Uint8, i64::from(*byte))).collect();
                Some(List::of(Type::Bytes, items))
            }
            Self::Object(object) => object.underlying()?.as_list(),
            _ => None,
        }
    }

    /// The value without the name of its type, where that is a named map, list or scalar.
    pub fn plain(&self) -> Cow<'_, Value> {
        match self {
            Self::Object(object) => object.underlying().map_or(Cow::Borrowed(self), Cow::Owned),
            _ => Cow::Borrowed(self),
        }
    }

    /// The kind.
    pub fn kind(&self) -> Kind {
        match self {
            Self::NoValue | Self::Nil => Kind::Invalid,
            Self::Bool(_) => Kind::Bool,
            Self::Int(kind, _) => Kind::Int(*kind),
            Self::Float(_) => Kind::Float64,
            Self::Str(_) => Kind::String,
            Self::Bytes(_) | Self::List(_) => Kind::Slice,
            Self::Map(_) => Kind::Map,
            Self::Object(object) => object.kind(),
        }
    }

    /// The name of the type as `%T` prints it.
    pub fn type_name(&self) -> Cow<'static, str> {
        match self {
            Self::NoValue | Self::Nil => "<nil>".into(),
            Self::Bool(_) => "bool".into(),
            Self::Int(kind, _) => kind.name().into(),
            Self::Float(_) => "float64".into(),
            Self::Str(_) => "string".into(),
            Self::Bytes(_) => "[]uint8".into(),
            Self::List(list) => list.kind().to_string().into(),
            Self::Map(map) => map.kind().to_string().into(),
            Self::Object(object) => object.type_name(),
        }
    }

    /// What `if` makes of it.
    pub fn is_true(&self) -> bool {
        match self {
            Self::NoValue | Self::Nil => false,
            Self::Bool(flag) => *flag,
            Self::Int(_, number) => *number != 0,
            Self::Float(number) => *number != 0.0,
            Self::Str(text) | Self::Bytes(text) => !text.is_empty(),
            Self::List(list) => !list.items().is_empty(),
            Self::Map(map) => !map.is_empty(),
            Self::Object(object) => match object.underlying() {
                Some(value) => value.is_true(),
                None => !object.is_nil(),
            },
        }
    }

    pub(crate) fn is_container(&self) -> bool {
        matches!(self, Self::List(_) | Self::Map(_) | Self::Object(_))
    }
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&String::from_utf8_lossy(&crate::print::go_syntax(self)))
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Str(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Str(text.into())
    }
}

impl From<Str> for Value {
    fn from(text: Str) -> Self {
        Self::Str(text)
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Str(bytes.into())
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Float(number)
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Self::Map(map)
    }
}

impl From<List> for Value {
    fn from(list: List) -> Self {
        Self::List(list)
    }
}

/// Drops values without recursion: what nobody else holds is opened on a heap of its own.
fn take_apart(mut pending: Vec<Value>) {
    if !pending.iter().any(Value::is_container) {
        return;
    }
    while let Some(value) = pending.pop() {
        match value {
            Value::List(list) => {
                let items = list.into_items().into_iter().flatten();
                pending.extend(items.filter(Value::is_container));
            }
            Value::Map(map) => map.into_containers(&mut pending),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_small() {
        assert_eq!(size_of::<Value>(), 24);
    }

    #[test]
    fn deep_values_are_dropped_without_a_deep_stack() {
        let mut value = Value::Nil;
        for _ in 0..1_000_000 {
            let map = Map::new();
            map.set("a", Value::list(vec![value]));
            value = map.into();
        }
        drop(value);
    }

    #[test]
    fn all_holders_see_a_change() {
        let map = Map::new();
        let other = Value::Map(map.clone());
        map.set("b", true);
        map.set("a", 1.5);
        assert_eq!(format!("{other:?}"), r#"map[string]interface {}{"a":1.5, "b":true}"#);
    }
}
