//! `weir secrets`, in the words of sops, and what sops does not have.

mod alone;
mod care;
mod keys;
mod sops;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Known;

pub(crate) use alone::words;
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

impl Secrets {
    /// The command with nothing else around it.
    pub(crate) fn command(name: &'static str) -> clap::Command {
        let command = clap::Command::new("sops").bin_name(name).max_term_width(100);
        Self::augment_args(command).arg_required_else_help(true)
    }

    /// What is said to one file after the other.
    pub(crate) fn alone(arguments: &[OsString]) -> Option<Self> {
        const KNOWN: [Known; 8] = [
            ("encrypt", Encrypt::augment_args),
            ("decrypt", Decrypt::augment_args),
            ("edit", Edit::augment_args),
            ("set", Set::augment_args),
            ("unset", Unset::augment_args),
            ("exec-env", ExecEnv::augment_args),
            ("exec-file", ExecFile::augment_args),
            ("filestatus", FileStatus::augment_args),
        ];
        super::alone(Global::augment_args(clap::Command::new("sops")), &KNOWN, arguments)
    }
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
    /// Kinds of keys that are tried first, with commas
    #[arg(long, global = true, env = "SOPS_DECRYPTION_ORDER", value_name = "KINDS")]
    pub(crate) decryption_order: Option<String>,
    /// Nothing: everything that there is to say is said
    #[arg(long, global = true, hide = true)]
    pub(crate) verbose: bool,
    /// Other processes that have keys
    #[arg(long, global = true, hide = true, value_name = "URL")]
    pub(crate) keyservice: Vec<String>,
    /// Whether keys at hand are used
    #[arg(
        long,
        global = true,
        hide = true,
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_value_t = true,
        default_missing_value = "true"
    )]
    pub(crate) enable_local_keyservice: bool,
}

/// Words of a command that does nothing yet.
#[derive(Debug, Args)]
pub(crate) struct Anything {
    /// All of them
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) words: Vec<OsString>,
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
    /// Publish files to a destination
    #[command(hide = true)]
    Publish(Anything),
    /// Give keys to other processes
    #[command(name = "keyservice", hide = true)]
    KeyService(Anything),
    /// Show a file in plain to `git diff`
    #[command(hide = true)]
    Textconv {
        /// The file
        file: PathBuf,
    },
}
