//! Entries of `configMapGenerator` and `secretGenerator`.

use weir_yaml::{Map, Value};

use super::change::GeneratorSources;
use super::deprecated::push;
use super::draft::Draft;
use super::{Result, because, glob, problem};
use crate::{Options, build};

/// The words for one of both.
pub(super) struct Kind {
    field: &'static str,
    word: &'static str,
    name: &'static str,
}

pub(super) const CONFIG_MAP: Kind =
    Kind { field: "configMapGenerator", word: "configmap", name: "ConfigMap" };
pub(super) const SECRET: Kind = Kind { field: "secretGenerator", word: "secret", name: "Secret" };

pub(super) fn add(draft: &mut Draft<'_>, kind: &Kind, sources: &GeneratorSources) -> Result<()> {
    let files =
        files(draft, &sources.files).map_err(|problems| because("failed to expand file source", problems))?;
    let name =
        check_add(sources, &files).map_err(|problems| because("failed to validate flags", problems))?;
    let (mut map, _) = draft.open()?;
    let at = position(&map, kind, name, &sources.namespace).unwrap_or_else(|| {
        let said = [("name", name), ("namespace", &sources.namespace), ("type", &sources.type_)];
        push(&mut map, kind.field, said.into_iter().filter(|(_, text)| !text.is_empty()).collect::<Map>());
        list(&map, kind).len() - 1
    });
    let global = map.get("generatorOptions").cloned();
    if let Some(entry) = entry_mut(&mut map, kind, at) {
        sources.literals.iter().for_each(|text| push(entry, "literals", text.as_str()));
        files.iter().for_each(|text| push(entry, "files", text.as_str()));
        if !sources.env_file.is_empty() {
            push(entry, "envs", sources.env_file.as_str());
        }
        if sources.disable_name_suffix_hash {
            entry.insert("options", Map::from_iter([("disableNameSuffixHash", true)]));
        }
        if !sources.behavior.is_empty() {
            entry.insert("behavior", sources.behavior.as_str());
        }
        merge_options(entry, global.as_ref());
    }
    try_out(draft, kind, &map, at)
        .map_err(|problems| because(&format!("failed to create {}", kind.word), problems))?;
    draft.write(map);
    Ok(())
}

pub(super) fn set(draft: &mut Draft<'_>, kind: &Kind, sources: &GeneratorSources) -> Result<()> {
    let name = check_set(sources).map_err(|problems| because("failed to validate flags", problems))?;
    let (mut map, _) = draft.open()?;
    let failed = |problems| because(&format!("failed to create {}", kind.word), problems);
    let Some(at) = position(&map, kind, name, &sources.namespace) else {
        let what = format!("could not set new {} value", kind.name);
        return problem(format!("unable to find {} with name \"{name}\"", kind.name))
            .map_err(|problems| failed(because(&what, problems)));
    };
    let global = map.get("generatorOptions").cloned();
    if let Some(entry) = entry_mut(&mut map, kind, at) {
        replace_literals(entry, &sources.literals)
            .map_err(|problems| failed(because("failed to update literal sources", problems)))?;
        if !sources.new_namespace.is_empty() {
            entry.insert("namespace", sources.new_namespace.as_str());
        }
        merge_options(entry, global.as_ref());
    }
    try_out(draft, kind, &map, at).map_err(failed)?;
    draft.write(map);
    Ok(())
}

pub(super) fn remove(draft: &mut Draft<'_>, kind: &Kind, names: &[String], namespace: &str) -> Result<()> {
    let word = kind.word;
    let [names] = names else {
        return problem(if names.is_empty() {
            format!("at least one {word} name must be specified")
        } else {
            format!(
                "too many arguments: [{}]; to provide multiple {word}s to remove, please separate {word} names by commas",
                names.join(" ")
            )
        });
    };
    let (mut map, _) = draft.open()?;
    let mut found = Vec::new();
    for name in names.split(',') {
        match position(&map, kind, name, namespace) {
            Some(_) => found.push(name),
            None => draft.note(format!("{word} {name} doesn't exist in kustomization file")),
        }
    }
    if found.is_empty() {
        draft.notes.clear();
        return problem(format!("no specified {word}(s) were found in the kustomization.yaml file"));
    }
    if let Some(list) = map.get_mut(kind.field).and_then(Value::as_list_mut) {
        list.retain(|entry| !found.iter().any(|name| is_named(entry, name, namespace)));
    }
    draft.write(map);
    Ok(())
}

/// The files of patterns; one without any is noted.
pub(super) fn matching(draft: &mut Draft<'_>, patterns: &[String]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for pattern in patterns {
        let files = glob::files(draft.tree, draft.dir, pattern)?;
        if files.is_empty() {
            draft.note(format!("{pattern} has no match"));
        }
        found.extend(files);
    }
    Ok(found)
}

/// `key=pattern` or `pattern`.
fn files(draft: &mut Draft<'_>, sources: &[String]) -> Result<Vec<String>> {
    let mut all = Vec::new();
    for source in sources {
        let parts: Vec<&str> = source.split('=').collect();
        let (key, pattern) = match parts[..] {
            [key, pattern] => (key, pattern),
            _ => ("", parts.first().copied().unwrap_or_default()),
        };
        let found = matching(draft, &[pattern.to_string()])?;
        match &found[..] {
            _ if key.is_empty() => all.extend(found),
            [one] => all.push(format!("{key}={one}")),
            _ => {
                let caught = found.join(" ");
                return problem(format!(
                    "pattern '{source}' catches files [{caught}], should catch only one"
                ));
            }
        }
    }
    Ok(all)
}

fn one_name(sources: &GeneratorSources) -> Result<&str> {
    match &sources.names[..] {
        [name] => Ok(name),
        _ => problem("name must be specified once"),
    }
}

fn check_add<'s>(sources: &'s GeneratorSources, files: &[String]) -> Result<&'s str> {
    let name = one_name(sources)?;
    let has_pairs = !files.is_empty() || !sources.literals.is_empty();
    let behavior = sources.behavior.as_str();
    if sources.env_file.is_empty() && !has_pairs {
        problem("at least from-env-file, or from-file or from-literal must be set")
    } else if !sources.env_file.is_empty() && has_pairs {
        problem("from-env-file cannot be combined with from-file or from-literal")
    } else if !["", "create", "merge", "replace"].contains(&behavior) {
        problem("invalid behavior: must be one of \"create\", \"merge\", or \"replace\"")
    } else {
        Ok(name)
    }
}

fn check_set(sources: &GeneratorSources) -> Result<&str> {
    let name = one_name(sources)?;
    if sources.literals.is_empty() && sources.new_namespace.is_empty() {
        return problem("at least one of [--from-literal, --new-namespace] must be specified");
    }
    Ok(name)
}

fn list<'m>(map: &'m Map, kind: &Kind) -> &'m [Value] {
    map.get(kind.field).and_then(Value::as_list).unwrap_or_default()
}

fn entry_mut<'m>(map: &'m mut Map, kind: &Kind, at: usize) -> Option<&'m mut Map> {
    map.get_mut(kind.field)?.as_list_mut()?.get_mut(at)?.as_map_mut()
}

fn position(map: &Map, kind: &Kind, name: &str, namespace: &str) -> Option<usize> {
    list(map, kind).iter().position(|entry| is_named(entry, name, namespace))
}

/// No namespace is the default one.
fn is_named(entry: &Value, name: &str, namespace: &str) -> bool {
    entry.str_at(&["name"]).unwrap_or_default() == name
        && or_default(entry.str_at(&["namespace"]).unwrap_or_default()) == or_default(namespace)
}

fn or_default(namespace: &str) -> &str {
    if namespace.is_empty() { "default" } else { namespace }
}

/// The options of all generators are written into this one, as the real tool does.
fn merge_options(entry: &mut Map, global: Option<&Value>) {
    let Some(global) = global else { return };
    let own = entry.entry("options").make_map();
    for field in ["labels", "annotations"] {
        for (key, value) in global.get(field).and_then(Value::as_map).into_iter().flatten() {
            let own = own.entry(field).make_map();
            if !own.contains_key(key) {
                own.insert(key.clone(), value.clone());
            }
        }
    }
    for field in ["disableNameSuffixHash", "immutable"] {
        if global.get(field).and_then(Value::as_bool) == Some(true) {
            own.insert(field, true);
        }
    }
}

/// Other values for keys that are there.
fn replace_literals(entry: &mut Map, literals: &[String]) -> Result<()> {
    if literals.is_empty() {
        return Ok(());
    }
    let pair = |text: &str| match text.split_once('=') {
        Some((key, value)) if !value.contains('=') => Ok((key.to_string(), value.to_string())),
        _ => problem(
            "failed to update resource: invalid format: literal values must be specified in the key=value format",
        ),
    };
    let mut all: Vec<(String, String)> = Vec::new();
    for own in entry.get("literals").and_then(Value::as_list).unwrap_or_default() {
        put(&mut all, pair(own.as_str().unwrap_or_default())?);
    }
    for literal in literals {
        let new = pair(literal)?;
        if !all.iter().any(|(key, _)| *key == new.0) {
            return problem(format!("key '{}' not found in resource", new.0));
        }
        put(&mut all, new);
    }
    let texts: Vec<Value> = all.into_iter().map(|(key, value)| format!("{key}={value}").into()).collect();
    entry.insert("literals", texts);
    Ok(())
}

fn put(all: &mut Vec<(String, String)>, (key, value): (String, String)) {
    match all.iter_mut().find(|(own, _)| *own == key) {
        Some((_, own)) => *own = value,
        None => all.push((key, value)),
    }
}

/// Builds this one alone, to see whether it can be built at all.
fn try_out(draft: &Draft<'_>, kind: &Kind, map: &Map, at: usize) -> Result<()> {
    let Some(mut entry) = list(map, kind).get(at).cloned() else { return Ok(()) };
    entry.remove_at(&["behavior"]);
    let root = Value::from([(kind.field, Value::from(vec![entry]))]);
    build(draft.tree, draft.dir, &Options { root: Some(root), ..Options::default() }).map(|_| ())
}
