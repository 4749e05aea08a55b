//! From and to the value model of the other engines.

use weir_yaml as yaml;

use super::{IntKind, List, Map, Str, Value};
use crate::error::Error;

/// Deeper values are refused, as they hold themselves.
const DEEPEST: usize = 1000;
/// So many values and no more; see `print`.
const MOST: u32 = 20_000_000;

impl Value {
    /// Values as Helm has them: all numbers are floats.
    pub fn from_yaml(value: &yaml::Value) -> Self {
        match value {
            yaml::Value::Null => Self::Nil,
            yaml::Value::Bool(flag) => Self::Bool(*flag),
            yaml::Value::Int(number) => Self::Float(*number as f64),
            yaml::Value::UInt(number) => Self::Float(*number as f64),
            yaml::Value::Float(number) => Self::Float(*number),
            yaml::Value::String(text) => Self::Str(Str::from(std::sync::Arc::clone(text))),
            yaml::Value::List(items) => {
                Self::List(List::decoded(items.iter().map(Self::from_yaml).collect()))
            }
            yaml::Value::Map(map) => {
                let entries =
                    map.iter().map(|(key, value)| (Str::from(key.as_str()), Self::from_yaml(value)));
                Self::Map(Map::from_entries(entries.collect()))
            }
            yaml::Value::Spelled(spelled) => Self::from_yaml(spelled.value()),
        }
    }

    /// The same as YAML text, as sigs.k8s.io/yaml prints it, with a line break at its end. None where something is wrong:
    /// whoever takes it by [`Value::to_yaml`] and prints that is told what.
    pub fn to_yaml_text(&self) -> Option<String> {
        let mut printer = yaml::Printer::default();
        print(self, &mut printer, DEEPEST, &mut 0).ok()?;
        Some(printer.finish())
    }

    /// The same as data. Objects give what they say for JSON; bytes that are no UTF-8 are replaced.
    pub fn to_yaml(&self) -> Result<yaml::Value, Error> {
        to_yaml(self, DEEPEST, &mut 0)
    }
}

fn to_yaml(value: &Value, deeper: usize, count: &mut u32) -> Result<yaml::Value, Error> {
    *count += 1;
    if *count > MOST {
        return Err(Error::limit("value is too large"));
    }
    let Some(deeper) = deeper.checked_sub(1) else {
        return Err(Error::limit("value is nested too deep, or holds itself"));
    };
    Ok(match value {
        Value::NoValue | Value::Nil => yaml::Value::Null,
        Value::Bool(flag) => yaml::Value::Bool(*flag),
        Value::Int(IntKind::Uint64 | IntKind::Uint, bits) if *bits < 0 => yaml::Value::UInt(*bits as u64),
        Value::Int(_, number) => yaml::Value::Int(*number),
        Value::Float(number) => yaml::Value::Float(*number),
        Value::Str(text) => yaml::Value::from(&*text.to_text()),
        Value::Bytes(bytes) => yaml::Value::from(&*crate::encode::base64(bytes)),
        Value::List(list) if list.is_nil() => yaml::Value::Null,
        Value::List(list) => {
            let items: Result<Vec<_>, _> =
                list.items().iter().map(|item| to_yaml(item, deeper, count)).collect();
            yaml::Value::List(items?.into())
        }
        Value::Map(map) if map.is_nil() => yaml::Value::Null,
        Value::Map(map) => {
            let mut out = yaml::Map::with_capacity(map.len());
            for (key, value) in map.entries().iter() {
                out.insert(&*key.to_text(), to_yaml(value, deeper, count)?);
            }
            yaml::Value::Map(out)
        }
        Value::Object(object) => match object.json().or_else(|| object.underlying()) {
            Some(value) => to_yaml(&value, deeper, count)?,
            None => {
                let mut out = yaml::Map::new();
                for (name, value) in object.fields() {
                    out.insert(name, to_yaml(&value, deeper, count)?);
                }
                yaml::Value::Map(out)
            }
        },
    })
}

/// What goes wrong is told by the long way.
struct Wrong;

impl From<yaml::EmitError> for Wrong {
    fn from(_: yaml::EmitError) -> Self {
        Self
    }
}

/// What [`to_yaml`] makes of it, printed.
fn print(value: &Value, to: &mut yaml::Printer, deeper: usize, count: &mut u32) -> Result<(), Wrong> {
    *count += 1;
    let deeper = deeper.checked_sub(1).filter(|_| *count <= MOST).ok_or(Wrong)?;
    match value {
        Value::Str(text) => to.text(utf8(text)?)?,
        Value::List(list) if !list.is_nil() => {
            to.list(list.items().iter(), |to, item| print(item, to, deeper, count))?;
        }
        Value::Map(map) if !map.is_nil() => {
            let entries = map.entries();
            let entries: Result<Vec<_>, Wrong> =
                entries.iter().map(|(key, value)| Ok((utf8(key)?, value))).collect();
            to.map(entries?.iter().copied(), |to, value| print(value, to, deeper, count))?;
        }
        Value::Object(object) => match object.json().or_else(|| object.underlying()) {
            Some(value) => print(&value, to, deeper, count)?,
            None => to.value(&to_yaml(value, deeper, count).map_err(|_| Wrong)?)?,
        },
        other => to.value(&to_yaml(other, deeper, count).map_err(|_| Wrong)?)?,
    }
    Ok(())
}

/// Others are replaced the long way, where keys may become equal.
fn utf8(text: &Str) -> Result<&str, Wrong> {
    std::str::from_utf8(text).map_err(|_| Wrong)
}
