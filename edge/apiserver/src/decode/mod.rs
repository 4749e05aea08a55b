//! From what a client sends to an object in the form of its kind: unknown fields, wrong types, canonical forms.

mod builtin;
mod custom;
mod quantity;

use weir_yaml::{Dialect, Value, first_from_yaml, from_json};

use crate::http::BodyKind;
use crate::kinds::Kind;
use crate::problem::Problem;
use crate::schema::{ListKind, Shape, TypeId, Types};
use crate::typed;

/// What happens to fields that nobody declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strictness {
    /// They are dropped.
    Ignore,
    /// They are dropped with a warning.
    Warn,
    /// They are an error.
    Strict,
}

impl Strictness {
    /// What the query says; a warning if it says nothing.
    pub(crate) fn of(text: Option<&str>) -> Self {
        match text {
            Some("Ignore") => Self::Ignore,
            Some("Strict") => Self::Strict,
            _ => Self::Warn,
        }
    }
}

/// The value of a body.
pub(crate) fn body(kind: BodyKind, bytes: &[u8]) -> Result<Value, Problem> {
    if typed::is_wire(bytes) {
        return typed::object(bytes).map_err(Problem::bad_request);
    }
    let is_json = bytes.iter().find(|b| !b.is_ascii_whitespace()).is_some_and(|b| matches!(b, b'{' | b'['));
    if is_json || !matches!(kind, BodyKind::Yaml | BodyKind::Apply) {
        return from_json(bytes).map_err(|error| {
            Problem::bad_request(format!(
                "the object provided is unrecognized (must be of type Object): {error}"
            ))
        });
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Problem::bad_request("the body is not UTF-8"))?;
    first_from_yaml(text, Dialect::Sigs)
        .map_err(|error| Problem::bad_request(format!("error decoding YAML: {error}")))
}

/// The object in the form of its kind, and warnings about what is dropped.
pub(crate) fn object(
    kind: &Kind,
    value: Value,
    strictness: Strictness,
) -> Result<(Value, Vec<String>), Problem> {
    if value.as_map().is_none() {
        return Err(Problem::bad_request("the object provided is unrecognized (must be of type Object)"));
    }
    let (value, unknown) = if kind.custom.is_some() {
        custom::shape(&kind.types, kind.ty, value, true)
    } else {
        builtin::shape(&kind.types, kind.ty, value).map_err(|why| cannot_handle(kind, &why))?
    };
    let warnings = told(kind, unknown, strictness)?;
    Ok((value, warnings))
}

/// The result of a merge in the form of its kind.
pub(crate) fn merged(kind: &Kind, value: Value) -> Result<Value, Problem> {
    if kind.custom.is_some() {
        return Ok(custom::shape(&kind.types, kind.ty, value, false).0);
    }
    let shaped = builtin::shape(&kind.types, kind.ty, value).map_err(|why| cannot_handle(kind, &why))?;
    Ok(shaped.0)
}

fn cannot_handle(kind: &Kind, why: &str) -> Problem {
    let (name, version) = (&kind.gvk.kind, &kind.gvk.version);
    Problem::bad_request(format!("{name} in version {version:?} cannot be handled as a {name}: {why}"))
}

fn told(kind: &Kind, unknown: Vec<String>, strictness: Strictness) -> Result<Vec<String>, Problem> {
    let words: Vec<String> = unknown.into_iter().map(|path| format!("unknown field {path:?}")).collect();
    match strictness {
        Strictness::Strict if !words.is_empty() => {
            Err(cannot_handle(kind, &format!("strict decoding error: {}", words.join(", "))))
        }
        Strictness::Warn => Ok(words),
        Strictness::Strict | Strictness::Ignore => Ok(Vec::new()),
    }
}

/// Checks an applied configuration, which is merged as it is.
pub(crate) fn applied(kind: &Kind, config: &Value, named: &str) -> Result<(), Problem> {
    let mut check = Check { types: &kind.types, wrong: Vec::new(), unknown: Vec::new() };
    check.value(kind.ty, config, "", 0);
    let unknown = check.unknown.drain(..).map(|path| format!(".{path}: field not declared in schema"));
    check.wrong.extend(unknown);
    match &check.wrong[..] {
        [] => Ok(()),
        wrong => {
            let lines = match wrong {
                [one] => one.clone(),
                many => format!(
                    "errors:\n{}",
                    many.iter().map(|one| format!("  {one}")).collect::<Vec<_>>().join("\n")
                ),
            };
            Err(Problem::unnamed(format!("failed to create typed patch object ({named}): {lines}")))
        }
    }
}

struct Check<'a> {
    types: &'a Types,
    wrong: Vec<String>,
    unknown: Vec<String>,
}

impl Check<'_> {
    fn value(&mut self, ty: TypeId, value: &Value, path: &str, depth: usize) {
        if depth > 200 || value.is_null() {
            return;
        }
        match (self.types.shape(ty), value) {
            (Shape::Any, _) => {}
            (Shape::Map { fields, rest, .. }, Value::Map(map)) => {
                for (key, inner) in map {
                    let below = if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
                    match fields.get(key).map(|field| field.ty).or(*rest) {
                        Some(ty) => self.value(ty, inner, &below, depth + 1),
                        None => self.unknown.push(below),
                    }
                }
            }
            (Shape::List { items, kind }, Value::List(list)) => {
                if *kind != ListKind::Atomic {
                    self.keys(*items, kind, list, path);
                }
                for (at, item) in list.iter().enumerate() {
                    self.value(*items, item, &format!("{path}[{at}]"), depth + 1);
                }
            }
            (Shape::Scalar(_), Value::Map(_) | Value::List(_)) => {
                self.wrong.push(format!(".{path}: expected string, got {}", shown(value)));
            }
            (Shape::Scalar(scalar), value) => {
                if let Some(expected) = builtin::mismatch(*scalar, value) {
                    self.wrong.push(format!(".{path}: expected {expected}, got {}", shown(value)));
                }
            }
            (Shape::Map { .. }, _) => self.wrong.push(format!(".{path}: expected map, got {}", shown(value))),
            (Shape::List { .. }, _) => {
                self.wrong.push(format!(".{path}: expected list, got {}", shown(value)))
            }
        }
    }

    fn keys(&mut self, items: TypeId, kind: &ListKind, list: &[Value], path: &str) {
        let mut seen = Vec::with_capacity(list.len());
        for (at, item) in list.iter().enumerate() {
            match crate::apply::item_step(self.types, items, kind, item) {
                Err(why) => self.wrong.push(format!(".{path}: element {at}: {why}")),
                Ok(step) if seen.contains(&step) => {
                    self.wrong.push(format!(".{path}: duplicate entries for key {step}"));
                }
                Ok(step) => seen.push(step),
            }
        }
    }
}

/// A value as the real server's messages show it.
fn shown(value: &Value) -> String {
    format!("&value.valueUnstructured{{Value:{}}}", weir_yaml::to_json(value))
}
