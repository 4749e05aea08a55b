//! Units of a repository, as far as secrets go: which files are theirs, and which Secret they take keys from.

use std::path::{Path, PathBuf};

use weir_secrets::Keys;
use weir_yaml::{Dialect, Value};

/// A Kustomization of Flux.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unit {
    pub(super) file: PathBuf,
    pub(super) namespace: String,
    pub(super) name: String,
    /// What it applies, below the root.
    pub(super) path: PathBuf,
    pub(super) decrypts: bool,
    pub(super) secret: Option<String>,
}

/// A Secret that may hold keys: its file, and the names of its data.
#[derive(Debug, Clone)]
pub(super) struct KeySecret {
    pub(super) file: PathBuf,
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) data: Vec<String>,
    /// The public halves, where they can be told.
    pub(super) public: Vec<String>,
}

/// Units and Secrets of one file.
#[derive(Debug, Default)]
pub(super) struct Objects {
    pub(super) units: Vec<Unit>,
    pub(super) secrets: Vec<KeySecret>,
}

/// Reads what a file has of both. What cannot be read is left to `weir build`, which says it better.
pub(super) fn read(file: &Path, bytes: &[u8]) -> Objects {
    let mut objects = Objects::default();
    let Ok(text) = std::str::from_utf8(bytes) else { return objects };
    let Ok(documents) = weir_yaml::from_yaml(text, Dialect::V3) else { return objects };
    for object in &documents {
        let version = object.str_at(&["apiVersion"]).unwrap_or_default();
        match object.str_at(&["kind"]) {
            Some("Kustomization") if version.starts_with("kustomize.toolkit.fluxcd.io/") => {
                objects.units.push(unit(file, object));
            }
            Some("Secret") => objects.secrets.push(secret(file, object)),
            _ => {}
        }
    }
    objects
}

fn text(object: &Value, at: &[&str]) -> String {
    object.str_at(at).unwrap_or_default().to_string()
}

fn unit(file: &Path, object: &Value) -> Unit {
    let path = text(object, &["spec", "path"]);
    let path = path.trim_start_matches("./").trim_matches('/');
    Unit {
        file: file.to_path_buf(),
        namespace: text(object, &["metadata", "namespace"]),
        name: text(object, &["metadata", "name"]),
        path: PathBuf::from(path),
        decrypts: object.str_at(&["spec", "decryption", "provider"]) == Some("sops"),
        secret: object.str_at(&["spec", "decryption", "secretRef", "name"]).map(str::to_string),
    }
}

fn secret(file: &Path, object: &Value) -> KeySecret {
    let mut secret = KeySecret {
        file: file.to_path_buf(),
        namespace: text(object, &["metadata", "namespace"]),
        name: text(object, &["metadata", "name"]),
        data: Vec::new(),
        public: Vec::new(),
    };
    for field in ["data", "stringData"] {
        let map = object.get(field).and_then(Value::as_map);
        for (key, value) in map.into_iter().flat_map(|map| map.iter()) {
            secret.data.push(key.as_str().to_string());
            secret.public.extend(value.as_str().into_iter().flat_map(|text| public(field, text)));
        }
    }
    secret
}

/// The public halves of keys that stand in plain.
fn public(field: &str, text: &str) -> Vec<String> {
    use base64::Engine as _;
    let decoded = || {
        let bytes = base64::engine::general_purpose::STANDARD.decode(text).ok()?;
        String::from_utf8(bytes).ok()
    };
    let text = if field == "data" { decoded() } else { Some(text.to_string()) };
    let text = zeroize::Zeroizing::new(text.unwrap_or_default());
    let keys = text.lines().map(str::trim).filter(|line| line.starts_with("AGE-SECRET-KEY-"));
    keys.filter_map(Keys::public_of).collect()
}

/// Names of data that a unit takes keys from, as Flux knows them.
pub(super) fn is_key_name(name: &str) -> bool {
    const OTHERS: [&str; 4] = ["sops.vault-token", "sops.aws-kms", "sops.azure-kv", "sops.gcp-kms"];
    let is = |end: &str| name.ends_with(end);
    is(".agekey") || is(".asc") || OTHERS.contains(&name)
}

/// The units that apply a file: those with the longest path above it.
pub(super) fn of_file<'a>(units: &'a [Unit], below_root: &Path) -> Vec<&'a Unit> {
    let covers = |unit: &&Unit| below_root.starts_with(&unit.path);
    let longest = units.iter().filter(covers).map(|unit| unit.path.components().count()).max();
    units.iter().filter(covers).filter(|unit| Some(unit.path.components().count()) == longest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_of_the_units_with_the_longest_path() {
        let unit = |name: &str, path: &str| Unit {
            file: PathBuf::new(),
            namespace: String::new(),
            name: name.to_string(),
            path: PathBuf::from(path),
            decrypts: false,
            secret: None,
        };
        let units = [unit("all", ""), unit("apps", "apps"), unit("other", "apps/b"), unit("same", "apps")];
        let names = |path: &str| -> Vec<String> {
            of_file(&units, Path::new(path)).into_iter().map(|unit| unit.name.clone()).collect()
        };
        assert_eq!(names("apps/a/secret.yaml"), ["apps", "same"]);
        assert_eq!(names("apps/b/secret.yaml"), ["other"]);
        assert_eq!(names("infra/secret.yaml"), ["all"]);
    }
}
