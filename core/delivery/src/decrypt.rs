//! Opening what is encrypted: files that generators and patches read before the build, objects after it.
//!
//! Nothing decrypted is written anywhere: files are opened in a tree that lives as long as the build.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use weir_files::{Bytes, Diagnostic, Place, RootedPath, Tree};
use weir_plan::Desired;
use weir_secrets::{Format, Integrity, Keys, SecretError, decrypt_bytes, is_encrypted};
use weir_yaml::{Dialect, Value};

use crate::recipe::Recipe;

/// No encrypted file is larger.
const LARGEST: usize = 5 << 20;

/// How a unit opens what is encrypted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decryption {
    /// The Secret with keys, in the namespace of the unit; nothing if only keys for all units count.
    pub secret: Option<String>,
    /// Nothing is opened: what is encrypted is only covered up.
    pub masks: bool,
}

/// What is known of the keys of a unit.
#[derive(Debug, Clone)]
pub enum KeysState {
    /// These.
    Found(Keys),
    /// They cannot be had.
    Failed(String),
}

/// The tree with the files in plain that the kustomizations below a directory read as secrets or patches.
pub(crate) fn sources(tree: &Tree, dir: &RootedPath, keys: &Keys) -> Result<Tree, Vec<Diagnostic>> {
    let mut opened =
        Opened { tree, keys, contents: BTreeMap::new(), problems: Vec::new(), seen: BTreeSet::new() };
    opened.directory(dir);
    match (opened.problems, opened.contents) {
        (problems, _) if !problems.is_empty() => Err(problems),
        (_, contents) if contents.is_empty() => Ok(tree.clone()),
        (_, contents) => Ok(tree.with_contents(contents)),
    }
}

struct Opened<'a> {
    tree: &'a Tree,
    keys: &'a Keys,
    contents: BTreeMap<RootedPath, Bytes>,
    problems: Vec<Diagnostic>,
    seen: BTreeSet<RootedPath>,
}

impl Opened<'_> {
    /// What cannot be read here is left to the build, which says it better.
    fn directory(&mut self, dir: &RootedPath) {
        if !self.seen.insert(dir.clone()) {
            return;
        }
        let Ok(Some(file)) = weir_kustomize::kustomization_file(self.tree, dir) else { return };
        let Ok(bytes) = self.tree.read(&file) else { return };
        let Ok(text) = std::str::from_utf8(&bytes) else { return };
        let Ok(kustomization) = weir_yaml::first_from_yaml(text, Dialect::V3) else { return };
        let list = |value: &Value, key: &str| -> Vec<Value> {
            value.get(key).and_then(Value::as_list).map(<[Value]>::to_vec).unwrap_or_default()
        };
        for generator in list(&kustomization, "secretGenerator") {
            for source in list(&generator, "files").iter().filter_map(Value::as_str) {
                let (key, path) = source.split_once('=').unwrap_or((source, source));
                self.file(dir, path, Format::of_path(key));
            }
            for path in list(&generator, "envs").iter().chain(generator.get("env")).filter_map(Value::as_str)
            {
                let format = Format::of_path(path);
                self.file(dir, path, if format == Format::Binary { Format::Dotenv } else { format });
            }
        }
        for patch in list(&kustomization, "patches") {
            if let Some(path) = patch.str_at(&["path"]).filter(|path| !path.contains("://")) {
                self.file(dir, path, Format::of_path(path));
            }
        }
        for key in ["resources", "bases", "components"] {
            for path in list(&kustomization, key).iter().filter_map(Value::as_str) {
                if let Ok(below) = dir.join(path)
                    && self.tree.is_dir(&below).unwrap_or_default()
                {
                    self.directory(&below);
                }
            }
        }
    }

    fn file(&mut self, dir: &RootedPath, path: &str, format: Format) {
        let Ok(file) = dir.join(path) else { return };
        let Ok(bytes) = self.tree.read(&file) else { return };
        if !format.marks(&bytes) {
            return;
        }
        let opened = if bytes.len() > LARGEST {
            Err(format!("it has more than {LARGEST} bytes"))
        } else {
            decrypt_bytes(&bytes, (format, format), self.keys).map_err(|error| error.to_string())
        };
        match opened {
            Ok(plain) => _ = self.contents.insert(file, Arc::from(plain.as_slice())),
            Err(cause) => self.problems.push(
                Diagnostic::error(format!("error decrypting sources: '{file}': {cause}")).at(Place::at(
                    file.as_str(),
                    1,
                    1,
                )),
            ),
        }
    }
}

/// What stands for an encrypted value where nobody opens it.
const MASK: &str = "**SOPS**";

fn mask(value: &mut Value, is_coded: bool) {
    match value {
        Value::Map(map) => {
            for (key, value) in map.iter_mut() {
                mask(value, is_coded || key.as_str() == "data");
            }
        }
        Value::List(_) => {
            for item in value.as_list_mut().into_iter().flatten() {
                mask(item, is_coded);
            }
        }
        Value::String(text) if weir_secrets::is_ciphertext(text) => {
            *value = if is_coded { Value::from(STANDARD.encode(MASK)) } else { Value::from(MASK) };
        }
        _ => {}
    }
}

/// Opens an object, or the encrypted files in the data of a Secret.
pub(crate) fn object(recipe: &Recipe, keys: &Keys, desired: &mut Desired) -> Result<(), Diagnostic> {
    if recipe.decryption.is_none() || recipe.owner.asks(&desired.object, "decrypt", "disabled") {
        return Ok(());
    }
    if recipe.decryption.as_ref().is_some_and(|decryption| decryption.masks) {
        mask(&mut desired.object, false);
        desired.object.remove_at(&["sops"]);
        return Ok(());
    }
    let id = &desired.id;
    let failed = |what: &str, error: SecretError| {
        desired.problem(format_args!(
            "decryption failed: failed to decrypt and format '{}/{}' {what}: {error}",
            id.namespace, id.name
        ))
    };
    if is_encrypted(&desired.object) {
        let plain = weir_secrets::decrypt(&desired.object, keys, Integrity::Unchecked)
            .map_err(|error| failed(&format!("{} data", id.kind), error))?;
        let place = desired.place.take();
        *desired = Desired::new(plain, place);
        return Ok(());
    }
    if &*id.kind != "Secret" {
        return Ok(());
    }
    let mut plain = Vec::new();
    for (key, value) in
        desired.object.get("data").and_then(Value::as_map).into_iter().flat_map(|map| map.iter())
    {
        // What is no base64 is refused by the server, in its own words.
        let Some(Ok(bytes)) = value.as_str().map(|text| STANDARD.decode(text)) else { continue };
        let Some(format) = Format::detect(&bytes) else { continue };
        let opened = decrypt_bytes(&bytes, (format, Format::of_path(key.as_str())), keys)
            .map_err(|error| failed(&format!("Secret field '{}'", key.as_str()), error))?;
        plain.push((key.to_string(), STANDARD.encode(&*opened)));
    }
    for (key, value) in plain {
        desired.object.set_at(&["data", &key], value);
    }
    Ok(())
}
