//! `patchesStrategicMerge`, and how a strategic merge patch is applied to one object.

use weir_manifest::merge::kustomize::{MergeOptions, Schemas, merge};
use weir_manifest::object;
use weir_yaml::{Dialect, Map, Text, Value, resolve_plain};

use super::Step;
use crate::kustomization::Item;
use crate::objects;
use crate::resource::{Res, name_anew, texts_of};
use crate::source::Step as At;

/// What a patch may change beside the rest.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct May {
    pub(super) change_name: bool,
    pub(super) change_kind: bool,
}

pub(super) fn run(step: &mut Step<'_, '_>, all: &[Item]) {
    if all.is_empty() {
        return;
    }
    run_all(step, all);
    step.done("PatchStrategicMergeTransformer", &[]);
}

pub(super) fn run_all(step: &mut Step<'_, '_>, all: &[Item]) {
    let before = step.context.problems.len();
    let patches: Vec<_> =
        all.iter().flat_map(|item| read(step, item).into_iter().map(move |one| (item, one))).collect();
    if patches.is_empty() && step.context.problems.len() == before {
        let at = [At::Field("patchesStrategicMerge".into())];
        step.context.report_at(step.here, &at, "patch appears to be empty");
    }
    for (item, patch) in patches {
        match target(step, &patch) {
            Err(message) => step.context.report_at(step.here, &item.at, message),
            Ok(at) => {
                let written =
                    patch.place.clone().filter(|place| *place.file != *step.here.source.file.as_str());
                let patch = for_copy(&patch.object, step.resources.list.get(at));
                if let Err(message) = apply_at(step, at, &patch, May::default()) {
                    step.context.report_at(step.here, &item.at, message);
                }
                step.written = written;
                step.record("PatchStrategicMergeTransformer", &item.at);
            }
        }
        step.resources.drop_empties();
        // Kustomize puts all objects together anew.
        if let Some(twice) = step.resources.find_new_duplicate().and_then(|at| step.resources.list.get(at)) {
            let message = format!("may not add resource with an already registered id: {}", twice.id());
            step.context.report_at(step.here, &item.at, message);
            return;
        }
    }
}

/// An entry is the patch itself or the path of a file.
fn read(step: &mut Step<'_, '_>, item: &Item) -> Vec<Res> {
    let file = step.here.source.file.clone();
    if let Ok(patches) = objects::read_patch(file.as_str(), &item.text) {
        return patches;
    }
    match step.here.loader.load_text(&item.text) {
        Err(message) => {
            step.context.report_at(step.here, &item.at, message);
            Vec::new()
        }
        Ok((path, text)) => objects::read_patch(path.as_str(), &text).unwrap_or_else(|problems| {
            step.context.report_all_through(step.here, &item.at, "in patch", problems);
            Vec::new()
        }),
    }
}

/// The one object that a patch without a target means.
pub(super) fn target(step: &mut Step<'_, '_>, patch: &Res) -> Result<usize, String> {
    let id = patch.id();
    match step.resources.with_any_key(patch.key()).as_slice() {
        [at] => Ok(*at),
        [] => Err(format!("no matches for Id {id}; failed to find unique target for patch {id}")),
        _ => Err(format!("multiple matches for Id {id}; failed to find unique target for patch {id}")),
    }
}

/// The patch as kustomize copies it for an object that it chose: it takes on the version of the object, and its labels and
/// annotations are texts, nulls among them.
pub(super) fn for_copy(patch: &Value, target: Option<&Res>) -> Value {
    let mut copy = with_texts(patch, true, true);
    let api_version = target.and_then(|target| target.object.get("apiVersion")).cloned().unwrap_or_default();
    copy.set_at(&["apiVersion"], if api_version.as_str() == Some("") { Value::Null } else { api_version });
    copy
}

fn with_texts(patch: &Value, labels: bool, annotations: bool) -> Value {
    let mut patch = patch.clone();
    for (field, is_wanted) in [("labels", labels), ("annotations", annotations)] {
        let path = ["metadata", field];
        let Some(map) = patch.at(&path).filter(|_| is_wanted) else { continue };
        match map.as_map().filter(|map| !map.is_empty()).map(texts_of) {
            Some(texts) => patch.set_at(&path, texts),
            None => drop(patch.remove_at(&path)),
        }
    }
    patch
}

/// Applies a patch to the object at this place of the list.
pub(super) fn apply_at(step: &mut Step<'_, '_>, at: usize, patch: &Value, may: May) -> Result<(), String> {
    let Some(resource) = step.resources.list.get_mut(at) else { return Ok(()) };
    let changed = apply(resource, patch, may, step.context.known.schemas())?;
    if changed {
        step.resources.changed();
    }
    Ok(())
}

/// Applies a patch. Says whether the object may be found under another id now; one that is deleted is left empty.
pub(super) fn apply(
    resource: &mut Res,
    patch: &Value,
    may: May,
    schemas: Schemas<'_>,
) -> Result<bool, String> {
    if may.change_name || may.change_kind {
        resource.store_previous();
    }
    let patch = &with_texts(patch, false, may.change_name || may.change_kind);
    let options = MergeOptions { schemas, ..MergeOptions::default() };
    let merged = merge(&resource.object, patch, options).map_err(|error| error.to_string())?;
    let Some(mut merged) = merged.filter(|merged| merged.as_map().is_some_and(|map| !map.is_empty())) else {
        resource.object = Value::Map(Map::new());
        return Ok(true);
    };
    if patch.get("apiVersion").is_some_and(Value::is_null) {
        merged.set_at(&["apiVersion"], Value::Null);
    }
    resource.shared.follow_patch(patch, &mut merged);
    if !may.change_kind {
        merged.set_at(&["kind"], resource.kind());
    }
    let (name, namespace) = (Text::from(resource.name()), Text::from(resource.namespace()));
    for path in [["metadata", "name"], ["metadata", "namespace"]] {
        let kept = merged.at(&path).filter(|_| patch.at(&path).is_none());
        if let Some(text) = kept.and_then(needed_quotes) {
            merged.set_at(&path, text);
        }
    }
    if !may.change_name {
        let name = name_anew(&name, merged.at(&["metadata", "name"]));
        merged.set_at(&["metadata", "name"], name);
    }
    let same_version = object::api_version(&merged) == object::api_version(&resource.object);
    resource.object = merged;
    resource.set_namespace_anew(&namespace);
    let changed = may.change_name || may.change_kind || !same_version;
    if changed {
        resource.learn_scope();
    }
    Ok(changed)
}

/// A merge puts quotes around texts that look like something else, if the patch does not say them anew.
fn needed_quotes(value: &Value) -> Option<Value> {
    let Value::String(text) = value else { return None };
    (resolve_plain(text, Dialect::V3).as_str() != Some(&**text)).then(|| Value::quoted(text))
}
