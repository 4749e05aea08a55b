//! What sops has: values and files.

use std::path::PathBuf;

use clap::Args;

use super::NewKeys;

/// The format of what is read.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct InType {
    /// Format of the file: yaml, json, dotenv, ini or binary; without it, its name says so
    #[arg(long, value_name = "FORMAT")]
    pub(crate) input_type: Option<String>,
}

/// The formats of what is read and written.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Types {
    #[command(flatten)]
    pub(crate) input: InType,
    /// Format of what is written; without it, that of the file
    #[arg(long, value_name = "FORMAT")]
    pub(crate) output_type: Option<String>,
}

/// Which values are encrypted. What is not said here stands in the rules.
#[derive(Debug, Default, Args)]
pub(crate) struct EncryptRule {
    /// Leave values whose keys end so as they are
    #[arg(long, value_name = "SUFFIX")]
    pub(crate) unencrypted_suffix: Option<String>,
    /// Encrypt values whose keys end so, and no others
    #[arg(long, value_name = "SUFFIX")]
    pub(crate) encrypted_suffix: Option<String>,
    /// Leave values whose keys match as they are
    #[arg(long, value_name = "REGEX")]
    pub(crate) unencrypted_regex: Option<String>,
    /// Encrypt values whose keys match, and no others
    #[arg(long, value_name = "REGEX")]
    pub(crate) encrypted_regex: Option<String>,
    /// Leave values with such a comment as they are
    #[arg(long, value_name = "REGEX")]
    pub(crate) unencrypted_comment_regex: Option<String>,
    /// Encrypt values with such a comment, and no others
    #[arg(long, value_name = "REGEX")]
    pub(crate) encrypted_comment_regex: Option<String>,
    /// Seal only what is encrypted
    #[arg(long)]
    pub(crate) mac_only_encrypted: bool,
}

/// Encrypt files
#[derive(Debug, Args)]
#[command(
    after_help = "All files are encrypted, or none if something is wrong with one of them. A directory means the files below it
that a rule of .sops.yaml is for and that are not encrypted.

Examples:
  weir secrets encrypt secret.yaml > secret.enc.yaml
  weir secrets encrypt -i apps/*/secret.yaml
  weir secrets encrypt --age age1... --encrypted-regex '^(data|stringData)$' secret.yaml
  kubectl create secret generic x --from-literal=a=b --dry-run=client -o yaml |
    weir secrets encrypt --filename-override secret.yaml"
)]
pub(crate) struct Encrypt {
    /// Files, directories or globs; without any, standard input
    pub(crate) files: Vec<PathBuf>,
    /// Write to the file itself
    #[arg(short, long)]
    pub(crate) in_place: bool,
    /// Write to this file
    #[arg(long, value_name = "FILE", conflicts_with = "in_place")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) types: Types,
    #[command(flatten)]
    pub(crate) keys: NewKeys,
    #[command(flatten)]
    pub(crate) rule: EncryptRule,
    /// Take the rules and the format of this name
    #[arg(long, value_name = "FILE")]
    pub(crate) filename_override: Option<PathBuf>,
}

/// Decrypt files
#[derive(Debug, Args)]
#[command(
    after_help = "Several files are printed one after another, each under its name. A directory means the encrypted files below it.

Examples:
  weir secrets decrypt secret.yaml
  weir secrets decrypt --extract '[\"stringData\"][\"password\"]' secret.yaml
  weir secrets decrypt --output-type json secret.yaml
  weir secrets decrypt clusters/home"
)]
pub(crate) struct Decrypt {
    /// Files, directories or globs; without any, standard input
    pub(crate) files: Vec<PathBuf>,
    /// Write to the file itself
    #[arg(short, long)]
    pub(crate) in_place: bool,
    /// Print only this value
    #[arg(long, value_name = "PATH")]
    pub(crate) extract: Option<String>,
    /// Write to this file
    #[arg(long, value_name = "FILE", conflicts_with = "in_place")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) types: Types,
    /// Decrypt what was changed without the key too
    #[arg(long)]
    pub(crate) ignore_mac: bool,
    /// Take the format of this name
    #[arg(long, value_name = "FILE")]
    pub(crate) filename_override: Option<PathBuf>,
}

/// Edit an encrypted file, or begin one
#[derive(Debug, Args)]
#[command(
    after_help = "The editor is SOPS_EDITOR, EDITOR, vim, nano or vi. What it sees lives in memory and goes when it ends, however it ends.

Examples:
  weir secrets edit apps/podinfo/secret.yaml"
)]
pub(crate) struct Edit {
    /// The file
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) types: Types,
    #[command(flatten)]
    pub(crate) keys: NewKeys,
    #[command(flatten)]
    pub(crate) rule: EncryptRule,
    /// Edit what was changed without the key too
    #[arg(long)]
    pub(crate) ignore_mac: bool,
    /// Show for whom and how the file is encrypted, too, to be changed as well
    #[arg(short, long)]
    pub(crate) show_master_keys: bool,
}

/// Set a value of an encrypted file
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  weir secrets set secret.yaml '[\"stringData\"][\"password\"]' '\"new\"'
  pass show db | jq -R . | weir secrets set --value-stdin secret.yaml '[\"stringData\"][\"password\"]'")]
pub(crate) struct Set {
    /// The file
    pub(crate) file: PathBuf,
    /// The way to the value, such as `["key"][0]`
    pub(crate) index: String,
    /// The value as JSON, or the file that it stands in
    #[arg(required_unless_present = "value_stdin", allow_hyphen_values = true)]
    pub(crate) value: Option<String>,
    #[command(flatten)]
    pub(crate) types: Types,
    /// The value is the name of the file that it stands in
    #[arg(long, conflicts_with = "value_stdin")]
    pub(crate) value_file: bool,
    /// Read the value from standard input
    #[arg(long, conflicts_with = "value")]
    pub(crate) value_stdin: bool,
    /// Set it in a file that was changed without the key too
    #[arg(long)]
    pub(crate) ignore_mac: bool,
    /// Nothing: sops takes it, too
    #[arg(long, value_name = "N", hide = true)]
    pub(crate) shamir_secret_sharing_threshold: Option<usize>,
    /// Leave the file alone if the value is there
    #[arg(long)]
    pub(crate) idempotent: bool,
}

/// Take a value of an encrypted file away
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  weir secrets unset secret.yaml '[\"stringData\"][\"password\"]'")]
pub(crate) struct Unset {
    /// The file
    pub(crate) file: PathBuf,
    /// The way to the value, such as `["key"][0]`
    pub(crate) index: String,
    #[command(flatten)]
    pub(crate) types: Types,
    /// Take it from a file that was changed without the key too
    #[arg(long)]
    pub(crate) ignore_mac: bool,
    /// Nothing: sops takes it, too
    #[arg(long, value_name = "N", hide = true)]
    pub(crate) shamir_secret_sharing_threshold: Option<usize>,
    /// Do nothing if it is not there
    #[arg(long)]
    pub(crate) idempotent: bool,
}

/// Run a command with decrypted values in its environment
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  weir secrets exec-env secret.env 'restic snapshots'")]
pub(crate) struct ExecEnv {
    /// The file
    pub(crate) file: PathBuf,
    /// The command, for a shell
    pub(crate) command: String,
    #[command(flatten)]
    pub(crate) input: InType,
    /// Give it nothing of our own environment
    #[arg(long)]
    pub(crate) pristine: bool,
    /// Become the command
    #[arg(long)]
    pub(crate) same_process: bool,
    /// The user that runs it
    #[arg(long, value_name = "NAME")]
    pub(crate) user: Option<String>,
    /// Do not wait for it
    #[arg(long)]
    pub(crate) background: bool,
}

/// Run a command with a decrypted file at hand
#[derive(Debug, Args)]
#[command(
    after_help = "The command finds the name of the file where it says {}. It can be read once, unless --no-fifo or
--background is given; it goes when the command ends.

Examples:
  weir secrets exec-file kubeconfig.yaml 'kubectl --kubeconfig={} get nodes'"
)]
pub(crate) struct ExecFile {
    /// The file
    pub(crate) file: PathBuf,
    /// The command, for a shell
    pub(crate) command: String,
    #[command(flatten)]
    pub(crate) types: Types,
    /// A file in memory that can be read again
    #[arg(long)]
    pub(crate) no_fifo: bool,
    /// The name that it has
    #[arg(long, value_name = "NAME")]
    pub(crate) filename: Option<String>,
    /// The user that runs it
    #[arg(long, value_name = "NAME")]
    pub(crate) user: Option<String>,
    /// Do not wait for it
    #[arg(long)]
    pub(crate) background: bool,
}

/// Say whether a file is encrypted
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  weir secrets filestatus secret.yaml")]
pub(crate) struct FileStatus {
    /// The file
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) input: InType,
}
