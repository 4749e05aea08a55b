//! The kustomization that a unit is built by: that of its directory, or one made of the files in it, with the unit's
//! own overlay merged in.

use weir_files::{Diagnostic, Entry, Place, ReadError, RootedPath, Tree};
use weir_kustomize::kustomization_file;
use weir_yaml::{Dialect, Map, Value, from_yaml};

use crate::recipe::{Image, Overlay};

/// Deeper directories are not walked: no repository is that deep, a hostile one may be.
const MAX_DEPTH: usize = 64;

/// The kustomization to build `dir` by.
pub(crate) fn kustomization(
    tree: &Tree,
    dir: &RootedPath,
    overlay: &Overlay,
) -> Result<Value, Vec<Diagnostic>> {
    let mut content = match kustomization_file(tree, dir).map_err(unreadable)? {
        Some(file) => existing(tree, &file)?,
        None => from_files(tree, dir)?,
    };
    merge(tree, dir, overlay, content.make_map())?;
    Ok(content)
}

fn unreadable(error: ReadError) -> Vec<Diagnostic> {
    vec![Diagnostic::error(error.to_string())]
}

fn existing(tree: &Tree, file: &RootedPath) -> Result<Value, Vec<Diagnostic>> {
    let bytes = tree.read(file).map_err(unreadable)?;
    let fail = |message: String| vec![Diagnostic::error(message).at(Place::file(file.as_str()))];
    let text = std::str::from_utf8(&bytes).map_err(|_| fail("the file is not UTF-8".into()))?;
    let documents = from_yaml(text, Dialect::V3).map_err(|error| vec![error.diagnostic(file.as_str())])?;
    let mut content = documents.into_iter().next().unwrap_or_default();
    if !matches!(content, Value::Map(_) | Value::Null) {
        return Err(fail("a kustomization has to be a map".into()));
    }
    let map = content.make_map();
    let empty = |key: &str, map: &Map| map.get(key).and_then(Value::as_list).is_none_or(<[Value]>::is_empty);
    if empty("resources", map) {
        // Flux does the same, so that a kustomization without resources is not refused as empty.
        map.insert("buildMetadata", Value::from(vec!["originAnnotations".into()]));
    }
    Ok(content)
}

/// A kustomization of all files and all directories that have one of their own.
fn from_files(tree: &Tree, dir: &RootedPath) -> Result<Value, Vec<Diagnostic>> {
    let mut resources = Vec::new();
    walk(tree, dir, dir, 0, &mut resources).map_err(unreadable)?;
    let mut content =
        Value::from([("apiVersion", "kustomize.config.k8s.io/v1beta1"), ("kind", "Kustomization")]);
    if resources.is_empty() {
        content.set_at(&["namespace"], "_placeholder");
    } else {
        content.set_at(&["resources"], Value::from(resources));
    }
    Ok(content)
}

fn walk(
    tree: &Tree,
    base: &RootedPath,
    dir: &RootedPath,
    depth: usize,
    resources: &mut Vec<Value>,
) -> Result<(), ReadError> {
    if depth > MAX_DEPTH {
        return Err(ReadError::Broken {
            path: dir.clone(),
            cause: "directories are nested too deeply".into(),
        });
    }
    for (name, entry) in tree.list_to_walk(dir)? {
        let path = dir.child(&name);
        let is_manifest = name.ends_with(".yaml") || name.ends_with(".yml");
        match entry {
            Entry::Directory if kustomization_file(tree, &path)?.is_some() => {
                resources.push(path.relative_to(base).into());
            }
            Entry::Directory => walk(tree, base, &path, depth + 1, resources)?,
            Entry::File { .. } if is_manifest => resources.push(path.relative_to(base).into()),
            Entry::File { .. } | Entry::Link(_) => {}
        }
    }
    Ok(())
}

fn merge(tree: &Tree, dir: &RootedPath, overlay: &Overlay, content: &mut Map) -> Result<(), Vec<Diagnostic>> {
    let fields = [
        ("namespace", &overlay.namespace),
        ("namePrefix", &overlay.name_prefix),
        ("nameSuffix", &overlay.name_suffix),
    ];
    for (field, value) in fields {
        if !value.is_empty() {
            content.insert(field, value.as_str());
        }
    }
    for patch in &overlay.patches {
        let mut entry = Value::from([("patch", patch.patch.as_str())]);
        if !patch.target.is_null() {
            entry.set_at(&["target"], patch.target.clone());
        }
        list(content, "patches").push(entry);
    }
    for component in &overlay.components {
        if !is_local_relative(component) {
            let message = format!("component path '{component}' must be local and relative");
            return Err(vec![Diagnostic::error(message)]);
        }
        let is_there =
            dir.join(component).ok().map_or(Ok(false), |path| tree.is_dir(&path)).map_err(unreadable)?;
        if is_there || !overlay.ignore_missing_components {
            list(content, "components").push(component.as_str().into());
        }
    }
    for image in &overlay.images {
        merge_image(list(content, "images"), image);
    }
    Ok(())
}

fn is_local_relative(path: &str) -> bool {
    !path.starts_with('/') && !path.contains("://") && !path.contains('@')
}

/// The list under this key, made one if it is not there.
fn list<'a>(content: &'a mut Map, key: &str) -> &'a mut Vec<Value> {
    let place = content.entry(key);
    if place.as_list().is_none() {
        *place = Value::from(Vec::new());
    }
    place.as_list_mut().expect("made a list just now")
}

/// A new name alone keeps the version; tag and digest replace each other.
fn merge_image(images: &mut Vec<Value>, image: &Image) {
    let at =
        images.iter().position(|entry| entry.str_at(&["name"]) == Some(&image.name)).unwrap_or_else(|| {
            images.push(Value::from([("name", image.name.as_str())]));
            images.len() - 1
        });
    let entry = images[at].make_map();
    if !image.new_name.is_empty() {
        entry.insert("newName", image.new_name.as_str());
    }
    if !image.new_tag.is_empty() || !image.digest.is_empty() {
        for (field, value) in [("newTag", &image.new_tag), ("digest", &image.digest)] {
            entry.remove(field);
            if !value.is_empty() {
                entry.insert(field, value.as_str());
            }
        }
    }
}
