//! The files that a source gives: without links, without what its rules exclude, only the directories asked for.

use weir_files::{Bytes, Entry, Files, ReadError, RootedPath, Tree};

use crate::ignore::IgnoreRules;

struct Source {
    tree: Tree,
    rules: IgnoreRules,
    sparse: Vec<RootedPath>,
}

/// The tree as consumers of the source see it. Directories of `sparse` alone if there are any.
pub fn source_files(tree: &Tree, ignore: Option<&str>, sparse: &[String]) -> Result<Tree, ReadError> {
    let rules = IgnoreRules::for_source(tree, ignore)?;
    let sparse = sparse.iter().filter_map(|path| RootedPath::new(path).ok()).collect();
    Ok(Tree::new(Source { tree: tree.clone(), rules, sparse }))
}

impl Source {
    fn shows(&self, path: &RootedPath, entry: &Entry) -> bool {
        match entry {
            Entry::Link(_) => false,
            // A directory is there if anything in it is; an empty one does no harm.
            Entry::Directory => {
                self.sparse.is_empty() || self.sparse.iter().any(|wanted| touches(path, wanted))
            }
            Entry::File { .. } => self.is_wanted(path) && !self.rules.excludes(path, false),
        }
    }

    /// A sparse checkout takes the files of the directories on the way too, as `git sparse-checkout` does.
    fn is_wanted(&self, path: &RootedPath) -> bool {
        let parent = path.parent().unwrap_or_else(RootedPath::root);
        self.sparse.is_empty()
            || self.sparse.iter().any(|wanted| path.is_within(wanted) || wanted.is_within(&parent))
    }
}

fn touches(path: &RootedPath, wanted: &RootedPath) -> bool {
    path.is_within(wanted) || wanted.is_within(path)
}

impl Files for Source {
    fn entry(&self, path: &RootedPath) -> Result<Option<Entry>, ReadError> {
        let (Some(parent), name) = (path.parent(), path.name()) else { return Ok(Some(Entry::Directory)) };
        // Asking the listing keeps links unseen: the tree below would follow them.
        match self.tree.resolve(&parent)? {
            Some((real, Entry::Directory)) if real == parent => {}
            _ => return Ok(None),
        }
        let entry = match self.tree.resolve(path)? {
            Some((real, entry)) if real == *path => entry,
            _ => return Ok(None),
        };
        debug_assert_eq!(path.name(), name);
        Ok(Some(entry).filter(|entry| self.shows(path, entry)))
    }

    fn read(&self, path: &RootedPath) -> Result<Bytes, ReadError> {
        self.tree.read(path)
    }

    fn list(&self, path: &RootedPath) -> Result<Vec<(String, Entry)>, ReadError> {
        let mut shown = Vec::new();
        for (name, _) in self.tree.list(path)? {
            let child = path.child(&name);
            if let Some(entry) = self.entry(&child)? {
                shown.push((name, entry));
            }
        }
        Ok(shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_files::MemoryFiles;

    fn path(text: &str) -> RootedPath {
        RootedPath::new(text).unwrap()
    }

    fn names(tree: &Tree, dir: &str) -> Vec<String> {
        tree.list(&path(dir)).unwrap().into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn links_and_ignored_files_are_not_there() {
        let tree = MemoryFiles::new()
            .file(&path("a/x.yaml"), "1")
            .file(&path("a/logo.png"), "2")
            .link(&path("a/y.yaml"), "x.yaml")
            .link(&path("b"), "a")
            .tree();
        let files = source_files(&tree, None, &[]).unwrap();
        assert_eq!(names(&files, "a"), ["x.yaml"]);
        assert_eq!(names(&files, "."), ["a"]);
        assert!(!files.is_file(&path("a/logo.png")).unwrap());
        assert!(!files.is_file(&path("b/x.yaml")).unwrap());
        assert_eq!(&*files.read(&path("a/x.yaml")).unwrap(), b"1");
    }

    #[test]
    fn sparse_takes_directories_and_files_on_the_way() {
        let tree = MemoryFiles::from_iter([("top", ""), ("a/mid", ""), ("a/b/c", ""), ("z/y", "")]).tree();
        let files = source_files(&tree, None, &["a/b".to_string()]).unwrap();
        assert_eq!(names(&files, "."), ["a", "top"]);
        assert_eq!(names(&files, "a"), ["b", "mid"]);
        assert_eq!(names(&files, "a/b"), ["c"]);
    }
}
