//! `weir secrets`, in the words of sops, and what sops does not have.

mod care;
mod keys;
mod sops;

use std::path::PathBuf;

use clap::{Args, Subcommand};

pub(crate) use care::{Check, Diff, Doctor, Init, InstallHooks, Merge};
pub(crate) use keys::{Groups, GroupsAdd, GroupsDelete, GroupsWhat, KeysArgs, NewKeys, Rotate, UpdateKeys};
pub(crate) use sops::{
    Decrypt, Edit, Encrypt, EncryptRule, ExecEnv, ExecFile, FileStatus, InType, Set, Types, Unset,
};

/// Secrets in Git, encrypted as sops does it
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  weir secrets init
  weir secrets encrypt -i apps/podinfo/secret.yaml
  weir secrets edit apps/podinfo/secret.yaml
  weir secrets doctor")]
pub(crate) struct Secrets {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) what: SecretsWhat,
}

/// Flags of all commands about secrets.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// The rules; without it, the nearest .sops.yaml here or above
    #[arg(long, global = true, env = "SOPS_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Spaces that YAML and JSON are indented with
    #[arg(long, global = true, value_name = "N")]
    pub(crate) indent: Option<usize>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SecretsWhat {
    Encrypt(Encrypt),
    Decrypt(Decrypt),
    Edit(Edit),
    Set(Set),
    Unset(Unset),
    Rotate(Box<Rotate>),
    #[command(name = "updatekeys")]
    UpdateKeys(UpdateKeys),
    Groups(Groups),
    ExecEnv(ExecEnv),
    ExecFile(ExecFile),
    #[command(name = "filestatus")]
    FileStatus(FileStatus),
    Keys(KeysArgs),
    Init(Init),
    Doctor(Doctor),
    Check(Check),
    Diff(Diff),
    Merge(Merge),
    InstallHooks(InstallHooks),
    /// Takes away what another command leaves behind when it is killed
    #[command(hide = true)]
    Sweep {
        /// The directory that goes
        directory: PathBuf,
    },
    /// Show a file in plain to `git diff`
    #[command(hide = true)]
    Textconv {
        /// The file
        file: PathBuf,
    },
}
