//! Files by the digest of what is in them: whoever comes second finds them, whoever is killed leaves nothing wrong.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use super::error::ChartError;

/// The cache in a folder.
#[derive(Debug, Clone)]
pub struct Cache {
    root: PathBuf,
    /// What others left behind was looked for.
    swept: Arc<AtomicBool>,
}

/// Nobody writes at a file for so long.
const ABANDONED: Duration = Duration::from_secs(60 * 60);

/// A file that is being written.
pub(super) struct Draft {
    pub(super) file: File,
    path: PathBuf,
}

impl Drop for Draft {
    fn drop(&mut self) {
        // It was kept, and has another name now, or it is of no use.
        let _ = fs::remove_file(&self.path);
    }
}

/// Nobody else does the same at the same time, in this process or another.
pub(super) struct Held(#[expect(dead_code, reason = "held until it is dropped")] File);

impl Cache {
    /// In this folder, which need not be there yet.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), swept: Arc::default() }
    }

    /// The file with this content, if it is here and whole.
    #[must_use]
    pub fn find(&self, digest: &str) -> Option<PathBuf> {
        let path = self.blob(digest)?;
        let mut file = File::open(&path).ok()?;
        let mut hash = Sha256::new();
        io::copy(&mut file, &mut hash).ok()?;
        if crate::oci::hex(hash) == digest {
            return Some(path);
        }
        // Somebody wrote into it: whoever needs it fetches it anew.
        let _ = fs::remove_file(&path);
        None
    }

    pub(super) fn draft(&self) -> Result<Draft, ChartError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let folder = self.folder("drafts")?;
        if !self.swept.swap(true, Ordering::Relaxed) {
            sweep(&folder);
        }
        loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let path = folder.join(format!("{}-{number}", std::process::id()));
            match File::options().read(true).write(true).create_new(true).open(&path) {
                Ok(file) => return Ok(Draft { file, path }),
                // Somebody of the same number elsewhere may be at it, in another container.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(failed(&path, &error)),
            }
        }
    }

    /// Keeps what was written under its digest.
    pub(super) fn keep(&self, draft: &Draft, digest: &str) -> Result<PathBuf, ChartError> {
        let path = self.blob(digest).ok_or_else(|| ChartError::Wrong(format!("`{digest}` is no digest")))?;
        self.folder("sha256")?;
        let done = draft.file.sync_all().and_then(|()| fs::rename(&draft.path, &path));
        done.map_err(|error| failed(&path, &error))?;
        Ok(path)
    }

    /// Notes what is known about something, in one step.
    pub(super) fn note(&self, about: &str, note: &[u8]) -> Result<(), ChartError> {
        let path = self.folder("notes")?.join(name_of(about));
        let mut draft = self.draft()?;
        let done = draft.file.write_all(note).and_then(|()| fs::rename(&draft.path, &path));
        done.map_err(|error| failed(&path, &error))
    }

    pub(super) fn noted(&self, about: &str) -> Option<Vec<u8>> {
        fs::read(self.root.join("notes").join(name_of(about))).ok()
    }

    pub(super) fn forget(&self, digest: &str) {
        if let Some(path) = self.blob(digest) {
            // Whoever has it open reads on.
            let _ = fs::remove_file(path);
        }
    }

    /// Waits until nobody else works at this.
    pub(super) fn hold(&self, what: &str) -> Result<Held, ChartError> {
        let path = self.folder("locks")?.join(name_of(what));
        let file = File::options().write(true).create(true).truncate(false).open(&path);
        let file = file.map_err(|error| failed(&path, &error))?;
        file.lock().map_err(|error| failed(&path, &error))?;
        Ok(Held(file))
    }

    fn blob(&self, digest: &str) -> Option<PathBuf> {
        crate::oci::is_digest(digest).then(|| self.root.join("sha256").join(&digest["sha256:".len()..]))
    }

    fn folder(&self, name: &str) -> Result<PathBuf, ChartError> {
        let folder = self.root.join(name);
        fs::create_dir_all(&folder).map_err(|error| failed(&folder, &error))?;
        Ok(folder)
    }
}

/// Takes away what those who were killed left behind.
fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let age = entry.metadata().and_then(|found| found.modified()).map(|written| written.elapsed());
        if age.is_ok_and(|age| age.is_ok_and(|age| age > ABANDONED)) {
            // Somebody else may have been quicker.
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn failed(path: &Path, error: &io::Error) -> ChartError {
    ChartError::Cache(format!("{}: {error}", path.display()))
}

/// The digest of a file from its beginning.
pub(super) fn digest_of(file: &mut File) -> Result<String, ChartError> {
    use io::Seek as _;
    let wrong = |error: io::Error| ChartError::Cache(error.to_string());
    file.rewind().map_err(wrong)?;
    let mut hash = Sha256::new();
    io::copy(file, &mut hash).map_err(wrong)?;
    Ok(crate::oci::hex(hash))
}

fn name_of(about: &str) -> String {
    crate::oci::digest(about.as_bytes())["sha256:".len()..].to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_is_found_as_long_as_it_is_whole() {
        let root = std::env::temp_dir().join(format!("weir-cache-{}", std::process::id()));
        let cache = Cache::new(&root);
        let digest = crate::oci::digest(b"chart");
        assert_eq!(cache.find(&digest), None);
        let mut draft = cache.draft().unwrap();
        draft.file.write_all(b"chart").unwrap();
        let path = cache.keep(&draft, &digest).unwrap();
        drop(draft);
        assert_eq!(cache.find(&digest), Some(path.clone()));
        assert_eq!(fs::read_dir(root.join("drafts")).unwrap().count(), 0);
        fs::write(&path, b"chaos").unwrap();
        assert_eq!(cache.find(&digest), None);
        assert!(!path.exists());
        assert_eq!(cache.find("sha256:../../etc"), None);
        cache.note("https://a", b"1").unwrap();
        assert_eq!(cache.noted("https://a").unwrap(), b"1");
        fs::remove_dir_all(&root).unwrap();
    }
}
