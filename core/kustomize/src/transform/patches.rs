//! `patches`: strategic merge or JSON patches, inline or from files, with or without targets.

use weir_files::Diagnostic;
use weir_manifest::merge::JsonPatch;

use super::patch_strategic::{self, May};
use super::{Step, patch_json};
use crate::kustomization::Patch;
use crate::objects;
use crate::resource::Res;
use crate::select::Matcher;

/// A patch that was read.
enum Content {
    Strategic(Vec<Res>),
    Json(JsonPatch),
}

pub(super) fn run(step: &mut Step<'_, '_>, all: &[Patch]) {
    let contents: Vec<_> = all.iter().map(|patch| read(step, patch)).collect();
    for (patch, content) in all.iter().zip(contents) {
        apply(step, patch, content);
        step.done("PatchTransformer");
    }
}

pub(super) fn run_one(step: &mut Step<'_, '_>, patch: &Patch) {
    let content = read(step, patch);
    apply(step, patch, content);
}

fn apply(step: &mut Step<'_, '_>, patch: &Patch, content: Option<Content>) {
    let applied = match content {
        None => Ok(()),
        Some(Content::Json(json)) => apply_json(step, patch, &json),
        Some(Content::Strategic(patches)) => apply_strategic(step, patch, &patches),
    };
    if let Err(message) = applied {
        step.context.report_at(step.here, &patch.at, message);
    }
}

fn read(step: &mut Step<'_, '_>, patch: &Patch) -> Option<Content> {
    let inline = patch.patch.trim();
    let source = match (inline.is_empty(), patch.path.is_empty()) {
        (true, true) => Err("must specify one of patch and path".to_string()),
        (false, false) => Err("patch and path can't be set at the same time".to_string()),
        (false, true) => Ok((step.here.source.file.clone(), inline.to_string(), true)),
        (true, false) => step
            .here
            .loader
            .load_text(&patch.path)
            .map(|(file, text)| (file, text, false))
            .map_err(|error| format!("failed to get the patch file from path({}): {error}", patch.path)),
    };
    let (file, text, is_inline) = match source {
        Ok(source) => source,
        Err(message) => {
            step.context.report_at(step.here, &patch.at, message);
            return None;
        }
    };
    let strategic = objects::read_patch(file.as_str(), &text);
    match (strategic, patch_json::parse(&text)) {
        (Ok(strategic), Ok((_, count))) if !strategic.is_empty() && count > 0 => {
            let message = "illegally qualifies as both an SM and JSON patch";
            step.context.report_at(step.here, &patch.at, message);
            None
        }
        (Ok(strategic), _) => Some(Content::Strategic(strategic)),
        (Err(_), Ok((json, _))) => Some(Content::Json(json)),
        (Err(problems), Err(json)) => {
            report(step, patch, &text, problems, &json, is_inline);
            None
        }
    }
}

/// The text is neither kind of patch: says what is wrong with the kind that it looks like.
fn report(
    step: &mut Step<'_, '_>,
    patch: &Patch,
    text: &str,
    problems: Vec<Diagnostic>,
    json: &str,
    is_inline: bool,
) {
    let message = "unable to parse SM or JSON patch";
    if text.trim_start().starts_with(['-', '[']) {
        return step.context.report_at(step.here, &patch.at, format!("{message}: {json}"));
    }
    for mut problem in problems {
        problem.message = format!("{message}: {}", problem.message);
        if is_inline {
            // Lines are those of the patch, not of the file that it stands in.
            problem.place = None;
        }
        step.context.report_all_through(step.here, &patch.at, "in patch", vec![problem]);
    }
}

fn apply_json(step: &mut Step<'_, '_>, patch: &Patch, json: &JsonPatch) -> Result<(), String> {
    let target = patch.target.as_ref().ok_or("must specify a target for JSON patch")?;
    let matcher = Matcher::new(target)?;
    for resource in step.resources.list.iter_mut().filter(|resource| matcher.fits(resource)) {
        resource.store_previous();
        patch_json::apply(resource, json).map_err(|message| format!("{message} in {}", resource.id()))?;
    }
    step.resources.changed();
    Ok(())
}

fn apply_strategic(step: &mut Step<'_, '_>, entry: &Patch, patches: &[Res]) -> Result<(), String> {
    let may = May { change_name: entry.may_change_name, change_kind: entry.may_change_kind };
    let Some(target) = &entry.target else {
        for patch in patches {
            let at = patch_strategic::target(step, patch).map_err(|error| {
                format!("no resource matches strategic merge patch {}: {error}", patch.id())
            })?;
            patch_strategic::apply_at(step, at, &patch.object, may)?;
        }
        return Ok(());
    };
    let patch = match patches {
        [] => return Ok(()),
        [patch] => patch,
        _ => {
            return Err("Multiple Strategic-Merge Patches in one `patches` entry is not allowed to set \
                        `patches.target` field"
                .to_string());
        }
    };
    let matcher = Matcher::new(target)?;
    for resource in step.resources.list.iter_mut().filter(|resource| matcher.fits(resource)) {
        let object = patch_strategic::for_copy(&patch.object, Some(&*resource));
        patch_strategic::apply(resource, &object, may, step.context.known.schemas())?;
    }
    step.resources.drop_empties();
    if let Some(at) = step.resources.find_duplicate() {
        let id = step.resources.list.get(at).map_or_else(String::new, |one| one.id().to_string());
        return Err(format!("may not add resource with an already registered id: {id}"));
    }
    Ok(())
}
