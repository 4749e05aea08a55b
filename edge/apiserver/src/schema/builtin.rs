//! Types of the built-in kinds.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use weir_manifest::Gvk;
use weir_manifest::schema::{self as source, Definition, ListType, Schema};
use weir_yaml::{Key, Value};

use crate::typed;

use super::{Field, Fields, ListKind, Node, Scalar, Shape, TypeId, Types};

static BUILTIN: LazyLock<(Arc<Types>, HashMap<String, TypeId>)> = LazyLock::new(read);

/// All built-in types, and the one of this kind.
pub(crate) fn builtin(gvk: &Gvk) -> Option<(Arc<Types>, TypeId)> {
    let definition = source::of_kind(gvk)?.definition()?;
    let (types, by_definition) = &*BUILTIN;
    Some((Arc::clone(types), *by_definition.get(&definition.full_name())?))
}

fn read() -> (Arc<Types>, HashMap<String, TypeId>) {
    let mut types = Types::new();
    let all: Vec<Definition> = source::definitions().collect();
    let by_definition: HashMap<String, TypeId> =
        all.iter().map(|definition| (definition.full_name(), types.add(Shape::Any))).collect();
    let mut reader = Reader { types, by_definition, known: HashMap::new() };
    for definition in all {
        let shape = reader.definition(definition);
        if let Some(id) = reader.by_definition.get(&definition.full_name())
            && let Some(node) = reader.types.nodes.get_mut(id.0 as usize)
        {
            *node = Node { shape, rules: None };
        }
    }
    (Arc::new(reader.types), reader.by_definition)
}

/// What makes two types one: scalars, and references that are atomic or not.
#[derive(PartialEq, Eq, Hash)]
enum Simple {
    Shape(source::Shape),
    Atomic(String),
}

struct Reader {
    types: Types,
    by_definition: HashMap<String, TypeId>,
    known: HashMap<Simple, TypeId>,
}

impl Reader {
    fn definition(&mut self, definition: Definition) -> Shape {
        let schema = definition.schema();
        self.shape(schema, schema.is_atomic_map())
    }

    fn shape(&mut self, schema: Schema, atomic: bool) -> Shape {
        let scalar = match schema.shape() {
            source::Shape::Any => return Shape::Any,
            // What is free in form has one owner as a whole.
            source::Shape::FreeMap => {
                return Shape::Map { fields: Fields::default(), rest: Some(Types::ANY), atomic: true };
            }
            source::Shape::Struct => {
                let is_kind = schema.definition().and_then(Definition::gvk).is_some();
                let mut fields: Vec<Field> = {
                    let known = schema.definition().and_then(|definition| typed::of(&definition.full_name()));
                    schema.fields().map(|field| self.field(&field, known)).collect()
                };
                if is_kind {
                    let text = self.of(schema, source::Shape::String);
                    fields.extend(["apiVersion", "kind"].map(|name| plain(name, text)));
                }
                return Shape::Map { fields: Fields::new(fields), rest: None, atomic };
            }
            source::Shape::Map => {
                let rest = schema.values().map_or(Types::ANY, |values| self.ty(values));
                return Shape::Map { fields: Fields::default(), rest: Some(rest), atomic };
            }
            source::Shape::List => {
                let items = schema.items().map_or(Types::ANY, |items| self.ty(items));
                let kind = match schema.list_type() {
                    ListType::Atomic => ListKind::Atomic,
                    ListType::Set => ListKind::Set,
                    ListType::Map(keys) => ListKind::Keys(keys.iter().map(|key| Key::new(key)).collect()),
                };
                return Shape::List { items, kind };
            }
            source::Shape::String => Scalar::String,
            source::Shape::Bytes => Scalar::Bytes,
            source::Shape::Boolean => Scalar::Boolean,
            source::Shape::Integer(bits) => Scalar::Integer(bits),
            source::Shape::Number => Scalar::Number,
            source::Shape::Quantity => Scalar::Quantity,
            source::Shape::IntOrString => Scalar::IntOrString,
            source::Shape::Time => Scalar::Time,
            source::Shape::MicroTime => Scalar::MicroTime,
        };
        Shape::Scalar(scalar)
    }

    fn of(&mut self, schema: Schema, shape: source::Shape) -> TypeId {
        if let Some(id) = self.known.get(&Simple::Shape(shape)) {
            return *id;
        }
        let made = if shape == source::Shape::String {
            Shape::Scalar(Scalar::String)
        } else {
            self.shape(schema, false)
        };
        let id = self.types.add(made);
        self.known.insert(Simple::Shape(shape), id);
        id
    }

    fn ty(&mut self, schema: Schema) -> TypeId {
        let atomic = schema.is_atomic_map();
        if let Some(definition) = schema.definition() {
            if !atomic || definition.schema().is_atomic_map() {
                return self.by_definition.get(&definition.full_name()).copied().unwrap_or(Types::ANY);
            }
            if let Some(id) = self.known.get(&Simple::Atomic(definition.full_name())) {
                return *id;
            }
            let shape = self.shape(schema, true);
            let id = self.types.add(shape);
            self.known.insert(Simple::Atomic(definition.full_name()), id);
            return id;
        }
        match schema.shape() {
            source::Shape::Any => Types::ANY,
            source::Shape::List | source::Shape::Map | source::Shape::Struct => {
                let shape = self.shape(schema, atomic);
                self.types.add(shape)
            }
            shape => self.of(schema, shape),
        }
    }

    fn field(&mut self, field: &source::Field, known: Option<&typed::Struct>) -> Field {
        let default = field.default();
        let is_zero_struct = matches!(&default, Some(Value::Map(map)) if map.is_empty());
        let zero = default.as_ref().is_none_or(is_zero);
        Field {
            name: Key::new(field.name),
            ty: self.ty(field.schema),
            always: (is_zero_struct && is_shown_empty(field.name)) || (field.required && zero),
            required: field.required,
            drops_zero: known.is_some_and(|known| known.drops_zero(field.name)),
            default: default.filter(|value| !is_zero(value)),
        }
    }
}

/// Plain structs that the real server leaves out of the text when they are empty.
fn is_shown_empty(_name: &str) -> bool {
    true
}

fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) | Value::Int(0) => true,
        Value::String(text) => text.is_empty(),
        Value::Map(map) => map.is_empty(),
        Value::List(list) => list.is_empty(),
        Value::Spelled(spelled) => is_zero(spelled.value()),
        Value::Bool(true) | Value::Int(_) | Value::UInt(_) | Value::Float(_) => false,
    }
}

fn plain(name: &str, ty: TypeId) -> Field {
    Field { name: Key::new(name), ty, default: None, required: false, always: false, drops_zero: false }
}
