//! All kinds that are served, found by the words of a path.

use std::collections::HashMap;
use std::sync::Arc;

use weir_manifest::kinds::{builtin, custom_resources};
use weir_yaml::{Key, Value};

use super::{Custom, Kind, Scale, custom_columns};

/// Groups in the order in which the real server lists them; others follow by name.
const FIRST_GROUPS: &[&str] = &["", "apiregistration.k8s.io", "apps", "events.k8s.io"];

/// All kinds that are served. Cloning is cheap.
#[derive(Debug, Clone, Default)]
pub(crate) struct Registry {
    /// In the order of discovery.
    kinds: Vec<Arc<Kind>>,
    by_path: HashMap<(String, String, String), Arc<Kind>>,
}

impl Registry {
    /// The built-in kinds of this minor version of Kubernetes.
    pub(crate) fn new(version: &str) -> Self {
        let mut registry = Self::default();
        for resource in builtin().iter().filter(|one| one.is_in(version) && one.is_on_by_default()) {
            registry.add(Arc::new(Kind::builtin(resource)));
        }
        registry
    }

    fn add(&mut self, kind: Arc<Kind>) {
        let key = (kind.gvk.group.to_string(), kind.gvk.version.to_string(), kind.plural.to_string());
        self.by_path.insert(key, Arc::clone(&kind));
        self.kinds.push(kind);
    }

    /// Takes out the versions of a custom resource.
    pub(crate) fn remove_definition(&mut self, group: &str, plural: &str) {
        let gone =
            |kind: &Kind| kind.custom.is_some() && *kind.gvk.group == *group && *kind.plural == *plural;
        self.kinds.retain(|kind| !gone(kind));
        self.by_path.retain(|_, kind| !gone(kind));
    }

    /// Serves what this definition defines.
    pub(crate) fn add_definition(&mut self, definition: &Value) {
        let text = |path: &[&str]| definition.str_at(path).unwrap_or("").to_owned();
        self.remove_definition(&text(&["spec", "group"]), &text(&["spec", "names", "plural"]));
        let versions = definition.at(&["spec", "versions"]).and_then(Value::as_list).unwrap_or_default();
        let mut found = custom_resources(definition);
        found.sort_by(|a, b| version_order(&b.gvk.version, &a.gvk.version));
        for resource in found {
            let Some(version) =
                versions.iter().find(|one| one.str_at(&["name"]) == Some(&resource.gvk.version))
            else {
                continue;
            };
            let schema = version.at(&["schema", "openAPIV3Schema"]);
            let keep_all =
                definition.at(&["spec", "preserveUnknownFields"]).and_then(Value::as_bool) == Some(true);
            let custom = Custom {
                columns: custom_columns(version),
                scale: version.at(&["subresources", "scale"]).and_then(scale),
                schema: schema.cloned(),
                selectable: selectable(version),
            };
            self.add(Arc::new(Kind::custom(&resource, schema.filter(|_| !keep_all), custom)));
        }
    }

    /// The kind of this path.
    pub(crate) fn find(&self, group: &str, version: &str, plural: &str) -> Option<&Arc<Kind>> {
        self.by_path.get(&(group.to_owned(), version.to_owned(), plural.to_owned()))
    }

    /// The preferred version of this group and plural.
    pub(crate) fn of_plural(&self, group: &str, plural: &str) -> Option<&Arc<Kind>> {
        self.kinds.iter().find(|kind| *kind.gvk.group == *group && *kind.plural == *plural)
    }

    /// The preferred version of this group and kind.
    pub(crate) fn of_kind(&self, group: &str, kind: &str) -> Option<&Arc<Kind>> {
        self.kinds.iter().find(|one| one.is(group, kind))
    }

    /// All kinds in the order of discovery.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Kind>> {
        self.kinds.iter()
    }

    /// The groups, and for each its versions, in the order of discovery.
    pub(crate) fn groups(&self) -> Vec<(String, Vec<String>)> {
        let mut out: Vec<(String, Vec<String>)> = Vec::new();
        for kind in &self.kinds {
            let version = kind.gvk.version.to_string();
            match out.iter_mut().find(|(group, _)| **group == *kind.gvk.group) {
                Some((_, versions)) if versions.contains(&version) => {}
                Some((_, versions)) => versions.push(version),
                None => out.push((kind.gvk.group.to_string(), vec![version])),
            }
        }
        for (_, versions) in &mut out {
            versions.sort_by(|a, b| version_order(b, a));
        }
        let rank =
            |group: &str| FIRST_GROUPS.iter().position(|one| *one == group).unwrap_or(FIRST_GROUPS.len());
        out.sort_by_key(|(group, _)| rank(group));
        out
    }
}

/// Stable versions above betas above alphas, higher numbers above lower ones, all else by name.
fn version_order(a: &str, b: &str) -> std::cmp::Ordering {
    let rank = |version: &str| -> Option<(u8, u64, u64)> {
        let rest = version.strip_prefix('v')?;
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (major, rest) = rest.split_at(digits);
        let major = major.parse().ok()?;
        let (stage, minor) = match (rest.strip_prefix("beta"), rest.strip_prefix("alpha")) {
            (Some(minor), _) => (1, minor.parse().ok()?),
            (_, Some(minor)) => (0, minor.parse().ok()?),
            _ if rest.is_empty() => (2, 0),
            _ => return None,
        };
        Some((stage, major, minor))
    };
    rank(a).cmp(&rank(b)).then_with(|| b.cmp(a))
}

fn selectable(version: &Value) -> Vec<String> {
    let list = version.get("selectableFields").and_then(Value::as_list).unwrap_or_default();
    list.iter().filter_map(|one| one.str_at(&["jsonPath"])).map(str::to_owned).collect()
}

fn scale(scale: &Value) -> Option<Scale> {
    let path = |key: &str| -> Option<Vec<Key>> {
        let text = scale.str_at(&[key])?;
        Some(text.trim_start_matches('.').split('.').map(Key::new).collect())
    };
    Some(Scale {
        spec: path("specReplicasPath")?,
        status: path("statusReplicasPath")?,
        selector: path("labelSelectorPath"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stable_versions_come_first() {
        let mut versions = ["v1beta1", "v2", "v1", "foo", "v1alpha2", "v10", "v1beta2"];
        versions.sort_by(|a, b| version_order(b, a));
        assert_eq!(versions, ["v10", "v2", "v1", "v1beta2", "v1beta1", "v1alpha2", "foo"]);
    }
}
