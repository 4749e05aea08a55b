//! Which files a unit brings into a cluster: those that its kustomization names, and what these name in turn.
//!
//! Nothing is built here. What is broken or missing brings nothing; whoever builds it will say so.

use std::collections::{BTreeMap, BTreeSet};

use weir_files::{Entry, RootedPath, Tree};
use weir_kustomize::kustomization_file;
use weir_yaml::{Dialect, Value, from_yaml};

/// Deeper directories are not walked.
const MAX_DEPTH: usize = 64;

/// Looks at each directory once.
pub(super) struct Reach<'a> {
    tree: &'a Tree,
    /// What each directory names itself.
    named: BTreeMap<RootedPath, Vec<RootedPath>>,
}

impl<'a> Reach<'a> {
    pub(super) fn new(tree: &'a Tree) -> Self {
        Self { tree, named: BTreeMap::new() }
    }

    /// All files that building this directory reads objects from.
    pub(super) fn files(&mut self, dir: &RootedPath) -> BTreeSet<RootedPath> {
        let (mut files, mut seen) = (BTreeSet::new(), BTreeSet::new());
        let mut open = vec![dir.clone()];
        while let Some(path) = open.pop() {
            if !seen.insert(path.clone()) {
                continue;
            }
            if self.tree.is_dir(&path).unwrap_or(false) {
                open.extend(self.named(&path).iter().cloned());
            } else {
                files.insert(path);
            }
        }
        files
    }

    fn named(&mut self, dir: &RootedPath) -> &[RootedPath] {
        let tree = self.tree;
        self.named.entry(dir.clone()).or_insert_with(|| match kustomization_file(tree, dir) {
            Ok(Some(file)) => references(tree, dir, &file),
            Ok(None) => {
                let mut all = Vec::new();
                generated(tree, dir, 0, &mut all);
                all
            }
            Err(_) => Vec::new(),
        })
    }
}

/// What a kustomization names.
fn references(tree: &Tree, dir: &RootedPath, file: &RootedPath) -> Vec<RootedPath> {
    let Ok(bytes) = tree.read(file) else { return Vec::new() };
    let Ok(text) = std::str::from_utf8(&bytes) else { return Vec::new() };
    let documents = from_yaml(text, Dialect::V3).unwrap_or_default();
    let Some(content) = documents.first() else { return Vec::new() };
    let lists = ["resources", "bases", "components"];
    let entries = lists.iter().filter_map(|key| content.get(key).and_then(Value::as_list)).flatten();
    entries.filter_map(Value::as_str).filter_map(|path| dir.join(path).ok()).collect()
}

/// What Flux takes from a directory without a kustomization: all manifests, and the directories that have one.
fn generated(tree: &Tree, dir: &RootedPath, depth: usize, all: &mut Vec<RootedPath>) {
    if depth > MAX_DEPTH {
        return;
    }
    for (name, entry) in tree.list_to_walk(dir).unwrap_or_default() {
        let path = dir.child(&name);
        match entry {
            Entry::Directory if kustomization_file(tree, &path).is_ok_and(|file| file.is_some()) => {
                all.push(path);
            }
            Entry::Directory => generated(tree, &path, depth + 1, all),
            Entry::File { .. } if name.ends_with(".yaml") || name.ends_with(".yml") => all.push(path),
            Entry::File { .. } | Entry::Link(_) => {}
        }
    }
}
