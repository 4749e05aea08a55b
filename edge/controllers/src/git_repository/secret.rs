//! Credentials from the Secrets that a repository names.

use base64::Engine as _;
use weir_api::GitRepository;
use weir_cluster::{ApiError, Cluster};
use weir_yaml::Value;

/// What the Secrets hold. Never printed.
#[derive(Default)]
pub(super) struct Credentials {
    pub(super) user: Option<(String, String)>,
    pub(super) bearer: Option<String>,
    pub(super) ca: Option<Vec<u8>>,
    pub(super) proxy: Option<String>,
}

/// Why there are none: not the server's failure but what the Secret lacks.
pub(super) struct Unusable(pub(super) String);

/// Reads `spec.secretRef` and `spec.proxySecretRef`.
pub(super) async fn read(
    cluster: &Cluster,
    repository: &GitRepository,
) -> Result<Result<Credentials, Unusable>, ApiError> {
    let namespace = &repository.metadata.namespace;
    let mut credentials = Credentials::default();
    if let Some(named) = &repository.spec.secret_ref {
        let Some(secret) = secret(cluster, namespace, &named.name).await? else {
            return Ok(Err(missing(namespace, &named.name)));
        };
        if let Err(cause) = credentials.take(&secret, &repository.spec.url) {
            return Ok(Err(Unusable(format!("Secret '{namespace}/{}': {cause}", named.name))));
        }
    }
    if let Some(named) = &repository.spec.proxy_secret_ref {
        let Some(secret) = secret(cluster, namespace, &named.name).await? else {
            return Ok(Err(missing(namespace, &named.name)));
        };
        let Some(address) = text(&secret, "address") else {
            let cause = format!("Secret '{namespace}/{}' has no key 'address'", named.name);
            return Ok(Err(Unusable(cause)));
        };
        credentials.proxy = Some(with_user(&address, text(&secret, "username"), text(&secret, "password")));
    }
    Ok(Ok(credentials))
}

fn missing(namespace: &str, name: &str) -> Unusable {
    Unusable(format!("failed to get secret '{namespace}/{name}': secrets \"{name}\" not found"))
}

async fn secret(cluster: &Cluster, namespace: &str, name: &str) -> Result<Option<Value>, ApiError> {
    let resource = cluster.resource("v1", "Secret").await?;
    cluster.get(&resource, namespace, name).await
}

fn bytes(secret: &Value, key: &str) -> Option<Vec<u8>> {
    base64::engine::general_purpose::STANDARD.decode(secret.str_at(&["data", key])?).ok()
}

fn text(secret: &Value, key: &str) -> Option<String> {
    let text = String::from_utf8(bytes(secret, key)?).ok()?;
    Some(text.trim_end_matches('\n').to_string())
}

impl Credentials {
    fn take(&mut self, secret: &Value, url: &str) -> Result<(), String> {
        self.ca = bytes(secret, "ca.crt").or_else(|| bytes(secret, "caFile"));
        self.bearer = text(secret, "bearerToken");
        self.user = text(secret, "username").zip(text(secret, "password"));
        let has = |key: &str| secret.at(&["data", key]).is_some();
        if has("tls.crt") || has("githubAppID") {
            return Err("not supported yet: client certificates and GitHub Apps".into());
        }
        if self.bearer.is_none() && self.user.is_none() && self.ca.is_none() && url.starts_with("http") {
            let found: Vec<_> = secret
                .get("data")
                .and_then(Value::as_map)
                .into_iter()
                .flat_map(|map| map.keys())
                .map(ToString::to_string)
                .collect();
            return Err(format!(
                "it needs the keys 'username' and 'password', or 'bearerToken', or 'ca.crt'; it has {}",
                if found.is_empty() { "none".to_string() } else { found.join(", ") }
            ));
        }
        Ok(())
    }
}

fn with_user(address: &str, user: Option<String>, password: Option<String>) -> String {
    match (address.split_once("://"), user) {
        (Some((scheme, rest)), Some(user)) => {
            format!("{scheme}://{user}:{}@{rest}", password.unwrap_or_default())
        }
        _ => address.to_string(),
    }
}
