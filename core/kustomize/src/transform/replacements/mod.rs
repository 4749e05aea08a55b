//! `replacements`: values copied from one field to others.

mod read;
mod set;
mod structured;

use weir_files::Place;
use weir_manifest::field_spec::split_bracketed_path;
use weir_manifest::{Gvk, ResourceId};
use weir_yaml::{Dialect, Text, Value, resolve_plain};

use super::Step;
use crate::fields::{self, Leaf, scalar_text};
use crate::objects;
use crate::reader::Reader;
use crate::resource::Res;
use crate::select::{Matcher, Selector};
use crate::source::{At, Source};

pub(crate) use read::read;
use set::set_field;

/// An entry of `replacements`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Replacement {
    path: Text,
    source: Option<(Selector, Text, FieldOptions)>,
    source_value: Option<Text>,
    targets: Option<Vec<Target>>,
    at: At,
}

#[derive(Debug, Clone, Default)]
struct Target {
    select: Option<Selector>,
    reject: Vec<Selector>,
    paths: Vec<Text>,
    options: FieldOptions,
}

#[derive(Debug, Clone, Default)]
struct FieldOptions {
    delimiter: Text,
    index: i64,
    create: bool,
}

/// Where nothing is said, names are copied.
const DEFAULT_PATH: &str = "metadata.name";

pub(super) fn run(step: &mut Step<'_, '_>, all: &[Replacement]) {
    if all.is_empty() {
        return;
    }
    run_all(step, all);
    step.done("ReplacementTransformer", &[]);
}

pub(super) fn run_all(step: &mut Step<'_, '_>, all: &[Replacement]) {
    for entry in all {
        match load(step, entry) {
            Err(message) => step.context.report_at(step.here, &entry.at, message),
            Ok(loaded) => {
                for replacement in loaded {
                    if let Err(message) = one(step, &replacement) {
                        step.context.report_at(step.here, &entry.at, message);
                    }
                }
            }
        }
        step.record("ReplacementTransformer", &entry.at);
    }
    step.resources.list.iter_mut().for_each(Res::learn_scope);
    step.resources.changed();
}

/// The entry itself, or those of the file that it names.
fn load(step: &mut Step<'_, '_>, entry: &Replacement) -> Result<Vec<Replacement>, String> {
    if entry.path.is_empty() {
        return Ok(vec![entry.clone()]);
    }
    if entry.source.is_some() || entry.targets.as_ref().is_some_and(|targets| !targets.is_empty()) {
        return Err("cannot specify both path and inline replacement".to_string());
    }
    let (file, text) = step.here.loader.load_text(&entry.path)?;
    let value = weir_yaml::first_from_yaml(&text, Dialect::Sigs).map_err(|error| error.to_string())?;
    let source = Source::new(file, Some(&text));
    let mut reader = Reader::lenient(&source);
    let found = match &value {
        Value::List(_) => reader.list(&value, read),
        Value::Map(_) => vec![read(&mut reader, &value)],
        other => {
            return Err(format!(
                "unsupported replacement type encountered within replacement path: {}",
                other.kind()
            ));
        }
    };
    let problems = std::mem::take(&mut reader.problems);
    step.context.report_all_through(step.here, &entry.at, "in replacement", problems);
    Ok(found)
}

fn one(step: &mut Step<'_, '_>, replacement: &Replacement) -> Result<(), String> {
    let targets = match &replacement.targets {
        Some(targets) if replacement.source.is_some() || replacement.source_value.is_some() => targets,
        _ => return Err("replacements must specify a source and at least one target".to_string()),
    };
    let mut source = match (&replacement.source, &replacement.source_value) {
        (Some(_), Some(_)) => return Err("value and resource selectors are mutually exclusive".to_string()),
        (None, value) => CopySource { value: Value::open(value.as_deref().unwrap_or("")), live: None },
        (Some((selector, path, options)), None) => {
            source_value(&step.resources.list, selector, path, options)?
        }
    };
    targets.iter().try_for_each(|target| apply(&mut step.resources.list, target, &mut source))
}

/// What is copied.
struct CopySource {
    value: Value,
    /// Where it is read again before each copy: a source that is a target too changes on the way.
    live: Option<(usize, Vec<String>)>,
}

impl CopySource {
    fn refresh(&mut self, list: &[Res]) {
        let now = self.live.as_ref().and_then(|(at, path)| fields::get(&list.get(*at)?.object, path));
        if let Some(now) = now.filter(|now| **now != self.value) {
            self.value = now.clone();
        }
    }
}

fn source_value(
    list: &[Res],
    selector: &Selector,
    path: &str,
    options: &FieldOptions,
) -> Result<CopySource, String> {
    let wanted = ResourceId {
        gvk: Gvk::new(&selector.group, &selector.version, &selector.kind),
        namespace: selector.namespace.clone(),
        name: selector.name.clone(),
    };
    let path = if path.is_empty() { DEFAULT_PATH } else { path };
    let is_meant = |(_, resource): &(usize, &Res)| ids(resource).iter().any(|id| id.is_selected_by(&wanted));
    let mut matches = list.iter().enumerate().filter(is_meant);
    let (at, source) = matches.next().ok_or_else(|| format!("nothing selected by {wanted}:{path}"))?;
    if matches.next().is_some() {
        return Err(format!("multiple matches for selector {wanted}:{path}"));
    }
    let parts = split_bracketed_path(path, '.');
    let value = fields::get(&source.object, &parts);
    let value = value
        .filter(|value| !is_nothing(value))
        .ok_or_else(|| format!("fieldPath `{path}` is missing for replacement source {wanted}"))?;
    if options.delimiter.is_empty() {
        return Ok(CopySource {
            value: value.clone(),
            live: Some((at, fields::by_index(&source.object, &parts))),
        });
    }
    if matches!(value, Value::Map(_) | Value::List(_)) {
        return Err("delimiter option can only be used with scalar nodes".to_string());
    }
    let text = scalar_text(value);
    let part =
        usize::try_from(options.index).ok().and_then(|index| text.split(&*options.delimiter).nth(index));
    part.map(|part| CopySource { value: part_of(value, part), live: None })
        .ok_or_else(|| format!("options.index {} is out of bounds for value {text}", options.index))
}

/// A part of a scalar keeps the kind and the quotes of the whole.
fn part_of(whole: &Value, part: &str) -> Value {
    match whole.meant() {
        _ if whole.is_open() => Value::open(part),
        Value::String(_) if whole.is_quoted() => Value::quoted(part),
        Value::String(_) => Value::from(part),
        _ => Value::spelled(resolve_plain(part, Dialect::V3), part),
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        other if other.is_null() => true,
        Value::Map(map) => map.is_empty(),
        Value::List(list) => list.is_empty(),
        _ => false,
    }
}

/// All ids that an object has and had. Namespaces of earlier ones are those that took effect.
fn ids(resource: &Res) -> Vec<ResourceId> {
    let id = |key: crate::resource::Key<'_>| ResourceId {
        gvk: Gvk::new(key.group, key.version, key.kind),
        namespace: Text::from(key.namespace),
        name: Text::from(key.name),
    };
    resource.previous_keys().map(id).chain(std::iter::once(resource.id())).collect()
}

fn apply(list: &mut [Res], target: &Target, source: &mut CopySource) -> Result<(), String> {
    let select = target.select.as_ref().ok_or("target must specify resources to select")?;
    let select = Matcher::new(select)?;
    let reject = target
        .reject
        .iter()
        .map(|selector| Ok((Matcher::new(selector)?, selector)))
        .collect::<Result<Vec<_>, String>>()?;
    for at in 0..list.len() {
        source.refresh(list);
        let own_path = source.live.as_ref().filter(|(own, _)| *own == at).map(|(_, path)| path.clone());
        let Some(resource) = list.get_mut(at) else { return Ok(()) };
        let ids = ids(resource);
        let by_labels = |(matcher, selector): &(Matcher, &Selector)| {
            !(selector.labels.is_empty() && selector.annotations.is_empty()) && matcher.fits_labels(resource)
        };
        let by_id = |(matcher, selector): &(Matcher, &Selector)| {
            !selector.has_no_id() && ids.iter().any(|id| matcher.fits_id(id))
        };
        if !select.fits_labels(resource)
            || reject.iter().any(|one| by_labels(one) || by_id(one))
            || !ids.iter().any(|id| select.fits_id(id))
        {
            continue;
        }
        let place = resource.place.clone();
        let before = (!resource.shared.is_empty()).then(|| resource.object.clone());
        copy(&mut resource.object, target, &source.value, own_path.as_deref())
            .map_err(|message| at_object(&message, resource, place))?;
        objects::spell_metadata(&mut resource.object);
        if let Some(before) = before {
            resource.shared.follow(&before, &mut resource.object);
        }
    }
    Ok(())
}

fn at_object(message: &str, resource: &Res, place: Option<Place>) -> String {
    let place = place.map_or_else(String::new, |place| format!(" ('{place}')"));
    format!("{message}: {}{place}", resource.id())
}

fn copy(object: &mut Value, target: &Target, value: &Value, source: Option<&[String]>) -> Result<(), String> {
    let default = [Text::from(DEFAULT_PATH)];
    let paths = if target.paths.is_empty() { &default[..] } else { &target.paths };
    let leaf = match value {
        Value::Map(_) => Leaf::Map,
        Value::List(_) => Leaf::List,
        _ => Leaf::Scalar,
    };
    let create = target.options.create.then_some(leaf);
    for path in paths {
        let live = source.and_then(|path| fields::get(object, path)).cloned();
        let value = live.as_ref().unwrap_or(value);
        let parts = split_bracketed_path(path, '.');
        if structured::replace(object, &parts, create, value)? {
            continue;
        }
        let found = copy_to_all(object, &parts, target, value, (create, source));
        let words = if create.is_some() { "find or create" } else { "find" };
        let missing = format!("unable to {words} field \"{path}\" in replacement target");
        match found {
            Ok(0) => return Err(missing),
            Ok(_) => {}
            Err(message) => return Err(format!("{missing}: {message}")),
        }
    }
    Ok(())
}

/// Copies to all fields that a path leads to. Each is read again for the next one if it is the source.
fn copy_to_all(
    object: &mut Value,
    parts: &[String],
    target: &Target,
    value: &Value,
    (create, source): (Option<Leaf>, Option<&[String]>),
) -> Result<usize, String> {
    let is_annotation = parts.first().is_some_and(|part| part == "metadata")
        && parts.get(1).is_some_and(|part| part == "annotations");
    let put = |field: &mut Value, value: &Value, is_new: bool| {
        // Kustomize writes all annotations as texts in the end, whatever they were.
        if is_annotation && matches!(field.meant(), Value::Bool(_) | Value::Int(_) | Value::Float(_)) {
            *field = Value::from(scalar_text(field));
        }
        set_field(field, value, &target.options, is_new)
    };
    let Some(source) = source else {
        return fields::visit(object, parts, create, false, &mut |field, is_new| put(field, value, is_new));
    };
    let (mut done, mut value, mut is_made) = (0, value.clone(), false);
    if create.is_some() && parts.len() > source.len() && fields::by_index(object, parts).starts_with(source) {
        // What is made inside of the source is copied too, empty as it is.
        fields::visit(object, parts, create, false, &mut |_, is_new| {
            is_made |= is_new;
            Ok(())
        })?;
        value = fields::get(object, source).map_or(value, Value::clone);
    }
    loop {
        let mut met = 0;
        let mut set_next = |field: &mut Value, is_new: bool| {
            met += 1;
            if met == done + 1 { put(field, &value, is_new || is_made) } else { Ok(()) }
        };
        let found = fields::visit(object, parts, create, false, &mut set_next)?;
        done += 1;
        if done >= found {
            return Ok(found);
        }
        if let Some(now) = fields::get(object, source) {
            value = now.clone();
        }
    }
}
