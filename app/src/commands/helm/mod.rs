//! `weir helm`: one file for each command.

mod chart;
mod create;
mod dependency;
mod explain;
mod fetch;
mod index;
mod kustomize;
mod lint;
mod package;
mod paths;
mod post_renderer;
mod provenance;
mod pull;
mod push;
mod registry;
mod repo;
mod repositories;
mod search;
mod show;
mod table;
mod template;
mod threads;
mod validate;
mod values;
mod version;
mod world;

use clap_complete::generate;

use crate::cli::Helm;
use crate::cli::helm::{DependencyWhat, HelmWhat, RegistryWhat, RepoWhat, SearchWhat};
use crate::exit::Failure;
use crate::output::print;
pub(super) use kustomize::{fetched, rendered};
use paths::Paths;

pub(super) fn run(helm: Helm) -> Result<(), Failure> {
    let global = helm.global;
    match helm.what {
        HelmWhat::Template(args) => template::run(&args, &global),
        HelmWhat::Lint(args) => lint::run(&args, &global),
        HelmWhat::Show(args) => show::run(&args.what, &global),
        HelmWhat::Pull(args) => pull::run(&Paths::of(&global), &args),
        HelmWhat::Push(args) => push::run(&Paths::of(&global), &args),
        HelmWhat::Create(args) => create::run(&args),
        HelmWhat::Dependency(dependency) => match dependency.what {
            DependencyWhat::List(args) => dependency::list(&args),
            DependencyWhat::Build(args) => dependency::build(&Paths::of(&global), &args),
            DependencyWhat::Update(args) => dependency::update(&Paths::of(&global), &args),
        },
        HelmWhat::Package(args) => package::run(&Paths::of(&global), &args),
        HelmWhat::Verify(args) => provenance::run(&args),
        HelmWhat::Repo(repo) => match repo.what {
            RepoWhat::Add(args) => repo::add(&Paths::of(&global), args),
            RepoWhat::List(args) => repo::list(&Paths::of(&global), &args),
            RepoWhat::Update(args) => repo::update(&Paths::of(&global), &args),
            RepoWhat::Index(args) => index::run(&args),
            RepoWhat::Remove(args) => repo::remove(&Paths::of(&global), &args),
        },
        HelmWhat::Search(search) => match search.what {
            SearchWhat::Repo(args) => search::run(&Paths::of(&global), &args),
            SearchWhat::Hub { .. } => Err(Failure::said(
                "Error: 'helm search hub' is not supported: it asks artifacthub.io\n  hint: look there in a browser, then \
                 weir helm repo add NAME URL and weir helm search repo WORD",
            )),
        },
        HelmWhat::Registry(registry) => match registry.what {
            RegistryWhat::Login(args) => registry::login(&Paths::of(&global), args),
            RegistryWhat::Logout(args) => registry::logout(&Paths::of(&global), &args),
        },
        HelmWhat::Version(args) => version::run(&args),
        HelmWhat::Completion(args) => {
            let mut script = Vec::new();
            generate(args.shell, &mut Helm::command("helm"), "helm", &mut script);
            print(&String::from_utf8_lossy(&script))
        }
        HelmWhat::Other(words) => {
            let word = words.first().map_or("", String::as_str);
            Err(Failure::said(if KNOWN.contains(&word) {
                format!("Error: 'helm {word}' is not supported yet")
            } else {
                format!("Error: unknown command \"{word}\" for \"helm\"")
            }))
        }
    }
}

/// Commands of helm that are to come.
const KNOWN: [&str; 12] = [
    "env",
    "get",
    "history",
    "install",
    "list",
    "plugin",
    "rollback",
    "status",
    "test",
    "uninstall",
    "upgrade",
    "docs",
];
