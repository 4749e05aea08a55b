//! Values of variables for builds: from the manifests of the repository that define them, or from a cluster.

use base64::Engine as _;
use weir_cluster::Cluster;
use weir_delivery::envsubst::Variables;
use weir_delivery::{Keys, Recipe, VariableSource, VariablesState};
use weir_files::{RootedPath, Tree};
use weir_secrets::Integrity;
use weir_yaml::{Dialect, Value, from_yaml};

use crate::exit::Failure;

/// Where values come from.
pub(super) enum Sources<'a> {
    /// Nowhere: they count as missing and optional.
    None,
    /// Manifests of the repository; those that are encrypted too, if there are keys.
    Repository(&'a Tree, Option<&'a Keys>),
    /// Objects of a cluster, in the order of the unit.
    Cluster(Vec<Option<Value>>),
}

/// The values for a unit.
pub(super) fn of(recipe: &Recipe, sources: Sources<'_>) -> Result<Variables, Failure> {
    let Some(mut substitution) = recipe.substitution.clone() else { return Ok(Variables::new()) };
    let namespace = &recipe.unit.namespace;
    let states = match sources {
        Sources::None => {
            substitution.from.clear();
            Vec::new()
        }
        Sources::Repository(tree, keys) => {
            substitution.from.iter().map(|source| find(tree, source, namespace, keys)).collect()
        }
        Sources::Cluster(objects) => {
            let missing = |source: &VariableSource| {
                VariablesState::Missing(format!("the cluster has no {source} in namespace {namespace}"))
            };
            let states = substitution.from.iter().zip(objects);
            states
                .map(|(source, object)| object.map_or_else(|| missing(source), |o| values(&o, None)))
                .collect()
        }
    };
    weir_delivery::variables(&substitution, states).map_err(Failure::from)
}

/// What a cluster has of the sources that a unit of it names.
pub(super) async fn live(cluster: &Cluster, unit: &Value) -> Result<Vec<Option<Value>>, Failure> {
    let namespace = unit.str_at(&["metadata", "namespace"]).unwrap_or_default();
    let named = unit.at(&["spec", "postBuild", "substituteFrom"]).and_then(Value::as_list);
    let mut objects = Vec::new();
    for source in named.unwrap_or_default() {
        let text = |key| source.str_at(&[key]).unwrap_or_default();
        let resource = cluster.resource("v1", text("kind")).await?;
        objects.push(cluster.get(&resource, namespace, text("name")).await?);
    }
    Ok(objects)
}

fn find(tree: &Tree, source: &VariableSource, namespace: &str, keys: Option<&Keys>) -> VariablesState {
    let mut found = None;
    search(tree, &RootedPath::root(), &mut |object| {
        let is_it = object.str_at(&["kind"]) == Some(&source.kind)
            && object.str_at(&["metadata", "name"]) == Some(&source.name)
            && object.str_at(&["metadata", "namespace"]).is_none_or(|own| own == namespace);
        if is_it && found.is_none() {
            found = Some(values(&object, keys));
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

fn values(object: &Value, keys: Option<&Keys>) -> VariablesState {
    if object.get("sops").is_some() {
        let Some(keys) = keys else {
            return VariablesState::Failed(
                "it is SOPS encrypted: --decrypt opens it, --dry-run leaves it out".to_string(),
            );
        };
        return match weir_secrets::decrypt(object, keys, Integrity::Unchecked) {
            Ok(plain) => values(&plain, None),
            Err(error) => VariablesState::Failed(error.to_string()),
        };
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
