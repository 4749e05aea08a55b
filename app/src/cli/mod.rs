//! The command line: what can be said. What it does stands in `commands`.

mod controller;
mod events;
mod get;
mod install;
mod reconcile;
mod render;
mod toggle;
mod tree;
mod up;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::connect::ClusterArgs;
use crate::output::Format;

pub(crate) use controller::Controller;
pub(crate) use events::Events;
pub(crate) use get::{Get, GetArtifacts, GetImages, GetName, GetSources, GetWhat};
pub(crate) use install::Install;
pub(crate) use reconcile::{Reconcile, ReconcileImage, ReconcileSource, ReconcileWhat};
pub(crate) use render::{Build, BuildKustomization, BuildWhat, Kustomize, KustomizeBuild, KustomizeWhat};
pub(crate) use toggle::{Names, Resume, Suspend, ToggleImage, ToggleSource, ToggleWhat};
pub(crate) use tree::{Tree, TreeFormat, TreeKustomization, TreeWhat};
pub(crate) use up::Up;

/// GitOps for Kubernetes in one small binary: renders a Flux repository as the cluster will, shows what a change
/// does, and keeps the cluster true to Git.
#[derive(Debug, Parser)]
#[command(name = "weir", version, propagate_version = true, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Everything that can be asked for.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Up(Up),
    Build(Build),
    Kustomize(Kustomize),
    Get(Get),
    Reconcile(Reconcile),
    Suspend(Suspend),
    Resume(Resume),
    Tree(Tree),
    Events(Events),
    Controller(Controller),
    /// Fetch or pack for a controller
    #[command(hide = true)]
    Errand,
    Install(Install),
    Version(Version),
    Completion(Completion),
}

/// Print the version
#[derive(Debug, Args)]
pub(crate) struct Version {
    /// Only our own
    #[arg(long)]
    pub(crate) client: bool,
    /// Output format
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,
}

/// Print a completion script
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  weir completion bash > /etc/bash_completion.d/weir")]
pub(crate) struct Completion {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

/// The arguments; a link named `kustomize` means `weir kustomize`.
pub(crate) fn arguments() -> Vec<OsString> {
    let mut arguments: Vec<_> = std::env::args_os().collect();
    let name = arguments.first().and_then(|path| PathBuf::from(path).file_name().map(OsString::from));
    if name.is_some_and(|name| name == "kustomize") {
        arguments.insert(1, "kustomize".into());
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
