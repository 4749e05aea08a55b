//! `edit remove`.

use weir_yaml::{Map, Value};

use super::change::Remove;
use super::draft::Draft;
use super::{Result, generators, glob, pairs, patches, problem};

pub(super) fn run(draft: &mut Draft<'_>, what: &Remove) -> Result<()> {
    match what {
        Remove::Annotation { keys, ignore } => common(draft, "annotation", keys, *ignore),
        Remove::Label { keys, ignore } => common(draft, "label", keys, *ignore),
        Remove::BuildMetadata(arguments) => {
            let options = pairs::build_metadata(arguments)?;
            let (mut map, _) = draft.open()?;
            retain(&mut map, "buildMetadata", |own| !options.contains(&own));
            draft.write(map);
            Ok(())
        }
        Remove::ConfigMap { names, namespace } => {
            generators::remove(draft, &generators::CONFIG_MAP, names, namespace)
        }
        Remove::Secret { names, namespace } => {
            generators::remove(draft, &generators::SECRET, names, namespace)
        }
        Remove::Patch(choice) => patches::remove(draft, choice),
        Remove::Resource(patterns) => paths(draft, "resource", patterns),
        Remove::Transformer(patterns) => paths(draft, "transformer", patterns),
    }
}

fn retain(map: &mut Map, field: &str, keep: impl Fn(&str) -> bool) {
    if let Some(list) = map.get_mut(field).and_then(Value::as_list_mut) {
        list.retain(|item| keep(item.as_str().unwrap_or_default()));
    }
}

/// From `commonLabels` or `commonAnnotations`.
fn common(draft: &mut Draft<'_>, what: &str, arguments: &[String], ignore: bool) -> Result<()> {
    let [argument] = arguments else {
        return problem(if arguments.is_empty() {
            format!("must specify {what}")
        } else {
            format!("{what}s must be comma-separated, with no spaces")
        });
    };
    let keys: Vec<&str> = argument.split(',').collect();
    if keys.contains(&"") {
        return problem(format!("invalid {what}: '' (name is empty)"));
    }
    let (mut map, _) = draft.open()?;
    let field = if what == "label" { "commonLabels" } else { "commonAnnotations" };
    if !map.contains_key(field) && !ignore {
        return problem(format!("{field} is not defined in kustomization file"));
    }
    let common = map.entry(field).make_map();
    for key in keys {
        if common.remove(key).is_none() && !ignore {
            return problem(format!("{what} {key} is not defined in kustomization file"));
        }
    }
    draft.write(map);
    Ok(())
}

fn paths(draft: &mut Draft<'_>, what: &str, patterns: &[String]) -> Result<()> {
    if patterns.is_empty() {
        return problem(format!("must specify a {what} file"));
    }
    let field = format!("{what}s");
    let (mut map, _) = draft.open()?;
    if let Some(pattern) = patterns.iter().find(|pattern| glob::matches(pattern, "").is_none()) {
        return problem(format!("{pattern}: syntax error in pattern"));
    }
    let is_meant = |own: &str| patterns.iter().any(|pattern| glob::matches(pattern, own) == Some(true));
    let before = map.get(&field).and_then(Value::as_list).unwrap_or_default();
    if before.iter().any(|own| is_meant(own.as_str().unwrap_or_default())) {
        retain(&mut map, &field, |own| !is_meant(own));
        draft.write(map);
    }
    Ok(())
}
