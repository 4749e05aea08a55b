//! Objects of built-in kinds as the typed form of the real server would hold them.

use weir_yaml::{List, Map, Value};

use super::quantity;
use crate::schema::{Field, Fields, Scalar, Shape, TypeId, Types};

/// Deeper values are refused.
const MAX_DEPTH: usize = 200;

/// The object without unknown fields and nulls, and the paths of what was unknown. The text names a wrong type.
pub(super) fn shape(types: &Types, ty: TypeId, value: Value) -> Result<(Value, Vec<String>), String> {
    let mut shaper = Shaper { types, unknown: Vec::new() };
    let mut value = value;
    let mut path = String::new();
    shaper.value(ty, &mut value, &mut path, 0)?;
    Ok((value, shaper.unknown))
}

struct Shaper<'a> {
    types: &'a Types,
    unknown: Vec<String>,
}

/// What is to be done with a field.
enum Verdict {
    Keep,
    Drop,
    Set(Value),
}

impl Shaper<'_> {
    fn value(
        &mut self,
        ty: TypeId,
        value: &mut Value,
        path: &mut String,
        depth: usize,
    ) -> Result<(), String> {
        if depth > MAX_DEPTH {
            return Err(format!("exceeded max depth at {path}"));
        }
        match (self.types.shape(ty), &mut *value) {
            (Shape::Map { fields, rest, .. }, Value::Map(map)) => self.map(fields, *rest, map, path, depth),
            (Shape::List { items, .. }, Value::List(list)) => self.list(*items, list, path, depth),
            (Shape::Any, _) => Ok(()),
            (Shape::Scalar(scalar), value) => self.scalar(*scalar, value, path),
            (Shape::Map { .. }, value) => Err(mismatch_text(value, path, "map")),
            (Shape::List { .. }, value) => Err(mismatch_text(value, path, "slice")),
        }
    }

    fn map(
        &mut self,
        fields: &Fields,
        rest: Option<TypeId>,
        map: &mut Map,
        path: &mut String,
        depth: usize,
    ) -> Result<(), String> {
        let mut verdicts = Vec::new();
        for (key, inner) in map.iter() {
            let length = path.len();
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(key);
            let verdict = match fields.get(key) {
                Some(field) => self.field(field, inner, path, depth)?,
                None => match rest {
                    Some(ty) => self.entry(ty, inner, path, depth)?,
                    None => {
                        self.unknown.push(path.clone());
                        Verdict::Drop
                    }
                },
            };
            path.truncate(length);
            if !matches!(verdict, Verdict::Keep) {
                verdicts.push((key.clone(), verdict));
            }
        }
        for (key, verdict) in verdicts {
            match verdict {
                Verdict::Keep => {}
                Verdict::Drop => _ = map.remove(&key),
                Verdict::Set(value) => _ = map.insert(key, value),
            }
        }
        Ok(())
    }

    /// A declared field: null means absent, and so do empty lists and maps of which none is demanded.
    fn field(
        &mut self,
        field: &Field,
        inner: &Value,
        path: &mut String,
        depth: usize,
    ) -> Result<Verdict, String> {
        let Field { ty, required, drops_zero, .. } = *field;
        // Maps from names to values are left out when empty; structs may be there and empty.
        let is_plain_map = matches!(self.types.shape(ty), Shape::Map { fields, rest: Some(rest), .. }
            if fields.iter().next().is_none() && *rest != Types::ANY);
        match inner {
            Value::Null => return Ok(Verdict::Drop),
            Value::Bool(false) | Value::Int(0) if drops_zero => return Ok(Verdict::Drop),
            Value::String(text) if drops_zero && text.is_empty() => return Ok(Verdict::Drop),
            Value::Map(map) if map.is_empty() && is_plain_map && !required => return Ok(Verdict::Drop),
            Value::List(list)
                if list.is_empty() && !required && !matches!(self.types.shape(ty), Shape::Any) =>
            {
                return Ok(Verdict::Drop);
            }
            _ => {}
        }
        self.inner(ty, inner, path, depth)
    }

    fn entry(
        &mut self,
        ty: TypeId,
        inner: &Value,
        path: &mut String,
        depth: usize,
    ) -> Result<Verdict, String> {
        if inner.is_null() {
            return Ok(match self.types.shape(ty) {
                Shape::Scalar(Scalar::String | Scalar::Bytes) => Verdict::Set(Value::from("")),
                Shape::Any | Shape::Scalar(_) | Shape::List { .. } | Shape::Map { .. } => Verdict::Keep,
            });
        }
        self.inner(ty, inner, path, depth)
    }

    fn inner(
        &mut self,
        ty: TypeId,
        inner: &Value,
        path: &mut String,
        depth: usize,
    ) -> Result<Verdict, String> {
        let mut value = inner.clone();
        self.value(ty, &mut value, path, depth + 1)?;
        let same = match (inner, &value) {
            (Value::Map(a), Value::Map(b)) => a.is_same(b),
            (Value::List(a), Value::List(b)) => std::sync::Arc::ptr_eq(a, b),
            (a, b) => a == b,
        };
        Ok(if same { Verdict::Keep } else { Verdict::Set(value) })
    }

    fn list(
        &mut self,
        items: TypeId,
        list: &mut List,
        path: &mut String,
        depth: usize,
    ) -> Result<(), String> {
        for at in 0..list.len() {
            let Some(item) = list.get(at) else { continue };
            let length = path.len();
            path.push_str(&format!("[{at}]"));
            let verdict = self.entry(items, item, path, depth)?;
            path.truncate(length);
            if let Verdict::Set(value) = verdict
                && let Some(slot) = std::sync::Arc::make_mut(list).get_mut(at)
            {
                *slot = value;
            }
        }
        Ok(())
    }

    fn scalar(&mut self, scalar: Scalar, value: &mut Value, path: &str) -> Result<(), String> {
        if let Some(expected) = mismatch(scalar, value) {
            return Err(mismatch_text(value, path, go_type(scalar, expected)));
        }
        match scalar {
            Scalar::Quantity => {
                let text = match &*value {
                    Value::String(text) => text.to_string(),
                    other => weir_yaml::to_json(other),
                };
                match quantity::canonical(&text) {
                    Some(canonical) if Some(canonical.as_str()) != value.as_str() => {
                        *value = Value::from(canonical)
                    }
                    Some(_) => {}
                    None => {
                        return Err("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'".to_owned());
                    }
                }
            }
            Scalar::Bytes => {
                if value.as_str().is_some_and(|text| crate::base64::decode(text).is_none()) {
                    return Err("illegal base64 data at input byte 0".to_owned());
                }
            }
            Scalar::Integer(_) => {
                if let Value::Float(number) = value {
                    *value = Value::Int(*number as i64);
                }
            }
            Scalar::String
            | Scalar::Boolean
            | Scalar::Number
            | Scalar::IntOrString
            | Scalar::Time
            | Scalar::MicroTime => {}
        }
        Ok(())
    }
}

fn go_type(scalar: Scalar, expected: &'static str) -> &'static str {
    match scalar {
        Scalar::Integer(32) => "int32",
        Scalar::Integer(_) => "int64",
        Scalar::Boolean => "bool",
        Scalar::Number => "float64",
        _ => expected,
    }
}

/// What a scalar should be, if this value is none of it.
pub(super) fn mismatch(scalar: Scalar, value: &Value) -> Option<&'static str> {
    let whole = |value: &Value| match value {
        Value::Int(_) => true,
        Value::Float(number) => number.fract() == 0.0,
        _ => false,
    };
    let (fits, expected) = match scalar {
        Scalar::String | Scalar::Bytes | Scalar::Time | Scalar::MicroTime => {
            (value.as_str().is_some(), "string")
        }
        Scalar::Boolean => (value.as_bool().is_some(), "boolean"),
        Scalar::Integer(32) => {
            let in_range =
                value.as_f64().is_some_and(|n| (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&n));
            (whole(value) && in_range, "numeric (int or float)")
        }
        Scalar::Integer(_) => (whole(value), "numeric (int or float)"),
        Scalar::Number => (value.as_f64().is_some(), "numeric (int or float)"),
        Scalar::Quantity | Scalar::IntOrString => {
            (value.as_str().is_some() || value.as_f64().is_some(), "string")
        }
    };
    (!fits && !value.is_null()).then_some(expected)
}

fn mismatch_text(value: &Value, path: &str, go_type: &str) -> String {
    let got = match value.meant() {
        Value::Null | Value::Spelled(_) => "null",
        Value::Bool(_) => "bool",
        Value::Int(_) | Value::UInt(_) | Value::Float(_) => "number",
        Value::String(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
    };
    format!("json: cannot unmarshal {got} into Go struct field {path} of type {go_type}")
}
