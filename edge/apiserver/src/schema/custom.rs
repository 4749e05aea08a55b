//! Types of custom resources, from the structural schema of their definition.

use std::sync::Arc;

use weir_manifest::Gvk;
use weir_yaml::{Key, Value};

use super::{Field, Fields, ListKind, Node, Rules, Scalar, Shape, TypeId, Types, builtin};

/// Deeper schemas are cut off: below, anything goes.
const MAX_DEPTH: usize = 64;

/// The types of one version of a custom resource, from its `openAPIV3Schema`.
pub(crate) fn custom(schema: Option<&Value>) -> (Arc<Types>, TypeId) {
    let mut types = Types::new();
    let metadata = metadata(&mut types);
    let mut reader = Reader { types, metadata };
    let root = match schema {
        Some(schema) => reader.ty(schema, 0, true),
        None => reader.free_object(),
    };
    (Arc::new(reader.types), root)
}

/// `ObjectMeta`, copied from the built-in types.
fn metadata(types: &mut Types) -> TypeId {
    let Some((source, pod)) = builtin(&Gvk::new("", "v1", "Pod")) else { return Types::ANY };
    copy(&source, source.child(pod, "metadata"), types)
}

fn copy(source: &Types, ty: TypeId, into: &mut Types) -> TypeId {
    let shape = match source.shape(ty) {
        Shape::Any => return Types::ANY,
        Shape::Scalar(scalar) => Shape::Scalar(*scalar),
        Shape::List { items, kind } => Shape::List { items: copy(source, *items, into), kind: kind.clone() },
        Shape::Map { fields, rest, atomic } => Shape::Map {
            fields: Fields::new(
                fields
                    .iter()
                    .map(|field| Field { ty: copy(source, field.ty, into), ..field.clone() })
                    .collect(),
            ),
            rest: rest.map(|rest| copy(source, rest, into)),
            atomic: *atomic,
        },
    };
    into.add(shape)
}

struct Reader {
    types: Types,
    metadata: TypeId,
}

impl Reader {
    fn free_object(&mut self) -> TypeId {
        let fields = self.object_fields(Vec::new());
        self.types.add(Shape::Map { fields: Fields::new(fields), rest: Some(Types::ANY), atomic: false })
    }

    /// Puts the fields that every object has in the place of what the schema says about them.
    fn object_fields(&mut self, mut fields: Vec<Field>) -> Vec<Field> {
        fields.retain(|field| !matches!(field.name.as_str(), "apiVersion" | "kind" | "metadata"));
        let text = self.types.add(Shape::Scalar(Scalar::String));
        for (name, ty) in [("apiVersion", text), ("kind", text), ("metadata", self.metadata)] {
            fields.push(Field {
                name: Key::new(name),
                ty,
                default: None,
                required: false,
                always: false,
                drops_zero: false,
            });
        }
        fields
    }

    fn ty(&mut self, schema: &Value, depth: usize, object: bool) -> TypeId {
        if depth > MAX_DEPTH {
            return Types::ANY;
        }
        let mut rules = read_rules(schema);
        let is_object = object || rules.embedded;
        let shape = match schema.str_at(&["type"]) {
            _ if flag(schema, "x-kubernetes-int-or-string") => {
                rules.type_name = "integer or string";
                Shape::Scalar(Scalar::IntOrString)
            }
            Some("string") if schema.str_at(&["format"]) == Some("byte") => Shape::Scalar(Scalar::Bytes),
            Some("string") => Shape::Scalar(Scalar::String),
            Some("boolean") => Shape::Scalar(Scalar::Boolean),
            Some("integer") if schema.str_at(&["format"]) == Some("int32") => {
                Shape::Scalar(Scalar::Integer(32))
            }
            Some("integer") => Shape::Scalar(Scalar::Integer(64)),
            Some("number") => Shape::Scalar(Scalar::Number),
            Some("array") => self.list(schema, depth),
            Some("object") => self.object(schema, depth, is_object, rules.keep_unknown),
            _ if schema.get("properties").is_some() || object => {
                self.object(schema, depth, is_object, rules.keep_unknown)
            }
            _ => Shape::Any,
        };
        self.types.add_node(Node { shape, rules: Some(Box::new(rules)) })
    }

    fn list(&mut self, schema: &Value, depth: usize) -> Shape {
        let items = schema.get("items").map_or(Types::ANY, |items| self.ty(items, depth + 1, false));
        let kind = match schema.str_at(&["x-kubernetes-list-type"]) {
            Some("set") => ListKind::Set,
            Some("map") => {
                let keys =
                    schema.get("x-kubernetes-list-map-keys").and_then(Value::as_list).unwrap_or_default();
                ListKind::Keys(keys.iter().filter_map(Value::as_str).map(Key::new).collect())
            }
            _ => ListKind::Atomic,
        };
        Shape::List { items, kind }
    }

    fn object(&mut self, schema: &Value, depth: usize, is_object: bool, keep_unknown: bool) -> Shape {
        let required = schema.get("required").and_then(Value::as_list).unwrap_or_default();
        let mut fields = Vec::new();
        for (name, inner) in schema.get("properties").and_then(Value::as_map).into_iter().flatten() {
            fields.push(Field {
                name: name.clone(),
                ty: self.ty(inner, depth + 1, false),
                default: inner.get("default").cloned(),
                required: required.iter().any(|one| one.as_str() == Some(name)),
                always: false,
                drops_zero: false,
            });
        }
        for name in required.iter().filter_map(Value::as_str) {
            if !fields.iter().any(|field| field.name.as_str() == name) {
                let name = Key::new(name);
                fields.push(Field {
                    name,
                    ty: Types::ANY,
                    default: None,
                    required: true,
                    always: false,
                    drops_zero: false,
                });
            }
        }
        if is_object {
            fields = self.object_fields(fields);
        }
        let rest = match schema.get("additionalProperties") {
            Some(inner @ Value::Map(_)) => Some(self.ty(inner, depth + 1, false)),
            Some(Value::Bool(true)) => Some(Types::ANY),
            _ if keep_unknown => Some(Types::ANY),
            _ => None,
        };
        Shape::Map {
            fields: Fields::new(fields),
            rest,
            atomic: schema.str_at(&["x-kubernetes-map-type"]) == Some("atomic"),
        }
    }
}

fn flag(schema: &Value, name: &str) -> bool {
    schema.get(name).and_then(Value::as_bool).unwrap_or(false)
}

fn read_rules(schema: &Value) -> Rules {
    let text = |name: &str| schema.get(name).and_then(Value::as_str).map(str::to_owned);
    let size = |name: &str| schema.get(name).and_then(Value::as_i64).and_then(|n| usize::try_from(n).ok());
    let number = |name: &str| schema.get(name).and_then(Value::as_f64);
    Rules {
        type_name: match schema.str_at(&["type"]) {
            Some("string") => "string",
            Some("boolean") => "boolean",
            Some("integer") => "integer",
            Some("number") => "number",
            Some("array") => "array",
            Some("object") => "object",
            _ => "",
        },
        nullable: flag(schema, "nullable"),
        keep_unknown: flag(schema, "x-kubernetes-preserve-unknown-fields"),
        embedded: flag(schema, "x-kubernetes-embedded-resource"),
        one_of: schema.get("enum").and_then(Value::as_list).map(<[Value]>::to_vec),
        pattern: text("pattern"),
        format: text("format"),
        minimum: number("minimum").map(|n| (n, flag(schema, "exclusiveMinimum"))),
        maximum: number("maximum").map(|n| (n, flag(schema, "exclusiveMaximum"))),
        multiple_of: number("multipleOf"),
        min_length: size("minLength"),
        max_length: size("maxLength"),
        min_items: size("minItems"),
        max_items: size("maxItems"),
        min_fields: size("minProperties"),
        max_fields: size("maxProperties"),
    }
}
