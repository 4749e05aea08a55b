//! A directory of this machine at one moment: what has changed since cannot be read any more.
//!
//! Files are not copied. Each is remembered by size and time, and reading one that is another by now is an error, so
//! that nobody takes half of one state and half of another for a state that ever was.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use sha2::{Digest as _, Sha256};
use weir_files::{Bytes, Entry, Files, ReadError, RootedPath, Tree};

use crate::local::Local;

/// How often a directory is looked at until it rests.
const LOOKS: usize = 8;

/// Entry, time of the last change in nanoseconds, and size.
type Stamp = (Entry, i128);
/// What is in each directory, by name.
type Stamps = BTreeMap<RootedPath, BTreeMap<String, Stamp>>;

/// The files of a directory as they are now, and a digest that changes when any of them does: over names, sizes and
/// times, no content is read. What Git itself keeps (`.git`) is passed over.
///
/// Files that move while they are looked at are looked at again: what two looks in a row agree on was there in between.
/// A directory that never rests is taken as it was found; reading what has changed since is an error.
pub fn local_snapshot(root: &Path) -> io::Result<(String, Tree)> {
    let mut stamps = stamps(root)?;
    for _ in 0..LOOKS {
        let again = self::stamps(root)?;
        if again == stamps {
            break;
        }
        stamps = again;
    }
    let digest = digest(&stamps);
    Ok((digest, Tree::new(Snapshot { local: Local { root: root.to_path_buf() }, stamps })))
}

/// The digest of [`local_snapshot`] alone.
pub fn local_identity(root: &Path) -> io::Result<String> {
    Ok(digest(&stamps(root)?))
}

fn digest(stamps: &Stamps) -> String {
    let mut hash = Sha256::new();
    for (directory, names) in stamps {
        hash.update(directory.as_str());
        for (name, (entry, modified)) in names {
            hash.update([0]);
            hash.update(name);
            hash.update(modified.to_le_bytes());
            if let Entry::File { size: Some(size), .. } = entry {
                hash.update(size.to_le_bytes());
            }
        }
        hash.update([1]);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn stamps(root: &Path) -> io::Result<Stamps> {
    let mut stamps = Stamps::new();
    let mut todo = vec![RootedPath::root()];
    while let Some(directory) = todo.pop() {
        let mut names = BTreeMap::new();
        for entry in fs::read_dir(root.join(directory.as_str()))? {
            let entry = entry?;
            // A name that is no text cannot be named by any kustomization.
            let Ok(name) = entry.file_name().into_string() else { continue };
            if name == ".git" {
                continue;
            }
            // Gone since the directory was listed: then it is not part of this moment.
            let Ok(metadata) = entry.metadata() else { continue };
            let Some(kind) = Local::entry_of(&entry.path(), &metadata)? else { continue };
            if kind == Entry::Directory {
                todo.push(directory.child(&name));
            }
            names.insert(name, (kind, modified(&metadata)));
        }
        stamps.insert(directory, names);
    }
    Ok(stamps)
}

fn modified(metadata: &fs::Metadata) -> i128 {
    i128::from(metadata.mtime()) * 1_000_000_000 + i128::from(metadata.mtime_nsec())
}

struct Snapshot {
    local: Local,
    stamps: Stamps,
}

impl Snapshot {
    fn stamp(&self, path: &RootedPath) -> Option<&Stamp> {
        self.stamps.get(&path.parent()?)?.get(path.name())
    }

    fn is_unchanged(&self, path: &RootedPath) -> bool {
        let real = self.local.path(path);
        let now = fs::symlink_metadata(&real)
            .ok()
            .and_then(|metadata| Some((Local::entry_of(&real, &metadata).ok()??, modified(&metadata))));
        now.as_ref() == self.stamp(path)
    }
}

impl Files for Snapshot {
    fn entry(&self, path: &RootedPath) -> Result<Option<Entry>, ReadError> {
        if path.is_root() {
            return Ok(Some(Entry::Directory));
        }
        Ok(self.stamp(path).map(|(entry, _)| entry.clone()))
    }

    fn read(&self, path: &RootedPath) -> Result<Bytes, ReadError> {
        let changed = || ReadError::Broken {
            path: path.clone(),
            cause: "it changed since this revision was taken".into(),
        };
        if !self.is_unchanged(path) {
            return Err(changed());
        }
        let bytes = self.local.read(path)?;
        if self.is_unchanged(path) { Ok(bytes) } else { Err(changed()) }
    }

    fn list(&self, path: &RootedPath) -> Result<Vec<(String, Entry)>, ReadError> {
        let names = self.stamps.get(path).ok_or_else(|| ReadError::NotFound(path.clone()))?;
        Ok(names.iter().map(|(name, (entry, _))| (name.clone(), entry.clone())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_since_cannot_be_read() {
        let root = std::env::temp_dir().join(format!("weir-snapshot-{}", std::process::id()));
        _ = fs::remove_dir_all(&root);
        fs::create_dir_all(root.join("a")).unwrap();
        fs::write(root.join("a/x.yaml"), "1").unwrap();
        fs::write(root.join("y.yaml"), "2").unwrap();
        let (before, tree) = local_snapshot(&root).unwrap();
        let path = |text| RootedPath::new(text).unwrap();
        assert_eq!(&*tree.read(&path("a/x.yaml")).unwrap(), b"1");
        fs::write(root.join("a/x.yaml"), "longer").unwrap();
        fs::remove_file(root.join("y.yaml")).unwrap();
        fs::write(root.join("new.yaml"), "").unwrap();
        assert!(matches!(tree.read(&path("a/x.yaml")), Err(ReadError::Broken { .. })));
        assert!(matches!(tree.read(&path("y.yaml")), Err(ReadError::Broken { .. })));
        let names: Vec<_> = tree.list(&path(".")).unwrap().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["a", "y.yaml"]);
        assert_ne!(local_identity(&root).unwrap(), before);
        fs::remove_dir_all(&root).unwrap();
    }
}
