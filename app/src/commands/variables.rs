//! Values of variables for builds without a cluster: from the manifests of the repository that define them.

use base64::Engine as _;
use weir_delivery::envsubst::Variables;
use weir_delivery::{Recipe, VariableSource, VariablesState};
use weir_files::{RootedPath, Tree};
use weir_yaml::{Dialect, Value, from_yaml};

use crate::exit::Failure;

/// The values for a unit. Sources that are not looked for count as missing and optional.
pub(super) fn of(recipe: &Recipe, tree: &Tree, looks_for_sources: bool) -> Result<Variables, Failure> {
    let Some(mut substitution) = recipe.substitution.clone() else { return Ok(Variables::new()) };
    if !looks_for_sources {
        substitution.from.clear();
    }
    let namespace = &recipe.unit.namespace;
    let states = substitution.from.iter().map(|source| find(tree, source, namespace)).collect();
    weir_delivery::variables(&substitution, states).map_err(Failure::from)
}

fn find(tree: &Tree, source: &VariableSource, namespace: &str) -> VariablesState {
    let mut found = None;
    search(tree, &RootedPath::root(), &mut |object| {
        let is_it = object.str_at(&["kind"]) == Some(&source.kind)
            && object.str_at(&["metadata", "name"]) == Some(&source.name)
            && object.str_at(&["metadata", "namespace"]).is_none_or(|own| own == namespace);
        if is_it && found.is_none() {
            found = Some(values(&object));
        }
    });
    found.unwrap_or_else(|| {
        VariablesState::Missing(format!(
            "no manifest of the repository defines {source} in namespace {namespace}; --dry-run leaves it out"
        ))
    })
}

/// All objects in all files that can be read.
fn search(tree: &Tree, dir: &RootedPath, visit: &mut impl FnMut(Value)) {
    let Ok(entries) = tree.list_to_walk(dir) else { return };
    for (name, entry) in entries {
        let Ok(path) = dir.join(&name) else { continue };
        if matches!(entry, weir_files::Entry::Directory) {
            if !name.starts_with('.') {
                search(tree, &path, visit);
            }
            continue;
        }
        if !(name.ends_with(".yaml") || name.ends_with(".yml")) {
            continue;
        }
        let Ok(bytes) = tree.read(&path) else { continue };
        let Ok(text) = std::str::from_utf8(&bytes) else { continue };
        if text.contains("ConfigMap") || text.contains("Secret") {
            from_yaml(text, Dialect::V3).unwrap_or_default().into_iter().for_each(&mut *visit);
        }
    }
}

fn values(object: &Value) -> VariablesState {
    if object.get("sops").is_some() {
        return VariablesState::Failed(
            "it is SOPS encrypted, and nothing is opened here; --dry-run leaves it out".to_string(),
        );
    }
    let is_secret = object.str_at(&["kind"]) == Some("Secret");
    let mut values = Variables::new();
    let entries = |field| object.get(field).and_then(Value::as_map).into_iter().flat_map(|map| map.iter());
    for (name, value) in entries("data") {
        let text = value.as_str().unwrap_or_default();
        let decoded = is_secret.then(|| base64::engine::general_purpose::STANDARD.decode(text));
        match decoded {
            Some(Err(_)) => {
                return VariablesState::Failed(format!("its key '{}' is not base64", name.as_str()));
            }
            Some(Ok(value)) => values.insert(name.to_string(), value),
            None => values.insert(name.to_string(), text.as_bytes().to_vec()),
        };
    }
    for (name, value) in entries("stringData").filter(|_| is_secret) {
        values.insert(name.to_string(), value.as_str().unwrap_or_default().as_bytes().to_vec());
    }
    VariablesState::Found(values)
}
