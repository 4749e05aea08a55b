//! The files of a commit, read from the object store when they are looked at.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use gix::bstr::ByteSlice as _;
use gix::objs::tree::EntryKind;
use gix::{ObjectId, Repository, ThreadSafeRepository};
use weir_files::{Bytes, Entry, Files, ReadError, RootedPath};

/// Larger files are refused: no manifest is that large.
const MAX_FILE: u64 = 64 * 1024 * 1024;
/// So many directories are remembered; then they are all forgotten.
const REMEMBERED: usize = 4096;

pub(super) struct GitFiles {
    repository: ThreadSafeRepository,
    root: ObjectId,
    directories: Mutex<HashMap<RootedPath, Arc<Directory>>>,
}

struct Directory(Vec<Child>);

struct Child {
    name: String,
    kind: EntryKind,
    id: ObjectId,
}

impl GitFiles {
    pub(super) fn new(repository: ThreadSafeRepository, root: ObjectId) -> Self {
        Self { repository, root, directories: Mutex::default() }
    }

    fn broken(path: &RootedPath, cause: &dyn std::fmt::Display) -> ReadError {
        ReadError::Broken { path: path.clone(), cause: cause.to_string() }
    }

    /// The directory at this path, if there is one.
    fn directory(&self, path: &RootedPath) -> Result<Option<Arc<Directory>>, ReadError> {
        let known = self.directories.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
        if let Some(known) = known {
            return Ok(Some(known));
        }
        let id = match path.parent() {
            None => self.root,
            Some(parent) => match self.directory(&parent)?.as_deref().and_then(|dir| dir.find(path.name())) {
                Some(child) if child.kind == EntryKind::Tree => child.id,
                _ => return Ok(None),
            },
        };
        let repository = self.repository.to_thread_local();
        let object = repository.find_object(id).map_err(|e| Self::broken(path, &e))?;
        let tree = object.try_into_tree().map_err(|e| Self::broken(path, &e))?;
        let mut children = Vec::new();
        for entry in tree.iter() {
            let entry = entry.map_err(|e| Self::broken(path, &e))?;
            // A name that is no text cannot be named by any kustomization.
            let Ok(name) = entry.filename().to_str() else { continue };
            children.push(Child { name: name.to_string(), kind: entry.kind(), id: entry.object_id() });
        }
        children.sort_by(|a, b| a.name.cmp(&b.name));
        let directory = Arc::new(Directory(children));
        let mut all = self.directories.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= REMEMBERED {
            all.clear();
        }
        all.insert(path.clone(), Arc::clone(&directory));
        Ok(Some(directory))
    }

    /// What a child is, without its size: to tell that means to read of the pack where it stands.
    fn child_entry(&self, path: &RootedPath, child: &Child) -> Result<Option<Entry>, ReadError> {
        Ok(match child.kind {
            EntryKind::Tree => Some(Entry::Directory),
            EntryKind::Blob => Some(Entry::File { size: None, executable: false }),
            EntryKind::BlobExecutable => Some(Entry::File { size: None, executable: true }),
            EntryKind::Link => {
                Some(Entry::Link(String::from_utf8_lossy(&self.blob(path, child.id)?).into_owned()))
            }
            // A submodule is laid over it, if it is wanted. An empty directory of a checkout is nothing here.
            EntryKind::Commit => None,
        })
    }

    fn size(&self, path: &RootedPath, id: ObjectId) -> Result<u64, ReadError> {
        let repository = self.repository.to_thread_local();
        Ok(repository.find_header(id).map_err(|e| Self::broken(path, &e))?.size())
    }

    fn blob(&self, path: &RootedPath, id: ObjectId) -> Result<Bytes, ReadError> {
        let size = self.size(path, id)?;
        if size > MAX_FILE {
            return Err(ReadError::TooLarge { path: path.clone(), size, limit: MAX_FILE });
        }
        let repository = self.repository.to_thread_local();
        let mut object = repository.find_object(id).map_err(|e| Self::broken(path, &e))?;
        Ok(Arc::from(std::mem::take(&mut object.data)))
    }

    fn find(&self, path: &RootedPath) -> Result<Option<(EntryKind, ObjectId)>, ReadError> {
        let Some(parent) = path.parent() else { return Ok(Some((EntryKind::Tree, self.root))) };
        let directory = self.directory(&parent)?;
        Ok(directory.and_then(|dir| dir.find(path.name()).map(|child| (child.kind, child.id))))
    }
}

/// The commits that stand in the directories below this one.
pub(super) fn links(
    repository: &Repository,
    root: ObjectId,
) -> Result<Vec<(RootedPath, String)>, Box<dyn std::error::Error>> {
    let mut found = Vec::new();
    let mut todo = vec![(RootedPath::root(), root)];
    while let Some((dir, id)) = todo.pop() {
        for entry in repository.find_object(id)?.try_into_tree()?.iter() {
            let entry = entry?;
            let Ok(name) = entry.filename().to_str() else { continue };
            match entry.kind() {
                EntryKind::Tree => todo.push((dir.child(name), entry.object_id())),
                EntryKind::Commit => found.push((dir.child(name), entry.object_id().to_string())),
                EntryKind::Blob | EntryKind::BlobExecutable | EntryKind::Link => {}
            }
        }
    }
    found.sort();
    Ok(found)
}

impl Directory {
    fn find(&self, name: &str) -> Option<&Child> {
        self.0.binary_search_by(|child| child.name.as_str().cmp(name)).ok().map(|at| &self.0[at])
    }
}

impl Files for GitFiles {
    fn entry(&self, path: &RootedPath) -> Result<Option<Entry>, ReadError> {
        let Some(parent) = path.parent() else { return Ok(Some(Entry::Directory)) };
        let Some(directory) = self.directory(&parent)? else { return Ok(None) };
        let Some(child) = directory.find(path.name()) else { return Ok(None) };
        let entry = self.child_entry(path, child)?;
        Ok(match entry {
            Some(Entry::File { executable, .. }) => {
                Some(Entry::File { size: Some(self.size(path, child.id)?), executable })
            }
            other => other,
        })
    }

    fn read(&self, path: &RootedPath) -> Result<Bytes, ReadError> {
        match self.find(path)? {
            Some((EntryKind::Blob | EntryKind::BlobExecutable, id)) => self.blob(path, id),
            Some(_) => Err(ReadError::WrongKind { path: path.clone(), wanted: "file" }),
            None => Err(ReadError::NotFound(path.clone())),
        }
    }

    fn list(&self, path: &RootedPath) -> Result<Vec<(String, Entry)>, ReadError> {
        let directory = self.directory(path)?.ok_or_else(|| ReadError::NotFound(path.clone()))?;
        let mut entries = Vec::new();
        for child in &directory.0 {
            if let Some(entry) = self.child_entry(&path.child(&child.name), child)? {
                entries.push((child.name.clone(), entry));
            }
        }
        Ok(entries)
    }
}
