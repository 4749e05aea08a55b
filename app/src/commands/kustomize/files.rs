//! The directory that kustomize works in, and names of files in it.

use std::fs;
use std::path::{Path, PathBuf};

use weir_files::{Diagnostic, Place, RootedPath, Tree};

use crate::exit::Failure;

/// The file system, and a directory in it: bases may lie anywhere on this machine.
pub(super) fn tree_and_directory(dir: &Path) -> Result<(Tree, RootedPath), Failure> {
    let real = fs::canonicalize(dir).map_err(|e| Failure::new(format!("'{}': {e}", dir.display())))?;
    let text = real.to_str().ok_or_else(|| Failure::new(format!("'{}' is no text", real.display())))?;
    let dir = RootedPath::new(text).map_err(|e| Failure::new(e.to_string()))?;
    Ok((weir_fetch::local_directory(Path::new("/")), dir))
}

/// A place of that tree by the name that its file has from here.
pub(super) fn from_here(mut place: Place) -> Place {
    let real = on_disk_text(&place.file);
    let here =
        std::env::current_dir().ok().and_then(|here| real.strip_prefix(here).ok().map(Path::to_path_buf));
    if let Some(name) = here.as_deref().unwrap_or(&real).to_str() {
        place.file = name.into();
    }
    place
}

/// The same for a problem and the way that led to it.
pub(super) fn problem_from_here(mut problem: Diagnostic) -> Diagnostic {
    problem.place = problem.place.map(from_here);
    for frame in &mut problem.trace {
        frame.place = from_here(frame.place.clone());
    }
    problem.message = words_from_here(&problem.message);
    problem
}

/// Paths in quotes are those of the tree, whose root is that of the file system.
fn words_from_here(message: &str) -> String {
    let is_below_root = |word: &str| {
        word.contains('/')
            && !word.starts_with(['/', '.'])
            && !Path::new(word).exists()
            && on_disk_text(word).exists()
    };
    let parts = message.split('\'').enumerate().map(|(at, word)| match at % 2 {
        1 if is_below_root(word) => from_here(Place::file(word)).file.to_string(),
        _ => word.to_string(),
    });
    parts.collect::<Vec<_>>().join("'")
}

fn on_disk_text(file: &str) -> PathBuf {
    Path::new("/").join(file)
}

/// Where a path of that tree is on this machine.
pub(super) fn on_disk(path: &RootedPath) -> PathBuf {
    Path::new("/").join(path.as_str())
}
