//! YAML as Go reads it into a struct: numbers and booleans become texts where the field is a text, what does not fit is
//! an error in the words of `encoding/json`, and fields that the struct has not are left out.

use weir_yaml::{Dialect, Map, Node, NodeKind, Value, parse, resolve_plain};

use crate::error::Error;

/// What a Go type takes.
#[derive(Clone, Copy)]
pub(crate) enum Shape {
    /// `string`.
    Text,
    /// `bool`.
    Flag,
    /// `any`.
    Any,
    /// `[]T`; the name of the type.
    List(&'static str, &'static Shape),
    /// `map[string]string`.
    Texts,
    /// A struct, or a pointer to one.
    Record(&'static Record),
}

/// A Go struct.
pub(crate) struct Record {
    /// As messages name it among fields: `Metadata`.
    pub(crate) name: &'static str,
    /// As messages name the type: `v2.Metadata`.
    pub(crate) type_name: &'static str,
    pub(crate) fields: &'static [(&'static str, Shape)],
}

impl Shape {
    fn type_name(&self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Flag => "bool",
            Self::Any => "interface {}",
            Self::List(name, _) => name,
            Self::Texts => "map[string]string",
            Self::Record(record) => record.type_name,
        }
    }
}

impl Record {
    fn field(&self, key: &str) -> Option<&Shape> {
        let by = |is_it: &dyn Fn(&str) -> bool| self.fields.iter().find(|(name, _)| is_it(name));
        // Most are written as they are.
        let found = by(&|name| name == key).or_else(|| by(&|name| name.eq_ignore_ascii_case(key)));
        found.map(|(_, shape)| shape)
    }

    /// True if a field is read from below these keys.
    fn wants(&self, path: &[&str]) -> bool {
        let [key, below @ ..] = path else { return true };
        self.field(key).is_some_and(|shape| match shape {
            Shape::Record(inner) => inner.wants(below),
            _ => true,
        })
    }

    /// True if the map is already what it would be read as: all its keys are fields as they are written, and fit.
    fn is_as_read(&self, map: &Map) -> bool {
        map.iter().all(|(key, value)| {
            let field = self.fields.iter().find(|(name, _)| *name == key.as_str());
            field.is_some_and(|(_, shape)| shape.is_as_read(value))
        })
    }
}

impl Shape {
    fn is_as_read(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Text, Value::String(_)) | (Self::Flag, Value::Bool(_)) | (Self::Any, _) => true,
            (Self::List(_, item), Value::List(items)) => items.iter().all(|value| item.is_as_read(value)),
            (Self::Texts, Value::Map(map)) => map.values().all(|value| matches!(value, Value::String(_))),
            (Self::Record(record), Value::Map(map)) => record.is_as_read(map),
            _ => false,
        }
    }
}

/// The fields that a document gives to a struct, as far as they can be read, and the first thing that does not fit.
pub(crate) struct Read {
    pub(crate) fields: Map,
    /// There is nothing in the document.
    pub(crate) is_null: bool,
    pub(crate) problem: Option<Error>,
}

impl Read {
    /// The fields, if all fits.
    pub(crate) fn whole(self) -> Result<Map, Error> {
        match self.problem {
            Some(problem) => Err(problem),
            None => Ok(self.fields),
        }
    }
}

impl Read {
    /// The fields, if all fits; nothing where there is nothing to read.
    pub(crate) fn whole_or_nothing(self) -> Result<Option<Map>, Error> {
        let is_nothing = self.is_null;
        self.whole().map(|fields| (!is_nothing).then_some(fields))
    }
}

/// Says what a strict reader finds wrong: keys twice, and fields that the struct has not.
pub(crate) fn read_strictly(text: &[u8], record: &'static Record) -> Result<(), Error> {
    let value = weir_yaml::first_from_yaml(utf8(text)?, Dialect::SigsStrict)
        .map_err(|error| Error::new(format!("error converting YAML to JSON: {}", error.in_words_of_v2())))?;
    match unknown_field(&value, &Shape::Record(record)) {
        Some(name) => Err(Error::new(format!(
            "error unmarshaling JSON: while decoding JSON: json: unknown field {}",
            crate::quote::quoted(&name)
        ))),
        None => Ok(()),
    }
}

fn unknown_field(value: &Value, shape: &Shape) -> Option<String> {
    match (shape, value) {
        (Shape::List(_, item), Value::List(items)) => {
            items.iter().find_map(|value| unknown_field(value, item))
        }
        (Shape::Record(record), Value::Map(map)) => map.sorted().into_iter().find_map(|(key, value)| {
            match record.fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(key.as_str())) {
                Some((_, shape)) => unknown_field(value, shape),
                None => Some(key.to_string()),
            }
        }),
        _ => None,
    }
}

/// Reads the first document of a text into a struct.
pub(crate) fn read(text: &[u8], record: &'static Record) -> Result<Read, Error> {
    read_text(utf8(text)?, record)
}

/// The same for what is known to be text.
pub(crate) fn read_text(text: &str, record: &'static Record) -> Result<Read, Error> {
    let wanted = |path: &[&str]| record.wants(path);
    let value = weir_yaml::wanted_from_yaml(text, &wanted)
        .map_err(|error| Error::new(format!("error converting YAML to JSON: {}", error.in_words_of_v2())))?;
    if let Value::Map(fields) = &value
        && record.is_as_read(fields)
    {
        return Ok(Read { fields: fields.clone(), is_null: false, problem: None });
    }
    // Floats are looked up where they stand: the text of a version is what its float prints as.
    let documents =
        if has_number(&value, &Shape::Record(record)) { parse(text).unwrap_or_default() } else { Vec::new() };
    let root = documents.first().and_then(|document| document.root());
    let mut reader = Reader { path: Vec::new(), problem: None };
    let fields = match &value {
        Value::Map(map) => reader.record(map, root, record),
        Value::Null => Map::new(),
        other => {
            let kind = json_kind(other);
            reader.problem =
                Some(format!("json: cannot unmarshal {kind} into Go value of type {}", record.type_name));
            Map::new()
        }
    };
    let problem = reader
        .problem
        .map(|problem| Error::new(format!("error unmarshaling JSON: while decoding JSON: {problem}")));
    Ok(Read { fields, is_null: value.is_null(), problem })
}

/// The text, or why go-yaml reads none in these bytes.
pub(crate) fn utf8(bytes: &[u8]) -> Result<&str, Error> {
    std::str::from_utf8(bytes).map_err(|_| no_utf8())
}

/// What go-yaml says of bytes that are no text.
pub(crate) fn no_utf8() -> Error {
    Error::new("error converting YAML to JSON: yaml: invalid leading UTF-8 octet")
}

/// True if a number stands where a text is wanted, whose own text decides.
fn has_number(value: &Value, shape: &Shape) -> bool {
    match (shape, value) {
        (Shape::Text, Value::Float(_) | Value::UInt(_)) => true,
        (Shape::Text, Value::Int(number)) => number.unsigned_abs() > 99_999,
        (Shape::List(_, item), Value::List(items)) => items.iter().any(|value| has_number(value, item)),
        (Shape::Texts, Value::Map(map)) => map.values().any(|value| has_number(value, &Shape::Text)),
        (Shape::Record(record), Value::Map(map)) => {
            let field = |key: &str| record.fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
            map.iter().any(|(key, value)| field(key).is_some_and(|(_, shape)| has_number(value, shape)))
        }
        _ => false,
    }
}

pub(crate) fn json_kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Int(_) | Value::UInt(_) | Value::Float(_) => "number",
        Value::String(_) | Value::Spelled(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
    }
}

struct Reader {
    path: Vec<&'static str>,
    /// The first one: Go goes on and reports that.
    problem: Option<String>,
}

impl Reader {
    fn record(&mut self, map: &Map, node: Option<Node<'_, '_>>, record: &'static Record) -> Map {
        let mut fields = Map::new();
        // The JSON between has its keys sorted, and later ones win.
        for (key, value) in map.sorted() {
            let exact = record.fields.iter().find(|(name, _)| *name == key.as_str());
            let found = exact
                .or_else(|| record.fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(key.as_str())));
            let Some((name, shape)) = found else { continue };
            self.path.push(name);
            let below = node.and_then(|node| node.resolved().get(key.as_str()));
            if let Some(value) = self.value(value, below, shape, record) {
                fields.insert(*name, value);
            }
            self.path.pop();
        }
        fields
    }

    /// What the field becomes; none leaves it as it was.
    fn value(
        &mut self,
        value: &Value,
        node: Option<Node<'_, '_>>,
        shape: &'static Shape,
        record: &'static Record,
    ) -> Option<Value> {
        match (shape, value) {
            (Shape::Any, value) => Some(value.clone()),
            (Shape::List(_, _) | Shape::Texts, Value::Null) => Some(Value::Null),
            (_, Value::Null) => None,
            (Shape::Text, value) => match text(value, node) {
                Some(text) => Some(Value::from(text)),
                None => self.misfit(value, shape, record),
            },
            (Shape::Flag, Value::Bool(flag)) => Some(Value::Bool(*flag)),
            (Shape::List(_, item), Value::List(items)) => {
                let nodes: Vec<_> = node.map(|node| node.resolved().items().collect()).unwrap_or_default();
                let read = items.iter().enumerate().map(|(at, value)| {
                    self.value(value, nodes.get(at).copied(), item, record)
                        .unwrap_or_else(|| item.zero(value))
                });
                Some(Value::from(read.collect::<Vec<_>>()))
            }
            (Shape::Texts, Value::Map(map)) => Some(self.texts(map, node, record)),
            (Shape::Record(inner), Value::Map(map)) => Some(Value::from(self.record(map, node, inner))),
            (_, value) => self.misfit(value, shape, record),
        }
    }

    fn texts(&mut self, map: &Map, node: Option<Node<'_, '_>>, record: &'static Record) -> Value {
        let mut texts = Map::new();
        for (key, value) in map.sorted() {
            let below = node.and_then(|node| node.resolved().get(key.as_str()));
            let text = self.value(value, below, &Shape::Text, record);
            texts.insert(key.clone(), text.unwrap_or_else(|| Value::from("")));
        }
        Value::from(texts)
    }

    fn misfit(&mut self, value: &Value, shape: &Shape, record: &Record) -> Option<Value> {
        if self.problem.is_none() {
            self.problem = Some(format!(
                "json: cannot unmarshal {} into Go struct field {}.{} of type {}",
                json_kind(value),
                record.name,
                self.path.join("."),
                shape.type_name()
            ));
        }
        None
    }
}

impl Shape {
    /// What an item is that got no value.
    fn zero(&self, value: &Value) -> Value {
        match self {
            Self::Text => Value::from(""),
            Self::Record(_) if !value.is_null() => Value::from(Map::new()),
            _ => Value::Null,
        }
    }
}

/// A scalar as text, as sigs.k8s.io/yaml makes one.
fn text(value: &Value, node: Option<Node<'_, '_>>) -> Option<String> {
    match value {
        Value::String(text) => Some(text.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Int(_) | Value::UInt(_) | Value::Float(_) => {
            Some(float_text(value, node).unwrap_or_else(|| integer_text(value)))
        }
        _ => None,
    }
}

fn integer_text(value: &Value) -> String {
    match value {
        Value::Int(number) => number.to_string(),
        Value::UInt(number) => number.to_string(),
        other => float32_general(other.as_f64().unwrap_or_default()),
    }
}

/// The text of a number that was written as a float, even if it is whole.
fn float_text(value: &Value, node: Option<Node<'_, '_>>) -> Option<String> {
    if let Value::Float(number) = value {
        return Some(float32_general(*number));
    }
    let node = node?.resolved();
    let written = match node.kind() {
        NodeKind::Scalar => node.scalar()?,
        _ => return None,
    };
    let is_float = written.contains(['.', 'e', 'E']) && !written.starts_with("0x");
    (is_float && !matches!(resolve_plain(written, Dialect::Sigs), Value::String(_)))
        .then(|| float32_general(value.as_f64().unwrap_or_default()))
}

/// Go's `FormatFloat(number, 'g', -1, 32)`.
fn float32_general(number: f64) -> String {
    let narrow = number as f32;
    if narrow.is_nan() {
        return "NaN".to_string();
    }
    if narrow.is_infinite() {
        return if narrow > 0.0 { "+Inf" } else { "-Inf" }.to_string();
    }
    let scientific = format!("{narrow:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if !(-4..6).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", exponent.abs());
    }
    format!("{narrow}")
}

#[cfg(test)]
mod tests {
    use super::*;

    static RECORD: Record = Record {
        name: "Metadata",
        type_name: "v2.Metadata",
        fields: &[
            ("name", Shape::Text),
            ("appVersion", Shape::Text),
            ("deprecated", Shape::Flag),
            ("keywords", Shape::List("[]string", &Shape::Text)),
            ("annotations", Shape::Texts),
        ],
    };

    fn field(text: &str, name: &str) -> Value {
        read(text.as_bytes(), &RECORD).unwrap().whole().unwrap().get(name).cloned().unwrap_or_default()
    }

    fn problem(text: &str) -> String {
        match read(text.as_bytes(), &RECORD) {
            Ok(read) => read.problem.unwrap().message,
            Err(error) => error.message,
        }
    }

    #[test]
    fn numbers_become_texts() {
        assert_eq!(field("appVersion: 1.10", "appVersion"), Value::from("1.1"));
        assert_eq!(field("appVersion: 1e6", "appVersion"), Value::from("1e+06"));
        assert_eq!(field("appVersion: 1000000", "appVersion"), Value::from("1000000"));
        assert_eq!(field("appVersion: 12345678901234567890123", "appVersion"), Value::from("1.2345679e+22"));
        assert_eq!(field("name: true", "name"), Value::from("true"));
        assert_eq!(field("NAME: a\nname: 1", "name"), Value::from("1"));
    }

    #[test]
    fn what_does_not_fit_is_said_as_go_does() {
        assert_eq!(
            problem("name: {a: 1}"),
            "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal object into Go struct field \
             Metadata.name of type string"
        );
        assert_eq!(
            problem("- 1"),
            "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type \
             v2.Metadata"
        );
        assert_eq!(
            problem("keywords: [{a: 1}]\nannotations: {x: {a: 1}}"),
            "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal object into Go struct field \
             Metadata.annotations of type string"
        );
    }
}
