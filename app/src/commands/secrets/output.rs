//! Where results go: to the files themselves, to another one, or to the reader.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::disk;
use crate::exit::Failure;
use crate::output::say;

/// One result.
pub(super) fn one(to: Option<&Path>, bytes: &[u8]) -> Result<(), Failure> {
    match to {
        Some(file) => disk::replace(file, bytes),
        None => print(bytes),
    }
}

/// Several results do not fit into one file.
pub(super) fn check_several(files: &[PathBuf], to: Option<&Path>) -> Result<(), Failure> {
    if files.len() > 1 && to.is_some() {
        let message = format!("--output is one file, and {} are meant; say --in-place", files.len());
        return Err(Failure::with_code(8, message));
    }
    Ok(())
}

/// A result for each file.
pub(super) fn all<B: AsRef<[u8]>>(
    files: &[PathBuf],
    results: &[B],
    in_place: bool,
    to: Option<&Path>,
) -> Result<(), Failure> {
    if in_place {
        for (file, bytes) in files.iter().zip(results) {
            disk::replace(file, bytes.as_ref())?;
        }
        if files.len() > 1 {
            say(&format!("✔ {} files written", files.len()));
        }
        return Ok(());
    }
    if let ([_], [bytes]) = (files, results) {
        return one(to, bytes.as_ref());
    }
    for (file, bytes) in files.iter().zip(results) {
        let bytes = bytes.as_ref();
        print(format!("---\n# Source: {}\n", file.display()).as_bytes())?;
        print(bytes)?;
        if !bytes.ends_with(b"\n") {
            print(b"\n")?;
        }
    }
    Ok(())
}

/// Bytes to the reader. One that went away ends the program quietly.
pub(super) fn print(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => std::process::exit(0),
        other => Ok(other?),
    }
}
