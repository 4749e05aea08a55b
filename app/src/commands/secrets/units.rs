//! Units of a repository, as far as secrets go: which files are theirs, and which Secret they take keys from.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use weir_secrets::Keys;
use weir_yaml::{Dialect, Value};

/// A Kustomization of Flux.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Unit {
    pub(super) file: PathBuf,
    pub(super) namespace: String,
    pub(super) name: String,
    /// What it applies, below the root.
    pub(super) path: PathBuf,
    pub(super) decrypts: bool,
    pub(super) secret: Option<String>,
    /// The whole of it.
    pub(super) object: Value,
    /// The files that it reads; nothing if it cannot be built.
    pub(super) reads: Option<BTreeSet<PathBuf>>,
}

impl Unit {
    /// `namespace/name`.
    pub(super) fn called(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }

    /// Whether a file is its. One that cannot be built is only asked for files below its path.
    pub(super) fn has(&self, file: &Path, below_root: &Path) -> bool {
        match &self.reads {
            Some(reads) => reads.contains(file),
            None => self.decrypts && below_root.starts_with(&self.path),
        }
    }
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
        match object.str_at(&["kind"]) {
            _ if is_unit(object) => objects.units.push(unit(file, object)),
            Some("Secret") => objects.secrets.push(secret(file, object)),
            _ => {}
        }
    }
    objects
}

fn text(object: &Value, at: &[&str]) -> String {
    object.str_at(at).unwrap_or_default().to_string()
}

/// Whether an object is a Kustomization of Flux.
pub(super) fn is_unit(object: &Value) -> bool {
    let version = object.str_at(&["apiVersion"]).unwrap_or_default();
    object.str_at(&["kind"]) == Some("Kustomization") && version.starts_with("kustomize.toolkit.fluxcd.io/")
}

/// The directory that a unit applies, below the root.
pub(super) fn path(unit: &Value) -> PathBuf {
    let path = text(unit, &["spec", "path"]);
    PathBuf::from(path.trim_start_matches("./").trim_matches('/'))
}

/// What a unit says.
pub(super) fn unit(file: &Path, object: &Value) -> Unit {
    Unit {
        file: file.to_path_buf(),
        namespace: text(object, &["metadata", "namespace"]),
        name: text(object, &["metadata", "name"]),
        path: path(object),
        decrypts: object.str_at(&["spec", "decryption", "provider"]) == Some("sops"),
        secret: object.str_at(&["spec", "decryption", "secretRef", "name"]).map(str::to_string),
        object: object.clone(),
        reads: None,
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
