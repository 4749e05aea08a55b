//! `secretGenerator`: all values are written in base64.

use weir_yaml::{Map, Value};

use super::pairs::base64;
use crate::kustomization::Generator;

pub(super) fn make(generator: &Generator, pairs: Vec<(String, Vec<u8>)>) -> Value {
    let data: Map = pairs.into_iter().map(|(key, value)| (key, base64(&value))).collect();
    let mut object = Map::new();
    object.insert("apiVersion", "v1");
    object.insert("kind", "Secret");
    object.insert("type", if generator.type_.is_empty() { "Opaque" } else { &*generator.type_ });
    object.insert("data", data);
    Value::Map(object)
}
