//! `edit add patch` and `edit remove patch`.

use weir_yaml::{Map, Value};

use super::change::PatchChoice;
use super::deprecated::push;
use super::draft::Draft;
use super::{Result, problem};

pub(super) fn add(draft: &mut Draft<'_>, choice: &PatchChoice) -> Result<()> {
    check(choice)?;
    if choice.patch.is_empty() && choice.path.is_empty() {
        return problem("must provide either patch or path");
    }
    let (mut map, _) = draft.open()?;
    let patch = entry(choice);
    if patches(&map).iter().any(|own| own.means(&patch)) {
        draft.note(format!("patch {} already in kustomization file", named(choice)));
        return Ok(());
    }
    push(&mut map, "patches", patch);
    draft.write(map);
    Ok(())
}

pub(super) fn remove(draft: &mut Draft<'_>, choice: &PatchChoice) -> Result<()> {
    check(choice)?;
    let (mut map, _) = draft.open()?;
    let patch = entry(choice);
    let rest: Vec<Value> = patches(&map).iter().filter(|own| !own.means(&patch)).cloned().collect();
    if rest.len() == patches(&map).len() {
        draft.note(format!("patch {} doesn't exist in kustomization file", named(choice)));
        return Ok(());
    }
    map.insert("patches", rest);
    draft.write(map);
    Ok(())
}

fn check(choice: &PatchChoice) -> Result<()> {
    if !choice.patch.is_empty() && !choice.path.is_empty() {
        return problem("patch and path can't be set at the same time");
    }
    Ok(())
}

fn named(choice: &PatchChoice) -> &str {
    if choice.path.is_empty() { &choice.patch } else { &choice.path }
}

fn patches(map: &Map) -> &[Value] {
    map.get("patches").and_then(Value::as_list).unwrap_or_default()
}

/// The patch as it stands in the file.
fn entry(choice: &PatchChoice) -> Value {
    let said = |fields: &[(&'static str, &str)]| -> Map {
        let said = fields.iter().filter(|(_, text)| !text.is_empty());
        said.map(|(name, text)| (*name, Value::from(*text))).collect()
    };
    let target = said(&[
        ("group", &choice.group),
        ("version", &choice.version),
        ("kind", &choice.kind),
        ("name", &choice.name),
        ("namespace", &choice.namespace),
        ("annotationSelector", &choice.annotation_selector),
        ("labelSelector", &choice.label_selector),
    ]);
    let mut entry = said(&[("path", &choice.path), ("patch", &choice.patch)]);
    if !target.is_empty() {
        entry.insert("target", target);
    }
    Value::from(entry)
}
