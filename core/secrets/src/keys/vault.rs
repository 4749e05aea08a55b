//! What is asked of the transit engine of Vault or OpenBao. The asking itself is done elsewhere.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::metadata::KeyEntry;
use crate::recipient::Recipient;
use crate::stores;
use crate::tree::Node;

/// One call: a POST with a token in `X-Vault-Token`.
pub struct VaultCall {
    /// Where to.
    pub url: String,
    /// What with, as JSON.
    pub body: Zeroizing<Vec<u8>>,
    /// The path that messages name.
    path: String,
}

/// Its body may hold a key.
impl std::fmt::Debug for VaultCall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.url)
    }
}

impl VaultCall {
    /// The call that opens this entry, if it is one of Vault.
    #[must_use]
    pub fn to_open(entry: &KeyEntry) -> Option<Self> {
        Self::new(&entry.recipient, "decrypt", "ciphertext", entry.encrypted.as_bytes())
    }

    /// The call that closes a data key for this recipient, if it is one of Vault.
    #[must_use]
    pub fn to_close(recipient: &Recipient, part: &[u8]) -> Option<Self> {
        let digits = Zeroizing::new(STANDARD.encode(part));
        Self::new(recipient, "encrypt", "plaintext", digits.as_bytes())
    }

    fn new(recipient: &Recipient, what: &str, field: &str, value: &[u8]) -> Option<Self> {
        let Recipient::HcVault { address, engine_path, key_name } = recipient else { return None };
        let path = format!("{}/{what}/{key_name}", engine_path.trim_matches('/'));
        let body = stores::json_object(field, Node::Text(value.to_vec().into()));
        Some(Self { url: format!("{}/v1/{path}", address.trim_end_matches('/')), body, path })
    }

    /// The key in the answer to a call that opens.
    pub fn opened(&self, answer: &[u8]) -> Result<Zeroizing<Vec<u8>>, String> {
        let failed = |cause: &str| {
            format!("failed to decrypt sops data key from Vault transit backend '{}': {cause}", self.path)
        };
        let digits = field(answer, "plaintext", "no decrypted data").map_err(failed)?;
        let key = digits.as_str().and_then(|digits| STANDARD.decode(digits).ok());
        key.map(Zeroizing::new).ok_or_else(|| failed("cannot decode base64 plaintext into data key bytes"))
    }

    /// What stands in the file for a key, in the answer to a call that closes.
    pub fn closed(&self, answer: &[u8]) -> Result<String, String> {
        let failed = |cause: &str| {
            format!("failed to encrypt sops data key to Vault transit backend '{}': {cause}", self.path)
        };
        let closed = field(answer, "ciphertext", "no encrypted data").map_err(failed)?;
        let text = closed.as_str().map(str::to_string);
        text.ok_or_else(|| failed("encrypted ciphertext cannot be cast to string"))
    }
}

fn field(answer: &[u8], name: &str, missing: &'static str) -> Result<Node, &'static str> {
    let answer = stores::json_answer(answer).map_err(|_| "the answer is no JSON")?;
    let Some(data @ Node::Map(_)) = answer.get("data") else { return Err("transit backend is empty") };
    data.get(name).cloned().ok_or(missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipient() -> Recipient {
        Recipient::vault("https://vault:8200/v1/team/transit/keys/sops").unwrap()
    }

    #[test]
    fn calls_are_those_of_the_transit_engine() {
        let call = VaultCall::to_close(&recipient(), b"key").unwrap();
        assert_eq!(call.url, "https://vault:8200/v1/team/transit/encrypt/sops");
        assert_eq!(&*call.body, b"{\"plaintext\":\"a2V5\"}");
        assert!(!format!("{call:?}").contains("a2V5"));
        assert_eq!(call.closed(b"{\"data\":{\"ciphertext\":\"vault:v1:x\"}}").unwrap(), "vault:v1:x");
        let entry = KeyEntry {
            recipient: recipient(),
            created_at: "2020-01-01T00:00:00Z".into(),
            encrypted: "vault:v1:x".into(),
        };
        let call = VaultCall::to_open(&entry).unwrap();
        assert_eq!(&*call.body, b"{\"ciphertext\":\"vault:v1:x\"}");
        assert_eq!(*call.opened(b"{\"data\":{\"plaintext\":\"a2V5\"}}").unwrap(), b"key");
        let error = call.opened(b"{\"errors\":[]}").unwrap_err();
        assert_eq!(
            error,
            "failed to decrypt sops data key from Vault transit backend 'team/transit/decrypt/sops': transit backend is \
             empty"
        );
        assert!(VaultCall::to_close(&Recipient::pgp("AB"), b"").is_none());
    }
}
