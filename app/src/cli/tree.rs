//! `weir tree`.

use clap::{Args, Subcommand};

/// Show what a unit owns
#[derive(Debug, Args)]
pub(crate) struct Tree {
    #[command(subcommand)]
    pub(crate) what: TreeWhat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TreeWhat {
    Kustomization(TreeKustomization),
}

/// Show what a Kustomization owns, through the Kustomizations that it owns
#[derive(Debug, Args)]
#[command(visible_alias = "ks", after_help = "Examples:\n  weir tree ks flux-system --compact")]
pub(crate) struct TreeKustomization {
    /// Its name
    pub(crate) name: String,
    /// Only Flux resources
    #[arg(long)]
    pub(crate) compact: bool,
    /// Output format instead of a drawing
    #[arg(short, long, value_enum)]
    pub(crate) output: Option<TreeFormat>,
}

/// How a tree is printed for machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum TreeFormat {
    Json,
    Yaml,
}
