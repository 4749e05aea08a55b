//! What changes objects between rendering and sorting: a post-renderer, such as the patches of a HelmRelease.
//!
//! It gets and gives a stream of objects. An annotation tells which file each came from, so that what it gives can be put
//! back. Comments do not survive this.

use std::collections::BTreeMap;

use weir_yaml::{Dialect, Map, Value, from_yaml, to_yaml};

use crate::error::Error;
use crate::path;
use crate::release::{Heads, Splitting, sort_manifests, split_manifests};
use crate::warnings::Warnings;

/// The annotation that tells the file.
const FILE: &str = "postrenderer.helm.sh/postrender-filename";

/// Changes a stream of objects.
pub trait PostRender {
    /// The stream that takes the place of this one.
    fn run(&self, objects: &str) -> Result<String, String>;
}

/// What a post-renderer gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PostRenderStrategy {
    /// Hooks and other objects in one stream, as in Helm 4.
    #[default]
    Combined,
    /// Hooks in a stream of their own.
    Separate,
    /// No hooks, as in Helm 3.
    NoHooks,
}

/// Files by path.
type Files = Vec<(String, String)>;

/// The files after the post-renderer.
pub(super) fn post_rendered(
    mut files: Files,
    renderer: &dyn PostRender,
    strategy: PostRenderStrategy,
    splitting: Splitting,
    warnings: &mut Warnings,
) -> Result<Files, Error> {
    if strategy == PostRenderStrategy::Combined {
        let merged = merged(&files, splitting).map_err(|error| error.within("error merging manifests"))?;
        let given = renderer.run(&merged).map_err(Error::new);
        let given = given.map_err(|error| error.within("error while running post render on files"))?;
        let parted = parted(&given, "");
        return parted.map_err(|error| error.within("error while parsing post rendered output"));
    }
    let sorted = sort_manifests(&mut files, Heads::new(), splitting, None, warnings)?;
    let hooks = joined(sorted.hooks.into_iter().map(|hook| (hook.path, hook.manifest)));
    let manifests = joined(sorted.manifests.into_iter().map(|manifest| (manifest.path, manifest.content)));
    let mut all: Files = Vec::new();
    for (name, files) in [("hooks", hooks), ("manifests", manifests)] {
        if files.is_empty() {
            continue;
        }
        if name == "hooks" && strategy == PostRenderStrategy::NoHooks {
            all.extend(files);
            continue;
        }
        let merged =
            merged(&files, splitting).map_err(|error| error.within(format!("error merging {name}")))?;
        let given = renderer.run(&merged).map_err(Error::new);
        let given =
            given.map_err(|error| error.within(format!("error while running post render on {name}")))?;
        let parted = parted(&given, name);
        all.extend(
            parted.map_err(|error| {
                error.within(format!("error while parsing post rendered output for {name}"))
            })?,
        );
    }
    Ok(joined(all.into_iter()))
}

/// Texts of one file put together.
fn joined(files: impl Iterator<Item = (String, String)>) -> Files {
    let mut joined: BTreeMap<String, String> = BTreeMap::new();
    for (path, text) in files {
        joined
            .entry(path)
            .and_modify(|all| {
                all.push_str("\n---\n");
                all.push_str(&text);
            })
            .or_insert(text);
    }
    joined.into_iter().collect()
}

/// All objects in one stream, each with the annotation.
fn merged(files: &[(String, String)], splitting: Splitting) -> Result<String, Error> {
    let mut sorted: Vec<_> = files.iter().filter(|(path, _)| !path::base(path).starts_with('_')).collect();
    sorted.sort();
    let mut texts = Vec::new();
    for (path, text) in sorted {
        for document in split_manifests(text, splitting) {
            let objects = from_yaml(document, Dialect::V3)
                .map_err(|error| Error::new(format!("parsing {path}: {error}")))?;
            for mut object in objects {
                object.set_at(&["metadata", "annotations", FILE], path.as_str());
                texts.push(written(&object)?);
            }
        }
    }
    Ok(texts.join("---\n"))
}

/// The objects of a stream by the files that their annotations name.
fn parted(stream: &str, prefix: &str) -> Result<Files, Error> {
    let objects =
        from_yaml(stream, Dialect::V3).map_err(|error| Error::new(format!("error parsing YAML: {error}")))?;
    let mut files = Vec::new();
    for (at, mut object) in objects.into_iter().enumerate() {
        let annotations = object.at(&["metadata", "annotations"]).and_then(Value::as_map).cloned();
        let named = annotations.as_ref().and_then(|all| all.get(FILE)?.as_str().map(str::to_string));
        let file = named.filter(|name| !name.is_empty()).unwrap_or_else(|| match prefix {
            "" => format!("generated-by-postrender-{at}.yaml"),
            prefix => format!("generated-by-postrender-{prefix}-{at}.yaml"),
        });
        if let Some(mut annotations) = annotations {
            annotations.remove(FILE);
            without_annotation(&mut object, annotations);
        }
        files.push((file, written(&object)?));
    }
    let mut by_file: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (file, text) in files {
        by_file.entry(file).or_default().push(text);
    }
    Ok(by_file.into_iter().map(|(file, texts)| (file, texts.join("---\n"))).collect())
}

fn without_annotation(object: &mut Value, annotations: Map) {
    if annotations.is_empty() {
        object.remove_at(&["metadata", "annotations"]);
    } else {
        object.set_at(&["metadata", "annotations"], annotations);
    }
}

fn written(object: &Value) -> Result<String, Error> {
    to_yaml(object).map_err(|error| Error::new(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Labels;

    impl PostRender for Labels {
        fn run(&self, objects: &str) -> Result<String, String> {
            Ok(objects.replace("kind: A", "kind: B") + "---\nkind: New\n")
        }
    }

    fn ran(strategy: PostRenderStrategy) -> Files {
        let hook = "kind: A\nmetadata: {annotations: {helm.sh/hook: test}}\n";
        let files = vec![
            ("c/a.yaml".to_string(), format!("kind: A\n---\n{hook}")),
            ("c/_b.tpl".to_string(), String::new()),
        ];
        post_rendered(files, &Labels, strategy, Splitting::Wide, &mut Warnings::default()).unwrap()
    }

    #[test]
    fn objects_return_to_their_files() {
        let files = ran(PostRenderStrategy::Combined);
        assert_eq!(files[0].0, "c/a.yaml");
        assert!(files[0].1.starts_with("kind: B\n") && !files[0].1.contains(FILE), "{files:?}");
        assert_eq!(files[1], ("generated-by-postrender-2.yaml".to_string(), "kind: New\n".to_string()));
        let files = ran(PostRenderStrategy::NoHooks);
        assert!(
            files[0].1.starts_with("kind: A\nmetadata: {annotations: {helm.sh/hook: test}}"),
            "{files:?}"
        );
        assert_eq!(files[1].0, "generated-by-postrender-manifests-1.yaml");
        assert_eq!(ran(PostRenderStrategy::Separate).len(), 3);
    }
}
