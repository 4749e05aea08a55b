//! Keys: whom something is encrypted for, and how that changes.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{InType, Types};
use crate::output::Format;

/// What belongs to keys of AWS KMS.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Aws {
    /// Profile of AWS that keys of AWS KMS are used with
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    pub(crate) aws_profile: Option<String>,
    /// What has to be said with keys of AWS KMS, as key:value with commas
    #[arg(long, value_name = "PAIRS", hide_short_help = true)]
    pub(crate) encryption_context: Option<String>,
}

/// Whom something new is encrypted for. Without any, the rules say so.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct NewKeys {
    /// Keys of age, with commas
    #[arg(short, long, env = "SOPS_AGE_RECIPIENTS", value_name = "KEYS")]
    pub(crate) age: Option<String>,
    /// Fingerprints of PGP, with commas
    #[arg(short, long, env = "SOPS_PGP_FP", value_name = "KEYS")]
    pub(crate) pgp: Option<String>,
    /// URLs of keys in Vault, with commas
    #[arg(long, env = "SOPS_VAULT_URIS", value_name = "KEYS")]
    pub(crate) hc_vault_transit: Option<String>,
    /// ARNs of AWS KMS, with commas
    #[arg(short, long, env = "SOPS_KMS_ARN", value_name = "KEYS")]
    pub(crate) kms: Option<String>,
    #[command(flatten)]
    pub(crate) aws: Aws,
    /// Resources of GCP KMS, with commas
    #[arg(long, env = "SOPS_GCP_KMS_IDS", value_name = "KEYS")]
    pub(crate) gcp_kms: Option<String>,
    /// URLs of Azure Key Vault, with commas
    #[arg(long, env = "SOPS_AZURE_KEYVAULT_URLS", value_name = "KEYS")]
    pub(crate) azure_kv: Option<String>,
    /// Keys of Huawei Cloud KMS, with commas
    #[arg(long, env = "SOPS_HUAWEICLOUD_KMS_IDS", value_name = "KEYS")]
    pub(crate) hckms: Option<String>,
    /// How many groups of keys are needed
    #[arg(long, value_name = "N")]
    pub(crate) shamir_secret_sharing_threshold: Option<usize>,
}

/// Encrypt files anew, with new data keys
#[derive(Debug, Args)]
#[command(
    after_help = "With --leaving, every encrypted file below the directories is encrypted for everybody but that key, and the values are
listed that its owner has seen: those have to change.

Examples:
  weir secrets rotate -i secret.yaml
  weir secrets rotate -i --add-age age1... --rm-age age1... secret.yaml
  weir secrets rotate --leaving age1... ."
)]
pub(crate) struct Rotate {
    /// Files, directories or globs
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Write to the file itself
    #[arg(short, long)]
    pub(crate) in_place: bool,
    /// Write to this file
    #[arg(long, value_name = "FILE", conflicts_with = "in_place")]
    pub(crate) output: Option<PathBuf>,
    /// Somebody left: encrypt all files for the others
    #[arg(long, value_name = "KEY", conflicts_with = "output")]
    pub(crate) leaving: Option<String>,
    #[command(flatten)]
    pub(crate) types: Types,
    /// Take the format of this name
    #[arg(long, value_name = "FILE")]
    pub(crate) filename_override: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) aws: Aws,
    /// Keys of age to add, with commas
    #[arg(long, value_name = "KEYS")]
    pub(crate) add_age: Option<String>,
    /// Keys of age to take away, with commas
    #[arg(long, value_name = "KEYS")]
    pub(crate) rm_age: Option<String>,
    /// Fingerprints of PGP to add
    #[arg(long, value_name = "KEYS")]
    pub(crate) add_pgp: Option<String>,
    /// Fingerprints of PGP to take away
    #[arg(long, value_name = "KEYS")]
    pub(crate) rm_pgp: Option<String>,
    /// Keys in Vault to add
    #[arg(long, value_name = "KEYS")]
    pub(crate) add_hc_vault_transit: Option<String>,
    /// Keys in Vault to take away
    #[arg(long, value_name = "KEYS")]
    pub(crate) rm_hc_vault_transit: Option<String>,
    /// Keys of AWS KMS to add
    #[arg(long, value_name = "KEYS")]
    pub(crate) add_kms: Option<String>,
    /// Keys of AWS KMS to take away
    #[arg(long, value_name = "KEYS")]
    pub(crate) rm_kms: Option<String>,
    /// Keys of GCP KMS to add
    #[arg(long, value_name = "KEYS")]
    pub(crate) add_gcp_kms: Option<String>,
    /// Keys of GCP KMS to take away
    #[arg(long, value_name = "KEYS")]
    pub(crate) rm_gcp_kms: Option<String>,
    /// Keys of Azure Key Vault to add
    #[arg(long, value_name = "KEYS")]
    pub(crate) add_azure_kv: Option<String>,
    /// Keys of Azure Key Vault to take away
    #[arg(long, value_name = "KEYS")]
    pub(crate) rm_azure_kv: Option<String>,
    /// Keys of Huawei Cloud KMS to add
    #[arg(long, value_name = "KEYS")]
    pub(crate) add_hckms: Option<String>,
    /// Keys of Huawei Cloud KMS to take away
    #[arg(long, value_name = "KEYS")]
    pub(crate) rm_hckms: Option<String>,
    /// Encrypt what was changed without the key too
    #[arg(long)]
    pub(crate) ignore_mac: bool,
}

/// Give files to those whom the rules name
#[derive(Debug, Args)]
#[command(
    name = "updatekeys",
    after_help = "Examples:
  weir secrets updatekeys -y apps/*/secret.yaml"
)]
pub(crate) struct UpdateKeys {
    /// Files, directories or globs
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) input: InType,
    /// How many groups of keys are needed
    #[arg(long, value_name = "N")]
    pub(crate) shamir_secret_sharing_threshold: Option<usize>,
}

/// Add or delete groups of keys
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  weir secrets groups add -i -f secret.yaml --age age1... --shamir-secret-sharing-threshold 2
  weir secrets groups delete -i -f secret.yaml 1")]
pub(crate) struct Groups {
    #[command(subcommand)]
    pub(crate) what: GroupsWhat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum GroupsWhat {
    Add(Box<GroupsAdd>),
    Delete(GroupsDelete),
}

/// Add a group of keys to a file
#[derive(Debug, Args)]
pub(crate) struct GroupsAdd {
    /// The file
    #[arg(short, long)]
    pub(crate) file: PathBuf,
    /// Write to the file itself
    #[arg(short, long)]
    pub(crate) in_place: bool,
    #[command(flatten)]
    pub(crate) types: Types,
    #[command(flatten)]
    pub(crate) keys: NewKeys,
}

/// Delete a group of keys from a file
#[derive(Debug, Args)]
pub(crate) struct GroupsDelete {
    /// Which one, counted from 0
    pub(crate) index: usize,
    /// The file
    #[arg(short, long)]
    pub(crate) file: PathBuf,
    /// Write to the file itself
    #[arg(short, long)]
    pub(crate) in_place: bool,
    #[command(flatten)]
    pub(crate) types: Types,
    /// How many groups of keys are needed
    #[arg(long, value_name = "N")]
    pub(crate) shamir_secret_sharing_threshold: Option<usize>,
}

/// Say whose keys are at hand, and whom files are encrypted for
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  weir secrets keys
  weir secrets keys apps/podinfo/secret.yaml")]
pub(crate) struct KeysArgs {
    /// Files, directories or globs
    pub(crate) files: Vec<PathBuf>,
    /// Output format
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,
}
