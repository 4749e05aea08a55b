//! `weir helm lint`.

use std::path::{Path, PathBuf};

use weir_files::{MemoryFiles, RootedPath, Tree};
use weir_helm::{KubeVersion, Lint, Linted, RemoteSchemas, Severity, lint};
use weir_yaml::Map;

use super::chart::absolute;
use super::template::fetched;
use super::values::{go_words, merged};
use super::world::Machine;
use crate::cli::helm::{Global, HelmLint};
use crate::exit::Failure;
use crate::output::{print, say};

pub(super) fn run(args: &HelmLint, global: &Global) -> Result<(), Failure> {
    let kube_version =
        match &args.kube_version {
            Some(version) => Some(KubeVersion::parse(version).map_err(|error| {
                Failure::said(format!("Error: invalid kube version '{version}': {error}"))
            })?),
            None => None,
        };
    let mut paths = args.paths.clone();
    if args.with_subcharts {
        for path in &args.paths {
            subcharts(&Path::new(path).join("charts"), &mut paths);
        }
    }
    let values = merged(&args.values)?;
    let lowest = if args.strict { Severity::Warning } else { Severity::Error };
    let (mut text, mut failed, mut worth_telling) = (String::new(), 0, false);
    for path in &paths {
        let linted = linted(path, args, global, &values, kube_version.as_ref());
        if let Ok(linted) = &linted {
            linted.warnings.lines().iter().for_each(|line| say(line));
        }
        let messages = linted.as_ref().map(|linted| linted.messages.as_slice()).unwrap_or_default();
        let is_bad = linted.is_err() || messages.iter().any(|message| message.severity > Severity::Info);
        worth_telling |= is_bad;
        if args.quiet && !is_bad {
            continue;
        }
        text.push_str(&format!("==> Linting {path}\n"));
        if let Err(error) = &linted {
            text.push_str(&format!("Error {error}\n"));
        }
        for message in messages.iter().filter(|one| !args.quiet || one.severity > Severity::Info) {
            text.push_str(&format!("{message}\n"));
        }
        if linted.is_err() || messages.iter().any(|message| message.severity >= lowest) {
            failed += 1;
        }
        text.push('\n');
    }
    let summary = format!("{} chart(s) linted, {failed} chart(s) failed", paths.len());
    if failed > 0 {
        print(&text)?;
        return Err(Failure::said(format!("Error: {summary}")));
    }
    if !args.quiet || worth_telling {
        text.push_str(&format!("{summary}\n"));
    }
    print(&text)
}

fn linted(
    path: &str,
    args: &HelmLint,
    global: &Global,
    values: &Map,
    kube_version: Option<&KubeVersion>,
) -> Result<Linted, String> {
    let (tree, directory, shown) = located(path)?;
    let machine = Machine::new();
    let mut remote_schemas = RemoteSchemas::new();
    loop {
        let what = Lint {
            tree: &tree,
            directory: &directory,
            shown: &shown,
            values,
            namespace: global.namespace.as_deref().unwrap_or("default"),
            kube_version,
            skip_schema_validation: args.skip_schema_validation,
            remote_schemas: &remote_schemas,
            world: &machine.world(),
        };
        let linted = lint(&what).map_err(|error| error.message)?;
        if linted.schemas.is_empty() {
            return Ok(linted);
        }
        remote_schemas.extend(linted.schemas.into_iter().map(|url| {
            let schema = fetched(&url);
            (url, schema)
        }));
    }
}

/// The files of the chart: of a directory as they are, of an archive in memory.
fn located(path: &str) -> Result<(Tree, RootedPath, String), String> {
    let is_archive = path.ends_with(".tgz") || path.ends_with(".tar.gz");
    if !is_archive {
        let real = absolute(Path::new(path));
        let shown = real.to_string_lossy().into_owned();
        let directory = RootedPath::new(&shown).map_err(|error| error.to_string())?;
        return Ok((weir_fetch::local_directory(Path::new("/")), directory, shown));
    }
    let bytes = std::fs::read(path)
        .map_err(|error| format!("unable to open tarball: open {path}: {}", go_words(&error)))?;
    let files =
        weir_helm::archive_files(&bytes).map_err(|error| format!("unable to extract tarball: {error}"))?;
    let tree: MemoryFiles = files.iter().map(|file| (file.name.as_str(), &*file.data)).collect();
    Ok((tree.tree(), RootedPath::root(), path.to_string()))
}

/// The charts below a directory.
fn subcharts(directory: &Path, found: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(directory) else { return };
    let mut entries: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    entries.sort();
    for path in entries {
        let name = path.to_string_lossy().into_owned();
        if path.is_dir() && !path.is_symlink() {
            subcharts(&path, found);
        } else if path.file_name().is_some_and(|name| name == "Chart.yaml") {
            found.extend(path.parent().map(|parent| parent.to_string_lossy().into_owned()));
        } else if name.ends_with(".tgz") || name.ends_with(".tar.gz") {
            found.push(name);
        }
    }
}
