//! Schemas of kinds, with everything that they refer to.

use std::collections::BTreeMap;

use weir_manifest::Gvk;
use weir_manifest::schema::{self as source, Definition, ListType, Schema, Shape};
use weir_yaml::{Map, Value};

/// Schemas by name.
pub(super) struct Schemas {
    prefix: &'static str,
    known: BTreeMap<String, Value>,
}

const META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

impl Schemas {
    /// None yet; references begin with this prefix.
    pub(super) fn new(prefix: &'static str) -> Self {
        Self { prefix, known: BTreeMap::new() }
    }

    /// All of them.
    pub(super) fn into_value(self) -> Value {
        Value::Map(self.known.into_iter().collect())
    }

    /// Adds a built-in kind. Gives its name.
    pub(super) fn builtin(&mut self, gvk: &Gvk) -> String {
        let Some(definition) = source::of_kind(gvk).and_then(Schema::definition) else {
            return String::new();
        };
        self.definition(definition)
    }

    fn definition(&mut self, definition: Definition) -> String {
        let name = definition.full_name();
        if !self.known.contains_key(&name) {
            self.known.insert(name.clone(), Value::Null);
            let value = self.whole(definition);
            self.known.insert(name.clone(), value);
        }
        name
    }

    fn whole(&mut self, definition: Definition) -> Value {
        let schema = definition.schema();
        let mut out = Map::new();
        match schema.shape() {
            Shape::Any => {}
            Shape::Struct => {
                out.insert("type", "object");
                let mut properties = Map::new();
                let mut required: Vec<Value> = Vec::new();
                if definition.gvk().is_some() {
                    for key in ["apiVersion", "kind"] {
                        properties.insert(key, Value::from([("type", "string")]));
                    }
                }
                for field in schema.fields() {
                    let mut value = self.field(field.schema);
                    if let Some(default) = field.default() {
                        value.insert("default", default);
                    }
                    properties.insert(field.name, value);
                    if field.required {
                        required.push(Value::from(field.name));
                    }
                }
                out.insert("properties", properties);
                if !required.is_empty() {
                    out.insert("required", required);
                }
            }
            _ => {
                out.insert("type", "object");
            }
        }
        if schema.is_atomic_map() {
            out.insert("x-kubernetes-map-type", "atomic");
        }
        if let Some(gvk) = definition.gvk() {
            out.insert("x-kubernetes-group-version-kind", Value::from(vec![gvk_value(&gvk)]));
        }
        Value::Map(out)
    }

    fn field(&mut self, schema: Schema) -> Map {
        let mut out = self.ty(schema);
        if schema.shape() == Shape::List && schema.says_list_type() {
            let word = match schema.list_type() {
                ListType::Atomic => "atomic",
                ListType::Set => "set",
                ListType::Map(keys) => {
                    out.insert("x-kubernetes-list-map-keys", keys.iter().copied().collect::<Value>());
                    "map"
                }
            };
            out.insert("x-kubernetes-list-type", word);
        }
        if schema.is_atomic_map() && schema.definition().is_none() {
            out.insert("x-kubernetes-map-type", "atomic");
        }
        let strategy = schema.patch_strategy();
        let mut words = Vec::new();
        if strategy.merge {
            words.push("merge");
        }
        if strategy.retain_keys {
            words.push("retainKeys");
        }
        if strategy.replace {
            words.push("replace");
        }
        if !words.is_empty() {
            out.insert("x-kubernetes-patch-strategy", words.join(","));
        }
        if let Some(key) = strategy.merge_key {
            out.insert("x-kubernetes-patch-merge-key", key);
        }
        out
    }

    fn ty(&mut self, schema: Schema) -> Map {
        let mut out = Map::new();
        if let Some(definition) = schema.definition() {
            let name = self.definition(definition);
            let reference = Value::from([("$ref", format!("{}{name}", self.prefix))]);
            // Version 3 allows nothing beside a reference, so it stands one level lower there.
            if self.prefix.contains("components") {
                out.insert("allOf", Value::from(vec![reference]));
            } else {
                out.insert("$ref", format!("{}{name}", self.prefix));
            }
            return out;
        }
        let (kind, format) = match schema.shape() {
            Shape::Any => return out,
            Shape::List => {
                let items = schema.items().map(|items| self.ty(items)).unwrap_or_default();
                out.insert("items", items);
                ("array", "")
            }
            Shape::Map => {
                let values = schema.values().map(|values| self.ty(values)).unwrap_or_default();
                out.insert("additionalProperties", values);
                ("object", "")
            }
            Shape::Struct | Shape::FreeMap => ("object", ""),
            Shape::String | Shape::Quantity => ("string", ""),
            Shape::Bytes => ("string", "byte"),
            Shape::Boolean => ("boolean", ""),
            Shape::Integer(32) => ("integer", "int32"),
            Shape::Integer(_) => ("integer", "int64"),
            Shape::Number => ("number", "double"),
            Shape::IntOrString => {
                out.insert("x-kubernetes-int-or-string", true);
                ("string", "int-or-string")
            }
            Shape::Time | Shape::MicroTime => ("string", "date-time"),
        };
        if self.prefix.contains("components") && schema.shape() == Shape::Quantity {
            out.insert(
                "oneOf",
                Value::from(vec![Value::from([("type", "string")]), Value::from([("type", "number")])]),
            );
            return out;
        }
        if self.prefix.contains("components") && schema.shape() == Shape::IntOrString {
            let both = vec![Value::from([("type", "integer")]), Value::from([("type", "string")])];
            out.insert("oneOf", both);
            out.insert("format", format);
            return out;
        }
        out.insert("type", kind);
        if !format.is_empty() {
            out.insert("format", format);
        }
        out
    }

    /// Adds a custom resource. Gives its name.
    pub(super) fn custom(&mut self, gvk: &Gvk, schema: Option<&Value>) -> String {
        let host: Vec<&str> = gvk.group.rsplit('.').collect();
        let name = format!("{}.{}.{}", host.join("."), gvk.version, gvk.kind);
        let mut value = schema.cloned().unwrap_or_else(|| Value::from([("type", "object")]));
        if let Some(meta) = source::definition(META) {
            let meta = self.definition(meta);
            let reference = Value::from([("$ref", format!("{}{meta}", self.prefix))]);
            let reference = if self.prefix.contains("components") {
                Value::from([("allOf", Value::from(vec![reference]))])
            } else {
                reference
            };
            value.set_at(&["properties", "metadata"], reference);
        }
        for key in ["apiVersion", "kind"] {
            value.set_at(&["properties", key, "type"], "string");
        }
        value.set_at(&["x-kubernetes-group-version-kind"], Value::from(vec![gvk_value(gvk)]));
        self.known.insert(name.clone(), value);
        name
    }
}

/// Group, version and kind as extensions have them.
pub(super) fn gvk_value(gvk: &Gvk) -> Value {
    Value::from([("group", &*gvk.group), ("kind", &*gvk.kind), ("version", &*gvk.version)])
}
