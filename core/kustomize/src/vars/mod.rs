//! `vars`: fields of objects whose values take the place of `$(NAME)` in the fields that are known to hold such words.
//!
//! Values are looked up when all else is done. What refers to a name that no variable has stays as it is.

mod expand;

use weir_files::Diagnostic;
use weir_manifest::Gvk;
use weir_manifest::field_spec::{FieldSpec, split_bracketed_path};
use weir_yaml::{Text, Value};

use crate::context::{Context, Here};
use crate::fields;
use crate::reader::Reader;
use crate::resource::{Key, NO_NAMESPACE, Res};
use crate::resources::Resources;
use crate::source::At;
use expand::expand;

/// An entry of `vars`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Var {
    pub(crate) name: Text,
    object: Option<Gvk>,
    object_name: Text,
    object_namespace: Text,
    path: Text,
    pub(crate) at: At,
}

const DEFAULT_PATH: &str = "metadata.name";

/// Reads an entry.
pub(crate) fn read(reader: &mut Reader<'_>, value: &Value) -> Var {
    let mut found = Var { at: reader.at(), path: Text::from(DEFAULT_PATH), ..Var::default() };
    reader.fields(value, &["name", "objref", "fieldref"], |reader, name, value| match name {
        "name" => found.name = reader.text(value),
        "objref" => object(reader, value, &mut found),
        _ => reader.fields(value, &["fieldPath"], |reader, _, value| {
            let path = reader.text(value);
            if !path.is_empty() {
                found.path = path;
            }
        }),
    });
    found
}

fn object(reader: &mut Reader<'_>, value: &Value, found: &mut Var) {
    let (mut gvk, mut api_version) = (Gvk::new("", "", ""), Text::from(""));
    let names = ["apiVersion", "group", "version", "kind", "name", "namespace"];
    reader.fields(value, &names, |reader, name, value| {
        let text = reader.text(value);
        match name {
            "apiVersion" => api_version = text,
            "group" => gvk.group = text,
            "version" => gvk.version = text,
            "kind" => gvk.kind = text,
            "name" => found.object_name = text,
            _ => found.object_namespace = text,
        }
    });
    match api_version.split('/').collect::<Vec<_>>().as_slice() {
        [""] => {}
        [version] => gvk.version = Text::from(*version),
        [group, version] => (gvk.group, gvk.version) = (Text::from(*group), Text::from(*version)),
        _ => {}
    }
    found.object = Some(gvk);
}

/// Adds the variables of a kustomization to those of its bases, and notes which objects they mean.
pub(crate) fn add(context: &mut Context<'_>, here: &Here<'_>, vars: &[Var], resources: &mut Resources) {
    for var in vars {
        let meant: Vec<usize> = (resources.list.iter().enumerate())
            .filter(|(_, resource)| resource.all_keys().any(|key| var.means(key)))
            .map(|(at, _)| at)
            .collect();
        match meant.as_slice() {
            [] => {}
            [at] => {
                if let Some(resource) = resources.list.get_mut(*at) {
                    resource.vars.push(var.name.clone());
                }
            }
            all => {
                let message = format!(
                    "found {} objects for var '{}' (unable to disambiguate): name its namespace",
                    all.len(),
                    var.name
                );
                context.report_at(here, &var.at, message);
            }
        }
        if let Err(message) = insert(&mut resources.vars, var) {
            context.report_at(here, &var.at, message);
        }
    }
}

/// Adds a variable to others; no two may have the same name.
pub(crate) fn insert(vars: &mut Vec<Var>, var: &Var) -> Result<(), String> {
    match vars.binary_search_by(|own| own.name.cmp(&var.name)) {
        Ok(_) => Err(format!("var '{}' already encountered", var.name)),
        Err(at) => {
            vars.insert(at, var.clone());
            Ok(())
        }
    }
}

impl Var {
    fn means(&self, key: Key<'_>) -> bool {
        let Some(gvk) = &self.object else { return false };
        let same = *gvk.group == *key.group && *gvk.version == *key.version && *gvk.kind == *key.kind;
        let namespace = match &*self.object_namespace {
            "" => None,
            namespace => Some(namespace),
        };
        same && *self.object_name == *key.name
            && namespace.is_none_or(|own| own == key.namespace && key.namespace != NO_NAMESPACE)
    }
}

/// A variable and what it stands for.
pub(crate) struct Known {
    name: Text,
    value: Value,
}

/// Puts all values into the places that ask for them.
pub(crate) fn resolve(context: &mut Context<'_>, resources: &mut Resources) {
    let mut known = Vec::new();
    for var in &resources.vars {
        match value_of(var, &resources.list) {
            Ok(value) => known.push(Known { name: var.name.clone(), value }),
            Err(problem) => context.report(problem),
        }
    }
    if known.is_empty() || !context.problems.is_empty() {
        return;
    }
    let specs = resources.configuration.var_references.clone();
    for resource in &mut resources.list {
        for spec in &specs {
            if let Err(problem) = set(resource, spec, &known) {
                let problem = Diagnostic::error(problem);
                context.report(match &resource.place {
                    Some(place) => problem.at(place.clone()),
                    None => problem,
                });
            }
        }
    }
}

fn value_of(var: &Var, list: &[Res]) -> Result<Value, Diagnostic> {
    let (name, field) = (&var.name, &var.path);
    let resource = list.iter().find(|resource| resource.vars.contains(name)).ok_or_else(|| {
        Diagnostic::error(format!("var '{name}' cannot be mapped to a field in the set of known resources"))
    })?;
    let problem = |what: &str| {
        let problem =
            Diagnostic::error(format!("field '{field}' specified in var '{name}' {what} {}", resource.id()));
        match &resource.place {
            Some(place) => problem.at(place.clone()),
            None => problem,
        }
    };
    let path = with_indexes(split_bracketed_path(field, '.'));
    let found =
        fields::get(&resource.object, &path).ok_or_else(|| problem("not found in corresponding resource"))?;
    number(found).ok_or_else(|| {
        problem(&format!("is {}, which is not read as a number, in resource", fields::scalar_text(found)))
            .hint("write it in decimal digits, or in quotes")
    })
}

/// Numbers are what they are worth, however they are written; nothing for those that Go does not read from their text.
fn number(value: &Value) -> Option<Value> {
    if !matches!(value.meant(), Value::Int(_) | Value::UInt(_) | Value::Float(_)) {
        return Some(value.clone());
    }
    let text = fields::scalar_text(value);
    if text.contains(['.', 'e', 'E']) {
        text.parse().ok().filter(|number: &f64| number.is_finite()).map(Value::Float)
    } else {
        text.parse().ok().map(Value::Int)
    }
}

/// `ports[0]` is `ports` and `0`.
fn with_indexes(parts: Vec<String>) -> Vec<String> {
    let mut found = Vec::with_capacity(parts.len());
    for part in parts {
        let inner = part.strip_suffix(']').and_then(|rest| rest.rsplit_once('['));
        let is_index = |index: &str| !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit());
        match inner {
            Some((field, index)) if is_index(index) => {
                if !field.is_empty() {
                    found.push(field.to_string());
                }
                found.push(index.to_string());
            }
            _ => found.push(part),
        }
    }
    found
}

fn set(resource: &mut Res, spec: &FieldSpec, known: &[Known]) -> Result<(), String> {
    let before = (!resource.shared.is_empty()).then(|| resource.object.clone());
    let changed = spec.visit(&mut resource.object, None, &mut |_, value| {
        match value {
            Value::Map(map) => {
                for (_, value) in map.iter_mut() {
                    replace(value, known);
                }
            }
            Value::List(_) => {
                for item in value.as_list_mut().into_iter().flatten() {
                    // Without quotes this is no text but the key that merges maps.
                    let is_merge_key = matches!(item, Value::String(text) if **text == *"<<");
                    if item.as_str().is_none() || is_merge_key {
                        let kind = if is_merge_key { "merge key" } else { item.kind() };
                        return Err(format!("invalid value type expect a string, not a {kind}"));
                    }
                    replace(item, known);
                }
            }
            scalar => replace(scalar, known),
        }
        Ok(())
    });
    if let Some(before) = before {
        resource.shared.follow(&before, &mut resource.object);
    }
    changed.map_err(|error| error.to_string())
}

/// Texts are written anew even if nothing is replaced in them, without their style.
fn replace(value: &mut Value, known: &[Known]) {
    if value.is_open() {
        *value = Value::from(crate::fields::scalar_text(value));
    }
    let text = value.as_str().filter(|_| value.as_str() == value.as_written());
    let new = match text {
        Some(text) if text.contains('$') => expand(text, known),
        Some(text) if matches!(value, Value::Spelled(_)) => Value::from(text),
        _ => return,
    };
    *value = new;
}
