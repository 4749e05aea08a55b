//! The command line: what can be said. What it does stands in `commands`.

mod controller;
mod events;
mod get;
pub(crate) mod helm;
mod install;
pub(crate) mod kustomize;
mod reconcile;
mod render;
pub(crate) mod secrets;
mod toggle;
mod tree;
mod up;

use std::ffi::OsString;
use std::path::Path;

use clap::{Args, CommandFactory as _, FromArgMatches, Parser, Subcommand};

use crate::connect::ClusterArgs;
use crate::exit::Misuse;
use crate::output::Format;

pub(crate) use controller::Controller;
pub(crate) use events::Events;
pub(crate) use get::{Get, GetArtifacts, GetImages, GetName, GetSources, GetWhat};
pub(crate) use helm::Helm;
pub(crate) use install::Install;
pub(crate) use kustomize::Kustomize;
pub(crate) use reconcile::{Reconcile, ReconcileImage, ReconcileSource, ReconcileWhat};
pub(crate) use render::{Build, BuildKustomization, BuildWhat};
pub(crate) use secrets::Secrets;
pub(crate) use toggle::{Names, Resume, Suspend, ToggleImage, ToggleSource, ToggleWhat};
pub(crate) use tree::{Tree, TreeFormat, TreeKustomization, TreeWhat};
pub(crate) use up::Up;

/// GitOps for Kubernetes in one small binary: renders a Flux repository as the cluster will, shows what a change
/// does, and keeps the cluster true to Git.
#[derive(Debug, Parser)]
#[command(
    name = "weir",
    version,
    propagate_version = true,
    max_term_width = 100,
    after_help = "Examples:
  weir up --sandbox --once .
  weir kustomize build apps/podinfo
  weir get kustomizations -A"
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Cli {
    /// Any one command but those that have words of their own.
    fn alone(arguments: &[OsString]) -> Option<Self> {
        const KNOWN: [Known; 12] = [
            ("up", Up::augment_args),
            ("build", Build::augment_args),
            ("get", Get::augment_args),
            ("reconcile", Reconcile::augment_args),
            ("suspend", Suspend::augment_args),
            ("resume", Resume::augment_args),
            ("tree", Tree::augment_args),
            ("events", Events::augment_args),
            ("controller", Controller::augment_args),
            ("errand", |errand| errand),
            ("install", Install::augment_args),
            ("version", Version::augment_args),
        ];
        alone(ClusterArgs::augment_args(clap::Command::new("weir")), &KNOWN, arguments)
    }

    fn of_secrets(secrets: Secrets) -> Self {
        Self { cluster: ClusterArgs::default(), command: Command::Secrets(Box::new(secrets)) }
    }
}

/// Everything that can be asked for.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Up(Up),
    Build(Build),
    Kustomize(Kustomize),
    Helm(Box<Helm>),
    Get(Get),
    Reconcile(Reconcile),
    Suspend(Suspend),
    Resume(Resume),
    Tree(Tree),
    Events(Events),
    Secrets(Box<Secrets>),
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
#[command(after_help = "Examples:
  weir version
  weir version --client -o json")]
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

/// What was asked for. A link named `kustomize` means `weir kustomize`, one named `helm` means `weir helm`, and one
/// named `sops` means `weir secrets`.
pub(crate) fn parse() -> Result<Cli, Misuse> {
    let arguments: Vec<_> = std::env::args_os().collect();
    let name = arguments.first().and_then(|path| Path::new(path).file_stem());
    if name.is_some_and(|name| name == "kustomize") {
        return kustomize_alone("kustomize", &arguments);
    }
    if name.is_some_and(|name| name == "helm") {
        return helm_alone("helm", &arguments);
    }
    if name.is_some_and(|name| name == "sops") {
        if let Some(secrets) = Secrets::alone(&arguments) {
            return Ok(Cli::of_secrets(secrets));
        }
        let version = env!("CARGO_PKG_VERSION");
        let known = Secrets::command("sops").version(version);
        return secrets_alone(known, |commands| secrets::words(&arguments, commands));
    }
    if arguments.get(1).is_some_and(|word| word == "kustomize") {
        return kustomize_alone("weir kustomize", &arguments[1..]);
    }
    if arguments.get(1).is_some_and(|word| word == "helm") {
        return helm_alone("weir helm", &arguments[1..]);
    }
    if arguments.get(1).is_some_and(|word| word == "secrets") {
        if let Some(secrets) = Secrets::alone(&arguments[1..]) {
            return Ok(Cli::of_secrets(secrets));
        }
        return secrets_alone(Secrets::command("weir secrets"), |_| arguments[1..].to_vec());
    }
    if let Some(cli) = Cli::alone(&arguments) {
        return Ok(cli);
    }
    let command = each_subcommand(Cli::command(), None);
    let matches = command.try_get_matches_from(&arguments).map_err(Misuse::of_weir)?;
    let cli = Cli::from_arg_matches(&matches).map_err(Misuse::of_weir)?;
    let from = |word: &str| arguments.iter().position(|other| other == word).unwrap_or_default();
    match cli.command {
        Command::Kustomize(_) => kustomize_alone("weir kustomize", &arguments[from("kustomize")..]),
        Command::Helm(_) => helm_alone("weir helm", &arguments[from("helm")..]),
        _ => Ok(cli),
    }
}

/// The name of a command, and what gives it its flags.
type Known = (&'static str, fn(clap::Command) -> clap::Command);

/// The one of these commands that stands first, understood without making up all others, which takes longer than many of
/// them. Nothing if it is another one, or wrong: then the whole has the right words.
fn alone<T: FromArgMatches>(common: clap::Command, known: &[Known], arguments: &[OsString]) -> Option<T> {
    let word = arguments.get(1)?;
    let (name, with_flags) = known.iter().find(|(name, _)| word == *name)?;
    let command = common.subcommand(with_flags(clap::Command::new(*name)));
    T::from_arg_matches(&command.try_get_matches_from(arguments).ok()?).ok()
}

/// What has no examples of its own shows those of the command above it.
fn with_examples(command: clap::Command, above: Option<&str>) -> clap::Command {
    let own = command.get_after_help().map(ToString::to_string).or(above.map(str::to_string));
    let Some(examples) = own else { return each_subcommand(command, None) };
    each_subcommand(command.after_help(examples.clone()), Some(&examples))
}

fn each_subcommand(mut command: clap::Command, examples: Option<&str>) -> clap::Command {
    let names: Vec<_> = command.get_subcommands().map(|one| one.get_name().to_string()).collect();
    for name in names {
        command = command.mut_subcommand(name, |one| with_examples(one, examples));
    }
    command
}

/// Kustomize has words that mean something else to all other commands, `--namespace` above all.
fn kustomize_alone(name: &'static str, arguments: &[OsString]) -> Result<Cli, Misuse> {
    let kustomize = match Kustomize::build_alone(arguments) {
        Some(kustomize) => kustomize,
        None => {
            let command = with_examples(Kustomize::command(name), None);
            let matches = command.try_get_matches_from(arguments).map_err(Misuse::of_kustomize)?;
            Kustomize::from_arg_matches(&matches).map_err(Misuse::of_kustomize)?
        }
    };
    Ok(Cli { cluster: ClusterArgs::default(), command: Command::Kustomize(kustomize) })
}

/// Helm has words of its own as well.
fn helm_alone(name: &'static str, arguments: &[OsString]) -> Result<Cli, Misuse> {
    let helm = match Helm::template_alone(arguments) {
        Some(helm) => helm,
        None => {
            let command = with_examples(Helm::command(name), None);
            let matches = command.try_get_matches_from(arguments).map_err(Misuse::of_helm)?;
            Helm::from_arg_matches(&matches).map_err(Misuse::of_helm)?
        }
    };
    Ok(Cli { cluster: ClusterArgs::default(), command: Command::Helm(Box::new(helm)) })
}

/// Without all other commands: whoever opens many files starts often.
fn secrets_alone(
    command: clap::Command,
    words: impl FnOnce(&[String]) -> Vec<OsString>,
) -> Result<Cli, Misuse> {
    let command = with_examples(command, None);
    let known: Vec<_> = command.get_subcommands().map(|one| one.get_name().to_string()).collect();
    let matches = command.try_get_matches_from(words(&known)).map_err(Misuse::of_weir)?;
    let secrets = Secrets::from_arg_matches(&matches).map_err(Misuse::of_weir)?;
    Ok(Cli::of_secrets(secrets))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
