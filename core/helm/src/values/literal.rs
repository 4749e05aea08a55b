//! `--set-literal`: a name and a text in which no character means anything else.

use weir_yaml::{Map, Value};

use super::set::{MAX_DEPTH, Stop, atoi, no_key, set, set_index};
use crate::error::Error;
use crate::quote::quoted;

/// Reads a text over these values.
pub(super) fn parse_into(text: &str, values: &mut Map) -> Result<(), Error> {
    let mut parser = Parser { text };
    loop {
        match parser.key(values, 0) {
            Ok(()) => {}
            Err(Stop::End) => return Ok(()),
            Err(Stop::Failed(error)) => return Err(error),
        }
    }
}

struct Parser<'t> {
    text: &'t str,
}

impl<'t> Parser<'t> {
    fn until(&mut self, stop: &[char]) -> (&'t str, Option<char>) {
        match self.text.find(stop) {
            None => (std::mem::take(&mut self.text), None),
            Some(at) => {
                let (text, rest) = self.text.split_at(at);
                let mut rest = rest.chars();
                let last = rest.next();
                self.text = rest.as_str();
                (text, last)
            }
        }
    }

    fn key(&mut self, data: &mut Map, depth: usize) -> Result<(), Stop> {
        let (key, last) = self.until(&['=', '[', '.']);
        match last {
            None if key.is_empty() => Err(Stop::End),
            None => Err(failed(format!("key {} has no value", quoted(key)))),
            Some('=') => {
                set(data, key, Value::from(std::mem::take(&mut self.text)));
                Ok(())
            }
            Some('.') => self.below(data, key, depth + 1),
            Some(_) => {
                let index = self.index()?;
                let list = match data.get(key) {
                    None => Vec::new(),
                    Some(Value::List(items)) => items.to_vec(),
                    Some(other) => return Err(no_key(other, "[]interface {}")),
                };
                let (list, result) = self.item(list, index, depth);
                set(data, key, Value::from(list));
                result
            }
        }
    }

    fn below(&mut self, data: &mut Map, key: &str, depth: usize) -> Result<(), Stop> {
        if depth > MAX_DEPTH {
            return Err(failed(format!(
                "value name nested level is greater than maximum supported nested level of {MAX_DEPTH}"
            )));
        }
        let mut inner = match data.get(key) {
            None => Map::new(),
            Some(Value::Map(map)) => map.clone(),
            Some(other) => return Err(no_key(other, "map[string]interface {}")),
        };
        let result = self.key(&mut inner, depth);
        if result.is_ok() && inner.is_empty() {
            return Err(failed(format!("key map {} has no value", quoted(key))));
        }
        if !inner.is_empty() {
            set(data, key, Value::from(inner));
        }
        result
    }

    fn index(&mut self) -> Result<i64, Stop> {
        let (text, last) = self.until(&[']']);
        if last.is_none() {
            return Err(Stop::End);
        }
        atoi(text).map_err(|error| failed(format!("error parsing index: {error}")))
    }

    fn item(&mut self, mut list: Vec<Value>, index: i64, depth: usize) -> (Vec<Value>, Result<(), Stop>) {
        let Ok(at) = usize::try_from(index) else {
            return (list, Err(failed(format!("negative {index} index not allowed"))));
        };
        let (key, last) = self.until(&['[', '.', '=']);
        if !key.is_empty() {
            return (list, Err(failed(format!("unexpected data at end of array index: {}", quoted(key)))));
        }
        let inner = match last {
            None => return (list, Err(Stop::End)),
            Some('=') => Ok(Value::from(std::mem::take(&mut self.text))),
            Some('.') => {
                let mut inner = list.get(at).and_then(Value::as_map).cloned().unwrap_or_default();
                self.key(&mut inner, depth).map(|()| Value::from(inner))
            }
            Some(_) => self.index().and_then(|next| {
                let inner = match list.get(at) {
                    None | Some(Value::Null) => Vec::new(),
                    Some(Value::List(items)) => items.to_vec(),
                    Some(other) => return Err(no_key(other, "[]interface {}")),
                };
                let (inner, result) = self.item(inner, next, depth);
                result.map(|()| Value::from(inner))
            }),
        };
        match inner {
            Ok(value) => set_index(std::mem::take(&mut list), at, value),
            Err(stop) => (list, Err(stop)),
        }
    }
}

fn failed(message: String) -> Stop {
    Stop::Failed(Error::new(message))
}

/// The type that Go has for a value.
pub(crate) fn go_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "nil",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int64",
        Value::UInt(_) => "uint64",
        Value::Float(_) => "float64",
        Value::String(_) | Value::Spelled(_) => "string",
        Value::List(_) => "[]interface {}",
        Value::Map(_) => "map[string]interface {}",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_the_name_is_read() {
        let mut values = Map::new();
        parse_into("a.b[1]={x,y}=\\1", &mut values).unwrap();
        assert_eq!(weir_yaml::to_json(&Value::from(values)), r#"{"a":{"b":[null,"{x,y}=\\1"]}}"#);
        assert_eq!(parse_into("a", &mut Map::new()).unwrap_err().message, "key \"a\" has no value");
    }
}
