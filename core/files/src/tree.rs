//! An immutable tree of files, read lazily: a huge repository costs the memory of what is looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex};

use crate::RootedPath;

/// The content of a file, shared.
pub type Bytes = Arc<[u8]>;

/// How many symbolic links one look-up follows before it is called a loop.
const MAX_LINKS: usize = 40;

/// What a path of a tree is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A file of this many bytes.
    File {
        /// Size in bytes; a listing may leave it out where telling costs more than naming.
        size: Option<u64>,
        /// Has an executable bit.
        executable: bool,
    },
    /// A directory.
    Directory,
    /// A symbolic link and its target as stored.
    Link(String),
}

/// Why a path of a tree could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadError {
    /// Nothing is there.
    NotFound(RootedPath),
    /// It is something else than what was asked for (a directory instead of a file, or the reverse).
    WrongKind {
        /// What was looked at.
        path: RootedPath,
        /// What it should have been: `file` or `directory`.
        wanted: &'static str,
    },
    /// A symbolic link leads out of the tree.
    LeavesRoot {
        /// The link.
        path: RootedPath,
        /// Its target as stored.
        target: String,
    },
    /// Symbolic links in a circle.
    LinkLoop(RootedPath),
    /// Larger than the tree allows.
    TooLarge {
        /// The file.
        path: RootedPath,
        /// Its size.
        size: u64,
        /// The limit.
        limit: u64,
    },
    /// The storage behind the tree failed.
    Broken {
        /// What was being read.
        path: RootedPath,
        /// The storage's own words.
        cause: String,
    },
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound(path) => write!(f, "'{path}' does not exist"),
            Self::WrongKind { path, wanted } => write!(f, "'{path}' is not a {wanted}"),
            Self::LeavesRoot { path, target } => {
                write!(f, "symbolic link '{path}' points to '{target}', outside of the source")
            }
            Self::LinkLoop(path) => write!(f, "symbolic links of '{path}' form a loop"),
            Self::TooLarge { path, size, limit } => {
                write!(f, "'{path}' has {size} bytes, more than the {limit} allowed")
            }
            Self::Broken { path, cause } => write!(f, "cannot read '{path}': {cause}"),
        }
    }
}

impl std::error::Error for ReadError {}

/// The storage behind a [`Tree`]. Paths given to it never contain links that were resolved already; it answers for
/// the path itself and does not follow links.
pub trait Files: Send + Sync {
    /// What is at this path, or nothing.
    fn entry(&self, path: &RootedPath) -> Result<Option<Entry>, ReadError>;
    /// The bytes of a file.
    fn read(&self, path: &RootedPath) -> Result<Bytes, ReadError>;
    /// The names in a directory, sorted bytewise.
    fn list(&self, path: &RootedPath) -> Result<Vec<(String, Entry)>, ReadError>;
    /// The names in a directory in the same order, for whoever wants to know what they are and no more: sizes and executable
    /// bits may be left out.
    fn list_kinds(&self, path: &RootedPath) -> Result<Vec<(String, Entry)>, ReadError> {
        self.list(path)
    }
    /// The bytes of a file that has no more than so many, else how many it has; it may be read then too.
    fn read_small(&self, path: &RootedPath, most: u64) -> Result<Small, ReadError> {
        match self.entry(path)? {
            Some(Entry::File { size: Some(size), .. }) if size > most => Ok(Small::Larger(size)),
            _ => self.read(path).map(Small::Read),
        }
    }
}

/// A file that is read at once if it is small.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Small {
    /// It is, and says this.
    Read(Bytes),
    /// It has so many bytes.
    Larger(u64),
}

/// The paths that a piece of work looked at, found or not: it must be done again only if one of them changes.
#[derive(Debug, Default)]
pub struct ReadLog(Mutex<BTreeSet<RootedPath>>);

impl ReadLog {
    fn note(&self, path: &RootedPath) {
        let mut seen = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if !seen.contains(path) {
            seen.insert(path.clone());
        }
    }

    /// All paths looked at so far, sorted.
    pub fn paths(&self) -> Vec<RootedPath> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).iter().cloned().collect()
    }
}

/// Files of which some have other bytes.
struct Contents {
    files: Arc<dyn Files>,
    contents: BTreeMap<RootedPath, Bytes>,
}

impl Files for Contents {
    fn entry(&self, path: &RootedPath) -> Result<Option<Entry>, ReadError> {
        self.files.entry(path)
    }

    fn read(&self, path: &RootedPath) -> Result<Bytes, ReadError> {
        self.contents.get(path).map_or_else(|| self.files.read(path), |bytes| Ok(Arc::clone(bytes)))
    }

    fn list(&self, path: &RootedPath) -> Result<Vec<(String, Entry)>, ReadError> {
        self.files.list(path)
    }
}

/// A shared handle on an immutable tree of files. Links are followed, never out of the tree.
#[derive(Clone)]
pub struct Tree {
    files: Arc<dyn Files>,
    log: Option<Arc<ReadLog>>,
}

impl Tree {
    /// A tree over this storage.
    pub fn new(files: impl Files + 'static) -> Self {
        Self { files: Arc::new(files), log: None }
    }

    /// The same tree, noting every path that is looked at.
    pub fn logged(&self, log: &Arc<ReadLog>) -> Self {
        Self { files: Arc::clone(&self.files), log: Some(Arc::clone(log)) }
    }

    /// The same tree with other bytes in some of its files.
    pub fn with_contents(&self, contents: BTreeMap<RootedPath, Bytes>) -> Self {
        let contents = contents.into_iter().map(|(path, bytes)| match self.resolve(&path) {
            Ok(Some((real, _))) => (real, bytes),
            _ => (path, bytes),
        });
        let files = Arc::new(Contents { files: Arc::clone(&self.files), contents: contents.collect() });
        Self { files, log: self.log.clone() }
    }

    /// What is at this path after following links, or nothing.
    pub fn entry(&self, path: &RootedPath) -> Result<Option<Entry>, ReadError> {
        Ok(self.resolve(path)?.map(|(_, entry)| entry))
    }

    /// True if a file is there.
    pub fn is_file(&self, path: &RootedPath) -> Result<bool, ReadError> {
        Ok(matches!(self.entry(path)?, Some(Entry::File { .. })))
    }

    /// True if a directory is there.
    pub fn is_dir(&self, path: &RootedPath) -> Result<bool, ReadError> {
        Ok(matches!(self.entry(path)?, Some(Entry::Directory)))
    }

    /// The bytes of a file.
    pub fn read(&self, path: &RootedPath) -> Result<Bytes, ReadError> {
        match self.resolve(path)? {
            Some((real, Entry::File { .. })) => self.files.read(&real),
            Some(_) => Err(ReadError::WrongKind { path: path.clone(), wanted: "file" }),
            None => Err(ReadError::NotFound(path.clone())),
        }
    }

    /// The entries of a directory, sorted bytewise by name; links are given as what they lead to; those that
    /// lead nowhere or out of the tree are left out.
    pub fn list(&self, path: &RootedPath) -> Result<Vec<(String, Entry)>, ReadError> {
        self.list_with(path, true)
    }

    /// The same without links to directories, for whoever goes on into what is listed: through a link to a directory
    /// above, that would have no end.
    pub fn list_to_walk(&self, path: &RootedPath) -> Result<Vec<(String, Entry)>, ReadError> {
        self.list_with(path, false)
    }

    fn list_with(
        &self,
        path: &RootedPath,
        linked_directories: bool,
    ) -> Result<Vec<(String, Entry)>, ReadError> {
        let (real, entry) = self.resolve(path)?.ok_or_else(|| ReadError::NotFound(path.clone()))?;
        if entry != Entry::Directory {
            return Err(ReadError::WrongKind { path: path.clone(), wanted: "directory" });
        }
        let mut entries = Vec::new();
        for (name, entry) in self.files.list(&real)? {
            let entry = match entry {
                // A link that leads nowhere is nothing to list; whoever asks for it by name is told why.
                Entry::Link(_) => match self.resolve(&real.child(&name)) {
                    Err(ReadError::LeavesRoot { .. } | ReadError::LinkLoop(_)) => None,
                    found => found?
                        .map(|(_, entry)| entry)
                        .filter(|entry| linked_directories || *entry != Entry::Directory),
                },
                entry => Some(entry),
            };
            entries.extend(entry.map(|entry| (name, entry)));
        }
        Ok(entries)
    }

    /// What is stored at this path itself: a link is given as a link. Links on the way are the storage's matter.
    pub fn stored(&self, path: &RootedPath) -> Result<Option<Entry>, ReadError> {
        self.note(path);
        self.files.entry(path)
    }

    /// The entries of a directory as they are stored, links as links.
    pub fn list_stored(&self, path: &RootedPath) -> Result<Vec<(String, Entry)>, ReadError> {
        self.note(path);
        self.files.list(path)
    }

    /// The same; sizes and executable bits may be left out.
    pub fn list_kinds_stored(&self, path: &RootedPath) -> Result<Vec<(String, Entry)>, ReadError> {
        self.note(path);
        self.files.list_kinds(path)
    }

    /// The bytes of a file at a path without links, as a listing of a directory names it.
    pub fn read_stored(&self, path: &RootedPath) -> Result<Bytes, ReadError> {
        self.note(path);
        self.files.read(path)
    }

    /// The bytes of such a file that has no more than so many, else how many it has.
    pub fn read_small_stored(&self, path: &RootedPath, most: u64) -> Result<Small, ReadError> {
        self.note(path);
        self.files.read_small(path, most)
    }

    /// The path without links in it and what is there.
    pub fn resolve(&self, path: &RootedPath) -> Result<Option<(RootedPath, Entry)>, ReadError> {
        self.note(path);
        // Nearly every path has no link in it: one look decides.
        match self.files.entry(path)? {
            Some(Entry::Link(_)) => {}
            Some(entry) => return Ok(Some((path.clone(), entry))),
            None => {}
        }
        self.walk(path)
    }

    fn walk(&self, path: &RootedPath) -> Result<Option<(RootedPath, Entry)>, ReadError> {
        let mut todo: Vec<String> = path.parts().rev().map(str::to_string).collect();
        let (mut here, mut entry, mut links) = (RootedPath::root(), Entry::Directory, 0);
        while let Some(part) = todo.pop() {
            let next =
                here.join(&part).map_err(|e| ReadError::LeavesRoot { path: path.clone(), target: e.path })?;
            if part == ".." {
                (here, entry) = (next, Entry::Directory);
                continue;
            }
            match self.files.entry(&next)? {
                None => return Ok(None),
                Some(Entry::Link(target)) => {
                    links += 1;
                    if links > MAX_LINKS {
                        return Err(ReadError::LinkLoop(path.clone()));
                    }
                    if target.starts_with('/') || here.join(&target).is_err() {
                        return Err(ReadError::LeavesRoot { path: next, target });
                    }
                    todo.extend(
                        target.split('/').rev().filter(|p| !p.is_empty() && *p != ".").map(str::to_string),
                    );
                }
                Some(found) => (here, entry) = (next, found),
            }
        }
        self.note(&here);
        Ok(Some((here, entry)))
    }

    fn note(&self, path: &RootedPath) {
        if let Some(log) = &self.log {
            log.note(path);
        }
    }
}

impl fmt::Debug for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tree")
    }
}
