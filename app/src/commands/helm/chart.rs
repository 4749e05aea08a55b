//! The chart that a command names.

use std::path::{Path, PathBuf};

use weir_files::{RootedPath, Tree};
use weir_helm::Chart;

use super::fetch;
use super::paths::Paths;
use super::provenance;
use super::threads::Threads;
use super::values::go_words;
use crate::cli::helm::{ChartArgs, Global};
use crate::exit::Failure;

/// Reads the chart of this name: a directory or an archive here, or one from somewhere else.
pub(super) fn located(name: &str, args: &ChartArgs, global: &Global) -> Result<Chart, Failure> {
    load(&locate(name, args, global)?)
}

/// Where the chart is, once it is here.
pub(super) fn locate(name: &str, args: &ChartArgs, global: &Global) -> Result<PathBuf, Failure> {
    let name = name.trim();
    let path = Path::new(name);
    if args.repo.is_none() && path.exists() {
        let path = absolute(path);
        if args.verify {
            provenance::of_file(&path, args.keyring.as_deref())?;
        }
        return Ok(path);
    }
    if args.repo.is_none() && (path.is_absolute() || name.starts_with('.')) {
        return Err(Failure::said(format!("Error: path {name:?} not found")));
    }
    Ok(fetch::fetch(&Paths::of(global), name, args)?.file)
}

/// The path from the root, without looking through links.
pub(super) fn absolute(path: &Path) -> PathBuf {
    let path = std::env::current_dir().unwrap_or_default().join(path);
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => _ = clean.pop(),
            part => clean.push(part),
        }
    }
    clean
}

/// Reads the chart at this place; large files and those that are seldom needed when somebody looks at them.
pub(super) fn load(path: &Path) -> Result<Chart, Failure> {
    load_by(path, |tree, directory, shown| Chart::opened(tree, directory, shown, Some(&Threads)))
}

/// The same with all of its files, for whoever hands them on: what cannot be read is an error.
pub(super) fn load_whole(path: &Path) -> Result<Chart, Failure> {
    load_by(path, Chart::from_directory)
}

type OfDirectory = fn(&Tree, &RootedPath, &str) -> Result<Chart, weir_helm::Error>;

fn load_by(path: &Path, of_directory: OfDirectory) -> Result<Chart, Failure> {
    let failed = |error: weir_helm::Error| Failure::said(format!("Error: {error}"));
    let shown = path.to_string_lossy();
    if path.is_dir() {
        let directory = RootedPath::new(&shown).map_err(|error| Failure::said(format!("Error: {error}")))?;
        let tree = weir_fetch::local_directory(Path::new("/"));
        return of_directory(&tree, &directory, &shown).map_err(failed);
    }
    let bytes = std::fs::read(path)
        .map_err(|error| Failure::said(format!("Error: open {shown}: {}", go_words(&error))))?;
    Chart::from_archive(&bytes, &shown).map_err(failed)
}
