//! Files of secrets, and which files are meant.

use std::fs;
use std::path::{Path, PathBuf};

use super::each;
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
    let failed = |cause: String| unread(path, &cause);
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

fn unread(path: &Path, cause: &str) -> Failure {
    Failure::with_code(2, format!("{}: cannot be read: {cause}", path.display()))
}

/// The files that somebody means.
pub(super) struct Named {
    pub(super) files: Vec<PathBuf>,
    /// What is below a directory and could not be looked at.
    failures: Vec<Failure>,
}

impl Named {
    /// The files, if all could be looked at.
    pub(super) fn all(self) -> Result<Vec<PathBuf>, Failure> {
        each::joined(&self.failures).map(|()| self.files)
    }

    /// To be said once the files are done: others could not be looked at.
    pub(super) fn end(&self) -> Result<(), Failure> {
        each::joined(&self.failures)
    }
}

/// The files that are named, each once. Of directories those that are asked for, of globs all.
pub(super) fn named(
    paths: &[PathBuf],
    in_directory: impl Fn(&Path) -> Result<bool, Failure>,
) -> Result<Named, Failure> {
    let (mut files, mut failures) = (Vec::new(), Vec::new());
    for path in paths {
        match fs::metadata(path) {
            Ok(known) if known.is_dir() => {
                let mut found = walk(path);
                failures.append(&mut found.failures);
                for file in found.files {
                    match in_directory(&file) {
                        Ok(true) => files.push(file),
                        Ok(false) => {}
                        Err(failure) => failures.push(failure),
                    }
                }
            }
            Err(_) if is_glob(path) => files.extend(matching(path)?),
            _ => files.push(path.clone()),
        }
    }
    if files.len() > 1 {
        let mut seen = std::collections::HashSet::new();
        files.retain(|file| seen.insert(file.clone()));
    }
    Ok(Named { files, failures })
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
    walk(directory).all()
}

fn walk(directory: &Path) -> Named {
    let mut found = Named { files: Vec::new(), failures: Vec::new() };
    let mut left = vec![directory.to_path_buf()];
    while let Some(directory) = left.pop() {
        let mut look = || {
            for entry in fs::read_dir(&directory)? {
                let entry = entry?;
                let kind = entry.file_type()?;
                if kind.is_dir() && entry.file_name() != ".git" {
                    left.push(entry.path());
                } else if kind.is_file() {
                    found.files.push(entry.path());
                }
            }
            Ok(())
        };
        if let Err(error) = look() {
            let error: std::io::Error = error;
            found.failures.push(unread(&directory, &error.to_string()));
        }
    }
    found.files.sort();
    found
}
