//! Data keys that the transit engine of HashiCorp Vault or OpenBao opens and closes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use weir_secrets::{KeyEntry, Recipient, Remote};
use weir_yaml::{Value, from_json, to_json};
use zeroize::Zeroizing;

use crate::web::{Access, Cause, Client, Patience, Request};

/// Answers are short.
const LARGEST: u64 = 1 << 20;

/// A way to Vault. Which one it is stands in each key.
pub struct Vault {
    token: Zeroizing<String>,
    namespace: Option<String>,
    access: Access,
}

impl Vault {
    /// With a token, in a namespace if there is one.
    #[must_use]
    pub fn new(token: &str, namespace: Option<String>, access: Access) -> Self {
        Self { token: Zeroizing::new(token.trim().to_string()), namespace, access }
    }

    /// Asks the engine to do something with a value, and takes a field of its answer.
    fn ask(
        &self,
        recipient: &Recipient,
        (verb, field): (&str, &str),
        (answer, body): (&str, &str),
    ) -> Option<Result<Zeroizing<String>, String>> {
        let Recipient::HcVault { address, engine_path, key_name } = recipient else { return None };
        let (address, engine) = (address.trim_end_matches('/'), engine_path.trim_matches('/'));
        let path = format!("{engine}/{verb}/{key_name}");
        let asked = self.post(&format!("{address}/v1/{path}"), field, body).and_then(|bytes| {
            let said = from_json(&bytes).map_err(|error| error.to_string())?;
            let value = said.str_at(&["data", answer]).map(|text| Zeroizing::new(text.to_string()));
            value.ok_or_else(|| format!("the answer has no {answer}"))
        });
        Some(asked.map_err(|cause| {
            format!(
                "failed to {verb} sops data key with Vault transit backend '{path}' at {address}: {cause}"
            )
        }))
    }

    fn post(&self, url: &str, field: &str, text: &str) -> Result<Zeroizing<Vec<u8>>, String> {
        let client = Client::new(&self.access, Patience::default())?;
        let body = Zeroizing::new(to_json(&Value::from([(field, text)])));
        let mut headers = vec![
            ("Content-Type", "application/json".to_string()),
            ("X-Vault-Request", "true".to_string()),
            ("X-Vault-Token", self.token.to_string()),
        ];
        headers.extend(self.namespace.iter().map(|namespace| ("X-Vault-Namespace", namespace.clone())));
        let request =
            Request { method: "PUT", url, headers, body: Some(body.as_bytes()), ..Request::default() };
        client.exchange(&request, |mut answer| answer.bytes(LARGEST).map(Zeroizing::new)).map_err(|error| {
            match error.cause {
                Cause::Status(403, words) => format!(
                    "403 Forbidden: {words}; look at the token (VAULT_TOKEN, ~/.vault-token or sops.vault-token) and its policy"
                ),
                cause => cause.to_string(),
            }
        })
    }
}

impl Remote for Vault {
    fn open(&self, entry: &KeyEntry) -> Option<Result<Zeroizing<Vec<u8>>, String>> {
        let plain = self.ask(&entry.recipient, ("decrypt", "ciphertext"), ("plaintext", &entry.encrypted))?;
        Some(plain.and_then(|text| {
            STANDARD.decode(text.as_bytes()).map(Zeroizing::new).map_err(|error| error.to_string())
        }))
    }

    fn close(&self, recipient: &Recipient, part: &[u8]) -> Option<Result<String, String>> {
        let plain = Zeroizing::new(STANDARD.encode(part));
        let closed = self.ask(recipient, ("encrypt", "plaintext"), ("ciphertext", &plain))?;
        Some(closed.map(|text| text.to_string()))
    }
}
