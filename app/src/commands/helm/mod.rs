//! `weir helm`: one file for each command.

mod chart;
mod lint;
mod show;
mod template;
mod values;
mod version;
mod world;

use clap_complete::generate;

use crate::cli::Helm;
use crate::cli::helm::HelmWhat;
use crate::exit::Failure;
use crate::output::print;

pub(super) fn run(helm: Helm) -> Result<(), Failure> {
    let global = helm.global;
    match helm.what {
        HelmWhat::Template(args) => template::run(&args, &global),
        HelmWhat::Lint(args) => lint::run(&args, &global),
        HelmWhat::Show(args) => show::run(&args.what),
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
const KNOWN: [&str; 21] = [
    "create",
    "dependency",
    "env",
    "get",
    "history",
    "install",
    "list",
    "package",
    "plugin",
    "pull",
    "push",
    "registry",
    "repo",
    "rollback",
    "search",
    "status",
    "test",
    "uninstall",
    "upgrade",
    "verify",
    "docs",
];
