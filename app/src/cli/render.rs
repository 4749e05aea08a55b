//! `weir build` and `weir kustomize`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Render without a cluster
#[derive(Debug, Args)]
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
  weir build kustomization apps --path ./apps --kustomization-file clusters/home/apps.yaml")]
pub(crate) struct BuildKustomization {
    /// Name of the Kustomization
    pub(crate) name: String,
    /// Directory of the manifests
    #[arg(long, value_name = "DIR")]
    pub(crate) path: PathBuf,
    /// File that holds the Kustomization
    #[arg(long, value_name = "FILE")]
    pub(crate) kustomization_file: Option<PathBuf>,
    /// Do not ask a cluster for anything
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// Kustomize, with kustomize's own words
#[derive(Debug, Args)]
pub(crate) struct Kustomize {
    #[command(subcommand)]
    pub(crate) what: KustomizeWhat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KustomizeWhat {
    Build(KustomizeBuild),
}

/// Build a kustomization directory and print the objects
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  weir kustomize build apps/podinfo
  weir kustomize build overlays/prod -o prod.yaml")]
pub(crate) struct KustomizeBuild {
    /// Directory with a kustomization
    #[arg(default_value = ".")]
    pub(crate) dir: PathBuf,
    /// Write to this file instead
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Which files may be read: LoadRestrictionsRootOnly or LoadRestrictionsNone
    #[arg(long, value_name = "RULE", default_value = "LoadRestrictionsRootOnly")]
    pub(crate) load_restrictor: String,
}
