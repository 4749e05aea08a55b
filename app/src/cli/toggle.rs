//! `weir suspend` and `weir resume`.

use clap::{Args, Subcommand};

/// Suspend the reconciliation of resources
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  weir suspend kustomization apps
  weir suspend ks apps infrastructure
  weir suspend source git --all")]
pub(crate) struct Suspend {
    /// All of the namespace
    #[arg(long, global = true)]
    pub(crate) all: bool,
    #[command(subcommand)]
    pub(crate) what: ToggleWhat,
}

/// Resume the reconciliation of resources
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  weir resume kustomization apps
  weir resume ks --all --wait
  weir resume source git flux-system")]
pub(crate) struct Resume {
    /// All of the namespace
    #[arg(long, global = true)]
    pub(crate) all: bool,
    /// Wait until they are ready; done for a single name in any case
    #[arg(long, global = true)]
    pub(crate) wait: bool,
    #[command(subcommand)]
    pub(crate) what: ToggleWhat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ToggleWhat {
    /// Kustomizations
    #[command(visible_alias = "ks")]
    Kustomization(Names),
    /// Sources
    Source {
        #[command(subcommand)]
        what: ToggleSource,
    },
    /// Helm releases
    #[command(name = "helmrelease", visible_alias = "hr")]
    HelmRelease(Names),
    /// Image repositories, policies and update automations
    Image {
        #[command(subcommand)]
        what: ToggleImage,
    },
    /// Receivers
    Receiver(Names),
    /// Alerts
    Alert(Names),
    /// Providers of alerts
    AlertProvider(Names),
}

#[derive(Debug, Subcommand)]
pub(crate) enum ToggleSource {
    /// Git repositories
    Git(Names),
    /// OCI repositories
    Oci(Names),
    /// Buckets
    Bucket(Names),
    /// Helm repositories
    Helm(Names),
    /// Helm charts
    Chart(Names),
}

#[derive(Debug, Subcommand)]
pub(crate) enum ToggleImage {
    /// Image repositories
    Repository(Names),
    /// Image policies
    Policy(Names),
    /// Image update automations
    Update(Names),
}

#[derive(Debug, Args)]
pub(crate) struct Names {
    /// Their names
    pub(crate) names: Vec<String>,
}
