//! Trees and lists of files from the disk, for tests.

use std::path::{Path, PathBuf};

use weir_files::{MemoryFiles, RootedPath, Tree};

/// What a directory holds, by name.
pub(crate) fn sorted(dir: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// A directory as a tree. A token in the files stands for its root.
pub(crate) fn tree(input: &Path, token: Option<&str>) -> Tree {
    let mut files = MemoryFiles::new();
    let mut todo = vec![input.to_path_buf()];
    while let Some(dir) = todo.pop() {
        for path in sorted(&dir) {
            let rooted = RootedPath::new(path.strip_prefix(input).unwrap().to_str().unwrap()).unwrap();
            if path.is_dir() {
                files = files.directory(&rooted);
                todo.push(path);
                continue;
            }
            let content = std::fs::read(&path).unwrap();
            files = match (token, std::str::from_utf8(&content)) {
                (Some(token), Ok(text)) => files.file(&rooted, text.replace(token, "")),
                _ => files.file(&rooted, content),
            };
        }
    }
    files.tree()
}
