//! What stands under `sops`: for whom a document is, what of it is encrypted, and its seal. All versions since 3.0.

use crate::error::SecretError;
use crate::recipient::Recipient;
use crate::rule::{Rule, RuleFault};
use crate::time;
use crate::tree::{Branch, Item, Node};

/// The version of sops whose format we write.
pub const SOPS_VERSION: &str = "3.13.3";

/// One way to the data key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyEntry {
    /// Whom it is for.
    pub recipient: Recipient,
    /// When it was made, in RFC 3339; age has none.
    pub created_at: String,
    /// The data key, or its share, encrypted.
    pub encrypted: String,
}

/// All of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Metadata {
    /// Groups of keys; of each group one key is needed.
    pub groups: Vec<Vec<KeyEntry>>,
    /// How many groups are needed, where there are several. Nothing for all.
    pub threshold: usize,
    /// When it was changed last, in RFC 3339.
    pub last_modified: String,
    /// The seal, encrypted.
    pub mac: String,
    /// Which values are encrypted.
    pub rule: Rule,
    /// The seal is over encrypted values only.
    pub mac_only_encrypted: bool,
    /// Which version of sops wrote it.
    pub version: String,
}

/// The kinds of keys in the order in which sops keeps them in a group.
const KINDS: [&str; 7] = ["kms", "gcp_kms", "hckms", "azure_kv", "hc_vault", "pgp", "age"];

impl Metadata {
    /// From the map under `sops`.
    pub(crate) fn of(branch: &Branch) -> Result<Self, SecretError> {
        let found = |key: &str| crate::tree::find(branch, key);
        let text = |key: &str| found(key).map(text_of).transpose().map(Option::unwrap_or_default);
        let own = group(branch)?;
        let groups = match found("key_groups") {
            Some(groups) if own.is_empty() => many(groups)
                .iter()
                .map(|one| {
                    if let Node::Map(branch) = one {
                        group(branch)
                    } else {
                        Err(wrong("a key group is no map"))
                    }
                })
                .collect::<Result<Vec<_>, _>>()?,
            _ => vec![own],
        };
        if groups.iter().all(Vec::is_empty) {
            return Err(wrong("No keys found in file"));
        }
        let rule = Rule::one_of(|key| found(key).and_then(Node::as_str)).map_err(|fault| match fault {
            RuleFault::Several => wrong(
                "Cannot use more than one of encrypted_suffix, unencrypted_suffix, encrypted_regex, \
                 unencrypted_regex, encrypted_comment_regex, or unencrypted_comment_regex in the same file",
            ),
            RuleFault::Pattern(cause) => wrong(&cause),
        })?;
        let last_modified = text("lastmodified")?;
        let threshold = found("shamir_threshold").map(number_of).transpose()?.unwrap_or_default();
        Ok(Self {
            groups,
            threshold,
            last_modified: moment("lastmodified", &last_modified)?,
            mac: text("mac")?,
            rule,
            mac_only_encrypted: found("mac_only_encrypted").is_some_and(truth_of),
            version: text("version")?,
        })
    }

    /// As the map under `sops`, its keys in order.
    pub(crate) fn branch(&self) -> Branch {
        let mut branch = if let [group] = self.groups.as_slice() {
            group_branch(group, false)
        } else {
            let groups = self.groups.iter().map(|group| Node::Map(group_branch(group, true))).collect();
            vec![Item::Entry("key_groups".to_string(), Node::List(groups))]
        };
        let mut add = |key: &str, value: Node| branch.push(Item::Entry(key.to_string(), value));
        add("lastmodified", self.last_modified.as_str().into());
        add("mac", self.mac.as_str().into());
        add("version", self.version.as_str().into());
        if !self.rule.text().is_empty() {
            add(self.rule.kind().name(), self.rule.text().into());
        }
        if self.mac_only_encrypted {
            add("mac_only_encrypted", Node::Bool(true));
        }
        if self.threshold != 0 {
            add("shamir_threshold", Node::Int(i64::try_from(self.threshold).unwrap_or(i64::MAX)));
        }
        sorted(branch)
    }

    /// Everybody who can open it.
    pub fn recipients(&self) -> impl Iterator<Item = &Recipient> {
        self.groups.iter().flatten().map(|entry| &entry.recipient)
    }

    /// Everybody, group by group.
    #[must_use]
    pub fn recipient_groups(&self) -> Vec<Vec<Recipient>> {
        let group = |group: &Vec<KeyEntry>| group.iter().map(|entry| entry.recipient.clone()).collect();
        self.groups.iter().map(group).collect()
    }

    /// How many groups are needed.
    #[must_use]
    pub fn needed(&self) -> usize {
        if self.threshold == 0 { self.groups.len() } else { self.threshold }
    }
}

fn wrong(cause: &str) -> SecretError {
    SecretError::Metadata(cause.to_string())
}

fn sorted(mut branch: Branch) -> Branch {
    branch.sort_by(|one, other| one.entry().map(|entry| entry.0).cmp(&other.entry().map(|entry| entry.0)));
    branch
}

fn moment(key: &str, text: &str) -> Result<String, SecretError> {
    time::without_fraction(text).ok_or_else(|| {
        wrong(&format!(
            "parsing time {text:?} as \"2006-01-02T15:04:05Z07:00\": {key} is no time of RFC 3339"
        ))
    })
}

/// A list, or one value that stands for a list of it.
fn many(node: &Node) -> Vec<&Node> {
    match node {
        Node::List(_) => node.items().collect(),
        Node::Map(branch) if branch.iter().any(|item| item.entry().is_some()) => vec![node],
        _ => Vec::new(),
    }
}

/// Formats without types have texts for everything, and the other way round.
fn text_of(node: &Node) -> Result<String, SecretError> {
    Ok(match node {
        Node::Text(text) | Node::Time(text) => {
            text.as_str().ok_or_else(|| wrong("it is not UTF-8"))?.to_string()
        }
        Node::Int(number) => number.to_string(),
        Node::Float(number) => number.to_string(),
        Node::Bool(flag) => if *flag { "1" } else { "0" }.to_string(),
        Node::Null => String::new(),
        Node::List(_) | Node::Map(_) | Node::Comment(_) => {
            return Err(wrong(&format!("expected type 'string', got {}", node.kind())));
        }
    })
}

fn number_of(node: &Node) -> Result<usize, SecretError> {
    let number = match node {
        Node::Int(number) => usize::try_from(*number).ok(),
        Node::Float(number) if number.fract() == 0.0 && (0.0..1e9).contains(number) => Some(*number as usize),
        Node::Null => Some(0),
        other => other.as_str().and_then(|text| if text.is_empty() { Some(0) } else { text.parse().ok() }),
    };
    number.filter(|number| *number <= 255).ok_or_else(|| wrong("shamir_threshold is no number from 0 to 255"))
}

fn truth_of(node: &Node) -> bool {
    match node {
        Node::Bool(flag) => *flag,
        Node::Int(number) => *number != 0,
        other => matches!(other.as_str(), Some("1" | "t" | "T" | "true" | "TRUE" | "True")),
    }
}

fn group(branch: &Branch) -> Result<Vec<KeyEntry>, SecretError> {
    let mut entries = Vec::new();
    for kind in KINDS {
        for one in crate::tree::find(branch, kind).map(many).unwrap_or_default() {
            let Node::Map(branch) = one else { return Err(wrong(&format!("an entry of {kind} is no map"))) };
            entries.push(entry(kind, branch)?);
        }
    }
    Ok(entries)
}

fn entry(kind: &str, branch: &Branch) -> Result<KeyEntry, SecretError> {
    let found = |key: &str| crate::tree::find(branch, key);
    let text = |key: &str| found(key).map(text_of).transpose().map(Option::unwrap_or_default);
    let named = |key: &str| -> Result<String, SecretError> {
        let text = text(key)?;
        if text.is_empty() {
            Err(wrong(&format!("an entry of {kind} names nobody: it has no {key}")))
        } else {
            Ok(text)
        }
    };
    let recipient = match kind {
        "age" => Recipient::Age(named("recipient")?),
        "pgp" => Recipient::Pgp(named("fp")?),
        "kms" => Recipient::Kms {
            arn: named("arn")?,
            role: text("role")?,
            context: found("context").map(context).transpose()?.unwrap_or_default(),
            aws_profile: text("aws_profile")?,
        },
        "gcp_kms" => Recipient::GcpKms(named("resource_id")?),
        "azure_kv" => Recipient::AzureKv {
            vault_url: named("vault_url")?,
            name: text("name")?,
            version: text("version")?,
        },
        "hc_vault" => Recipient::HcVault {
            address: named("vault_address")?,
            engine_path: text("engine_path")?,
            key_name: text("key_name")?,
        },
        _ => Recipient::huawei(&named("key_id")?).map_err(|cause| wrong(&cause))?,
    };
    let created_at = text("created_at")?;
    let encrypted = text("enc")?;
    // Who was only named by now has neither.
    let has_moment = kind != "age" && !(encrypted.is_empty() && created_at.is_empty());
    let created_at = if has_moment { moment("created_at", &created_at)? } else { String::new() };
    Ok(KeyEntry { recipient, created_at, encrypted })
}

fn context(node: &Node) -> Result<Vec<(String, String)>, SecretError> {
    let Node::Map(branch) = node else { return Ok(Vec::new()) };
    let entries = branch.iter().filter_map(Item::entry);
    let mut context: Vec<_> = entries
        .map(|(key, value)| Ok((key.to_string(), text_of(value)?)))
        .collect::<Result<_, SecretError>>()?;
    context.sort();
    Ok(context)
}

fn group_branch(group: &[KeyEntry], is_one_of_several: bool) -> Branch {
    let mut branch = Branch::new();
    for kind in KINDS {
        let own = group.iter().filter(|entry| entry.recipient.kind() == kind);
        let own: Vec<_> = own.map(|entry| Node::Map(entry_branch(entry))).collect();
        // Where there are several groups, sops writes these two even if they are empty.
        if !own.is_empty() || is_one_of_several && matches!(kind, "age" | "hc_vault") {
            branch.push(Item::Entry(kind.to_string(), Node::List(own)));
        }
    }
    sorted(branch)
}

fn entry_branch(entry: &KeyEntry) -> Branch {
    let mut fields = vec![("enc", entry.encrypted.as_str())];
    if !matches!(entry.recipient, Recipient::Age(_)) {
        fields.push(("created_at", &entry.created_at));
    }
    let mut known = Vec::new();
    match &entry.recipient {
        Recipient::Age(text) => fields.push(("recipient", text)),
        Recipient::Pgp(text) => fields.push(("fp", text)),
        Recipient::GcpKms(text) => fields.push(("resource_id", text)),
        Recipient::HcKms(text) => fields.push(("key_id", text)),
        Recipient::AzureKv { vault_url, name, version } => {
            fields.extend([("vault_url", vault_url.as_str()), ("name", name), ("version", version)]);
        }
        Recipient::HcVault { address, engine_path, key_name } => fields.extend([
            ("vault_address", address.as_str()),
            ("engine_path", engine_path),
            ("key_name", key_name),
        ]),
        Recipient::Kms { arn, role, context, aws_profile } => {
            fields.extend([("arn", arn.as_str()), ("aws_profile", aws_profile)]);
            if !role.is_empty() {
                fields.push(("role", role));
            }
            known.clone_from(context);
        }
    }
    let text = |(key, value): (&str, &str)| Item::Entry(key.to_string(), value.into());
    let mut branch: Branch = fields.into_iter().map(text).collect();
    if !known.is_empty() {
        let context = known.iter().map(|(key, value)| text((key, value))).collect();
        branch.push(Item::Entry("context".to_string(), Node::Map(context)));
    }
    sorted(branch)
}
