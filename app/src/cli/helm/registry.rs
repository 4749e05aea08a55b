//! Logins at registries.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Log in to registries and out
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  echo \"$GITHUB_TOKEN\" | weir helm registry login ghcr.io -u me --password-stdin
  weir helm registry logout ghcr.io")]
pub(crate) struct Registry {
    #[command(subcommand)]
    pub(crate) what: RegistryWhat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RegistryWhat {
    Login(Login),
    Logout(Logout),
}

/// Log in to a registry, and keep the login
#[derive(Debug, Args)]
pub(crate) struct Login {
    /// The registry
    pub(crate) host: String,
    /// User
    #[arg(short, long, value_name = "NAME")]
    pub(crate) username: Option<String>,
    /// Password; others see it in the list of processes
    #[arg(short, long, value_name = "TEXT")]
    pub(crate) password: Option<String>,
    /// Read the password from standard input
    #[arg(long)]
    pub(crate) password_stdin: bool,
    /// Trust any certificate
    #[arg(long)]
    pub(crate) insecure: bool,
    /// Certificate to show
    #[arg(long, value_name = "FILE")]
    pub(crate) cert_file: Option<PathBuf>,
    /// Key of that certificate
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// Certificate authorities to trust
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Speak without TLS
    #[arg(long)]
    pub(crate) plain_http: bool,
}

/// Forget the login at a registry
#[derive(Debug, Args)]
pub(crate) struct Logout {
    /// The registry
    pub(crate) host: String,
}
