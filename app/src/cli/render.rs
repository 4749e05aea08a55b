//! `weir build`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Render without a cluster
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  weir build kustomization apps --path ./clusters/home --kustomization-file apps.yaml --dry-run")]
pub(crate) struct Build {
    #[command(subcommand)]
    pub(crate) what: BuildWhat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum BuildWhat {
    Kustomization(BuildKustomization),
}

/// Render a Flux Kustomization as the controller would apply it
#[derive(Debug, Args)]
#[command(visible_aliases = ["ks"], after_help = "Examples:
  weir build kustomization apps --path ./apps --kustomization-file clusters/home/apps.yaml
  weir build kustomization apps --path ./apps --kustomization-file clusters/home/apps.yaml --decrypt")]
pub(crate) struct BuildKustomization {
    /// Name of the Kustomization
    pub(crate) name: String,
    /// Directory of the manifests
    #[arg(long, value_name = "DIR")]
    pub(crate) path: PathBuf,
    /// File that holds the Kustomization
    #[arg(long, value_name = "FILE")]
    pub(crate) kustomization_file: Option<PathBuf>,
    /// Do not ask a cluster for anything, and leave out what spec.postBuild.substituteFrom names
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Open what is encrypted with the keys at hand, and print it in plain; without it, values are covered up
    #[arg(long)]
    pub(crate) decrypt: bool,
    /// A key of age besides those that are found where sops looks
    #[arg(long, value_name = "FILE", requires = "decrypt")]
    pub(crate) age_key_file: Option<PathBuf>,
    /// Fail on variables without a value and without a default, even with --dry-run
    #[arg(long)]
    pub(crate) strict_substitute: bool,
}
