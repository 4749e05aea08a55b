//! `patchesJson6902`, and how a JSON patch is applied to one object.

use weir_files::Place;
use weir_manifest::merge::JsonPatch;
use weir_yaml::{Dialect, Map, Value};

use super::Step;
use crate::kustomization::Patch;
use crate::objects::{nameless, quote_texts, spell_metadata};
use crate::origin::ORIGIN;
use crate::resource::Res;
use crate::select::Matcher;

pub(super) fn run(step: &mut Step<'_, '_>, all: &[Patch]) {
    for patch in all {
        if let Err(message) = one(step, patch) {
            step.context.report_at(step.here, &patch.at, message);
        }
        step.done("PatchJson6902Transformer", &patch.at);
    }
}

pub(super) fn one(step: &mut Step<'_, '_>, patch: &Patch) -> Result<(), String> {
    let target = patch.target.as_ref().filter(|target| !target.name.is_empty());
    let target = target.ok_or("must specify the target name")?;
    let mut written = None;
    let text = match (patch.path.is_empty(), patch.patch.is_empty()) {
        (true, true) => return Err("empty file path and empty jsonOp".to_string()),
        (false, false) => return Err("must specify a file path or jsonOp, not both".to_string()),
        (true, false) => patch.patch.to_string(),
        (false, true) => {
            let (file, text) = step.here.loader.load_text(&patch.path)?;
            written = Some(Place::at(file.as_str(), 1, 1));
            text
        }
    };
    let (json, operations) = parse(&text)?;
    if operations == 0 {
        return Err("patch appears to be empty".to_string());
    }
    let matcher = Matcher::new(target)?;
    for resource in step.resources.list.iter_mut().filter(|resource| matcher.fits(resource)) {
        apply(resource, &json).map_err(|message| format!("{message} in {}", resource.id()))?;
    }
    step.resources.changed();
    step.written = written;
    Ok(())
}

/// Reads a JSON patch and counts its operations. What begins with a bracket is JSON, all else YAML.
pub(super) fn parse(text: &str) -> Result<(JsonPatch, usize), String> {
    if text.is_empty() {
        return Err("empty json patch operations".to_string());
    }
    let is_json = text.starts_with('[');
    let value = if is_json {
        weir_yaml::from_json(text.as_bytes()).map_err(|error| error.to_string())?
    } else {
        weir_yaml::first_from_yaml(text, Dialect::Sigs).map_err(|error| error.to_string())?
    };
    let patch = JsonPatch::new(&value).map_err(|error| error.to_string())?;
    let count = value.as_list().map_or(0, <[Value]>::len);
    Ok((if is_json { patch.literal() } else { patch }, count))
}

/// A key that no object has.
const MARK: &str = "internal.config.kubernetes.io/weir";

/// Applies a patch. Kustomize keeps notes in annotations, so patches find that map even where nobody wrote one.
pub(super) fn apply(resource: &mut Res, patch: &JsonPatch) -> Result<(), String> {
    resource.check_keys()?;
    let annotations = ["metadata", "annotations"];
    let has_none = resource.object.at(&annotations).is_none_or(Value::is_null);
    let marked = has_none && resource.has_build_annotations();
    let tracked = resource.origin.is_some();
    let mut object = resource.object.clone();
    object.forget_spelling();
    object.forget_layout();
    if marked {
        object.set_at(&annotations, Map::from_iter([(MARK, "")]));
    }
    if tracked {
        object.set_at(&["metadata", "annotations", ORIGIN], "");
    }
    patch.apply_in_kustomize(&mut object).map_err(|error| error.to_string())?;
    if tracked && object.remove_at(&["metadata", "annotations", ORIGIN]).is_none() {
        // The patch took the whole map, and what it said of the origin with it.
        resource.origin = None;
        resource.transformations.clear();
    }
    if let Some(problem) = nameless(&object) {
        return Err(problem);
    }
    if marked {
        forget_mark(&mut object);
        if object.at(&annotations).and_then(Value::as_map).is_some_and(Map::is_empty) {
            object.remove_at(&annotations);
        }
    }
    spell_metadata(&mut object);
    quote_texts(&mut object);
    resource.object = object;
    resource.shared.forget();
    resource.annotations_to_texts();
    resource.learn_scope();
    Ok(())
}

/// A patch may have moved or copied the mark to somewhere else.
fn forget_mark(value: &mut Value) {
    if !has_mark(value) {
        return;
    }
    match value {
        Value::Map(map) => {
            map.remove(MARK);
            map.iter_mut().for_each(|(_, value)| forget_mark(value));
        }
        _ => value.as_list_mut().into_iter().flatten().for_each(forget_mark),
    }
}

fn has_mark(value: &Value) -> bool {
    match value {
        Value::Map(map) => map.contains_key(MARK) || map.values().any(has_mark),
        Value::List(list) => list.iter().any(has_mark),
        _ => false,
    }
}
