//! What Git knows, asked of the user's own program.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
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

/// Those of the files that are ignored and not in the repository. Without Git, none are.
pub(super) fn ignored<'f>(root: &Path, files: impl Iterator<Item = &'f Path>) -> BTreeSet<PathBuf> {
    let real = |file: &Path| std::fs::canonicalize(file).unwrap_or_else(|_| file.to_path_buf());
    let files: Vec<(PathBuf, &Path)> = files.map(|file| (real(file), file)).collect();
    let mut ignored = BTreeSet::new();
    // Names are arguments, of which there may not be too many.
    for some in files.chunks(200) {
        let words = ["-c", "core.quotePath=false", "check-ignore", "--"];
        let mut words: Vec<OsString> = words.map(OsString::from).to_vec();
        words.extend(some.iter().map(|(real, _)| real.clone().into_os_string()));
        let Ok(answer) = ask(root, &words) else { continue };
        let named: BTreeSet<&[u8]> = answer.split(|byte| *byte == b'\n').collect();
        let is_named = |real: &Path| named.contains(real.as_os_str().as_encoded_bytes());
        ignored.extend(some.iter().filter(|(real, _)| is_named(real)).map(|(_, file)| file.to_path_buf()));
    }
    ignored
}

/// The root of the repository that a directory is in: where its `.git` is, or the directory itself.
pub(super) fn root(directory: &Path) -> PathBuf {
    let start = std::path::absolute(directory).unwrap_or_else(|_| directory.to_path_buf());
    let found = start.ancestors().find(|directory| directory.join(".git").exists());
    found.map_or(start.clone(), Path::to_path_buf)
}
