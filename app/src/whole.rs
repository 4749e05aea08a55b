//! Files that are there whole or not at all, whatever happens meanwhile.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{Result, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// Puts this into the place of a file, at once. A file that is there keeps its mode, and links stay links; one that may not
/// be written is not replaced either. What was begun and not ended leaves nothing behind where the system allows for that.
pub(crate) fn write(path: &Path, bytes: &[u8], mode_of_new: u32) -> Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let old = fs::metadata(&target).ok().map(|known| known.permissions());
    if old.is_some() {
        OpenOptions::new().append(true).open(&target)?;
    }
    let directory = target.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let draft = Draft {
        directory,
        path: &directory.join(format!(".{name}.{}.weir", std::process::id())),
        mode_of_new,
    };
    let done = draft.write(bytes, old).and_then(|()| fs::rename(draft.path, &target));
    if done.is_err() {
        // What could not be finished is of no use; that it stays is no worse than the first error.
        _ = fs::remove_file(draft.path);
    }
    done?;
    // The new name is to outlive a power cut as well.
    File::open(directory).and_then(|directory| directory.sync_all()).or(Ok(()))
}

struct Draft<'a> {
    directory: &'a Path,
    path: &'a Path,
    mode_of_new: u32,
}

impl Draft<'_> {
    #[cfg(target_os = "linux")]
    fn write(&self, bytes: &[u8], old: Option<Permissions>) -> Result<()> {
        use rustix::fs::{AtFlags, CWD, Mode, OFlags};
        use std::os::fd::AsRawFd as _;

        // Without a name until it is whole: who is killed meanwhile leaves nothing.
        let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
        let mode = Mode::from_raw_mode(self.mode_of_new);
        let Ok(file) = rustix::fs::openat(CWD, self.directory, flags, mode) else {
            return self.write_named(bytes, old);
        };
        let mut file = File::from(file);
        fill(&mut file, bytes, old.clone())?;
        let unnamed = format!("/proc/self/fd/{}", file.as_raw_fd());
        match rustix::fs::linkat(CWD, unnamed, CWD, self.path, AtFlags::SYMLINK_FOLLOW) {
            Ok(()) => Ok(()),
            Err(_) => self.write_named(bytes, old),
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn write(&self, bytes: &[u8], old: Option<Permissions>) -> Result<()> {
        self.write_named(bytes, old)
    }

    fn write_named(&self, bytes: &[u8], old: Option<Permissions>) -> Result<()> {
        let mut options = OpenOptions::new();
        let mut file =
            options.write(true).create(true).truncate(true).mode(self.mode_of_new).open(self.path)?;
        fill(&mut file, bytes, old)
    }
}

fn fill(file: &mut File, bytes: &[u8], old: Option<Permissions>) -> Result<()> {
    // Before the content: it may be less than new files have.
    if let Some(old) = old {
        file.set_permissions(old)?;
    }
    file.write_all(bytes)?;
    file.sync_all()
}
