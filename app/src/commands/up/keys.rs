//! Sandbox only: the key of whoever runs it stands for the Secrets with keys that units name.
//!
//! It is in the memory of this process and nowhere else.

use std::collections::BTreeSet;
use std::path::Path;

use weir_cluster::Cluster;
use weir_delivery::Keys;
use weir_yaml::Value;

use super::apply::HOW;
use crate::commands::kind::KUSTOMIZATION;
use crate::commands::secrets::keyring;
use crate::exit::Failure;
use crate::output::say;

/// Under which name the key stands in the Secrets.
const NAME: &str = "sandbox.agekey";

/// A key, and the Secrets that it was put into.
pub(super) struct GivenKeys {
    text: String,
    given: BTreeSet<(String, String)>,
}

impl GivenKeys {
    /// The key of this file, or one in the checkout, or of the places where sops looks; nothing if there is none.
    pub(super) fn find(file: Option<&Path>, root: &Path) -> Result<Option<Self>, Failure> {
        let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let text = match (file, beside(root), set("SOPS_AGE_KEY"), set("SOPS_AGE_KEY_FILE")) {
            (Some(file), ..) => read(file)?,
            (None, Some(text), ..) | (None, None, Some(text), _) => text,
            (None, None, None, Some(file)) => read(Path::new(&file))?,
            (None, None, None, None) => {
                match keyring::default_file().and_then(|file| std::fs::read_to_string(file).ok()) {
                    Some(text) => text,
                    None => return Ok(None),
                }
            }
        };
        let place = file.map_or("the key of age".to_string(), |file| file.display().to_string());
        Keys::default().add_age(&text).map_err(|error| Failure::new(format!("{place}: {error}")))?;
        Ok(Some(Self { text, given: BTreeSet::new() }))
    }

    /// Makes the Secrets that units name and nobody has made. True if there were some.
    pub(super) async fn give(&mut self, cluster: &Cluster) -> Result<bool, Failure> {
        let kustomizations = KUSTOMIZATION.served(cluster).await?;
        let units = cluster.list(&kustomizations, "", "").await?;
        let secrets = cluster.resource("v1", "Secret").await?;
        let mut is_new = false;
        for unit in &units {
            let (Some(namespace), Some(name)) = (
                unit.str_at(&["metadata", "namespace"]),
                unit.str_at(&["spec", "decryption", "secretRef", "name"]),
            ) else {
                continue;
            };
            let key = (namespace.to_string(), name.to_string());
            if self.given.contains(&key) || cluster.get_metadata(&secrets, namespace, name).await?.is_some() {
                continue;
            }
            let mut secret = Value::from([("apiVersion", "v1"), ("kind", "Secret")]);
            secret.set_at(&["metadata", "name"], name);
            secret.set_at(&["metadata", "namespace"], namespace);
            secret.set_at(&["stringData", NAME], self.text.as_str());
            cluster.apply(&secrets, &secret, HOW).await?;
            say(&format!(
                "► Secret/{namespace}/{name} is not in the repository: your key of age stands for it"
            ));
            self.given.insert(key);
            is_new = true;
        }
        Ok(is_new)
    }
}

fn read(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|error| Failure::new(format!("{}: {error}", file.display())))
}

/// Names under which people keep a key in their checkout, ignored by Git.
const BESIDE: [&str; 2] = ["age.agekey", "age.key"];

/// The key of the checkout. It is meant for it, whatever other keys its user has.
fn beside(root: &Path) -> Option<String> {
    BESIDE.iter().find_map(|name| std::fs::read_to_string(root.join(name)).ok())
}
