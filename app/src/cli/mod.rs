//! The command line: what can be said. What it does stands in `commands`.

mod controller;
mod events;
mod get;
mod install;
pub(crate) mod kustomize;
mod reconcile;
mod render;
mod toggle;
mod tree;
mod up;

use std::ffi::OsString;
use std::path::Path;

use clap::{Args, FromArgMatches as _, Parser, Subcommand};

use crate::connect::ClusterArgs;
use crate::exit::Misuse;
use crate::output::Format;

pub(crate) use controller::Controller;
pub(crate) use events::Events;
pub(crate) use get::{Get, GetArtifacts, GetImages, GetName, GetSources, GetWhat};
pub(crate) use install::Install;
pub(crate) use kustomize::Kustomize;
pub(crate) use reconcile::{Reconcile, ReconcileImage, ReconcileSource, ReconcileWhat};
pub(crate) use render::{Build, BuildKustomization, BuildWhat};
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

/// What was asked for. A link named `kustomize` means `weir kustomize`.
pub(crate) fn parse() -> Result<Cli, Misuse> {
    let arguments: Vec<_> = std::env::args_os().collect();
    let name = arguments.first().and_then(|path| Path::new(path).file_stem());
    if name.is_some_and(|name| name == "kustomize") {
        return kustomize_alone("kustomize", &arguments);
    }
    if arguments.get(1).is_some_and(|word| word == "kustomize") {
        return kustomize_alone("weir kustomize", &arguments[1..]);
    }
    let cli = Cli::try_parse_from(&arguments).map_err(Misuse::of_weir)?;
    match arguments.iter().position(|word| word == "kustomize") {
        Some(at) if matches!(cli.command, Command::Kustomize(_)) => {
            kustomize_alone("weir kustomize", &arguments[at..])
        }
        _ => Ok(cli),
    }
}

/// Kustomize has words that mean something else to all other commands, `--namespace` above all.
fn kustomize_alone(name: &'static str, arguments: &[OsString]) -> Result<Cli, Misuse> {
    let matches = Kustomize::command(name).try_get_matches_from(arguments).map_err(Misuse::of_kustomize)?;
    let kustomize = Kustomize::from_arg_matches(&matches).map_err(Misuse::of_kustomize)?;
    Ok(Cli { cluster: ClusterArgs::default(), command: Command::Kustomize(kustomize) })
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
