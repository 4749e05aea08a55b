//! One file for each command, named as the command is.

mod age;
mod build_kustomization;
mod completion;
mod controller;
mod errand;
mod events;
mod get;
mod helm;
mod install;
mod kind;
mod kustomize;
mod reconcile;
mod remotes;
mod resource;
mod secrets;
mod toggle;
mod tree;
mod up;
mod variables;
mod version;

use crate::cli::{BuildWhat, Cli, Command, TreeWhat};
use crate::exit::{Exit, Failure};

/// Does what was said.
pub(crate) fn run(cli: Cli) -> Result<Exit, Failure> {
    let Cli { command, cluster } = cli;
    if opens_secrets(&command) {
        weir_memory::wipe_from_now_on();
    }
    match command {
        Command::Up(args) => return up::run(args, cluster),
        Command::Build(build) => match build.what {
            BuildWhat::Kustomization(args) => build_kustomization::run(&args, &cluster),
        },
        Command::Helm(args) => helm::run(*args),
        Command::Kustomize(args) => kustomize::run(args.what),
        Command::Get(args) => get::run(&args, &cluster),
        Command::Reconcile(args) => reconcile::run(&args.what, &cluster),
        Command::Suspend(args) => toggle::suspend(&args, &cluster),
        Command::Resume(args) => toggle::resume(&args, &cluster),
        Command::Tree(args) => match args.what {
            TreeWhat::Kustomization(args) => tree::run(&args, &cluster),
        },
        Command::Events(args) => events::run(&args, &cluster),
        Command::Secrets(args) => return secrets::run(&args),
        Command::Errand => errand::run(),
        Command::Controller(args) => controller::run(args, cluster),
        Command::Install(args) => install::run(&args, &cluster),
        Command::Version(args) => version::run(&args),
        Command::Completion(args) => completion::run(&args),
    }?;
    Ok(Exit::Success)
}

/// Whether plain values of secrets pass through the memory of this process.
fn opens_secrets(command: &Command) -> bool {
    matches!(command, Command::Up(_) | Command::Controller(_) | Command::Secrets(_))
}
