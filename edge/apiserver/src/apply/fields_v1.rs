//! Sets of fields as the `FieldsV1` text of managedFields.

use std::fmt::Write;

use weir_yaml::{Key, Value, from_json, to_json};

use super::{Set, Step};

impl Set {
    /// The `FieldsV1` text.
    pub(crate) fn to_fields_v1(&self) -> String {
        let mut out = String::new();
        write_set(self, false, &mut out);
        out
    }

    /// The set of a `FieldsV1` value.
    pub(crate) fn from_fields_v1(value: &Value) -> Result<Self, String> {
        Ok(read_set(value)?.1)
    }

    /// The set of a `FieldsV1` text.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let value = from_json(text.as_bytes()).map_err(|e| e.to_string())?;
        Self::from_fields_v1(&value)
    }
}

fn write_set(set: &Set, dot: bool, out: &mut String) {
    out.push('{');
    if dot {
        out.push_str("\".\":{}");
    }
    let mut first = !dot;
    for (step, member, below) in set.iter() {
        if !std::mem::take(&mut first) {
            out.push(',');
        }
        write_step(step, out);
        out.push(':');
        write_set(below, member && !below.is_empty(), out);
    }
    out.push('}');
}

fn write_step(step: &Step, out: &mut String) {
    match step {
        Step::Field(name) if name.bytes().all(|b| b >= b' ' && b != b'"' && b != b'\\') => {
            _ = write!(out, "\"f:{name}\"");
        }
        Step::Field(name) => out.push_str(&to_json(&Value::from(format!("f:{name}")))),
        Step::Item(keys) => {
            let keys: weir_yaml::Map =
                keys.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
            out.push_str(&to_json(&Value::from(format!("k:{}", to_json(&Value::Map(keys))))));
        }
        Step::Value(value) => out.push_str(&to_json(&Value::from(format!("v:{}", to_json(value))))),
        Step::Index(at) => _ = write!(out, "\"i:{at}\""),
    }
}

fn read_set(value: &Value) -> Result<(bool, Set), String> {
    let map = match value {
        Value::Map(map) => map,
        Value::Null => return Ok((false, Set::default())),
        _ => return Err(format!("fields must be a map, not a {}", value.kind())),
    };
    let (mut dot, mut set) = (false, Set::default());
    for (key, inner) in map {
        if key.as_str() == "." {
            dot = true;
            continue;
        }
        let step = read_step(key)?;
        let (member, below) = read_set(inner)?;
        set.put(step, member || below.is_empty(), below);
    }
    Ok((dot, set))
}

fn read_step(text: &str) -> Result<Step, String> {
    let json = |text: &str| from_json(text.as_bytes()).map_err(|e| format!("parsing {text:?}: {e}"));
    match text.split_once(':') {
        Some(("f", name)) => Ok(Step::Field(Key::new(name))),
        Some(("v", value)) => Ok(Step::Value(json(value)?)),
        Some(("i", at)) => at.parse().map(Step::Index).map_err(|_| format!("index {at:?} is no number")),
        Some(("k", keys)) => {
            let Value::Map(map) = json(keys)? else { return Err(format!("key {keys:?} is no map")) };
            let mut keys: Vec<(Key, Value)> = map.into_iter().collect();
            keys.sort_by(|a, b| a.0.cmp(&b.0));
            Ok(Step::Item(keys.into()))
        }
        _ => Err(format!("unknown path element {text:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_set_are_the_same() {
        let text = r#"{"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:ports":{"k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},"f:port":{}}},"f:x":{"v:\"a\"":{}}}}"#;
        let set = Set::parse(text).unwrap();
        assert_eq!(set.to_fields_v1(), text);
    }

    #[test]
    fn bad_text_is_an_error() {
        for text in ["{", "{\"x\":{}}", "{\"i:a\":{}}", "{\"k:1\":{}}", "[]", "{\"f:a\":1}"] {
            assert!(Set::parse(text).is_err(), "{text}");
        }
    }
}
