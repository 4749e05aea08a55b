//! One file for each command, named as the command is.

mod build_kustomization;
mod completion;
mod controller;
mod events;
mod get;
mod install;
mod kustomize_build;
mod reconcile;
mod resource;
mod toggle;
mod tree;
mod up;
mod version;

use crate::cli::{BuildWhat, Cli, Command, KustomizeWhat, ReconcileWhat, SourceWhat, TreeWhat};
use crate::exit::{Exit, Failure};

/// Does what was said.
pub(crate) fn run(cli: Cli) -> Result<Exit, Failure> {
    let done = |result: Result<(), Failure>| result.map(|()| Exit::Success);
    match cli.command {
        Command::Up(args) => up::run(args),
        Command::Build(build) => match build.what {
            BuildWhat::Kustomization(args) => done(build_kustomization::run(&args)),
        },
        Command::Kustomize(kustomize) => match kustomize.what {
            KustomizeWhat::Build(args) => done(kustomize_build::run(&args)),
        },
        Command::Get(args) => done(get::run(args.what)),
        Command::Reconcile(args) => match args.what {
            ReconcileWhat::Kustomization { name, with_source, wait } => {
                done(reconcile::kustomization(&name, with_source, &wait))
            }
            ReconcileWhat::Source { what: SourceWhat::Git { name, wait } } => {
                done(reconcile::git(&name, &wait))
            }
        },
        Command::Suspend(args) => done(toggle::run(args.what, true)),
        Command::Resume(args) => done(toggle::run(args.what, false)),
        Command::Tree(args) => match args.what {
            TreeWhat::Kustomization { name, compact, cluster } => done(tree::run(&name, compact, &cluster)),
        },
        Command::Events(args) => done(events::run(&args)),
        Command::Controller(args) => done(controller::run(args)),
        Command::Install(args) => done(install::run(&args)),
        Command::Version(args) => done(version::run(&args)),
        Command::Completion(args) => done(completion::run(&args)),
    }
}
