//! `patches`: strategic merge or JSON patches, inline or from files, with or without targets.

use weir_files::{Diagnostic, Place, RootedPath};
use weir_manifest::merge::JsonPatch;
use weir_yaml::Value;

use super::patch_strategic::{self, May};
use super::{Step, patch_json};
use crate::fault::Fault;
use crate::kustomization::Patch;
use crate::objects;
use crate::resource::Res;
use crate::select::Matcher;

/// A patch that was read.
enum Content {
    Strategic(Vec<Res>),
    Json(JsonPatch, RootedPath),
}

pub(super) fn run(step: &mut Step<'_, '_>, all: &[Patch]) {
    let contents: Vec<_> = all.iter().map(|patch| read(step, patch)).collect();
    for (patch, content) in all.iter().zip(contents) {
        apply(step, patch, content);
        step.done("PatchTransformer", &patch.at);
    }
}

pub(super) fn run_one(step: &mut Step<'_, '_>, patch: &Patch) {
    let content = read(step, patch);
    apply(step, patch, content);
}

fn apply(step: &mut Step<'_, '_>, patch: &Patch, content: Option<Content>) {
    let missed = match (&content, &patch.target) {
        (Some(Content::Strategic(patches)), None) => {
            patches.iter().find(|patch| patch_strategic::target(step, patch).is_err()).cloned()
        }
        _ => None,
    };
    let mut hint = None;
    let applied = match content {
        None => Ok(()),
        Some(Content::Json(json, file)) => {
            let applied = apply_json(step, patch, &json, &mut hint);
            step.written = (!patch.path.is_empty()).then(|| Place::at(file.as_str(), 1, 1));
            applied
        }
        Some(Content::Strategic(patches)) => apply_strategic(step, patch, &patches),
    };
    if let Err(message) = applied {
        let problem = Diagnostic::error(message).at(step.here.source.place(&patch.at));
        let hint = hint.or_else(|| missed.as_ref().and_then(|patch| way_out(step, patch)));
        step.context.report(match hint {
            Some(hint) => problem.hint(hint),
            None => problem,
        });
    }
}

/// What to do about a patch that means no object, or more than one.
fn way_out(step: &mut Step<'_, '_>, patch: &Res) -> Option<String> {
    let met = step.resources.with_any_key(patch.key());
    if !met.is_empty() {
        let met = met.iter().filter_map(|at| step.resources.list.get(*at));
        let shown: Vec<String> = met.map(said_with_place).collect();
        return Some(format!(
            "it means {}; give the patch a target with a name and namespace that only one of them has",
            shown.join(" and ")
        ));
    }
    let all =
        step.resources.list.iter().filter(|one| one.kind() == patch.kind() && one.name() == patch.name());
    let found = all.map(|one| (one.api_version(), one.namespace())).next();
    if let Some((version, namespace)) = found {
        let version =
            if version.is_empty() { String::new() } else { format!(" with apiVersion '{version}'") };
        let namespace = if namespace.is_empty() { "no namespace" } else { namespace };
        return Some(format!("there is one of this kind and name{version} in {namespace}"));
    }
    let of_kind = step.resources.list.iter().filter(|one| one.kind() == patch.kind());
    let mut names: Vec<&str> = of_kind.flat_map(|one| [one.first_name(), one.name()]).collect();
    if let Some(name) = crate::reader::closest(patch.name(), names.iter().copied()) {
        return Some(format!("did you mean '{name}'?"));
    }
    names.dedup();
    Some(match names.as_slice() {
        [] => {
            format!("there is no {} here: name its file in 'resources', or take out the patch", patch.kind())
        }
        names => format!("name one that is here ({}), or take out the patch", few(names)),
    })
}

/// The first ones, for a hint.
fn few(names: &[&str]) -> String {
    const MOST: usize = 5;
    let more = if names.len() > MOST { ", ..." } else { "" };
    format!("{}{more}", names[..names.len().min(MOST)].join(", "))
}

/// What an object has where the path of an operation leads nowhere. The path is the first one that the message names.
fn there_is(object: &Value, message: &str) -> Option<String> {
    let start = message.char_indices().zip(message.chars().skip(1)).find_map(|((at, before), first)| {
        (first == '/' && matches!(before, '\'' | '"' | ' ')).then_some(at + 1)
    })?;
    let path = message[start..].split(['\'', '"', ' ', ':']).next()?;
    let (mut value, mut met) = (object, String::new());
    for part in path.split('/').skip(1) {
        let field = part.replace("~1", "/").replace("~0", "~");
        let below = match value {
            Value::List(list) => field.parse::<usize>().ok().and_then(|at| list.get(at)),
            value => value.get(&field),
        };
        let Some(below) = below else { break };
        value = below;
        met = format!("{met}/{part}");
    }
    let at = if met.is_empty() { "the object" } else { &met };
    match value {
        _ if met == path => None,
        Value::Map(map) if !map.is_empty() => {
            let keys: Vec<&str> = map.keys().map(|key| key.as_str()).collect();
            Some(format!("{at} has: {}", few(&keys)))
        }
        Value::List(list) => Some(format!("{at} has {} items, counted from 0", list.len())),
        _ => Some(format!("{at} has no fields")),
    }
}

fn said_with_place(resource: &Res) -> String {
    let place = resource.place.as_ref().map_or_else(String::new, |place| format!(" ('{place}')"));
    format!("{} '{}'{place}", resource.kind(), resource.name())
}

fn read(step: &mut Step<'_, '_>, patch: &Patch) -> Option<Content> {
    let inline = patch.patch.trim();
    let source = match (inline.is_empty(), patch.path.is_empty()) {
        (true, true) => Err(Fault::from("must specify one of patch and path")),
        (false, false) => Err("patch and path can't be set at the same time".into()),
        (false, true) => Ok((step.here.source.file.clone(), inline.to_string(), true)),
        (true, false) => {
            step.here.loader.load_text(&patch.path).map(|(file, text)| (file, text, false)).map_err(|fault| {
                fault.within(&format!("failed to get the patch file from path({})", patch.path))
            })
        }
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
        (Err(_), Ok((json, _))) => Some(Content::Json(json, file)),
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

/// The place of a patch that has a file of its own.
fn written_in(entry: &Patch, patch: &Res) -> Option<Place> {
    patch.place.clone().filter(|_| !entry.path.is_empty())
}

fn apply_json(
    step: &mut Step<'_, '_>,
    patch: &Patch,
    json: &JsonPatch,
    hint: &mut Option<String>,
) -> Result<(), String> {
    let target = patch.target.as_ref().ok_or("must specify a target for JSON patch")?;
    let matcher = Matcher::new(target)?;
    for resource in step.resources.list.iter_mut().filter(|resource| matcher.fits(resource)) {
        resource.store_previous();
        if let Err(message) = patch_json::apply(resource, json) {
            *hint = there_is(&resource.object, &message);
            return Err(format!("{message} in {}", resource.id()));
        }
        // Kustomize puts its own notes back, and with them a map into the place of anything else.
        let path = ["metadata", "annotations"];
        if resource.object.at(&path).is_some_and(|it| !it.is_null() && it.as_map().is_none()) {
            resource.object.remove_at(&path);
        }
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
            step.written = written_in(entry, patch);
            step.record("PatchTransformer", &entry.at);
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
        if let Some(other @ (Value::Map(_) | Value::List(_))) = resource.object.get("apiVersion") {
            return Err(format!("apiVersion of {} must be a string, not a {}", resource.id(), other.kind()));
        }
        let object = patch_strategic::for_copy(&patch.object, Some(&*resource));
        patch_strategic::apply(resource, &object, may, step.context.known.schemas())?;
        // The copy of the patch has a name of which nobody said what it is.
        let path = ["metadata", "name"];
        if let (true, Some(Value::String(name))) = (may.change_name, resource.object.at(&path).cloned()) {
            resource.object.set_at(&path, Value::open(&name));
        }
    }
    step.written = written_in(entry, patch);
    step.resources.drop_empties();
    if let Some(at) = step.resources.find_duplicate() {
        let id = step.resources.list.get(at).map_or_else(String::new, |one| one.id().to_string());
        return Err(format!("may not add resource with an already registered id: {id}"));
    }
    Ok(())
}
