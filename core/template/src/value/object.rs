//! Values of types that templates do not know: structs, named maps, things with methods.

use std::any::Any;
use std::borrow::Cow;

use super::{Kind, Map, Type, Value};
use crate::error::Error;
use crate::function::Call;

/// A value of a type of its own.
pub trait Object {
    /// The name of the type as `%T` prints it: `*chart.Metadata`, `common.Values`, `time.Time`.
    fn type_name(&self) -> Cow<'static, str>;

    /// Its kind. Kinds other than struct, pointer and func need [`Object::underlying`] too.
    fn kind(&self) -> Kind {
        Kind::Struct
    }

    /// For named types of maps, lists and scalars: the value without the name.
    fn underlying(&self) -> Option<Value> {
        None
    }

    /// For named types of maps and lists: this type around another value, such as a copy of what is underlying.
    fn around(&self, _plain: Value) -> Option<Value> {
        None
    }

    /// For named types of maps: the map itself, in which fields are looked for that are no methods.
    fn map(&self) -> Option<&Map> {
        None
    }

    /// For named types of maps: the type of what they hold.
    fn element(&self) -> Type {
        Type::Any
    }

    /// True for a nil pointer of this type.
    fn is_nil(&self) -> bool {
        false
    }

    /// An exported field of a struct.
    fn field(&self, _name: &str) -> Option<Value> {
        None
    }

    /// All fields of a struct, in order, as `%v` prints them.
    fn fields(&self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }

    /// The signature of a method: `string, any -> bool`.
    fn method(&self, _name: &str) -> Option<&'static str> {
        None
    }

    /// Calls a method that has a signature, with arguments that fit it.
    fn call(&self, name: &str, _call: &mut Call<'_>, _args: &[Value]) -> Result<Value, Error> {
        Err(Error::new(format!("no method {name}")))
    }

    /// What `String()` or `Error()` of the type gives, if it has one of them.
    fn text(&self) -> Option<Cow<'_, str>> {
        None
    }

    /// True if `==` holds. Objects that are not the same are not equal unless they say so.
    fn equals(&self, _other: &dyn Object) -> bool {
        false
    }

    /// What `toJson` makes of it; fields by their names where this says nothing.
    fn json(&self) -> Option<Value> {
        None
    }

    /// For code that knows the type.
    fn as_any(&self) -> &dyn Any;
}
