//! `weir reconcile`.

use clap::{Args, Subcommand};

/// Ask for a reconciliation now and wait for it
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  weir reconcile kustomization apps --with-source
  weir reconcile source git flux-system")]
pub(crate) struct Reconcile {
    #[command(subcommand)]
    pub(crate) what: ReconcileWhat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ReconcileWhat {
    /// A Kustomization
    #[command(visible_alias = "ks")]
    Kustomization {
        #[command(flatten)]
        name: ReconcileName,
        /// Its source first
        #[arg(long)]
        with_source: bool,
    },
    /// A source
    Source {
        #[command(subcommand)]
        what: ReconcileSource,
    },
    /// A Helm release
    #[command(name = "helmrelease", visible_alias = "hr")]
    HelmRelease(ReconcileName),
    /// Something about images
    Image {
        #[command(subcommand)]
        what: ReconcileImage,
    },
    /// A receiver
    Receiver(ReconcileName),
}

#[derive(Debug, Subcommand)]
pub(crate) enum ReconcileSource {
    /// A Git repository
    Git(ReconcileName),
    /// An OCI repository
    Oci(ReconcileName),
    /// A bucket
    Bucket(ReconcileName),
    /// A Helm repository
    Helm(ReconcileName),
    /// A Helm chart
    Chart(ReconcileName),
}

#[derive(Debug, Subcommand)]
pub(crate) enum ReconcileImage {
    /// An image repository
    Repository(ReconcileName),
    /// An image policy
    Policy(ReconcileName),
    /// An image update automation
    Update(ReconcileName),
}

#[derive(Debug, Args)]
pub(crate) struct ReconcileName {
    /// Its name
    pub(crate) name: String,
}
