//! What Git knows, asked of the user's own program.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::exit::Failure;

/// What it answers.
pub(super) fn ask<S: AsRef<OsStr>>(directory: &Path, words: &[S]) -> Result<Vec<u8>, Failure> {
    let mut command = Command::new("git");
    command.arg("-C").arg(directory).args(words);
    let output = command.output().map_err(|error| Failure::new(format!("git cannot be run: {error}")))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Failure::new(format!("{}: git: {}", directory.display(), said.trim())))
}

/// One line that it answers, as a path.
pub(super) fn path(directory: &Path, words: &[&str]) -> Result<PathBuf, Failure> {
    let line = ask(directory, words)?;
    let path = PathBuf::from(String::from_utf8_lossy(&line).trim());
    Ok(if path.is_absolute() { path } else { directory.join(path) })
}

/// The root of the repository that a directory is in: where its `.git` is, or the directory itself.
pub(super) fn root(directory: &Path) -> PathBuf {
    let start = std::path::absolute(directory).unwrap_or_else(|_| directory.to_path_buf());
    let found = start.ancestors().find(|directory| directory.join(".git").exists());
    found.map_or(start.clone(), Path::to_path_buf)
}
