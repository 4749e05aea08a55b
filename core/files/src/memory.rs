//! A tree held in memory: for tests, inline input and generated files.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::{Bytes, Entry, Files, ReadError, RootedPath, Tree};

enum Node {
    File(Bytes),
    Directory,
    Link(String),
}

/// Files in memory. Directories appear with the files in them.
#[derive(Default)]
pub struct MemoryFiles(BTreeMap<RootedPath, Node>);

impl MemoryFiles {
    /// No files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds or replaces a file.
    pub fn file(mut self, path: &RootedPath, content: impl AsRef<[u8]>) -> Self {
        self.parents(path);
        self.0.insert(path.clone(), Node::File(Arc::from(content.as_ref())));
        self
    }

    /// Adds a symbolic link.
    pub fn link(mut self, path: &RootedPath, target: &str) -> Self {
        self.parents(path);
        self.0.insert(path.clone(), Node::Link(target.to_string()));
        self
    }

    /// Adds an empty directory.
    pub fn directory(mut self, path: &RootedPath) -> Self {
        self.parents(path);
        self.0.insert(path.clone(), Node::Directory);
        self
    }

    /// The finished tree.
    pub fn tree(self) -> Tree {
        Tree::new(self)
    }

    fn parents(&mut self, path: &RootedPath) {
        let mut at = path.parent();
        while let Some(dir) = at {
            at = dir.parent();
            self.0.entry(dir).or_insert(Node::Directory);
        }
    }

    fn get(&self, path: &RootedPath) -> Option<Entry> {
        match self.0.get(path) {
            None if path.is_root() => Some(Entry::Directory),
            None => None,
            Some(Node::File(bytes)) => {
                Some(Entry::File { size: Some(bytes.len() as u64), executable: false })
            }
            Some(Node::Directory) => Some(Entry::Directory),
            Some(Node::Link(target)) => Some(Entry::Link(target.clone())),
        }
    }
}

impl<P: AsRef<str>, C: AsRef<[u8]>> FromIterator<(P, C)> for MemoryFiles {
    /// Paths that leave the root are taken at the root: this is for literals in tests and generated trees.
    fn from_iter<I: IntoIterator<Item = (P, C)>>(files: I) -> Self {
        files.into_iter().fold(Self::new(), |all, (path, content)| {
            let path = RootedPath::new(path.as_ref()).unwrap_or_else(|_| RootedPath::root());
            all.file(&path, content)
        })
    }
}

impl Files for MemoryFiles {
    fn entry(&self, path: &RootedPath) -> Result<Option<Entry>, ReadError> {
        Ok(self.get(path))
    }

    fn read(&self, path: &RootedPath) -> Result<Bytes, ReadError> {
        match self.0.get(path) {
            Some(Node::File(bytes)) => Ok(Arc::clone(bytes)),
            Some(_) => Err(ReadError::WrongKind { path: path.clone(), wanted: "file" }),
            None => Err(ReadError::NotFound(path.clone())),
        }
    }

    fn list(&self, path: &RootedPath) -> Result<Vec<(String, Entry)>, ReadError> {
        if self.get(path) != Some(Entry::Directory) {
            return Err(ReadError::NotFound(path.clone()));
        }
        let below = self.0.keys().filter(|child| child.parent().as_ref() == Some(path));
        Ok(below.filter_map(|child| Some((child.name().to_string(), self.get(child)?))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ReadLog;

    fn path(text: &str) -> RootedPath {
        RootedPath::new(text).unwrap()
    }

    #[test]
    fn lists_and_reads() {
        let tree: Tree = MemoryFiles::from_iter([("a/x.yaml", "1"), ("a/b/y.yaml", "2")]).tree();
        let names: Vec<_> = tree.list(&path("a")).unwrap().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["b", "x.yaml"]);
        assert_eq!(&*tree.read(&path("a/b/y.yaml")).unwrap(), b"2");
        assert_eq!(tree.read(&path("no")), Err(ReadError::NotFound(path("no"))));
        assert!(tree.is_dir(&RootedPath::root()).unwrap());
    }

    #[test]
    fn follows_links_inside_only() {
        let tree = MemoryFiles::new()
            .file(&path("real/file"), "x")
            .link(&path("dir/up"), "../real")
            .link(&path("out"), "../../etc/passwd")
            .link(&path("abs"), "/etc/passwd")
            .link(&path("loop"), "loop")
            .tree();
        assert_eq!(&*tree.read(&path("dir/up/file")).unwrap(), b"x");
        assert!(matches!(tree.read(&path("out")), Err(ReadError::LeavesRoot { .. })));
        assert!(matches!(tree.read(&path("abs")), Err(ReadError::LeavesRoot { .. })));
        assert!(matches!(tree.read(&path("loop")), Err(ReadError::LinkLoop(_))));
        let names: Vec<_> = tree.list(&path(".")).unwrap().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["dir", "real"]);
    }

    #[test]
    fn logs_what_was_looked_for() {
        let log = Arc::new(ReadLog::default());
        let tree = MemoryFiles::from_iter([("a", "")]).tree().logged(&log);
        assert!(tree.is_file(&path("a")).unwrap());
        assert!(!tree.is_file(&path("b")).unwrap());
        assert_eq!(log.paths(), [path("a"), path("b")]);
    }
}
