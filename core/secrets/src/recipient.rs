//! Whom a document is encrypted for: the seven kinds of keys that sops knows, each by its names.

use std::fmt;

/// A key that the data key is encrypted with. None of this is secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Recipient {
    /// age, by its public key: `age1..`, `age1pq1..` or a public key of SSH.
    Age(String),
    /// PGP, by its fingerprint.
    Pgp(String),
    /// AWS KMS.
    Kms {
        /// The key.
        arn: String,
        /// The role that may use it.
        role: String,
        /// What has to be said besides, in order.
        context: Vec<(String, String)>,
        /// The profile in the user's configuration.
        aws_profile: String,
    },
    /// Google Cloud KMS, by its resource.
    GcpKms(String),
    /// Azure Key Vault.
    AzureKv {
        /// Of the vault.
        vault_url: String,
        /// Of the key.
        name: String,
        /// Of the key.
        version: String,
    },
    /// The transit engine of HashiCorp Vault or OpenBao.
    HcVault {
        /// Where it is.
        address: String,
        /// Where the engine is mounted.
        engine_path: String,
        /// The key.
        key_name: String,
    },
    /// Huawei Cloud KMS, as `region:key`.
    HcKms(String),
}

impl Recipient {
    /// The name that sops gives this kind in a file.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Age(_) => "age",
            Self::Pgp(_) => "pgp",
            Self::Kms { .. } => "kms",
            Self::GcpKms(_) => "gcp_kms",
            Self::AzureKv { .. } => "azure_kv",
            Self::HcVault { .. } => "hc_vault",
            Self::HcKms(_) => "hckms",
        }
    }

    /// The same for people.
    #[must_use]
    pub fn title(&self) -> &'static str {
        match self {
            Self::Age(_) => "age",
            Self::Pgp(_) => "PGP",
            Self::Kms { .. } => "AWS KMS",
            Self::GcpKms(_) => "GCP KMS",
            Self::AzureKv { .. } => "Azure Key Vault",
            Self::HcVault { .. } => "HashiCorp Vault",
            Self::HcKms(_) => "Huawei Cloud KMS",
        }
    }

    /// age keys, separated by commas.
    pub fn age_list(text: &str) -> Result<Vec<Self>, String> {
        listed(text).map(Self::age).collect()
    }

    /// An age key, perhaps of a plugin. Whether it really is one shows when something is encrypted for it.
    pub fn age(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if !text.starts_with("age1") && !text.starts_with("ssh-") {
            return Err(format!("failed to parse input, unknown recipient type: {text:?}"));
        }
        Ok(Self::Age(text.to_string()))
    }

    /// Fingerprints of PGP keys, separated by commas.
    #[must_use]
    pub fn pgp_list(text: &str) -> Vec<Self> {
        listed(text).map(Self::pgp).collect()
    }

    /// The fingerprint of a PGP key.
    #[must_use]
    pub fn pgp(text: &str) -> Self {
        Self::Pgp(text.replace(' ', ""))
    }

    /// ARNs of AWS, separated by commas; each may have a role behind a `+`.
    #[must_use]
    pub fn kms_list(text: &str, context: &[(String, String)], aws_profile: &str) -> Vec<Self> {
        let made = |part: &str| {
            let part = part.replace(' ', "");
            let (arn, role) = match part.find("+arn:").filter(|at| *at > 0) {
                Some(at) => (part[..at].to_string(), part[at + 1..].to_string()),
                None => (part, String::new()),
            };
            Self::Kms { arn, role, context: context.to_vec(), aws_profile: aws_profile.to_string() }
        };
        listed(text).map(made).collect()
    }

    /// Resources of Google Cloud, separated by commas.
    #[must_use]
    pub fn gcp_list(text: &str) -> Vec<Self> {
        listed(text).map(|part| Self::GcpKms(part.replace(' ', ""))).collect()
    }

    /// Keys of Azure by their URLs, separated by commas.
    pub fn azure_list(text: &str) -> Result<Vec<Self>, String> {
        listed(text).map(Self::azure).collect()
    }

    fn azure(url: &str) -> Result<Self, String> {
        let wrong = || format!("could not parse {url:?} into a valid Azure Key Vault MasterKey");
        let rest = url.strip_prefix("https://").ok_or_else(wrong)?;
        let (host, rest) = rest.split_once("/keys/").ok_or_else(wrong)?;
        let (name, version) = rest.split_once('/').unwrap_or((rest, ""));
        if host.is_empty() || host.contains('/') || name.is_empty() || version.contains('/') {
            return Err(wrong());
        }
        Ok(Self::AzureKv {
            vault_url: format!("https://{host}"),
            name: name.to_string(),
            version: version.to_string(),
        })
    }

    /// Keys of Vault by their URLs, separated by commas.
    pub fn vault_list(text: &str) -> Result<Vec<Self>, String> {
        listed(text).map(Self::vault).collect()
    }

    /// A key of Vault: `https://address/v1/engine/keys/name`.
    pub fn vault(uri: &str) -> Result<Self, String> {
        let uri = uri.trim();
        let missing = || {
            format!(
                "missing scheme in vault URL (should be like this: https://vault.example.com:8200/v1/transit/keys/keyName), got: {uri}"
            )
        };
        let (scheme, rest) = uri.split_once("://").ok_or_else(missing)?;
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let wrong = || {
            format!(
                "vault path does not seem to be formatted correctly: (eg. https://vault.example.com:8200/v1/transit/keys/keyName), got: {uri}"
            )
        };
        let path = path.strip_prefix("v1/").ok_or_else(wrong)?;
        let (engine, key) = path.rsplit_once("/keys/").ok_or_else(wrong)?;
        if scheme.is_empty() || host.is_empty() || engine.is_empty() || key.is_empty() || key.contains('/') {
            return Err(wrong());
        }
        Ok(Self::HcVault {
            address: format!("{scheme}://{host}"),
            engine_path: engine.to_string(),
            key_name: key.to_string(),
        })
    }

    /// Keys of Huawei Cloud, separated by commas.
    pub fn huawei_list(text: &str) -> Result<Vec<Self>, String> {
        listed(text).map(Self::huawei).collect()
    }

    pub(crate) fn huawei(text: &str) -> Result<Self, String> {
        let wrong = || format!("invalid key ID format: expected 'region:key-uuid', got {text:?}");
        let (region, key) = text.split_once(':').ok_or_else(wrong)?;
        if region.trim().is_empty() || key.trim().is_empty() {
            return Err(wrong());
        }
        Ok(Self::HcKms(text.to_string()))
    }
}

fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty())
}

/// As sops names it in messages.
impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Age(text) | Self::Pgp(text) | Self::GcpKms(text) | Self::HcKms(text) => f.write_str(text),
            Self::Kms { arn, role, context, aws_profile } => {
                f.write_str(arn)?;
                if !role.is_empty() {
                    write!(f, "+{role}")?;
                }
                let context: Vec<_> = context.iter().map(|(key, value)| format!("{key}:{value}")).collect();
                if !aws_profile.is_empty() {
                    write!(f, "|{}|{aws_profile}", context.join(","))?;
                } else if !context.is_empty() {
                    write!(f, "|{}", context.join(","))?;
                }
                Ok(())
            }
            Self::AzureKv { vault_url, name, version } => write!(f, "{vault_url}/keys/{name}/{version}"),
            Self::HcVault { address, engine_path, key_name } => {
                write!(f, "{address}/v1/{engine_path}/keys/{key_name}")
            }
        }
    }
}

/// What changes from one list of groups to another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupDiff {
    /// Who can open it before and after.
    pub common: Vec<Recipient>,
    /// Who can only after.
    pub added: Vec<Recipient>,
    /// Who can only before.
    pub removed: Vec<Recipient>,
}

impl GroupDiff {
    /// True if nobody comes or goes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }
}

/// Group by group what changes; groups are compared by their place.
#[must_use]
pub fn diff_groups(before: &[Vec<Recipient>], after: &[Vec<Recipient>]) -> Vec<GroupDiff> {
    let nobody = Vec::new();
    let count = before.len().max(after.len());
    let pairs = (0..count).map(|at| (before.get(at).unwrap_or(&nobody), after.get(at).unwrap_or(&nobody)));
    let diff = |(before, after): (&Vec<Recipient>, &Vec<Recipient>)| {
        let named =
            |all: &[Recipient], one: &Recipient| all.iter().any(|own| own.to_string() == one.to_string());
        let split = |all: &[Recipient], others: &[Recipient], in_both: bool| {
            all.iter().filter(|one| named(others, one) == in_both).cloned().collect::<Vec<_>>()
        };
        GroupDiff {
            common: split(after, before, true),
            added: split(after, before, false),
            removed: split(before, after, false),
        }
    };
    pairs.map(diff).collect()
}
