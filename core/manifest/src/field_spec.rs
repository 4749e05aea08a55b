//! Field specs: the paths by which kustomize's transformers find what they change.
//!
//! A path is written `spec/template/metadata/labels`; `[]` behind a field says that it is a list, whose items are all
//! visited (lists are visited without it too), and `\/` is a slash inside of a field.

use std::borrow::Cow;
use std::fmt;

use weir_yaml::{Map, Text, Value};

use crate::{Gvk, ResourceId, split_api_version};

/// Deeper values are refused.
const DEEPEST: usize = 600;

/// A path in the objects of some kinds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FieldSpec {
    /// The kinds: empty parts fit all.
    pub gvk: Gvk,
    /// The path as it is written.
    pub path: Text,
    /// Fields that are missing are made.
    pub create: bool,
}

/// What is made where the last field of a path is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Create {
    /// A map.
    Map,
    /// A list.
    List,
    /// A scalar, null at first.
    Scalar,
}

/// Why a field cannot be visited or set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The path of the field spec.
    pub path: Text,
    /// The object.
    pub object: Box<ResourceId>,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "considering field '{}' of object {}: {}", self.path, self.object, self.message)
    }
}

impl std::error::Error for FieldError {}

/// Two specs of the same path disagree on whether missing fields are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConflictingSpecs {
    /// The later one.
    pub spec: FieldSpec,
}

impl fmt::Display for ConflictingSpecs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "conflicting fieldspecs for {}", self.spec.path)
    }
}

impl std::error::Error for ConflictingSpecs {}

/// Changes a value that a path leads to; the path to it is given without the places in lists.
pub type Change<'a> = &'a mut dyn FnMut(&[Cow<'_, str>], &mut Value) -> Result<(), String>;

impl FieldSpec {
    /// Reads a spec of a configuration: `group`, `version`, `kind`, `path`, `create`.
    pub fn from_value(value: &Value) -> Self {
        let text = |key| value.str_at(&[key]).unwrap_or("");
        Self {
            gvk: Gvk::new(text("group"), text("version"), text("kind")),
            path: Text::from(text("path")),
            create: value.get("create").and_then(Value::as_bool).unwrap_or(false),
        }
    }

    /// True if it is meant for this object.
    pub fn fits(&self, object: &Value) -> bool {
        let text = |key| object.get(key).and_then(Value::as_str).unwrap_or("");
        let (group, version) = split_api_version(text("apiVersion"));
        self.fits_kind(group, version, text("kind"))
    }

    /// True if it is meant for objects of this kind.
    pub fn fits_kind(&self, group: &str, version: &str, kind: &str) -> bool {
        let fits = |wanted: &Text, own: &str| wanted.is_empty() || **wanted == *own;
        fits(&self.gvk.kind, kind) && fits(&self.gvk.group, group) && fits(&self.gvk.version, version)
    }

    /// Visits all values of an object that the path leads to. Missing fields are made if the spec says so and it is known
    /// what to make; otherwise they are passed over.
    pub fn visit(
        &self,
        object: &mut Value,
        create: Option<Create>,
        change: Change<'_>,
    ) -> Result<(), FieldError> {
        self.walk(object, create, false, change)
    }

    /// The same; the path that is given has the places in lists too, as numbers.
    pub fn visit_places(
        &self,
        object: &mut Value,
        create: Option<Create>,
        change: Change<'_>,
    ) -> Result<(), FieldError> {
        self.walk(object, create, true, change)
    }

    fn walk(
        &self,
        object: &mut Value,
        create: Option<Create>,
        with_places: bool,
        change: Change<'_>,
    ) -> Result<(), FieldError> {
        if !self.fits(object) {
            return Ok(());
        }
        let path = self.path.strip_prefix('/').unwrap_or(&self.path);
        let create = create.filter(|_| self.create);
        let mut walk = Walk { create, with_places, trail: Vec::new(), change };
        walk.step(object, Some(path), 0).map_err(|message| FieldError {
            path: self.path.clone(),
            object: Box::new(ResourceId::of(object)),
            message,
        })
    }
}

/// Sets entries in all maps that the specs lead to, as the transformers of labels and annotations do.
pub fn set_entries(object: &mut Value, specs: &[FieldSpec], entries: &Map) -> Result<(), FieldError> {
    for (key, value) in entries.sorted() {
        for spec in specs {
            spec.visit(object, Some(Create::Map), &mut |_, target| match target {
                Value::Map(map) => {
                    map.insert(key.clone(), value.clone());
                    Ok(())
                }
                other if other.is_null() => Ok(()),
                other => Err(format!("a map is expected, not a {}", other.kind())),
            })?;
        }
    }
    Ok(())
}

/// Adds specs to others; what is there already is not added again.
pub fn merge_specs(specs: &mut Vec<FieldSpec>, more: &[FieldSpec]) -> Result<(), ConflictingSpecs> {
    for spec in more {
        let same = |own: &&FieldSpec| own.gvk.is_selected_by(&spec.gvk) && own.path == spec.path;
        match specs.iter().find(same) {
            Some(own) if own.create != spec.create => return Err(ConflictingSpecs { spec: spec.clone() }),
            Some(_) => {}
            None => specs.push(spec.clone()),
        }
    }
    Ok(())
}

/// Splits a path. A delimiter behind a backslash is part of a field, one at the start does not count.
pub fn split_path(path: &str, delimiter: char) -> Vec<String> {
    let mut rest = Some(path.strip_prefix(delimiter).unwrap_or(path));
    std::iter::from_fn(|| {
        let (part, behind) = first_part(rest?, delimiter);
        rest = behind;
        Some(part.into_owned())
    })
    .collect()
}

/// The first part of a path, and what follows it.
fn first_part(path: &str, delimiter: char) -> (Cow<'_, str>, Option<&str>) {
    let mut ends = path.match_indices(delimiter).map(|(at, _)| at);
    let end = ends.find(|at| !path[..*at].ends_with('\\'));
    let (part, rest) = match end {
        Some(at) => (&path[..at], path.get(at + delimiter.len_utf8()..)),
        None => (path, None),
    };
    let part = if part.contains(delimiter) {
        Cow::Owned(part.replace(&format!("\\{delimiter}"), delimiter.encode_utf8(&mut [0; 4])))
    } else {
        Cow::Borrowed(part)
    };
    (part, rest)
}

/// Splits a path whose parts may stand in brackets: `[name=a.b]` names an item of a list and keeps its brackets,
/// `[a.b/c]` is a field and loses them.
pub fn split_bracketed_path(path: &str, delimiter: char) -> Vec<String> {
    let mut parts = split_path(path, delimiter).into_iter();
    let mut found = Vec::new();
    while let Some(part) = parts.next() {
        if !part.starts_with('[') || part.ends_with(']') {
            found.push(part);
            continue;
        }
        let mut whole = part;
        for part in parts.by_ref() {
            whole.push(delimiter);
            whole.push_str(&part);
            if part.ends_with(']') {
                break;
            }
        }
        found.push(if whole.contains('=') { whole } else { whole.trim_matches(['[', ']']).to_string() });
    }
    found
}

/// Why this cannot be the field of a map: it names items of a list, which paths of specs cannot.
fn no_field(name: &str) -> Option<&'static str> {
    match name {
        "*" => Some("wildcard is not supported: name the field"),
        "-" => Some("an item of a list is named, and there is a map"),
        _ if name.starts_with('[') && name.ends_with(']') => {
            Some("an item of a list is named, and there is a map")
        }
        _ if name.parse::<i64>().is_ok() => Some("a number names an item of a list, and there is a map"),
        _ => None,
    }
}

struct Walk<'a, 'p> {
    create: Option<Create>,
    with_places: bool,
    trail: Vec<Cow<'p, str>>,
    change: Change<'a>,
}

impl<'p> Walk<'_, 'p> {
    fn step(&mut self, value: &mut Value, path: Option<&'p str>, depth: usize) -> Result<(), String> {
        if depth > DEEPEST {
            return Err("the object is nested too deeply".to_string());
        }
        let Some(whole) = path else { return (self.change)(&self.trail, value) };
        match value {
            other if other.is_null() => Ok(()),
            Value::List(_) => {
                for (at, item) in value.as_list_mut().into_iter().flatten().enumerate() {
                    if self.with_places {
                        self.trail.push(at.to_string().into());
                    }
                    let done = self.step(item, path, depth + 1);
                    if self.with_places {
                        self.trail.pop();
                    }
                    done?;
                }
                Ok(())
            }
            Value::Map(map) => {
                let (field, rest) = first_part(whole, '/');
                self.field(map, field, rest, depth)
            }
            _ => Err("expected sequence or mapping node".to_string()),
        }
    }

    fn field(
        &mut self,
        map: &mut Map,
        field: Cow<'p, str>,
        rest: Option<&'p str>,
        depth: usize,
    ) -> Result<(), String> {
        let is_list = field.ends_with("[]");
        let field = match field {
            field if !is_list => field,
            Cow::Borrowed(field) => Cow::Borrowed(field.strip_suffix("[]").unwrap_or(field)),
            Cow::Owned(field) => Cow::Owned(field.strip_suffix("[]").unwrap_or(&field).to_string()),
        };
        if field.is_empty() {
            return Err("cannot set or create an empty field name".to_string());
        }
        if let Some(fault) = no_field(&field) {
            return Err(format!("fieldName: {field}: {fault}"));
        }
        let made = match self.create {
            _ if is_list => Some(Create::List),
            Some(create) if rest.is_none() => Some(create),
            Some(_) => Some(Create::Map),
            None => None,
        };
        if self.create.is_some() && !is_list {
            map.entry(&field);
        }
        let Some(value) = map.get_mut(&field) else { return Ok(()) };
        if value.is_null() {
            match made {
                Some(Create::Map) => *value = Value::Map(Map::new()),
                Some(Create::List) => *value = Value::from(Vec::new()),
                Some(Create::Scalar) | None => {}
            }
        }
        self.trail.push(field);
        let done = self.step(value, rest, depth + 1);
        self.trail.pop();
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_yaml::{Dialect, first_from_yaml};

    #[test]
    fn items_of_lists_cannot_be_named() {
        let object = first_from_yaml("{kind: A, metadata: {labels: {a: b, '5': c}}}", Dialect::V3).unwrap();
        for name in ["*", "-", "5", "+5", "-5", "[a=b]"] {
            let path = format!("metadata/labels/{name}").into();
            let spec = FieldSpec { gvk: Gvk::new("", "", ""), path, create: false };
            let error = spec.visit(&mut object.clone(), None, &mut |_, _| Ok(())).unwrap_err();
            assert!(error.message.starts_with(&format!("fieldName: {name}: ")), "{error}");
        }
    }
}
