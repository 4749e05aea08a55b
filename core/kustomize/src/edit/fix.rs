//! `edit fix`.

use weir_yaml::{Map, Value};

use super::deprecated::{append, push};
use super::draft::Draft;
use super::{Result, problem, vars};

pub(super) fn run(draft: &mut Draft<'_>, converts_vars: bool) -> Result<()> {
    let (mut map, _) = draft.open()?;
    append(&mut map, "patchesJson6902", "patches");
    strategic_patches(draft, &mut map);
    common_labels(&mut map)?;
    if converts_vars {
        vars::convert(draft, &mut map)?;
    }
    draft.write(map);
    Ok(())
}

/// What is the name of a file is a path, all else is the patch itself.
fn strategic_patches(draft: &Draft<'_>, map: &mut Map) {
    let Some(Value::List(patches)) = map.remove("patchesStrategicMerge") else { return };
    for patch in patches.iter() {
        let path = draft.dir.join(patch.as_str().unwrap_or_default());
        let is_file = path.is_ok_and(|path| draft.tree.is_file(&path) == Ok(true));
        let field = if is_file { "path" } else { "patch" };
        push(map, "patches", Map::from_iter([(field, patch.clone())]));
    }
}

fn common_labels(map: &mut Map) -> Result<()> {
    let Some(Value::Map(common)) = map.remove("commonLabels") else { return Ok(()) };
    let others = map.get("labels").and_then(Value::as_list).unwrap_or_default();
    let mut keys = others.iter().filter_map(|labels| labels.get("pairs")?.as_map()).flat_map(Map::keys);
    if let Some(key) = keys.find(|key| common.contains_key(key)) {
        return problem(format!("label name '{key}' exists in both commonLabels and labels"));
    }
    drop(keys);
    let labels = [("pairs", Value::from(common)), ("includeSelectors", Value::from(true))];
    push(map, "labels", Map::from_iter(labels));
    Ok(())
}
