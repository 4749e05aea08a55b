//! Files of secrets, and which files are meant.

use std::fs;
use std::path::{Path, PathBuf};

use crate::exit::Failure;
use crate::whole;

/// Larger files are no secrets.
pub(super) const LARGEST: u64 = 64 << 20;

/// Puts this into the place of a file, at once. A new one is for nobody else.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    whole::write(path, bytes, 0o600)
        .map_err(|error| Failure::with_code(3, format!("{}: cannot be written: {error}", path.display())))
}

/// What a file holds.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed =
        |cause: String| Failure::with_code(2, format!("{}: cannot be read: {cause}", path.display()));
    match fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(Failure::with_code(100, format!("{}: there is no such file", path.display())))
        }
        Err(error) => Err(failed(error.to_string())),
        Ok(known) if known.is_dir() => Err(failed("it is a directory".to_string())),
        Ok(known) if known.len() > LARGEST => Err(failed(format!("it has more than {} MiB", LARGEST >> 20))),
        Ok(_) => fs::read(path).map_err(|error| failed(error.to_string())),
    }
}

/// The files that are named, each once. Of directories those that are asked for, of globs all.
pub(super) fn named(
    paths: &[PathBuf],
    in_directory: impl Fn(&Path) -> bool,
) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        match fs::metadata(path) {
            Ok(known) if known.is_dir() => {
                files.extend(below(path)?.into_iter().filter(|file| in_directory(file)));
            }
            Err(_) if is_glob(path) => files.extend(matching(path)?),
            _ => files.push(path.clone()),
        }
    }
    if files.len() < 2 {
        return Ok(files);
    }
    let mut seen = std::collections::HashSet::new();
    files.retain(|file| seen.insert(file.clone()));
    Ok(files)
}

fn is_glob(path: &Path) -> bool {
    path.to_string_lossy().contains(['*', '?', '['])
}

fn matching(pattern: &Path) -> Result<Vec<PathBuf>, Failure> {
    let text = pattern.to_string_lossy();
    let wrong = |cause: String| Failure::usage(format!("{text}: {cause}"));
    let paths = glob::glob(&text).map_err(|error| wrong(error.to_string()))?;
    let mut files: Vec<_> = paths.filter_map(Result::ok).filter(|path| path.is_file()).collect();
    if files.is_empty() {
        return Err(Failure::with_code(100, format!("{text}: there is no such file")));
    }
    files.sort();
    Ok(files)
}

/// All files below a directory but those of Git and of editors' leftovers, sorted. Links are not followed.
pub(super) fn below(directory: &Path) -> Result<Vec<PathBuf>, Failure> {
    let (mut files, mut left) = (Vec::new(), vec![directory.to_path_buf()]);
    while let Some(directory) = left.pop() {
        let failed = |error| Failure::new(format!("{}: cannot be read: {error}", directory.display()));
        for entry in fs::read_dir(&directory).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let kind = entry.file_type().map_err(failed)?;
            if kind.is_dir() && entry.file_name() != ".git" {
                left.push(entry.path());
            } else if kind.is_file() {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}
