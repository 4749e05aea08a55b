//! Small copyable handles into the decoded tables.

use std::fmt;

use weir_yaml::Value;

use super::decode::{DefinitionData, FieldData, Tables, TypeData, flag};
use crate::Gvk;

/// One named definition of OpenAPI.
#[derive(Clone, Copy)]
pub struct Definition {
    pub(super) tables: &'static Tables,
    pub(super) at: u16,
}

/// What is known about one value: its type, and where it is a field, how this field merges.
#[derive(Clone, Copy)]
pub struct Schema {
    tables: &'static Tables,
    ty: u16,
    field: Option<&'static FieldData>,
}

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shape {
    /// Anything at all.
    Any,
    /// A map of unknown fields.
    FreeMap,
    /// A map of known fields.
    Struct,
    /// A map from any key to values of one schema.
    Map,
    /// A list.
    List,
    /// A string.
    String,
    /// Bytes, as base64.
    Bytes,
    /// A boolean.
    Boolean,
    /// An integer of so many bits.
    Integer(u8),
    /// Any number.
    Number,
    /// An amount with a unit: a string or a number.
    Quantity,
    /// An integer or a string.
    IntOrString,
    /// A time in seconds.
    Time,
    /// A time in microseconds.
    MicroTime,
}

/// How server-side apply treats a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ListType {
    /// One value with one owner; also where nothing is said.
    Atomic,
    /// Each item is owned by itself.
    Set,
    /// Items are maps, named by these keys.
    Map(&'static [&'static str]),
}

/// How a strategic merge patch treats a field. By default lists are replaced and maps merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct PatchStrategy {
    /// Lists are merged.
    pub merge: bool,
    /// Items of the list are one if they have the same value under this key; without a key items are single values.
    pub merge_key: Option<&'static str>,
    /// `$retainKeys` is written by those who make patches.
    pub retain_keys: bool,
    /// Maps are replaced.
    pub replace: bool,
}

/// One field of a struct.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// It must be there.
    pub required: bool,
    /// Its schema.
    pub schema: Schema,
}

impl PartialEq for Definition {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at && std::ptr::eq(self.tables, other.tables)
    }
}

impl Eq for Definition {}

impl fmt::Debug for Definition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.full_name())
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.definition() {
            Some(definition) => definition.fmt(f),
            None => self.shape().fmt(f),
        }
    }
}

impl Definition {
    fn data(self) -> &'static DefinitionData {
        &self.tables.definitions[usize::from(self.at)]
    }

    /// The name without its package.
    pub fn name(self) -> &'static str {
        self.data().name
    }

    /// The name in OpenAPI: `io.k8s.api.core.v1.Pod`.
    pub fn full_name(self) -> String {
        let data = self.data();
        format!("{}.{}", self.tables.packages[usize::from(data.package)].name, data.name)
    }

    /// Group, version and kind, if it is a kind.
    pub fn gvk(self) -> Option<Gvk> {
        let data = self.data();
        let package = &self.tables.packages[usize::from(data.package)];
        data.is_kind.then(|| Gvk::from_api_version(package.api_version, data.name))
    }

    /// Its schema.
    pub fn schema(self) -> Schema {
        Schema { tables: self.tables, ty: self.data().ty, field: None }
    }
}

impl Schema {
    fn data(self) -> &'static TypeData {
        &self.tables.types[usize::from(self.ty)]
    }

    fn struct_data(self) -> Option<&'static DefinitionData> {
        match self.data() {
            TypeData::Definition(at) => Some(&self.tables.definitions[usize::from(*at)]),
            TypeData::Plain(_) | TypeData::List(_) | TypeData::Map(_) => None,
        }
    }

    fn has(self, flag: u16) -> bool {
        self.field.is_some_and(|field| field.flags & flag != 0)
    }

    /// The type.
    pub fn shape(self) -> Shape {
        match self.data() {
            TypeData::Plain(shape) => *shape,
            TypeData::List(_) => Shape::List,
            TypeData::Map(_) => Shape::Map,
            TypeData::Definition(at) => self.tables.definitions[usize::from(*at)].shape,
        }
    }

    /// The definition that this refers to, if it refers to one.
    pub fn definition(self) -> Option<Definition> {
        match self.data() {
            TypeData::Definition(at) => Some(Definition { tables: self.tables, at: *at }),
            TypeData::Plain(_) | TypeData::List(_) | TypeData::Map(_) => None,
        }
    }

    /// The name in OpenAPI of what this refers to. Unlike [`Schema::definition`] it also knows the scalars with a name,
    /// such as `io.k8s.apimachinery.pkg.api.resource.Quantity`.
    pub fn reference(self) -> Option<String> {
        Some(match self.shape() {
            Shape::Quantity => "io.k8s.apimachinery.pkg.api.resource.Quantity".to_string(),
            Shape::IntOrString => "io.k8s.apimachinery.pkg.util.intstr.IntOrString".to_string(),
            Shape::Time => "io.k8s.apimachinery.pkg.apis.meta.v1.Time".to_string(),
            Shape::MicroTime => "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime".to_string(),
            Shape::Any if self.definition().is_none() => {
                "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON".to_string()
            }
            _ => self.definition()?.full_name(),
        })
    }

    /// The field of this name, if this is a struct that has it.
    pub fn field(self, name: &str) -> Option<Field> {
        let fields = self.struct_data()?.fields(self.tables);
        let at = fields.binary_search_by(|field| field.name.cmp(name)).ok()?;
        Some(Field::new(self.tables, &fields[at]))
    }

    /// All fields, sorted by name; none if this is no struct.
    pub fn fields(self) -> impl Iterator<Item = Field> {
        let fields = self.struct_data().map_or(&[][..], |data| data.fields(self.tables));
        fields.iter().map(move |data| Field::new(self.tables, data))
    }

    /// The schema of the items, if this is a list.
    pub fn items(self) -> Option<Schema> {
        if let TypeData::List(ty) = self.data() {
            Some(Schema { ty: *ty, field: None, ..self })
        } else {
            None
        }
    }

    /// The schema of the values, if this is a map.
    pub fn values(self) -> Option<Schema> {
        if let TypeData::Map(ty) = self.data() { Some(Schema { ty: *ty, field: None, ..self }) } else { None }
    }

    /// The schema of what stands under a key: of the field, or of the values of a map.
    pub fn child(self, key: &str) -> Option<Schema> {
        self.field(key).map(|field| field.schema).or_else(|| self.values())
    }

    /// How server-side apply treats this list.
    pub fn list_type(self) -> ListType {
        match self.field {
            Some(field) if field.flags & flag::LIST_MAP != 0 => {
                ListType::Map(&self.tables.key_lists[usize::from(field.keys)])
            }
            Some(field) if field.flags & flag::LIST_SET != 0 => ListType::Set,
            _ => ListType::Atomic,
        }
    }

    /// True if the list type is written in the source, not the default.
    pub fn says_list_type(self) -> bool {
        self.has(flag::LIST_MAP | flag::LIST_SET | flag::LIST_ATOMIC)
    }

    /// True for maps and structs that have one owner as a whole.
    pub fn is_atomic_map(self) -> bool {
        self.has(flag::ATOMIC_MAP) || self.struct_data().is_some_and(|data| data.is_atomic)
    }

    /// How strategic merge patches treat this field.
    pub fn patch_strategy(self) -> PatchStrategy {
        PatchStrategy {
            merge: self.has(flag::PATCH_MERGE),
            merge_key: self.field.and_then(|field| field.merge_key),
            retain_keys: self.has(flag::RETAIN_KEYS),
            replace: self.has(flag::PATCH_REPLACE),
        }
    }
}

impl Field {
    fn new(tables: &'static Tables, data: &'static FieldData) -> Self {
        let required = data.flags & flag::REQUIRED != 0;
        Self { name: data.name, required, schema: Schema { tables, ty: data.ty, field: Some(data) } }
    }

    /// The default that OpenAPI names. For required fields it is mostly the zero value of the type.
    pub fn default(&self) -> Option<Value> {
        let data = self.schema.field?;
        if let Some(json) = data.default {
            return weir_yaml::from_json(json.as_bytes()).ok();
        }
        self.schema.has(flag::ZERO_DEFAULT).then(|| match self.schema.shape() {
            Shape::Boolean => Value::Bool(false),
            Shape::Integer(_) | Shape::Number | Shape::IntOrString => Value::Int(0),
            Shape::String | Shape::Bytes => Value::from(""),
            _ => Value::Map(weir_yaml::Map::new()),
        })
    }
}
