//! `edit fix --vars`: variables become replacements, and what names them in resource files a placeholder.

use std::collections::BTreeMap;

use weir_files::RootedPath;
use weir_manifest::{object, split_api_version};
use weir_yaml::{Dialect, Map, Value, first_from_yaml};

use super::deprecated::push;
use super::draft::Draft;
use super::{Result, problem};
use crate::FILE_NAMES;

/// Bases in bases are looked into so deep.
const MAX_DEPTH: usize = 50;

/// A file that may name variables.
struct File {
    path: RootedPath,
    text: String,
    is_changed: bool,
    /// The entry of `patches` that names it.
    patch: Option<Value>,
}

pub(super) fn convert(draft: &mut Draft<'_>, map: &mut Map) -> Result<()> {
    let Some(Value::List(vars)) = map.remove("vars") else { return Ok(()) };
    let mut files = BTreeMap::new();
    let mut order = Vec::new();
    collect(draft, draft.dir, map, 0, &mut files, &mut order);
    for var in vars.iter() {
        let name = var.str_at(&["name"]).unwrap_or_default();
        let mut replacement = Map::from_iter([("source", source(var))]);
        for path in &order {
            let Some(file) = files.get_mut(path) else { continue };
            for target in targets(file, name)? {
                push(&mut replacement, "targets", target);
            }
        }
        push(map, "replacements", replacement);
        for file in files.values_mut() {
            let text = file.text.replace(&format!("$({name})"), &format!("{name}_PLACEHOLDER"));
            file.is_changed |= text != file.text;
            file.text = text;
        }
    }
    let changed = files.into_values().filter(|file| file.is_changed);
    draft.others.extend(changed.map(|file| (file.path, file.text)));
    Ok(())
}

/// Resource and patch files of a kustomization and its bases.
fn collect(
    draft: &Draft<'_>,
    dir: &RootedPath,
    map: &Map,
    depth: usize,
    files: &mut BTreeMap<RootedPath, File>,
    order: &mut Vec<RootedPath>,
) {
    let list = |field: &str| map.get(field).and_then(Value::as_list).unwrap_or_default();
    for resource in list("resources").iter().chain(list("bases")).filter_map(Value::as_str) {
        let Ok(path) = dir.join(resource) else { continue };
        let inner = FILE_NAMES.iter().find_map(|name| read(draft, &path.child(name)));
        let inner = inner.and_then(|text| first_from_yaml(&text, Dialect::Sigs).ok());
        if let Some(inner) = inner.as_ref().and_then(Value::as_map).filter(|_| depth < MAX_DEPTH) {
            collect(draft, &path, inner, depth + 1, files, order);
        }
        note(draft, path, None, files, order);
    }
    for patch in list("patches") {
        if let Some(path) = patch.str_at(&["path"]).and_then(|path| dir.join(path).ok()) {
            note(draft, path, Some(patch.clone()), files, order);
        }
    }
}

fn note(
    draft: &Draft<'_>,
    path: RootedPath,
    patch: Option<Value>,
    files: &mut BTreeMap<RootedPath, File>,
    order: &mut Vec<RootedPath>,
) {
    let Some(text) = read(draft, &path) else { return };
    if !files.contains_key(&path) {
        order.push(path.clone());
        files.insert(path.clone(), File { path, text, is_changed: false, patch });
    }
}

fn read(draft: &Draft<'_>, path: &RootedPath) -> Option<String> {
    String::from_utf8(draft.tree.read(path).ok()?.to_vec()).ok()
}

/// A map of the texts that are not empty.
fn said(fields: &[(&'static str, &str)]) -> Map {
    fields
        .iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(name, text)| (*name, Value::from(*text)))
        .collect()
}

fn source(var: &Value) -> Map {
    let text = |path: &[&str]| var.str_at(path).unwrap_or_default();
    let (group, version) = split_api_version(text(&["objref", "apiVersion"]));
    said(&[
        ("group", group),
        ("version", version),
        ("kind", text(&["objref", "kind"])),
        ("name", text(&["objref", "name"])),
        ("namespace", text(&["objref", "namespace"])),
        ("fieldPath", text(&["fieldref", "fieldPath"])),
    ])
}

/// Where a file names the variable.
fn targets(file: &File, name: &str) -> Result<Vec<Map>> {
    let word = format!("$({name})");
    if !file.text.contains(&word) {
        return Ok(Vec::new());
    }
    let Ok(objects) = crate::objects::read_patch(file.path.as_str(), &file.text) else {
        return problem(format!("cannot convert var {name}: {} holds no objects", file.path));
    };
    let mut targets = Vec::new();
    for own in objects {
        let mut object = own.object;
        object.forget_spelling();
        let mut places = Vec::new();
        find(&object, &word, &mut Vec::new(), &mut places);
        for (path, text) in places {
            let mut target = Map::new();
            target.insert("select", select(file, &object));
            target.insert("fieldPaths", Value::from(vec![Value::from(path)]));
            match options(&text, &word) {
                Ok(options) if options.is_empty() => {}
                Ok(options) => _ = target.insert("options", options),
                Err(why) => return problem(format!("error with {}: {why}", file.path)),
            }
            targets.push(target);
        }
    }
    Ok(targets)
}

/// What a patch names may hit other objects than it says itself.
fn select(file: &File, object: &Value) -> Map {
    let namespace = object::namespace(object).unwrap_or("");
    let (kind, name) = (object::kind(object).unwrap_or(""), object::name(object).unwrap_or(""));
    let may = |what: &str| {
        let allowed = file.patch.as_ref().and_then(|patch| patch.at(&["options", what]));
        allowed.and_then(Value::as_bool).unwrap_or(false)
    };
    let (may_name, may_kind) = (may("allowNameChange"), may("allowKindChange"));
    match &file.patch {
        Some(patch) if !may_name || !may_kind => {
            let mut select = patch.get("target").and_then(Value::as_map).cloned().unwrap_or_default();
            let own = [
                ("name", if may_name { name } else { "" }),
                ("kind", if may_kind { kind } else { "" }),
                ("namespace", namespace),
            ];
            select.extend(said(&own));
            select
        }
        _ => {
            let (group, version) = split_api_version(object::api_version(object).unwrap_or(""));
            said(&[
                ("group", group),
                ("version", version),
                ("kind", kind),
                ("name", name),
                ("namespace", namespace),
            ])
        }
    }
}

/// The field paths of all texts with this word in them. Objects that are read are never deeper than the stack bears.
fn find(value: &Value, word: &str, path: &mut Vec<String>, found: &mut Vec<(String, String)>) {
    match value {
        Value::List(list) => {
            for (at, item) in list.iter().enumerate() {
                path.push(at.to_string());
                find(item, word, path, found);
                path.pop();
            }
        }
        Value::Map(map) => {
            for (key, item) in map {
                let key = key.trim();
                path.push(if key.contains('.') { format!("[{key}]") } else { key.to_string() });
                find(item, word, path, found);
                path.pop();
            }
        }
        Value::String(text) if text.contains(word) => found.push((path.join("."), text.to_string())),
        _ => {}
    }
}

/// How the word stands in the text: alone, or as one of the parts between delimiters.
fn options(text: &str, word: &str) -> std::result::Result<Map, String> {
    let Some((before, after)) = text.split_once(word) else { return Ok(Map::new()) };
    let delimiter = match (before.chars().last(), after.chars().next()) {
        (None, None) => return Ok(Map::new()),
        (None, Some(after)) => after,
        (Some(before), None) => before,
        (Some(before), Some(after)) if before == after => before,
        _ => return Err(format!("cannot convert all vars to replacements; {word} is not delimited")),
    };
    let parts = || text.split(delimiter);
    let index = match (before, after) {
        ("", _) => Some(0),
        (_, "") => Some(parts().count() - 1),
        _ => parts().position(|part| part == word),
    };
    let Some(index) = index.and_then(|index| i64::try_from(index).ok()) else {
        return Err(format!("cannot convert all vars to replacements; {word} is not delimited"));
    };
    let mut options = Map::from_iter([("delimiter", Value::from(delimiter.to_string()))]);
    if index > 0 {
        options.insert("index", index);
    }
    Ok(options)
}
