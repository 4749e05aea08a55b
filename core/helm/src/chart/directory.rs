//! Charts as directories of a tree.

use weir_files::{Entry, ReadError, RootedPath, Tree};

use super::File;
use super::archive::{MAX_FILE, without_mark};
use super::ignore::Rules;
use crate::error::Error;
use crate::quote::quoted;

/// Links to directories above would have no end.
const DEEPEST: usize = 64;

/// The files of a chart in the order that Helm walks them, without those that `.helmignore` leaves out.
pub(super) fn files(tree: &Tree, directory: &RootedPath) -> Result<Vec<File>, Error> {
    let ignore = directory.child(".helmignore");
    let rules = match tree.is_file(&ignore).map_err(said)? {
        true => Rules::read(Some(&tree.read(&ignore).map_err(said)?))?,
        false => Rules::read(None)?,
    };
    let mut walk = Walk { tree, rules, files: Vec::new() };
    walk.directory(directory, "", 0)?;
    Ok(walk.files)
}

fn said(error: ReadError) -> Error {
    Error::new(error.to_string())
}

struct Walk<'t> {
    tree: &'t Tree,
    rules: Rules,
    files: Vec<File>,
}

impl Walk<'_> {
    fn directory(&mut self, path: &RootedPath, below: &str, depth: usize) -> Result<(), Error> {
        if depth > DEEPEST {
            return Err(Error::new(format!("directories below '{path}' are nested too deeply")));
        }
        for (name, stored) in self.tree.list_stored(&self.real(path)?).map_err(said)? {
            let (path, inner) = (path.child(&name), format!("{below}{name}"));
            let entry = match stored {
                Entry::Link(_) => self.tree.entry(&path).map_err(said)?.ok_or_else(|| {
                    Error::new(format!(
                        "error evaluating symlink {path}: lstat {path}: no such file or directory"
                    ))
                })?,
                entry => entry,
            };
            let is_directory = entry == Entry::Directory;
            if self.rules.ignores(&inner, is_directory) {
                continue;
            }
            if is_directory {
                self.directory(&path, &format!("{inner}/"), depth + 1)?;
            } else {
                self.file(&path, inner, &name)?;
            }
        }
        Ok(())
    }

    /// The directory itself where the path leads through links.
    fn real(&self, path: &RootedPath) -> Result<RootedPath, Error> {
        match self.tree.resolve(path).map_err(said)? {
            Some((real, _)) => Ok(real),
            None => Err(said(ReadError::NotFound(path.clone()))),
        }
    }

    fn file(&mut self, path: &RootedPath, inner: String, name: &str) -> Result<(), Error> {
        let data =
            self.tree.read(path).map_err(|error| said(error).within(format!("error reading {inner}")))?;
        if data.len() as u64 > MAX_FILE {
            let name = quoted(name);
            let message = format!("chart file {name} is larger than the maximum file size {MAX_FILE}");
            return Err(Error::new(message));
        }
        let data = if data.starts_with(b"\xef\xbb\xbf") { without_mark(&data) } else { data };
        self.files.push(File { name: inner, data });
        Ok(())
    }
}
