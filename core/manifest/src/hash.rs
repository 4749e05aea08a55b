//! The hashes that kustomize appends to the names of generated objects.

use sha2::{Digest, Sha256};
use weir_yaml::{Map, Value};

use crate::object;

/// The hash of a `ConfigMap` or `Secret`; none for other kinds, which kustomize hashes by the places of their nodes.
pub fn name_hash(object: &Value) -> Option<String> {
    Some(of_text(&hashed_text(object)?))
}

/// The hash of any text.
pub fn of_text(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let hex = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let digits = "0123456789abcdef".as_bytes();
    // Letters that could form a word, and digits that look like letters, are replaced.
    hex.take(10)
        .map(|digit| match digits.get(usize::from(digit)).map_or('0', |byte| char::from(*byte)) {
            '0' => 'g',
            '1' => 'h',
            '3' => 'k',
            'a' => 'm',
            'e' => 't',
            other => other,
        })
        .collect()
}

/// What is hashed: the data in JSON. The name is always empty in it, a slip in the original that must stay.
pub fn hashed_text(value: &Value) -> Option<String> {
    let (kind, optional) = match object::kind(value)? {
        "ConfigMap" => ("ConfigMap", "binaryData"),
        "Secret" => ("Secret", "stringData"),
        _ => return None,
    };
    let mut hashed = Map::new();
    hashed.insert("kind", kind);
    hashed.insert("name", part(value.get("metadata/name")));
    hashed.insert("data", part(value.get("data")));
    if kind == "Secret" {
        hashed.insert("type", part(value.get("type")));
    }
    if let Some(more @ (Value::Map(_) | Value::List(_))) = value.get(optional) {
        hashed.insert(optional, part(Some(more)));
    }
    let json = weir_yaml::to_json(&Value::Map(hashed));
    Some(json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026"))
}

/// Scalars are texts as they are written, and nothing is the empty one. A list cannot be read as a map, which leaves null.
fn part(value: Option<&Value>) -> Value {
    match value {
        None => Value::from(""),
        Some(map @ Value::Map(_)) => {
            let mut map = map.clone();
            map.forget_spelling();
            map
        }
        Some(Value::List(_)) => Value::Null,
        Some(scalar) => {
            Value::from(scalar.as_written().map_or_else(|| weir_yaml::to_json(scalar), str::to_string))
        }
    }
}
