//! The chart that a command names.

use std::path::{Path, PathBuf};

use weir_files::RootedPath;
use weir_helm::Chart;

use super::values::go_words;
use crate::cli::helm::ChartArgs;
use crate::exit::Failure;

/// Reads the chart of this name: a directory or an archive here.
pub(super) fn located(name: &str, args: &ChartArgs) -> Result<Chart, Failure> {
    load(&locate(name, args)?)
}

/// Where the chart is.
pub(super) fn locate(name: &str, args: &ChartArgs) -> Result<PathBuf, Failure> {
    let name = name.trim();
    if args.verify {
        return Err(Failure::said("Error: --verify is not supported yet"));
    }
    if args.repo.is_some() {
        return Err(Failure::said("Error: --repo is not supported yet"));
    }
    let path = Path::new(name);
    if path.exists() {
        return Ok(absolute(path));
    }
    if path.is_absolute() || name.starts_with('.') {
        return Err(Failure::said(format!("Error: path {name:?} not found")));
    }
    Err(Failure::said(format!(
        "Error: charts of repositories and registries are not supported yet: '{name}'\n  \
         hint: fetch it, then name its directory or archive; there is none of this name here"
    )))
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

/// Reads the chart at this place.
pub(super) fn load(path: &Path) -> Result<Chart, Failure> {
    let failed = |error: weir_helm::Error| Failure::said(format!("Error: {error}"));
    let shown = path.to_string_lossy();
    if path.is_dir() {
        let directory = RootedPath::new(&shown).map_err(|error| Failure::said(format!("Error: {error}")))?;
        let tree = weir_fetch::local_directory(Path::new("/"));
        return Chart::from_directory(&tree, &directory, &shown).map_err(failed);
    }
    let bytes = std::fs::read(path)
        .map_err(|error| Failure::said(format!("Error: open {shown}: {}", go_words(&error))))?;
    Chart::from_archive(&bytes, &shown).map_err(failed)
}
