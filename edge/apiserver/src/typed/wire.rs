//! Objects in the protobuf form that typed clients send. Answers are always JSON, which all of them read.

use weir_manifest::Gvk;
use weir_manifest::schema::{self, Definition, Schema, Shape};
use weir_yaml::{Map, Value, from_json};

use super::{Member, Struct, in_package, of};
use crate::{base64, time};

/// What every such body begins with.
const MAGIC: &[u8] = b"k8s\0";
/// Deeper messages are refused.
const MAX_DEPTH: usize = 100;

/// True for a body in this form.
pub(crate) fn is_wire(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// The object of a body; the text says why it is none.
pub(crate) fn object(bytes: &[u8]) -> Result<Value, String> {
    let rest = bytes.strip_prefix(MAGIC).ok_or("no envelope")?;
    let (mut api_version, mut kind, mut raw) = (String::new(), String::new(), &[][..]);
    for part in Parts(rest) {
        match part? {
            (1, Part::Bytes(head)) => {
                for part in Parts(head) {
                    match part? {
                        (1, Part::Bytes(text)) => api_version = string(text)?,
                        (2, Part::Bytes(text)) => kind = string(text)?,
                        _ => {}
                    }
                }
            }
            (2, Part::Bytes(inner)) => raw = inner,
            _ => {}
        }
    }
    let gvk = Gvk::from_api_version(&api_version, &kind);
    let options =
        ["DeleteOptions", "CreateOptions", "UpdateOptions", "PatchOptions"].contains(&kind.as_str());
    let definition = if options {
        schema::definition(&format!("io.k8s.apimachinery.pkg.apis.meta.v1.{kind}"))
    } else {
        schema::of_kind(&gvk).and_then(Schema::definition)
    };
    let definition =
        definition.ok_or_else(|| format!("no kind {kind:?} is registered for version {api_version:?}"))?;
    let mut out = message(definition, raw, 0)?;
    out.insert("apiVersion", api_version);
    out.insert("kind", kind);
    Ok(Value::Map(out))
}

enum Part<'a> {
    Number(u64),
    Fixed(u64),
    Bytes(&'a [u8]),
}

/// The fields of a message, in order.
struct Parts<'a>(&'a [u8]);

impl<'a> Parts<'a> {
    fn number(&mut self) -> Result<u64, String> {
        let mut out = 0_u64;
        for at in 0..10 {
            let (byte, rest) = self.0.split_first().ok_or("unexpected EOF")?;
            self.0 = rest;
            out |= u64::from(byte & 0x7f).checked_shl(7 * at).unwrap_or(0);
            if byte & 0x80 == 0 {
                return Ok(out);
            }
        }
        Err("integer overflow".to_owned())
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], String> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or("unexpected EOF")?;
        self.0 = rest;
        Ok(taken)
    }

    fn part(&mut self) -> Result<(usize, Part<'a>), String> {
        let key = self.number()?;
        let number = usize::try_from(key >> 3).map_err(|_| "illegal tag")?;
        let part = match key & 7 {
            0 => Part::Number(self.number()?),
            1 => Part::Fixed(self.take(8)?.iter().rev().fold(0, |all, byte| all << 8 | u64::from(*byte))),
            2 => {
                let length = self.number()?;
                Part::Bytes(self.take(usize::try_from(length).map_err(|_| "unexpected EOF")?)?)
            }
            5 => Part::Fixed(self.take(4)?.iter().rev().fold(0, |all, byte| all << 8 | u64::from(*byte))),
            _ => return Err("illegal wire type".to_owned()),
        };
        Ok((number, part))
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = Result<(usize, Part<'a>), String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let part = self.part();
        if part.is_err() {
            self.0 = &[];
        }
        Some(part)
    }
}

fn string(bytes: &[u8]) -> Result<String, String> {
    String::from_utf8(bytes.to_vec()).map_err(|_| "a string is not UTF-8".to_owned())
}

fn message(definition: Definition, bytes: &[u8], depth: usize) -> Result<Map, String> {
    let name = definition.full_name();
    let fields = of(&name).ok_or_else(|| format!("{name} has no wire form here"))?;
    let package = name.rsplit_once('.').map_or("", |(package, _)| package).to_owned();
    let mut out = Map::new();
    fill(definition.schema(), fields, &package, bytes, &mut out, depth)?;
    Ok(out)
}

fn fill(
    schema: Schema,
    fields: &Struct,
    package: &str,
    bytes: &[u8],
    out: &mut Map,
    depth: usize,
) -> Result<(), String> {
    if depth > MAX_DEPTH {
        return Err("exceeded max depth".to_owned());
    }
    for part in Parts(bytes) {
        let (number, part) = part?;
        match fields.member(number) {
            Some(Member::Inline(name)) => {
                if let (Part::Bytes(inner), Some(fields)) = (part, in_package(package, name)) {
                    fill(schema, fields, package, inner, out, depth + 1)?;
                }
            }
            Some(Member::Field(name, drop_zero)) => {
                if let Some(field) = schema.field(name) {
                    put(field.schema, name, drop_zero, &part, out, depth)?;
                }
            }
            None => {}
        }
    }
    Ok(())
}

fn put(
    schema: Schema,
    name: &str,
    drop_zero: bool,
    part: &Part<'_>,
    out: &mut Map,
    depth: usize,
) -> Result<(), String> {
    if let Some(items) = schema.items() {
        let item = value(items, part, depth)?;
        let entry = out.entry(name);
        let mut list = entry.as_list().unwrap_or_default().to_vec();
        list.push(item);
        *entry = Value::from(list);
        return Ok(());
    }
    if let (Some(values), Part::Bytes(entry)) = (schema.values(), part) {
        let (mut key, mut inner) = (String::new(), zero(values));
        for part in Parts(entry) {
            match part? {
                (1, Part::Bytes(text)) => key = string(text)?,
                (2, part) => inner = value(values, &part, depth)?,
                _ => {}
            }
        }
        out.entry(name).make_map().insert(key.as_str(), inner);
        return Ok(());
    }
    let value = value(schema, part, depth)?;
    let is_zero = matches!(&value, Value::Bool(false) | Value::Int(0) | Value::Null)
        || value.as_str().is_some_and(str::is_empty);
    if !(drop_zero && is_zero || value.is_null()) {
        out.insert(name, value);
    }
    Ok(())
}

fn zero(schema: Schema) -> Value {
    match schema.shape() {
        Shape::String | Shape::Bytes => Value::from(""),
        Shape::Boolean => Value::Bool(false),
        Shape::Integer(_) | Shape::Number => Value::Int(0),
        Shape::Quantity => Value::from("0"),
        Shape::List => Value::from(Vec::new()),
        _ => Value::Map(Map::new()),
    }
}

#[expect(clippy::cast_possible_wrap, reason = "the wire form holds signed numbers in unsigned ones")]
fn value(schema: Schema, part: &Part<'_>, depth: usize) -> Result<Value, String> {
    Ok(match (schema.shape(), part) {
        (Shape::Boolean, Part::Number(number)) => Value::Bool(*number != 0),
        (_, Part::Number(number)) => Value::Int(*number as i64),
        (_, Part::Fixed(bits)) => Value::Float(f64::from_bits(*bits)),
        (Shape::String, Part::Bytes(text)) => Value::from(string(text)?),
        (Shape::Bytes, Part::Bytes(bytes)) => Value::from(base64::encode(bytes)),
        (Shape::Struct, Part::Bytes(inner)) => match schema.definition() {
            Some(definition) => Value::Map(message(definition, inner, depth + 1)?),
            None => Value::Null,
        },
        (Shape::Quantity, Part::Bytes(inner)) => {
            scalar_message(inner, 1)?.map_or_else(|| Value::from("0"), Value::from)
        }
        (Shape::IntOrString, Part::Bytes(inner)) => int_or_string(inner)?,
        (Shape::Time | Shape::MicroTime, Part::Bytes(inner)) => time_value(inner, schema.shape())?,
        // What is free in form is JSON inside.
        (Shape::Any | Shape::FreeMap, Part::Bytes(inner)) => {
            let json = Parts(inner).find_map(|part| match part {
                Ok((1, Part::Bytes(json))) => Some(json),
                _ => None,
            });
            from_json(json.unwrap_or(b"{}")).map_err(|error| error.to_string())?
        }
        // Lists in lists have a message of their own around the items.
        (Shape::List, Part::Bytes(inner)) => {
            let Some(items) = schema.items() else { return Ok(Value::Null) };
            let mut list = Vec::new();
            for part in Parts(inner) {
                list.push(value(items, &part?.1, depth + 1)?);
            }
            Value::from(list)
        }
        (_, Part::Bytes(text)) => Value::from(string(text)?),
    })
}

fn scalar_message(inner: &[u8], wanted: usize) -> Result<Option<String>, String> {
    for part in Parts(inner) {
        if let (number, Part::Bytes(text)) = part?
            && number == wanted
        {
            return string(text).map(Some);
        }
    }
    Ok(None)
}

#[expect(clippy::cast_possible_wrap, reason = "the wire form holds signed numbers in unsigned ones")]
fn int_or_string(inner: &[u8]) -> Result<Value, String> {
    let (mut is_text, mut number, mut text) = (false, 0, String::new());
    for part in Parts(inner) {
        match part? {
            (1, Part::Number(kind)) => is_text = kind == 1,
            (2, Part::Number(value)) => number = value as i64,
            (3, Part::Bytes(value)) => text = string(value)?,
            _ => {}
        }
    }
    Ok(if is_text { Value::from(text) } else { Value::Int(number) })
}

#[expect(clippy::cast_possible_wrap, reason = "the wire form holds signed numbers in unsigned ones")]
fn time_value(inner: &[u8], shape: Shape) -> Result<Value, String> {
    let (mut seconds, mut nanos) = (None, 0);
    for part in Parts(inner) {
        match part? {
            (1, Part::Number(value)) => seconds = Some(value as i64),
            (2, Part::Number(value)) => nanos = value,
            _ => {}
        }
    }
    // Years beyond four digits have no text; the zero time means none.
    let Some(seconds) = seconds.filter(|seconds| (-62_135_596_799..253_402_300_800).contains(seconds)) else {
        return Ok(Value::Null);
    };
    let text = time::rfc3339(seconds);
    if shape == Shape::MicroTime {
        return Ok(Value::from(format!("{}.{:06}Z", text.trim_end_matches('Z'), nanos / 1000 % 1_000_000)));
    }
    Ok(Value::from(text))
}
