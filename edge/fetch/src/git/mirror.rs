//! A bare object store for one remote: fetched into, read from, never in a state that a crash could break.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use gix::{ObjectId, Repository};
use serde::{Deserialize, Serialize};
use weir_files::{RootedPath, Tree};

use super::operation::Operation;
use super::tree::{GitFiles, links};
use super::{FetchError, GitSpec};

/// More packs than this, and the mirror is begun anew: each fetch adds one.
const MOST_PACKS: usize = 100;

/// The object store of one remote.
#[derive(Debug, Clone)]
pub struct Mirror {
    directory: PathBuf,
}

/// A state of the remote, with its objects at hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fetched {
    /// As Flux writes it: `main@sha1:...`.
    pub revision: String,
    /// The commit.
    pub commit: String,
    /// First line of its message.
    pub subject: String,
}

impl Mirror {
    /// The mirror in this directory, made if it is not there.
    pub fn open(directory: &Path) -> Result<Self, FetchError> {
        let mirror = Self { directory: directory.to_path_buf() };
        let _lock = mirror.lock()?;
        mirror.repository()?;
        Ok(mirror)
    }

    /// The mirrors below this directory, also those that were not finished.
    pub fn all(parent: &Path) -> std::io::Result<Vec<Self>> {
        let entries = match fs::read_dir(parent) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut all = Vec::new();
        for entry in entries {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                all.push(entry.path().with_extension(""));
            }
        }
        all.sort();
        all.dedup();
        Ok(all.into_iter().map(|directory| Self { directory }).collect())
    }

    /// Where it is.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Finds the state and makes sure its objects are here. A remote that has not moved is only asked for its references.
    pub fn fetch(&self, spec: &GitSpec) -> Result<Fetched, FetchError> {
        let _lock = self.lock()?;
        let repository = self.repository()?;
        let operation = Operation::new(spec, &repository)?;
        let (commit, revision) = operation.run()?;
        let id = ObjectId::from_hex(commit.as_bytes()).map_err(|e| FetchError::Storage(e.to_string()))?;
        let subject = repository.find_commit(id).ok().and_then(|commit| {
            commit.message().ok().map(|message| message.title.to_string().trim().to_string())
        });
        Ok(Fetched { revision, commit, subject: subject.unwrap_or_default() })
    }

    /// The files of a commit that was fetched.
    pub fn tree(&self, commit: &str) -> Result<Tree, FetchError> {
        let storage = |cause: &dyn std::fmt::Display| FetchError::Storage(cause.to_string());
        let repository = self.repository()?;
        let id = ObjectId::from_hex(commit.as_bytes()).map_err(|e| storage(&e))?;
        let root = {
            let commit = repository.find_commit(id).map_err(|e| storage(&e))?;
            commit.tree_id().map_err(|e| storage(&e))?.detach()
        };
        Ok(Tree::new(GitFiles::new(repository.into_sync(), root)))
    }

    /// The commits of other repositories that stand in directories of this one.
    pub(super) fn links(&self, commit: &str) -> Result<Vec<(RootedPath, String)>, FetchError> {
        let storage = |cause: &dyn std::fmt::Display| FetchError::Storage(cause.to_string());
        let repository = self.repository()?;
        let id = ObjectId::from_hex(commit.as_bytes()).map_err(|e| storage(&e))?;
        let commit = repository.find_commit(id).map_err(|e| storage(&e))?;
        links(&repository, commit.tree_id().map_err(|e| storage(&e))?.detach()).map_err(|e| storage(&e))
    }

    /// Deletes the mirror. Who still reads from it is told that files are missing.
    pub fn remove(&self) -> Result<(), FetchError> {
        let _lock = self.lock()?;
        for extension in ["", "old", "new"] {
            let directory = self.directory.with_extension(extension);
            match fs::remove_dir_all(&directory) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(FetchError::Storage(format!("{}: {error}", directory.display())));
                }
                _ => {}
            }
        }
        // The file of the lock stays: somebody may be waiting for it.
        Ok(())
    }

    /// One at a time, over all processes.
    fn lock(&self) -> Result<File, FetchError> {
        let storage = |e: std::io::Error| FetchError::Storage(format!("{}: {e}", self.directory.display()));
        let parent = self.directory.parent().unwrap_or(&self.directory);
        fs::create_dir_all(parent).map_err(storage)?;
        let file = File::create(self.directory.with_extension("lock")).map_err(storage)?;
        file.lock().map_err(storage)?;
        Ok(file)
    }

    /// Opens the store. One that cannot be opened is a cache gone bad: it is begun anew.
    fn repository(&self) -> Result<Repository, FetchError> {
        if let Ok(repository) = gix::open_opts(&self.directory, gix::open::Options::isolated())
            && !self.is_worn()
        {
            self.remove_stale_locks();
            return Ok(repository);
        }
        let storage =
            |e: &dyn std::fmt::Display| FetchError::Storage(format!("{}: {e}", self.directory.display()));
        if self.directory.exists() {
            let old = self.directory.with_extension("old");
            _ = fs::remove_dir_all(&old);
            fs::rename(&self.directory, &old).map_err(|e| storage(&e))?;
            _ = fs::remove_dir_all(&old);
        }
        let fresh = self.directory.with_extension("new");
        _ = fs::remove_dir_all(&fresh);
        gix::init_bare(&fresh).map_err(|e| storage(&e))?;
        fs::rename(&fresh, &self.directory).map_err(|e| storage(&e))?;
        gix::open_opts(&self.directory, gix::open::Options::isolated()).map_err(|e| storage(&e))
    }

    fn is_worn(&self) -> bool {
        let packs = fs::read_dir(self.directory.join("objects/pack"));
        packs.is_ok_and(|packs| packs.count() > MOST_PACKS * 2)
    }

    /// We hold the lock of the mirror, so a lock in it was left behind by a process that was killed.
    fn remove_stale_locks(&self) {
        let mut todo = vec![self.directory.clone(), self.directory.join("refs")];
        while let Some(directory) = todo.pop() {
            for entry in fs::read_dir(&directory).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.extension().is_some_and(|extension| extension == "lock") {
                    _ = fs::remove_file(path);
                } else if path.starts_with(self.directory.join("refs")) && path.is_dir() {
                    todo.push(path);
                }
            }
        }
    }
}
