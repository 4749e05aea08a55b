//! Which files a directory of a chart holds.

use weir_files::{Entry, ReadError, RootedPath, Tree};

use super::ignore::Rules;
use crate::error::Error;

/// Links to directories above would have no end.
const DEEPEST: usize = 64;

/// So many links to links are followed to say which one leads nowhere.
const LINKS: usize = 40;

/// Where charts in the chart are.
const CHARTS: &str = "charts/";

/// A file that has not been read.
pub(super) struct Found {
    /// Its path in the chart.
    pub(super) inner: String,
    /// Where it is, without links if it is none itself.
    pub(super) path: RootedPath,
    pub(super) is_link: bool,
}

/// A directory that has not been walked: its path, and where it is itself.
pub(super) struct Below {
    path: RootedPath,
    real: RootedPath,
    /// Its path in the chart, with a slash behind it.
    inner: String,
    depth: usize,
}

/// What Helm comes to, in its order.
pub(super) enum Step {
    File(Found),
    /// A chart in charts/, which can be walked apart.
    Chart(Below),
}

impl Step {
    pub(super) fn is_chart(&self) -> bool {
        matches!(self, Self::Chart(_))
    }

    pub(super) fn file(&self) -> Option<&Found> {
        if let Self::File(found) = self { Some(found) } else { None }
    }
}

/// What was found, and why there may be more that was not.
pub(super) struct Walked {
    pub(super) steps: Vec<Step>,
    pub(super) end: Result<(), Error>,
}

/// A way through directories.
pub(super) struct Walk<'t> {
    tree: &'t Tree,
    rules: &'t Rules,
    steps: Vec<Step>,
}

impl<'t> Walk<'t> {
    pub(super) fn new(tree: &'t Tree, rules: &'t Rules) -> Self {
        Self { tree, rules, steps: Vec::new() }
    }

    /// The directory of the chart, without the charts in charts/.
    pub(super) fn top(mut self, at: (&RootedPath, &RootedPath), entries: Vec<(String, Entry)>) -> Walked {
        let end = self.entries(at, entries, "", 0);
        Walked { steps: self.steps, end }
    }

    /// One of those.
    pub(super) fn below(mut self, below: &Below) -> Walked {
        let end = self.directory((&below.path, &below.real), &below.inner, below.depth);
        Walked { steps: self.steps, end }
    }

    /// A directory, and where it is itself.
    fn directory(
        &mut self,
        (path, real): (&RootedPath, &RootedPath),
        below: &str,
        depth: usize,
    ) -> Result<(), Error> {
        if depth > DEEPEST {
            return Err(Error::new(format!("directories below '{path}' are nested too deeply")));
        }
        let entries = self.tree.list_kinds_stored(real).map_err(said)?;
        self.entries((path, real), entries, below, depth)
    }

    fn entries(
        &mut self,
        (path, here): (&RootedPath, &RootedPath),
        entries: Vec<(String, Entry)>,
        below: &str,
        depth: usize,
    ) -> Result<(), Error> {
        for (name, stored) in entries {
            let plain = here.child(&name);
            let is_link = matches!(stored, Entry::Link(_));
            // Without links the path and where it leads are the same.
            let path = if is_link || path != here { path.child(&name) } else { plain.clone() };
            let inner = format!("{below}{name}");
            let entry = match stored {
                Entry::Link(target) => self.tree.entry(&path).map_err(said)?.ok_or_else(|| {
                    let missing = self.missing(here, &target, LINKS);
                    Error::new(format!(
                        "error evaluating symlink /{path}: lstat /{missing}: no such file or directory"
                    ))
                })?,
                entry => entry,
            };
            let is_directory = entry == Entry::Directory;
            if self.rules.ignores(&inner, is_directory) {
                continue;
            }
            if is_directory {
                let real = if is_link { real(self.tree, &path)? } else { plain };
                let (inner, depth) = (format!("{inner}/"), depth + 1);
                if below == CHARTS {
                    self.steps.push(Step::Chart(Below { path, real, inner, depth }));
                } else {
                    self.directory((&path, &real), &inner, depth)?;
                }
            } else {
                let path = if is_link { path } else { plain };
                self.steps.push(Step::File(Found { inner, path, is_link }));
            }
        }
        Ok(())
    }

    /// Where the way of a link in this directory ends too early.
    fn missing(&self, directory: &RootedPath, target: &str, links: usize) -> RootedPath {
        let mut here = directory.clone();
        for part in target.split('/').filter(|part| !part.is_empty() && *part != ".") {
            let Ok(next) = here.join(part) else { break };
            here = match self.tree.resolve(&next) {
                Ok(Some((real, _))) => real,
                _ => match self.tree.stored(&next) {
                    Ok(Some(Entry::Link(target))) if links > 0 => {
                        return self.missing(&here, &target, links - 1);
                    }
                    _ => return next,
                },
            };
        }
        here
    }
}

/// The directory itself where the path leads through links.
pub(super) fn real(tree: &Tree, path: &RootedPath) -> Result<RootedPath, Error> {
    match tree.resolve(path).map_err(said)? {
        Some((real, _)) => Ok(real),
        None => Err(said(ReadError::NotFound(path.clone()))),
    }
}

pub(super) fn said(error: ReadError) -> Error {
    Error::new(error.to_string())
}
