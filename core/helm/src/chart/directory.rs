//! Charts as directories of a tree.

use weir_files::{Bytes, Entry, ReadError, RootedPath, Tree};

use super::archive::{MAX_FILE, without_mark};
use super::ignore::Rules;
use super::{Content, File};
use crate::error::Error;
use crate::quote::quoted;

/// Links to directories above would have no end.
const DEEPEST: usize = 64;

/// Smaller files are read at once in any case: looking at them later takes longer.
const LARGE: u64 = 16 * 1024;

/// When files are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    AtOnce,
    /// Large ones when somebody looks at them.
    WhenNeeded,
}

/// The files of a chart in the order that Helm walks them, without those that `.helmignore` leaves out.
pub(super) fn files(tree: &Tree, directory: &RootedPath, reading: Reading) -> Result<Vec<File>, Error> {
    let ignore = directory.child(".helmignore");
    let rules = match tree.is_file(&ignore).map_err(said)? {
        true => Rules::read(Some(&tree.read(&ignore).map_err(said)?))?,
        false => Rules::read(None)?,
    };
    let mut walk = Walk { tree, rules, reading, files: Vec::new() };
    walk.directory(directory, "", 0)?;
    Ok(walk.files)
}

fn said(error: ReadError) -> Error {
    Error::new(error.to_string())
}

struct Walk<'t> {
    tree: &'t Tree,
    rules: Rules,
    reading: Reading,
    files: Vec<File>,
}

impl Walk<'_> {
    fn directory(&mut self, path: &RootedPath, below: &str, depth: usize) -> Result<(), Error> {
        if depth > DEEPEST {
            return Err(Error::new(format!("directories below '{path}' are nested too deeply")));
        }
        let real = self.real(path)?;
        for (name, stored) in self.tree.list_stored(&real).map_err(said)? {
            let plain = real.child(&name);
            let (path, inner) = (path.child(&name), format!("{below}{name}"));
            let is_link = matches!(stored, Entry::Link(_));
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
                let data = match entry {
                    Entry::File { size: Some(size), .. } if !is_link => self.stored(&plain, size),
                    _ => self.tree.read(&path).map(read),
                };
                let data = data.map_err(|error| said(error).within(format!("error reading {inner}")))?;
                self.file(data, inner, &name)?;
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

    /// A file at a path without links.
    fn stored(&self, path: &RootedPath, size: u64) -> Result<(Content, u64), ReadError> {
        if self.reading == Reading::WhenNeeded && size > LARGE {
            self.tree.check_stored(path)?;
            return Ok((Content::there(self.tree, path.clone()), size));
        }
        self.tree.read_stored(path).map(read)
    }

    fn file(&mut self, data: (Content, u64), inner: String, name: &str) -> Result<(), Error> {
        let (data, size) = data;
        if size > MAX_FILE {
            let name = quoted(name);
            let message = format!("chart file {name} is larger than the maximum file size {MAX_FILE}");
            return Err(Error::new(message));
        }
        self.files.push(File { name: inner, data });
        Ok(())
    }
}

fn read(data: Bytes) -> (Content, u64) {
    let size = data.len() as u64;
    (without_mark(data).into(), size)
}
