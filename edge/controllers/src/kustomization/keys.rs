//! Keys of what is encrypted, from the Secret that a unit names, or from the one for all units.

use std::sync::Arc;

use base64::Engine as _;
use weir_cluster::ApiError;
use weir_delivery::{Decryption, Keys, KeysState};
use weir_fetch::{Access, Vault};
use weir_yaml::Value;
use zeroize::Zeroizing;

use super::Run;

impl Run<'_> {
    /// A Secret that is missing is followed, as sources of variables are.
    pub(super) async fn keys(&mut self, decryption: &Decryption) -> Result<KeysState, ApiError> {
        let own = decryption.secret.as_ref().map(|name| (self.unit.metadata.namespace.clone(), name.clone()));
        let Some((namespace, name)) = own.or_else(|| self.context.settings.age_secret.clone()) else {
            return Ok(KeysState::Found(Keys::default()));
        };
        let cluster = &self.context.cluster;
        let resource = cluster.resource("v1", "Secret").await?;
        let secret = {
            let _permit = self.context.requests.acquire().await;
            cluster.get(&resource, &namespace, &name).await?
        };
        self.await_object(&resource, ("Secret", &namespace, &name), secret.as_ref());
        let Some(secret) = secret else {
            let cause = format!(
                "cannot get sops decryption Secret '{namespace}/{name}': secrets \"{name}\" not found"
            );
            return Ok(KeysState::Failed(cause));
        };
        Ok(read(&secret).map_or_else(
            |cause| {
                KeysState::Failed(format!("{cause} data from sops decryption Secret '{namespace}/{name}'"))
            },
            KeysState::Found,
        ))
    }
}

/// The keys in a Secret, each in a file whose name says of what kind it is.
fn read(secret: &Value) -> Result<Keys, String> {
    let mut keys = Keys::default();
    for (name, value) in secret.get("data").and_then(Value::as_map).into_iter().flat_map(|map| map.iter()) {
        let name = name.as_str();
        let failed = |cause: String| format!("failed to import '{name}' ({cause})");
        let decoded = base64::engine::general_purpose::STANDARD.decode(value.as_str().unwrap_or_default());
        if name.ends_with(".agekey") {
            let text = decoded.ok().and_then(|bytes| String::from_utf8(bytes).ok());
            let text = Zeroizing::new(text.ok_or_else(|| failed("it is no text".to_string()))?);
            keys.add_age(&text).map_err(|error| failed(error.to_string()))?;
        } else if name.ends_with(".asc") && Keys::HAS_PGP {
            let bytes = decoded.map_err(|_| failed("it is no base64".to_string()))?;
            keys.add_pgp(&bytes).map_err(|error| failed(error.to_string()))?;
        } else if name == "sops.vault-token" {
            let text = decoded.ok().and_then(|bytes| String::from_utf8(bytes).ok());
            let text = Zeroizing::new(text.ok_or_else(|| failed("it is no text".to_string()))?);
            keys.add_remote(Arc::new(Vault::new(&text, None, Access::default())));
        } else if name.ends_with(".asc") || name.starts_with("sops.") {
            keys.note(format!("not supported yet: '{name}' of the decryption Secret"));
        } else {
            keys.note(format!(
                "'{name}' of the decryption Secret is not looked at: names of keys end in .agekey"
            ));
        }
    }
    Ok(keys)
}
