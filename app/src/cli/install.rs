//! `weir install`.

use clap::Args;

/// Install Weir in a cluster, or print what that needs
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  weir install --kubeconfig ~/.kube/config
  weir install --dry-run
  weir install --export > weir.yaml")]
pub(crate) struct Install {
    /// Print the manifests instead
    #[arg(long)]
    pub(crate) export: bool,
    /// Ask the cluster what would change, and change nothing
    #[arg(long, conflicts_with = "export")]
    pub(crate) dry_run: bool,
    /// Install although the Flux controllers run there
    #[arg(long)]
    pub(crate) force: bool,
    /// Image of the controller
    #[arg(long, value_name = "IMAGE", default_value = concat!("ghcr.io/weir-gitops/weir:v", env!("CARGO_PKG_VERSION")))]
    pub(crate) image: String,
}
