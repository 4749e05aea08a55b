//! `kustomize create`.

use weir_files::{Entry, RootedPath, Tree};
use weir_yaml::{Map, Value};

use super::draft::{Draft, printed};
use super::{Edited, Result, pairs, problem};
use crate::FILE_NAMES;

/// Deeper directories are not searched.
const MAX_DEPTH: usize = 100;

/// What a new kustomization says. What is empty is not said; lists are parted by commas.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Create {
    /// Paths or patterns.
    pub resources: String,
    /// The field `namespace`.
    pub namespace: String,
    /// `key:value` pairs.
    pub annotations: String,
    /// `key:value` pairs.
    pub labels: String,
    /// The field `namePrefix`.
    pub name_prefix: String,
    /// The field `nameSuffix`.
    pub name_suffix: String,
    /// Files with objects in the directory become resources.
    pub autodetect: bool,
    /// Those in directories below too, as long as these have no kustomization of their own.
    pub recursive: bool,
}

/// The kustomization file of a directory that has none yet.
pub fn create(tree: &Tree, dir: &RootedPath, what: &Create) -> Result<Edited> {
    let draft = Draft::new(tree, dir);
    let mut resources = Vec::new();
    if !what.resources.is_empty() {
        let patterns: Vec<String> = what.resources.split(',').map(str::to_string).collect();
        resources = super::add::existing(&draft, &patterns)?;
    }
    if FILE_NAMES.iter().any(|name| is_there(tree, &dir.child(name))) {
        return problem("kustomization file already exists");
    }
    if what.autodetect {
        let mut found = Vec::new();
        detect(tree, dir, "", what.recursive, 0, &mut found);
        let known = resources.clone();
        resources.extend(found.into_iter().filter(|path| !known.contains(path)));
    }
    let mut map = Map::new();
    map.insert("apiVersion", "kustomize.config.k8s.io/v1beta1");
    map.insert("kind", "Kustomization");
    map.insert("resources", resources.into_iter().map(Value::from).collect::<Vec<_>>());
    map.insert("namespace", what.namespace.as_str());
    map.insert("namePrefix", what.name_prefix.as_str());
    map.insert("nameSuffix", what.name_suffix.as_str());
    map.insert("commonAnnotations", common(&what.annotations, "annotation")?);
    map.insert("commonLabels", common(&what.labels, "label")?);
    let file = dir.child("kustomization.yaml");
    Ok(Edited { files: vec![(file, printed(&map)?)], notes: draft.notes })
}

fn is_there(tree: &Tree, path: &RootedPath) -> bool {
    tree.entry(path).is_ok_and(|entry| entry.is_some())
}

fn common(text: &str, what: &str) -> Result<Map> {
    if text.is_empty() {
        return Ok(Map::new());
    }
    let arguments: Vec<String> = text.split(',').map(str::to_string).collect();
    Ok(pairs::pairs(&arguments, what)?.into_iter().collect())
}

/// Files that hold objects, in the order of their names.
fn detect(
    tree: &Tree,
    dir: &RootedPath,
    below: &str,
    recursive: bool,
    depth: usize,
    found: &mut Vec<String>,
) {
    if depth > MAX_DEPTH {
        return;
    }
    for (name, _) in tree.list_stored(dir).unwrap_or_default() {
        let (path, shown) = (dir.child(&name), format!("{below}{name}"));
        match tree.stored(&path) {
            Ok(Some(Entry::Directory)) if recursive => {
                if FILE_NAMES.iter().any(|name| is_there(tree, &path.child(name))) {
                    found.push(shown);
                } else {
                    detect(tree, &path, &format!("{shown}/"), recursive, depth + 1, found);
                }
            }
            Ok(Some(Entry::Directory)) => {}
            _ if holds_objects(tree, dir, &name) => found.push(shown),
            _ => {}
        }
    }
}

/// True for a file that can be read as objects. One without any counts, as in the real tool.
fn holds_objects(tree: &Tree, dir: &RootedPath, name: &str) -> bool {
    let Ok(bytes) = tree.read(&dir.child(name)) else { return false };
    let Ok(text) = std::str::from_utf8(&bytes) else { return false };
    crate::objects::read(name, text).is_ok()
}
