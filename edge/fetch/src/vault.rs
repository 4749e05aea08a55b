//! Data keys that the transit engine of HashiCorp Vault or OpenBao opens and closes. What is asked, `core/secrets` knows.

use weir_secrets::{KeyEntry, Recipient, Remote, VaultCall};
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

    fn ask(&self, call: &VaultCall) -> Result<Zeroizing<Vec<u8>>, String> {
        let client = Client::new(&self.access, Patience::default())?;
        let mut headers = vec![
            ("Content-Type", "application/json".to_string()),
            ("X-Vault-Request", "true".to_string()),
            ("X-Vault-Token", self.token.to_string()),
        ];
        headers.extend(self.namespace.iter().map(|namespace| ("X-Vault-Namespace", namespace.clone())));
        let request =
            Request { method: "PUT", url: &call.url, headers, body: Some(&call.body), ..Request::default() };
        let read = client.exchange(&request, |mut answer| answer.bytes(LARGEST).map(Zeroizing::new));
        read.map_err(|error| {
            let way_out = match error.cause {
                Cause::Status(403, _) => {
                    "; look at the token (VAULT_TOKEN, ~/.vault-token or sops.vault-token) and its policy"
                }
                _ => "",
            };
            format!("Vault does not answer at {}: {}{way_out}", call.url, error.cause)
        })
    }
}

impl Remote for Vault {
    fn open(&self, entry: &KeyEntry) -> Option<Result<Zeroizing<Vec<u8>>, String>> {
        let call = VaultCall::to_open(entry)?;
        Some(self.ask(&call).and_then(|answer| call.opened(&answer)))
    }

    fn close(&self, recipient: &Recipient, part: &[u8]) -> Option<Result<String, String>> {
        let call = VaultCall::to_close(recipient, part)?;
        Some(self.ask(&call).and_then(|answer| call.closed(&answer)))
    }
}
