//! `common.Values`: maps by another name, which can be asked for what is in them.

use std::any::Any;
use std::borrow::Cow;

use weir_template::{Call, Error, Kind, Map, Object, Type, Value};

use super::super::memory::Chance;
use crate::quote::quoted;

const NAME: &str = "common.Values";

/// What charts and templates are told: values, and the dot itself.
pub(in super::super) struct Named(pub(in super::super) Map);

impl Object for Named {
    fn type_name(&self) -> Cow<'static, str> {
        NAME.into()
    }

    fn kind(&self) -> Kind {
        Kind::Map
    }

    fn underlying(&self) -> Option<Value> {
        Some(Value::Map(self.0.clone()))
    }

    fn around(&self, plain: Value) -> Option<Value> {
        named(plain)
    }

    fn map(&self) -> Option<&Map> {
        Some(&self.0)
    }

    fn method(&self, name: &str) -> Option<&'static str> {
        method(name)
    }

    fn call(&self, name: &str, _call: &mut Call<'_>, args: &[Value]) -> Result<Value, Error> {
        answer(&self.0, name, args)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `.Template`, which is another one in each file: whoever looks at it is noticed.
pub(in super::super) struct About {
    pub(in super::super) map: Map,
    pub(in super::super) chance: Chance,
}

impl Object for About {
    fn type_name(&self) -> Cow<'static, str> {
        NAME.into()
    }

    fn kind(&self) -> Kind {
        Kind::Map
    }

    fn underlying(&self) -> Option<Value> {
        self.chance.happens();
        Some(Value::Map(self.map.clone()))
    }

    fn around(&self, plain: Value) -> Option<Value> {
        named(plain)
    }

    fn map(&self) -> Option<&Map> {
        self.chance.happens();
        Some(&self.map)
    }

    fn method(&self, name: &str) -> Option<&'static str> {
        method(name)
    }

    fn call(&self, name: &str, _call: &mut Call<'_>, args: &[Value]) -> Result<Value, Error> {
        self.chance.happens();
        answer(&self.map, name, args)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn named(plain: Value) -> Option<Value> {
    if let Value::Map(map) = plain { Some(Value::object(Named(map))) } else { None }
}

fn method(name: &str) -> Option<&'static str> {
    Some(match name {
        "AsMap" => "-> map",
        "Encode" => "io.Writer -> error",
        "PathValue" => "string -> any",
        "Table" => "string -> common.Values",
        "YAML" => "-> string",
        _ => return None,
    })
}

fn answer(map: &Map, name: &str, args: &[Value]) -> Result<Value, Error> {
    let path = args.first().and_then(Value::as_str).map(|path| path.to_text()).unwrap_or_default();
    match name {
        "AsMap" if map.is_empty() => Ok(Map::new().into()),
        "AsMap" => Ok(map.clone().into()),
        "PathValue" => path_value(map, &path),
        "Table" => Ok(Value::object(Named(table(map, &path)?))),
        "YAML" => yaml(map),
        // `Encode`: nothing that templates have is a writer.
        _ => Err(Error::new("runtime error: invalid memory address or nil pointer dereference")),
    }
}

/// The table at the end of a path with points.
fn table(map: &Map, path: &str) -> Result<Map, Error> {
    path.split('.').try_fold(map.clone(), |map, name| {
        let found = match map.get(name.as_bytes()) {
            Some(Value::Object(object)) => {
                object.as_any().downcast_ref::<Named>().map(|named| named.0.clone())
            }
            Some(value) => plain_map(&value),
            None => None,
        };
        found.ok_or_else(|| Error::new(format!("{} is not a table", quoted(name))))
    })
}

fn plain_map(value: &Value) -> Option<Map> {
    if let Value::Map(map) = value {
        Some(map.clone()).filter(|map| map.kind() == Type::AnyMap)
    } else {
        None
    }
}

/// What is no table at the end of a path with points.
fn path_value(map: &Map, path: &str) -> Result<Value, Error> {
    if path.is_empty() {
        return Err(Error::new("YAML path cannot be empty"));
    }
    let (table, name) = match path.rsplit_once('.') {
        Some((above, name)) => (table(map, above).ok(), name),
        None => (Some(map.clone()), path),
    };
    let found = table.and_then(|table| table.get(name.as_bytes())).filter(|value| plain_map(value).is_none());
    found.ok_or_else(|| Error::new(format!("{} is not a value", quoted(name))))
}

fn yaml(map: &Map) -> Result<Value, Error> {
    let value =
        Value::Map(map.clone()).to_yaml().map_err(|error| error.wrap("error marshaling into JSON: "))?;
    let text = weir_yaml::to_yaml(&value)
        .map_err(|error| Error::new(format!("error converting JSON to YAML: {error}")))?;
    Ok(Value::from(text))
}
