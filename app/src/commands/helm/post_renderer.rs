//! `weir helm template --post-renderer`: a file with post-renderers as a HelmRelease of Flux has them, patches and images of
//! Kustomize. Plug-ins and programs are not run.

use std::path::Path;

use weir_files::{Diagnostic, MemoryFiles, RootedPath};
use weir_helm::PostRender;
use weir_kustomize::{LoadRestriction, Options, Reorder, build};
use weir_yaml::{Dialect, Map, Value, first_from_yaml};

use super::values::go_words;
use crate::exit::Failure;

/// What each of them may have.
const FIELDS: [&str; 4] = ["patches", "images", "patchesStrategicMerge", "patchesJson6902"];
/// The file that stands for what was rendered.
const RENDERED: &str = "helm-output.yaml";

/// Kustomizations, one behind the other.
pub(super) struct PostRenderer(Vec<Map>);

impl PostRenderer {
    /// Reads a file: the list itself, or an object with it at `spec.postRenderers`.
    pub(super) fn read(file: &str) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(file).map_err(|error| {
            let why = go_words(&error);
            Failure::said(format!(
                "Error: --post-renderer {file}: {why}\n  hint: plug-ins are not run; name a file with postRenderers as a HelmRelease \
                 has them"
            ))
        })?;
        let value = first_from_yaml(&text, Dialect::Sigs).map_err(|error| wrong(file, &error.to_string()))?;
        let list =
            value.at(&["spec", "postRenderers"]).or_else(|| value.get("postRenderers")).unwrap_or(&value);
        let list = list.as_list().ok_or_else(|| wrong(file, "there is no list of postRenderers"))?;
        list.iter().map(one).collect::<Result<_, _>>().map(Self).map_err(|why| wrong(file, &why))
    }
}

fn wrong(file: &str, why: &str) -> Failure {
    Failure::said(format!("Error: --post-renderer {}: {why}", Path::new(file).display()))
}

fn one(entry: &Value) -> Result<Map, String> {
    let kustomize = entry.get("kustomize").and_then(Value::as_map);
    let kustomize = kustomize.ok_or("an entry has no kustomize")?;
    if let Some((key, _)) = kustomize.iter().find(|(key, _)| !FIELDS.contains(&key.as_str())) {
        return Err(format!("unknown field \"kustomize.{}\"", key.as_str()));
    }
    let mut all = kustomize.clone();
    all.insert("resources", Value::from(vec![Value::from(RENDERED)]));
    Ok(all)
}

impl PostRender for PostRenderer {
    fn run(&self, objects: &str) -> Result<String, String> {
        let mut text = objects.to_string();
        for kustomization in &self.0 {
            let file = RootedPath::new(RENDERED).map_err(|error| error.to_string())?;
            let tree = MemoryFiles::new().file(&file, &text).tree();
            let options = Options {
                load_restriction: LoadRestriction::None,
                reorder: Reorder::None,
                root: Some(Value::from(kustomization.clone())),
                ..Options::default()
            };
            let told = |problems: Vec<Diagnostic>| {
                problems.iter().map(|problem| problem.message.clone()).collect::<Vec<_>>().join("; ")
            };
            let built = build(&tree, &RootedPath::root(), &options).map_err(told)?;
            text = built.into_yaml().map_err(|problem| problem.message)?.concat();
        }
        Ok(text)
    }
}
