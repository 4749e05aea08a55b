//! What sops does not have: a beginning, a look at everything, and Git.

use std::path::PathBuf;

use clap::Args;

use crate::output::Format;

/// Begin with secrets in a repository: a key, its Secret, .sops.yaml and .gitignore
#[derive(Debug, Args)]
#[command(
    after_help = "The private key goes to the place where sops looks for it, never into the repository. What exists stays.

Examples:
  weir secrets init
  weir secrets init clusters/home --namespace flux-system --secret sops-age"
)]
pub(crate) struct Init {
    /// The repository
    #[arg(default_value = ".")]
    pub(crate) directory: PathBuf,
    /// Where the private key is kept
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// Namespace of the Secret that units read the key from
    #[arg(long, default_value = "flux-system")]
    pub(crate) namespace: String,
    /// Name of that Secret
    #[arg(long, default_value = "sops-age")]
    pub(crate) secret: String,
    /// Print the Secret with the private key, for kubectl apply
    #[arg(long)]
    pub(crate) print_secret: bool,
}

/// Look at all secrets of a repository: who can read what, and what is wrong
#[derive(Debug, Args)]
#[command(after_help = "Nothing is decrypted but data keys. Fails if something is wrong.

Examples:
  weir secrets doctor
  weir secrets doctor -o json clusters/home")]
pub(crate) struct Doctor {
    /// The repository
    #[arg(default_value = ".")]
    pub(crate) directory: PathBuf,
    /// Output format
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,
}

/// Fail if something stands in plain that a rule wants encrypted; for hooks and CI
#[derive(Debug, Args)]
#[command(after_help = "No key is needed.

Examples:
  weir secrets check
  weir secrets check --staged")]
pub(crate) struct Check {
    /// Files or directories
    #[arg(default_value = ".")]
    pub(crate) files: Vec<PathBuf>,
    /// Look at what is about to be committed, not at the files
    #[arg(long)]
    pub(crate) staged: bool,
}

/// Compare encrypted files in plain
#[derive(Debug, Args)]
#[command(
    after_help = "With one file, it is compared with what Git has committed. Nothing is written anywhere.

Examples:
  weir secrets diff secret.yaml
  weir secrets diff --names-only old.yaml new.yaml"
)]
pub(crate) struct Diff {
    /// The file, or the older one
    pub(crate) file: PathBuf,
    /// The newer one
    pub(crate) other: Option<PathBuf>,
    /// Do not show values
    #[arg(long)]
    pub(crate) names_only: bool,
}

/// Merge encrypted files in plain, as a merge driver of Git
#[derive(Debug, Args)]
#[command(
    after_help = "Ours is written anew, encrypted; nothing in plain touches a disk. Where both sides changed the same value, ours stays,
the values are named and the command fails.

Examples:
  git config merge.weir-secrets.driver 'weir secrets merge %O %A %B --path %P'"
)]
pub(crate) struct Merge {
    /// What both began with
    pub(crate) base: PathBuf,
    /// Ours, where the result goes
    pub(crate) ours: PathBuf,
    /// Theirs
    pub(crate) theirs: PathBuf,
    /// The name of the file in the repository
    #[arg(long)]
    pub(crate) path: Option<PathBuf>,
}

/// Make Git check before commits, and diff and merge encrypted files in plain
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  weir secrets install-hooks")]
pub(crate) struct InstallHooks {
    /// The repository
    #[arg(default_value = ".")]
    pub(crate) directory: PathBuf,
}
