//! Charts as directories of a tree.

use weir_files::{Bytes, Entry, ReadError, RootedPath, Small, Tree};
use weir_template::{Helpers, each};

use super::archive::{MAX_FILE, without_mark};
use super::ignore::Rules;
use super::{Content, File};
use crate::error::Error;
use crate::quote::quoted;

/// Links to directories above would have no end.
const DEEPEST: usize = 64;

/// So many links to links are followed to say which one leads nowhere.
const LINKS: usize = 40;

/// Smaller files that every rendering looks at are read at once: looking at them later takes longer.
const LARGE: u64 = 16 * 1024;

/// When files are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    AtOnce,
    /// Large ones, and those that are seldom looked at, when somebody does.
    WhenNeeded,
}

/// To open so many files takes longer than another thread takes to begin.
const SHARE: usize = 64;

/// The files of a chart in the order that Helm walks them, without those that `.helmignore` leaves out. Its description has
/// been read already.
pub(super) fn files(
    tree: &Tree,
    directory: &RootedPath,
    description: &Bytes,
    reading: Reading,
    helpers: Option<&dyn Helpers>,
) -> Result<Vec<File>, Error> {
    let mut walk = Walk { tree, rules: Rules::default(), found: Vec::new() };
    let real = walk.real(directory)?;
    let entries = tree.list_kinds_stored(&real).map_err(said)?;
    walk.rules = rules(tree, directory, &entries)?;
    let walked = walk.entries((directory, &real), entries, "", 0);
    let most = walk.found.len() / SHARE;
    let contents = each(&walk.found, (helpers, most), |found| found.content(tree, description, reading));
    let files = walk.found.into_iter().zip(contents);
    // What cannot be read comes before what was not even found after it.
    let files =
        files.map(|(found, data)| Ok(File { name: found.inner, data: data? })).collect::<Result<_, _>>()?;
    walked.map(|()| files)
}

fn rules(tree: &Tree, directory: &RootedPath, entries: &[(String, Entry)]) -> Result<Rules, Error> {
    let ignore = directory.child(".helmignore");
    let is_there = match entries.iter().find(|(name, _)| name == ".helmignore") {
        Some((_, Entry::Link(_))) => tree.is_file(&ignore).map_err(said)?,
        Some((_, entry)) => matches!(entry, Entry::File { .. }),
        None => false,
    };
    match is_there {
        true => Rules::read(Some(&tree.read(&ignore).map_err(said)?)),
        false => Rules::read(None),
    }
}

fn said(error: ReadError) -> Error {
    Error::new(error.to_string())
}

struct Walk<'t> {
    tree: &'t Tree,
    rules: Rules,
    found: Vec<Found>,
}

/// A file that has not been read.
struct Found {
    /// Its path in the chart.
    inner: String,
    /// Where it is, without links if it is none itself.
    path: RootedPath,
    is_link: bool,
}

impl Walk<'_> {
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
        (path, real): (&RootedPath, &RootedPath),
        entries: Vec<(String, Entry)>,
        below: &str,
        depth: usize,
    ) -> Result<(), Error> {
        for (name, stored) in entries {
            let plain = real.child(&name);
            let is_link = matches!(stored, Entry::Link(_));
            // Without links the path and where it leads are the same.
            let path = if is_link || path != real { path.child(&name) } else { plain.clone() };
            let inner = format!("{below}{name}");
            let entry = match stored {
                Entry::Link(target) => self.tree.entry(&path).map_err(said)?.ok_or_else(|| {
                    let missing = self.missing(real, &target, LINKS);
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
                let real = if is_link { self.real(&path)? } else { plain };
                self.directory((&path, &real), &format!("{inner}/"), depth + 1)?;
            } else {
                let path = if is_link { path } else { plain };
                self.found.push(Found { inner, path, is_link });
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

    /// The directory itself where the path leads through links.
    fn real(&self, path: &RootedPath) -> Result<RootedPath, Error> {
        match self.tree.resolve(path).map_err(said)? {
            Some((real, _)) => Ok(real),
            None => Err(said(ReadError::NotFound(path.clone()))),
        }
    }
}

impl Found {
    fn content(&self, tree: &Tree, description: &Bytes, reading: Reading) -> Result<Content, Error> {
        let inner = &self.inner;
        let read = if self.is_link {
            tree.read(&self.path).map(read)
        } else {
            self.stored(tree, description, reading)
        };
        let (data, size) = read.map_err(|error| said(error).within(format!("error reading {inner}")))?;
        if size > MAX_FILE {
            let name = quoted(inner.rsplit('/').next().unwrap_or(inner));
            let message = format!("chart file {name} is larger than the maximum file size {MAX_FILE}");
            return Err(Error::new(message));
        }
        Ok(data)
    }

    /// What is in a file at a path without links.
    fn stored(
        &self,
        tree: &Tree,
        description: &Bytes,
        reading: Reading,
    ) -> Result<(Content, u64), ReadError> {
        let Self { inner, path, .. } = self;
        if inner == "Chart.yaml" {
            return Ok(read(description.clone()));
        }
        if reading == Reading::AtOnce {
            return tree.read_stored(path).map(read);
        }
        let at_once = if is_seldom_read(inner) { 0 } else { LARGE };
        Ok(match tree.read_small_stored(path, at_once)? {
            Small::Read(data) => read(data),
            Small::Larger(size) => (Content::there(tree, path.clone()), size),
        })
    }
}

/// Whether a chart can be rendered without what is in this file: templates may ask for it, and seldom do.
fn is_seldom_read(mut inner: &str) -> bool {
    const READ: [&str; 6] = [
        "Chart.yaml",
        "Chart.lock",
        "values.yaml",
        "values.schema.json",
        "requirements.yaml",
        "requirements.lock",
    ];
    while let Some((_, of_subchart)) = inner.strip_prefix("charts/").and_then(|below| below.split_once('/')) {
        inner = of_subchart;
    }
    !inner.starts_with("templates/") && !inner.starts_with("charts/") && !READ.contains(&inner)
}

fn read(data: Bytes) -> (Content, u64) {
    let size = data.len() as u64;
    (without_mark(data).into(), size)
}

#[cfg(test)]
mod tests {
    use weir_files::{MemoryFiles, RootedPath};

    use super::{Helpers, MAX_FILE, Reading, SHARE, files, is_seldom_read};

    #[test]
    fn links_that_lead_nowhere_are_told_with_what_is_missing() {
        let path = |path: &str| RootedPath::new(path).unwrap();
        let tree = |target: &str| {
            let kept = path("home/charts/a/Chart.yaml");
            let files = MemoryFiles::new().file(&kept, "name: a").link(&path("home/charts/a/crds"), target);
            files.link(&path("home/far"), "charts/near").tree()
        };
        let said = |target: &str| {
            let found =
                files(&tree(target), &path("home/charts/a"), &b"name: a"[..].into(), Reading::AtOnce, None);
            found.err().unwrap().to_string()
        };
        for (target, missing) in [
            ("../../config/crd", "home/config"),
            ("../none/../b", "home/charts/none"),
            ("../../far/x", "home/charts/near"),
            ("nope", "home/charts/a/nope"),
        ] {
            let expected = format!(
                "error evaluating symlink /home/charts/a/crds: lstat /{missing}: no such file or directory"
            );
            assert_eq!(said(target), expected);
        }
    }

    struct Threads;

    impl Helpers for Threads {
        fn count(&self) -> usize {
            4
        }

        fn share(&self, most: usize, task: &(dyn Fn(usize) + Sync)) {
            assert!(most > 1, "for one there is no need to ask");
            std::thread::scope(|scope| (0..most).for_each(|worker| _ = scope.spawn(move || task(worker))));
        }
    }

    #[test]
    fn many_files_are_read_as_few_are() {
        let path = |path: &str| RootedPath::new(path).unwrap();
        let kept = |large: &[usize]| {
            let mut kept = MemoryFiles::new().file(&path("a/Chart.yaml"), "name: a");
            for at in 0..3 * SHARE {
                let length = if large.contains(&at) { MAX_FILE as usize + 1 } else { at };
                kept = kept.file(&path(&format!("a/templates/{at:03}.yaml")), "x".repeat(length));
            }
            kept
        };
        let read = |kept: MemoryFiles, helpers| {
            files(&kept.tree(), &path("a"), &b"name: a"[..].into(), Reading::WhenNeeded, helpers)
        };
        let alone = read(kept(&[]), None).unwrap();
        assert_eq!(alone.len(), 3 * SHARE + 1);
        assert_eq!(read(kept(&[]), Some(&Threads)).unwrap(), alone);
        // The first that is wrong is told of, though the link that leads nowhere is known before.
        let wrong = kept(&[50, 100]).link(&path("a/templates/link"), "nowhere");
        let error = read(wrong, Some(&Threads)).unwrap_err();
        assert!(error.to_string().contains("\"050.yaml\" is larger"), "{error}");
    }

    #[test]
    fn what_every_rendering_needs_is_read_at_once() {
        for name in [
            "Chart.yaml",
            "templates/a.yaml",
            "charts/a.tgz",
            "charts/a/templates/b.yaml",
            "charts/a/charts/b/values.yaml",
        ] {
            assert!(!is_seldom_read(name), "{name}");
        }
        for name in
            ["README.md", "ci/values.yaml", "crds/a.yaml", "charts/a/ci/values.yaml", "charts/a/files/b"]
        {
            assert!(is_seldom_read(name), "{name}");
        }
    }
}
