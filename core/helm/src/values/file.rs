//! Files with values: one or more documents, each over those before.

use std::borrow::Cow;

use memchr::{memchr, memmem};
use weir_yaml::{Dialect, Map, Value, first_from_yaml};

use crate::error::Error;
use crate::typed::utf8;

/// The values of a file.
pub fn load(text: &[u8]) -> Result<Map, Error> {
    let mut values = Map::new();
    let (documents, problem) = documents_so_far(text);
    if let Some(problem) = problem {
        return Err(Error::new(format!("error reading yaml document: {problem}")));
    }
    for document in documents {
        let document = map_of(&document).map_err(|error| error.within("cannot unmarshal yaml document"))?;
        values = if values.is_empty() { document } else { merge(values, document) };
    }
    Ok(values)
}

/// What sigs.k8s.io/yaml makes of a document that should be a map.
pub(crate) fn map_of(document: &[u8]) -> Result<Map, Error> {
    let text = utf8(document)?;
    let value = first_from_yaml(text, Dialect::Sigs)
        .map_err(|error| Error::new(format!("error converting YAML to JSON: {}", error.in_words_of_v2())))?;
    let kind = match value {
        Value::Map(map) => return Ok(floats_in(map)),
        Value::Null => return Ok(Map::new()),
        Value::List(_) => "array",
        Value::Bool(_) => "bool",
        Value::String(_) | Value::Spelled(_) => "string",
        Value::Int(_) | Value::UInt(_) | Value::Float(_) => "number",
    };
    Err(Error::new(format!(
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {kind} into Go value of type \
         map[string]interface {{}}"
    )))
}

/// All numbers as floats, as Go's JSON has them.
pub(crate) fn floats(value: Value) -> Value {
    match value {
        Value::Int(number) => Value::Float(number as f64),
        Value::UInt(number) => Value::Float(number as f64),
        Value::List(mut items) => {
            if items.iter().any(has_integer) {
                for item in std::sync::Arc::make_mut(&mut items) {
                    *item = floats(std::mem::take(item));
                }
            }
            Value::List(items)
        }
        Value::Map(map) => Value::Map(floats_in(map)),
        other => other,
    }
}

fn has_integer(value: &Value) -> bool {
    match value {
        Value::Int(_) | Value::UInt(_) => true,
        Value::List(items) => items.iter().any(has_integer),
        Value::Map(map) => map.values().any(has_integer),
        _ => false,
    }
}

fn floats_in(mut map: Map) -> Map {
    for value in map.values_mut() {
        if has_integer(value) {
            *value = floats(std::mem::take(value));
        }
    }
    map
}

/// The second over the first; maps in both are merged.
pub fn merge(mut first: Map, second: Map) -> Map {
    for (key, value) in second {
        let merged = match (first.get_mut(&key), value) {
            (Some(Value::Map(below)), Value::Map(above)) => Value::Map(merge(std::mem::take(below), above)),
            (_, value) => value,
        };
        first.insert(key, merged);
    }
    first
}

/// The documents of a stream as the Kubernetes libraries part them: only whole lines, before YAML is looked at.
///
/// Gives those before a line that is malformed, and what is wrong with it.
/// The last line is closed where it is not.
pub(crate) fn documents_so_far(text: &[u8]) -> (Vec<Cow<'_, [u8]>>, Option<String>) {
    let mut documents = Vec::new();
    let (mut start, mut at) = (0, 0);
    while let Some(line) = border(text, at) {
        let end = memchr(b'\n', &text[line..]).map_or(text.len(), |end| line + end + 1);
        let rest = String::from_utf8_lossy(&text[line + BORDER.len()..end]);
        let rest = rest.trim();
        if !rest.is_empty() && !rest.starts_with('#') {
            return (documents, Some(format!("invalid Yaml document separator: {rest}")));
        }
        if line > start {
            documents.push(Cow::Borrowed(&text[start..line]));
            start = end;
        }
        at = end;
    }
    if start < text.len() {
        documents.push(match text[start..].ends_with(b"\n") {
            true => Cow::Borrowed(&text[start..]),
            false => Cow::Owned([&text[start..], b"\n"].concat()),
        });
    }
    (documents, None)
}

/// What a line begins with that parts documents.
const BORDER: &[u8] = b"---";

/// Where the next such line begins, from the beginning of a line on.
fn border(text: &[u8], from: usize) -> Option<usize> {
    if text.get(from..)?.starts_with(BORDER) {
        return Some(from);
    }
    memmem::find(&text[from..], b"\n---").map(|at| from + at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borders_are_lines_that_begin_so() {
        let parts = |text: &str| -> Vec<String> {
            let (documents, problem) = documents_so_far(text.as_bytes());
            let texts = documents.iter().map(|document| String::from_utf8_lossy(document).into_owned());
            texts.chain(problem).collect()
        };
        assert_eq!(parts("a\n---\n---\n--- # b\nc---\n ---\n---"), ["a\n", "---\n", "c---\n ---\n"]);
        assert_eq!(parts("---\n---"), ["---\n"]);
        assert_eq!(parts("---"), ["---\n"]);
        assert_eq!(parts("a\n---\nb\n----\n"), ["a\n", "invalid Yaml document separator: -"]);
        assert!(parts("").is_empty());
    }

    #[test]
    fn documents_go_over_each_other() {
        let values = load(b"---\na: {x: 1, w: 2}\n--- # more\na: {w: ~}\nb: 3\n").unwrap();
        assert_eq!(weir_yaml::to_json(&Value::from(values)), r#"{"a":{"w":null,"x":1},"b":3}"#);
    }

    #[test]
    fn numbers_are_floats() {
        let values = load(b"a: [1, {b: 2}]\n").unwrap();
        assert_eq!(values.get("a").and_then(Value::as_list).unwrap()[0], Value::Float(1.0));
    }

    #[test]
    fn errors_are_those_of_helm() {
        assert_eq!(
            load(b"- 1\n").unwrap_err().message,
            "cannot unmarshal yaml document: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal \
             array into Go value of type map[string]interface {}"
        );
        assert_eq!(
            load(b"a: 1\n---x\n").unwrap_err().message,
            "error reading yaml document: invalid Yaml document separator: x"
        );
    }
}
