//! Names that changed are changed in the objects that refer to them.
//!
//! A name in a known field means an object if that object had the name before. Where several did, those of the same
//! namespace, prefixes and suffixes as the referrer are meant.

mod candidates;
mod table;

use weir_files::Diagnostic;
use weir_manifest::{Gvk, ResourceId};
use weir_yaml::{Dialect, Text, Value, resolve_plain};

use crate::context::Context;
use crate::resource::{Key, Res};
use crate::resources::Resources;
use candidates::{Candidates, Referrer, wrong_subject};
use table::Field;

/// Deeper values are refused.
const DEEPEST: usize = 600;

/// Mends all references.
pub(crate) fn run(context: &mut Context<'_>, resources: &mut Resources) {
    let candidates = Candidates::new(&resources.list);
    let more = table::configured(&resources.configuration.name_references);
    // Even where nothing was renamed fields are looked at: they may not be what they should.
    for at in 0..resources.list.len() {
        let Some(resource) = resources.list.get(at) else { continue };
        if let Some(message) = wrong_subject(&resource.object).filter(|_| refers(resource, &more)) {
            let problem = Diagnostic::error(format!("{message}: {}", resource.id()))
                .hint("write the namespace of the account, or leave the field out");
            context.report(match &resource.place {
                Some(place) => problem.at(place.clone()),
                None => problem,
            });
            continue;
        }
        let fields = fields_of(resource, &more, &candidates);
        if fields.is_empty() {
            continue;
        }
        // Its place stays in the list with its past, which candidates are looked at for.
        let taken = resources.list.get_mut(at).map(|resource| std::mem::take(&mut resource.object));
        let mut object = taken.unwrap_or_default();
        let problems = mend(&mut object, at, &fields, &resources.list, &candidates);
        let Some(resource) = resources.list.get_mut(at) else { continue };
        resource.object = object;
        for message in problems {
            let problem = Diagnostic::error(message);
            context.report(match &resource.place {
                Some(place) => problem.at(place.clone()),
                None => problem,
            });
        }
    }
}

/// The fields of an object that may have to be mended.
fn fields_of<'f>(resource: &Res, more: &'f [Field], candidates: &Candidates) -> Vec<&'f Field> {
    let first = resource.first_key();
    let fields = table::FIELDS.get(first.kind).map_or(&[][..], Vec::as_slice);
    let meant = |field: &&Field| {
        is_selected(first, &field.referrer) && candidates.concern(&resource.object, &field.parts, 0)
    };
    fields.iter().chain(more).filter(meant).collect()
}

/// Whether any field of an object may refer to others.
fn refers(resource: &Res, more: &[Field]) -> bool {
    let first = resource.first_key();
    let fields = table::FIELDS.get(first.kind).map_or(&[][..], Vec::as_slice);
    fields.iter().chain(more).any(|field| is_selected(first, &field.referrer))
}

fn mend(
    object: &mut Value,
    at: usize,
    fields: &[&Field],
    resources: &[Res],
    candidates: &Candidates,
) -> Vec<String> {
    let Some(past) = resources.get(at) else { return Vec::new() };
    let referrer = Referrer::new(object, past);
    let mut problems = Vec::new();
    for field in fields {
        let mending = Mending { field, referrer: &referrer, candidates, resources };
        if let Err(message) = mending.walk(object, &field.parts, 0) {
            let id = ResourceId::of(object);
            problems.push(format!("updating name reference in '{}' field of '{id}': {message}", field.path));
        }
    }
    problems
}

fn is_selected(key: Key<'_>, by: &Gvk) -> bool {
    let fits = |wanted: &str, own: &str| wanted.is_empty() || wanted == own;
    fits(&by.group, key.group) && fits(&by.version, key.version) && fits(&by.kind, key.kind)
}

/// One field of one object.
struct Mending<'a> {
    field: &'a Field,
    referrer: &'a Referrer<'a>,
    candidates: &'a Candidates,
    resources: &'a [Res],
}

impl Candidates {
    /// True if there may be something to change or to complain of. What is only looked at stays shared with whoever else
    /// holds it.
    fn concern(&self, value: &Value, path: &[String], depth: usize) -> bool {
        let Some((name, rest)) = path.split_first() else { return self.may_name(value) };
        match value {
            other if other.is_null() => false,
            Value::Map(map) => {
                let name = name.strip_suffix("[]").unwrap_or(name);
                map.get(name).is_some_and(|value| depth > DEEPEST || self.concern(value, rest, depth + 1))
            }
            Value::List(list) => {
                list.iter().any(|item| depth > DEEPEST || self.concern(item, path, depth + 1))
            }
            _ => true,
        }
    }

    fn may_name(&self, value: &Value) -> bool {
        match value {
            other if other.is_null() => false,
            Value::Map(map) => map.get("name").is_none_or(|name| self.may_know(&text_of(name))),
            Value::List(list) => list.iter().any(|item| match item {
                Value::List(_) => true,
                other => self.may_name(other),
            }),
            scalar => self.may_know(&text_of(scalar)),
        }
    }
}

impl Mending<'_> {
    fn walk(&self, value: &mut Value, path: &[String], depth: usize) -> Result<(), String> {
        if depth > DEEPEST {
            return Err("the object is nested too deeply".to_string());
        }
        let Some((name, rest)) = path.split_first() else { return self.set(value) };
        match value {
            other if other.is_null() => Ok(()),
            Value::Map(map) => {
                let name = name.strip_suffix("[]").unwrap_or(name);
                map.get_mut(name).map_or(Ok(()), |value| self.walk(value, rest, depth + 1))
            }
            Value::List(_) => {
                for item in value.as_list_mut().into_iter().flatten() {
                    self.walk(item, path, depth + 1)?;
                }
                Ok(())
            }
            _ => Err("expected sequence or mapping node".to_string()),
        }
    }

    fn set(&self, value: &mut Value) -> Result<(), String> {
        match value {
            other if other.is_null() => Ok(()),
            Value::Map(_) => self.set_map(value),
            Value::List(_) => {
                for item in value.as_list_mut().into_iter().flatten() {
                    match item {
                        Value::Map(_) => self.set_map(item)?,
                        Value::List(_) => return Err("node must be a scalar or a map".to_string()),
                        other if other.is_null() => {}
                        scalar => self.set_scalar(scalar)?,
                    }
                }
                Ok(())
            }
            scalar => self.set_scalar(scalar),
        }
    }

    fn set_scalar(&self, value: &mut Value) -> Result<(), String> {
        let old = text_of(value);
        let found = self.candidates.find(self.field, (self.referrer, self.resources), &old, None)?;
        if let Some(target) = found.filter(|target| target.name != old) {
            *value = written_over(Some(value), &target.name);
        }
        Ok(())
    }

    /// A map takes over the namespace too.
    fn set_map(&self, value: &mut Value) -> Result<(), String> {
        let Some(name) = value.get("name") else {
            return Err("path config error; no 'name' field in node".to_string());
        };
        let old = text_of(name);
        let namespace = value.get("namespace").map(text_of);
        let found = self.candidates.find(
            self.field,
            (self.referrer, self.resources),
            &old,
            Some(namespace.as_deref()),
        )?;
        let Some(target) = found else { return Ok(()) };
        if target.name == old && target.namespace.is_empty() {
            return Ok(());
        }
        value.set_at(&["name"], written_over(value.get("name"), &target.name));
        if !target.namespace.is_empty() {
            let namespace = match value.get("namespace") {
                None => Value::String(target.namespace.clone()),
                there => written_over(there, &target.namespace),
            };
            value.set_at(&["namespace"], namespace);
        }
        Ok(())
    }
}

/// What takes the place of another text is written without quotes, unless there are some.
fn written_over(there: Option<&Value>, text: &Text) -> Value {
    let is_text = resolve_plain(text, Dialect::V3).as_str().is_some() || there.is_some_and(Value::is_quoted);
    if is_text { Value::String(text.clone()) } else { Value::open(text) }
}

fn text_of(value: &Value) -> Text {
    match value {
        Value::String(text) => text.clone(),
        Value::Spelled(spelled) => spelled.text().clone(),
        Value::Null | Value::Map(_) | Value::List(_) => Text::from(""),
        other => Text::from(weir_yaml::to_json(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of kustomize itself, where it is at hand.
    #[test]
    #[expect(clippy::disallowed_methods, reason = "the table is a file")]
    fn has_all_default_fields() {
        let shared = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
        let shared = std::env::var_os("WEIR_SHARED").map_or(shared, std::path::PathBuf::from);
        let file = shared.join("conformance/kustomize/_data/fieldspecs-namereference.yaml");
        let Ok(text) = std::fs::read_to_string(file) else { return };
        let data = weir_yaml::first_from_yaml(&text, Dialect::V3).unwrap();
        let part = |value: &Value, key: &str| value.str_at(&[key]).unwrap_or("").to_string();
        let mut wanted = Vec::new();
        for back in data.get("nameReference").and_then(Value::as_list).unwrap() {
            for spec in back.get("fieldSpecs").and_then(Value::as_list).unwrap() {
                let gvk = |value: &Value| [part(value, "group"), part(value, "version"), part(value, "kind")];
                wanted.push((gvk(back), gvk(spec), part(spec, "path")));
            }
        }
        let mut own: Vec<_> = table::all()
            .into_iter()
            .map(|field| {
                let gvk = |gvk: &Gvk| [&gvk.group, &gvk.version, &gvk.kind].map(ToString::to_string);
                (gvk(&field.target), gvk(&field.referrer), field.path)
            })
            .collect();
        own.sort();
        wanted.sort();
        assert_eq!(own, wanted);
    }
}
