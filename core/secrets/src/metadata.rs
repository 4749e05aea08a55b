//! What stands under `sops`: for whom a document is, what of it is encrypted, and its seal. All versions since 3.0.

use weir_yaml::Value;

use crate::error::SecretError;
use crate::rule::Rule;

/// One way to the data key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyEntry {
    /// `age`, `pgp`, `kms`, `gcp_kms`, `azure_kv`, `hc_vault` or `hckms`.
    pub kind: String,
    /// Whom it is for, as people call it.
    pub recipient: String,
    /// The data key, or its share, encrypted.
    pub encrypted: String,
}

/// The kinds of keys, and what names one.
const KINDS: [(&str, &[&str]); 7] = [
    ("age", &["recipient"]),
    ("pgp", &["fp"]),
    ("kms", &["arn"]),
    ("gcp_kms", &["resource_id"]),
    ("azure_kv", &["vault_url", "name", "version"]),
    ("hc_vault", &["vault_address", "engine_path", "key_name"]),
    ("hckms", &["key_id"]),
];

/// All of it.
#[derive(Debug, Clone)]
pub struct Metadata {
    /// Groups of keys; of each group one key is needed.
    pub groups: Vec<Vec<KeyEntry>>,
    /// How many groups are needed, where there are several.
    pub threshold: usize,
    /// When it was changed last, as written.
    pub last_modified: String,
    /// The seal, encrypted.
    pub mac: String,
    /// Which values are encrypted.
    pub(crate) rule: Rule,
    /// The seal is over encrypted values only.
    pub(crate) mac_only_encrypted: bool,
}

impl Metadata {
    /// From the value under `sops`.
    pub fn of(value: &Value) -> Result<Self, SecretError> {
        let wrong = |cause: &str| SecretError::Metadata(cause.to_string());
        if value.as_map().is_none() {
            return Err(wrong("it is no map"));
        }
        let text = |key: &str| value.str_at(&[key]).unwrap_or_default().to_string();
        let groups = match value.get("key_groups").and_then(Value::as_list) {
            Some(groups) if !groups.is_empty() => {
                groups.iter().map(entries).collect::<Result<Vec<_>, _>>()?
            }
            _ => vec![entries(value)?],
        };
        let threshold = value.get("shamir_threshold").and_then(Value::as_i64).unwrap_or_default();
        let threshold = usize::try_from(threshold).map_err(|_| wrong("shamir_threshold is negative"))?;
        let threshold = if threshold == 0 { groups.len() } else { threshold };
        Ok(Self {
            groups,
            threshold,
            last_modified: text("lastmodified"),
            mac: text("mac"),
            rule: Rule::of(value)?,
            mac_only_encrypted: value.get("mac_only_encrypted").and_then(Value::as_bool).unwrap_or_default(),
        })
    }

    /// Everybody who can open it.
    #[must_use]
    pub fn recipients(&self) -> Vec<String> {
        self.groups.iter().flatten().map(|entry| entry.recipient.clone()).collect()
    }
}

fn entries(group: &Value) -> Result<Vec<KeyEntry>, SecretError> {
    let mut all = Vec::new();
    for (kind, names) in KINDS {
        for entry in group.get(kind).and_then(Value::as_list).unwrap_or_default() {
            let text = |key: &str| entry.str_at(&[key]).unwrap_or_default().to_string();
            let recipient: Vec<_> =
                names.iter().map(|name| text(name)).filter(|part| !part.is_empty()).collect();
            if recipient.is_empty() {
                return Err(SecretError::Metadata(format!("an entry of {kind} names nobody")));
            }
            all.push(KeyEntry {
                kind: kind.to_string(),
                recipient: recipient.join("/"),
                encrypted: text("enc"),
            });
        }
    }
    Ok(all)
}
