//! `configMapGenerator`: texts go to `data`, other bytes to `binaryData`.

use weir_yaml::{Map, Value};

use super::pairs::base64;
use crate::kustomization::Generator;

pub(super) fn make(_: &Generator, pairs: Vec<(String, Vec<u8>)>) -> Value {
    let (mut data, mut binary) = (Map::new(), Map::new());
    for (key, value) in pairs {
        match String::from_utf8(value) {
            Ok(text) => data.insert(key, text),
            Err(error) => binary.insert(key, base64(error.as_bytes())),
        };
    }
    let mut object = Map::new();
    object.insert("apiVersion", "v1");
    object.insert("kind", "ConfigMap");
    for (field, map) in [("data", data), ("binaryData", binary)] {
        if !map.is_empty() {
            object.insert(field, map);
        }
    }
    Value::Map(object)
}
