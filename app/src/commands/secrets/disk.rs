//! Files that are there whole or not at all, and which files are meant.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use crate::exit::Failure;

/// Larger files are no secrets.
pub(super) const LARGEST: u64 = 64 << 20;

/// Puts this into the place of a file, at once. What was begun and not ended leaves nothing behind where the system allows
/// for that. Links stay links.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let mode = fs::metadata(&target).map_or(0o600, |known| known.permissions().mode() & 0o7777);
    write_beside(&target, bytes, mode)
        .map_err(|error| Failure::with_code(3, format!("{}: cannot be written: {error}", path.display())))
}

fn write_beside(target: &Path, bytes: &[u8], mode: u32) -> std::io::Result<()> {
    let directory = target.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let draft = directory.join(format!(".{name}.{}.weir", std::process::id()));
    let done = write_draft(directory, &draft, bytes, mode).and_then(|()| fs::rename(&draft, target));
    if done.is_err() {
        _ = fs::remove_file(&draft);
    }
    done?;
    // The new name is to outlive a power cut as well.
    File::open(directory).and_then(|directory| directory.sync_all()).or(Ok(()))
}

#[cfg(target_os = "linux")]
fn write_draft(directory: &Path, draft: &Path, bytes: &[u8], mode: u32) -> std::io::Result<()> {
    use rustix::fs::{AtFlags, CWD, Mode, OFlags};
    use std::os::fd::AsRawFd as _;

    // Without a name until it is whole: who is killed meanwhile leaves nothing.
    let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
    let Ok(file) = rustix::fs::openat(CWD, directory, flags, Mode::from_raw_mode(0o600)) else {
        return write_named(draft, bytes, mode);
    };
    let mut file = File::from(file);
    fill(&mut file, bytes, mode)?;
    let unnamed = format!("/proc/self/fd/{}", file.as_raw_fd());
    match rustix::fs::linkat(CWD, unnamed, CWD, draft, AtFlags::SYMLINK_FOLLOW) {
        Ok(()) => Ok(()),
        Err(_) => write_named(draft, bytes, mode),
    }
}

#[cfg(not(target_os = "linux"))]
fn write_draft(_: &Path, draft: &Path, bytes: &[u8], mode: u32) -> std::io::Result<()> {
    write_named(draft, bytes, mode)
}

fn write_named(draft: &Path, bytes: &[u8], mode: u32) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(draft)?;
    fill(&mut file, bytes, mode)
}

fn fill(file: &mut File, bytes: &[u8], mode: u32) -> std::io::Result<()> {
    file.write_all(bytes)?;
    file.set_permissions(Permissions::from_mode(mode))?;
    file.sync_all()
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
