//! `weir kustomize`: one file for each command.

mod build;
mod create;
mod edit;
mod explain;
mod files;
mod localize;
mod version;

use clap_complete::generate;

use crate::cli::Kustomize;
use crate::cli::kustomize::KustomizeWhat;
use crate::exit::Failure;
use crate::output::print;

pub(super) fn run(what: KustomizeWhat) -> Result<(), Failure> {
    match what {
        KustomizeWhat::Build(args) => build::run(&args),
        KustomizeWhat::Create(args) => create::run(args),
        KustomizeWhat::Edit(args) => edit::run(args.what),
        KustomizeWhat::Localize(args) => localize::run(&args),
        KustomizeWhat::Version(args) => version::run(&args),
        KustomizeWhat::Completion(args) => {
            let mut script = Vec::new();
            generate(args.shell, &mut Kustomize::command("kustomize"), "kustomize", &mut script);
            print(&String::from_utf8_lossy(&script))
        }
    }
}
