//! A directory of this machine as a tree, read when it is looked at.

use std::cell::RefCell;
use std::fs;
use std::io::{ErrorKind, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use weir_files::{Bytes, Entry, Files, ReadError, RootedPath, Small, Tree};

/// Larger files are refused: no manifest is that large.
const MAX_FILE: u64 = 64 * 1024 * 1024;

/// The files below a directory. Nothing is read before it is asked for.
pub fn local_directory(root: &Path) -> Tree {
    Tree::new(Local { root: root.to_path_buf() })
}

pub(crate) struct Local {
    pub(crate) root: PathBuf,
}

impl Local {
    pub(crate) fn path(&self, path: &RootedPath) -> PathBuf {
        self.root.join(path.as_str())
    }

    /// Where a link leads. Where the tree is all there is, nothing is outside of it: what is named from the root is reached
    /// from the link's directory too.
    fn within(&self, link: &RootedPath, target: String) -> String {
        match target.strip_prefix('/') {
            Some(inner) if self.root == Path::new("/") => {
                format!("{}{inner}", "../".repeat(link.parts().count().saturating_sub(1)))
            }
            _ => target,
        }
    }

    fn broken(path: &RootedPath, error: &std::io::Error) -> ReadError {
        match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => ReadError::NotFound(path.clone()),
            _ => ReadError::Broken { path: path.clone(), cause: error.to_string() },
        }
    }

    pub(crate) fn entry_of(path: &Path, metadata: &fs::Metadata) -> std::io::Result<Option<Entry>> {
        let kind = metadata.file_type();
        Ok(if kind.is_symlink() {
            Some(Entry::Link(fs::read_link(path)?.to_string_lossy().into_owned()))
        } else if kind.is_dir() {
            Some(Entry::Directory)
        } else if kind.is_file() {
            let executable = metadata.permissions().mode() & 0o111 != 0;
            Some(Entry::File { size: Some(metadata.len()), executable })
        } else {
            // Sockets, pipes and devices are not content.
            None
        })
    }
}

impl Files for Local {
    fn entry(&self, path: &RootedPath) -> Result<Option<Entry>, ReadError> {
        let real = self.path(path);
        match fs::symlink_metadata(&real).and_then(|metadata| Self::entry_of(&real, &metadata)) {
            // The root may itself be reached through a link: whoever named it meant what it leads to.
            Ok(Some(Entry::Link(_))) if path.is_root() => Ok(Some(Entry::Directory)),
            Ok(Some(Entry::Link(target))) => Ok(Some(Entry::Link(self.within(path, target)))),
            Ok(entry) => Ok(entry),
            Err(error) => match Self::broken(path, &error) {
                ReadError::NotFound(_) => Ok(None),
                other => Err(other),
            },
        }
    }

    fn read(&self, path: &RootedPath) -> Result<Bytes, ReadError> {
        let real = self.path(path);
        let failed = |error: std::io::Error| Self::broken(path, &error);
        let mut file = fs::File::open(&real).map_err(failed)?;
        let size = file.metadata().map_err(failed)?.len();
        if size > MAX_FILE {
            return Err(ReadError::TooLarge { path: path.clone(), size, limit: MAX_FILE });
        }
        // Read to where the bytes stay: large files would be in memory twice otherwise.
        let mut bytes: Bytes = std::iter::repeat_n(0, usize::try_from(size).unwrap_or_default()).collect();
        let room = Arc::get_mut(&mut bytes).unwrap_or_default();
        match file.read_exact(room) {
            Ok(()) => Ok(bytes),
            // It has become shorter since.
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                fs::read(&real).map(Arc::from).map_err(failed)
            }
            Err(error) => Err(failed(error)),
        }
    }

    fn read_small(&self, path: &RootedPath, most: u64) -> Result<Small, ReadError> {
        let failed = |error: std::io::Error| Self::broken(path, &error);
        let real = self.path(path);
        if most == 0
            && let Some(size) = size_of_readable(&real)
        {
            return Ok(Small::Larger(size));
        }
        let mut file = fs::File::open(&real).map_err(failed)?;
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        match ROOM.with_borrow_mut(|room| read_up_to(&mut file, most, room)).map_err(failed)? {
            Some(bytes) => Ok(Small::Read(bytes)),
            None => Ok(Small::Larger(file.metadata().map_err(failed)?.len())),
        }
    }

    fn list_kinds(&self, path: &RootedPath) -> Result<Vec<(String, Entry)>, ReadError> {
        self.list_with(path, |entry| {
            let kind = entry.file_type()?;
            Ok(match kind.is_file() {
                true => Some(Entry::File { size: None, executable: false }),
                false if kind.is_dir() => Some(Entry::Directory),
                false => Self::entry_of(&entry.path(), &entry.metadata()?)?,
            })
        })
    }

    fn list(&self, path: &RootedPath) -> Result<Vec<(String, Entry)>, ReadError> {
        self.list_with(path, |entry| Self::entry_of(&entry.path(), &entry.metadata()?))
    }
}

/// How many bytes a file has that anybody may read, if it has any: to see that takes less than to open it.
fn size_of_readable(path: &Path) -> Option<u64> {
    let metadata = fs::symlink_metadata(path).ok()?;
    let is_readable = metadata.is_file() && metadata.permissions().mode() & 0o444 == 0o444;
    Some(metadata.len()).filter(|size| is_readable && *size > 0)
}

thread_local! {
    /// Where small files are read to, before it is known how small they are.
    static ROOM: RefCell<Vec<u8>> = RefCell::default();
}

/// What is in a file, if that is no more than so many bytes.
fn read_up_to(file: &mut fs::File, most: usize, room: &mut Vec<u8>) -> std::io::Result<Option<Bytes>> {
    if room.len() <= most {
        room.resize(most.saturating_add(1), 0);
    }
    let mut filled = 0;
    // The end is where nothing more comes: some file systems give less than is asked for.
    while let Some(rest @ [_, ..]) = room.get_mut(filled..=most) {
        match file.read(rest) {
            Ok(0) => return Ok(Some(Arc::from(room.get(..filled).unwrap_or_default()))),
            Ok(count) => filled += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

impl Local {
    fn list_with(
        &self,
        path: &RootedPath,
        entry_of: impl Fn(&fs::DirEntry) -> std::io::Result<Option<Entry>>,
    ) -> Result<Vec<(String, Entry)>, ReadError> {
        let failed = |error: std::io::Error| Self::broken(path, &error);
        let mut entries = Vec::new();
        for entry in fs::read_dir(self.path(path)).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            // A name that is no text cannot be named by any kustomization.
            let Ok(name) = entry.file_name().into_string() else { continue };
            if let Some(kind) = entry_of(&entry).map_err(failed)? {
                entries.push((name, kind));
            }
        }
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_small_files_are_read_at_once() {
        let directory = std::env::temp_dir().join(format!("weir-local-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join("empty"), "").unwrap();
        fs::write(directory.join("four"), "1234").unwrap();
        let tree = local_directory(&directory);
        let read = |name: &str, most| tree.read_small_stored(&RootedPath::new(name).unwrap(), most);
        assert_eq!(read("four", 4), Ok(Small::Read(Arc::from(*b"1234"))));
        assert_eq!(read("four", 3), Ok(Small::Larger(4)));
        assert_eq!(read("empty", 0), Ok(Small::Read(Arc::from(*b""))));
        assert_eq!(read("four", 0), Ok(Small::Larger(4)));
        assert!(matches!(read("none", 3), Err(ReadError::NotFound(_))));
        let names = tree.list_kinds_stored(&RootedPath::root()).unwrap();
        assert_eq!(names.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["empty", "four"]);
        fs::remove_dir_all(&directory).unwrap();
    }

    #[test]
    fn links_from_the_root_lead_out_of_all_but_the_root() {
        let directory = std::env::temp_dir().join(format!("weir-local-links-{}", std::process::id()));
        fs::create_dir_all(directory.join("below")).unwrap();
        fs::write(directory.join("file"), "here").unwrap();
        std::os::unix::fs::symlink(directory.join("file"), directory.join("below/link")).unwrap();
        let read = |root: &Path, path: &Path| {
            let path = path.strip_prefix(root).unwrap().to_string_lossy();
            local_directory(root).read(&RootedPath::new(&path).unwrap())
        };
        let link = directory.join("below/link");
        assert_eq!(read(Path::new("/"), &link), Ok(Arc::from(*b"here")));
        assert!(matches!(read(&directory, &link), Err(ReadError::LeavesRoot { .. })));
        fs::remove_dir_all(&directory).unwrap();
    }
}
