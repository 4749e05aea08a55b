//! Charts as directories of a tree.

use weir_files::{Bytes, Entry, ReadError, RootedPath, Small, Tree};
use weir_template::{Helpers, each};

use super::archive::{MAX_FILE, without_mark};
use super::ignore::Rules;
use super::walk::{Found, Step, Walk, Walked, real, said};
use super::{Content, File};
use crate::error::Error;
use crate::quote::quoted;

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
/// A chart in the chart has about so many.
const OF_CHART: usize = 12;

/// The files of a chart in the order that Helm walks them, without those that `.helmignore` leaves out. Its description has
/// been read already.
pub(super) fn files(
    tree: &Tree,
    directory: &RootedPath,
    description: &Bytes,
    reading: Reading,
    helpers: Option<&dyn Helpers>,
) -> Result<Vec<File>, Error> {
    let real = real(tree, directory)?;
    let entries = tree.list_kinds_stored(&real).map_err(said)?;
    let rules = rules(tree, directory, &entries)?;
    let Walked { steps, end } = Walk::new(tree, &rules).top((directory, &real), entries);
    let files: usize = steps.iter().map(|step| if step.is_chart() { OF_CHART } else { 1 }).sum();
    let parts = each(&steps, (helpers, files / SHARE), |step| match step {
        Step::File(found) => Part { files: vec![found.file(tree, description, reading)], end: Ok(()) },
        Step::Chart(below) => {
            let Walked { steps, end } = Walk::new(tree, &rules).below(below);
            let found = steps.iter().filter_map(Step::file);
            Part { files: found.map(|found| found.file(tree, description, reading)).collect(), end }
        }
    });
    let mut all = Vec::with_capacity(files);
    let mut ends = Vec::new();
    for Part { files, end } in parts {
        // What cannot be read comes before what was not even found after it.
        if ends.is_empty() {
            for file in files {
                all.push(file?);
            }
        }
        ends.extend(end.err());
    }
    ends.into_iter().next().map_or(end, Err).map(|()| all)
}

/// What has come of a step: files as far as they were found, and why there may be no more.
struct Part {
    files: Vec<Result<File, Error>>,
    end: Result<(), Error>,
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

impl Found {
    fn file(&self, tree: &Tree, description: &Bytes, reading: Reading) -> Result<File, Error> {
        Ok(File { name: self.inner.clone(), data: self.content(tree, description, reading)? })
    }

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
    fn charts_in_charts_are_walked_apart_and_told_of_in_order() {
        let path = |path: String| RootedPath::new(&path).unwrap();
        let kept = |large: Option<usize>, link: Option<usize>| {
            let mut kept = MemoryFiles::new().file(&path("a/Chart.yaml".into()), "name: a");
            for chart in 0..40 {
                for name in ["Chart.yaml", "templates/a.yaml", "charts/b/templates/b.yaml", "values.yaml"] {
                    let is_large = large == Some(chart) && name == "values.yaml";
                    let length = if is_large { MAX_FILE as usize + 1 } else { chart };
                    let at = path(format!("a/charts/c{chart:02}/{name}"));
                    kept = kept.file(&at, "x".repeat(length));
                }
                if link == Some(chart) {
                    kept = kept.link(&path(format!("a/charts/c{chart:02}/templates/link")), "nowhere");
                }
            }
            kept.file(&path("a/charts/notes.txt".into()), "x").file(&path("a/templates/a.yaml".into()), "x")
        };
        let read = |kept: MemoryFiles, helpers| {
            let a = path("a".to_string());
            files(&kept.tree(), &a, &b"name: a"[..].into(), Reading::WhenNeeded, helpers)
        };
        let alone = read(kept(None, None), None).unwrap();
        let names: Vec<_> = alone.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names.len(), 163);
        assert!(names.is_sorted(), "{names:?}");
        assert_eq!(read(kept(None, None), Some(&Threads)).unwrap(), alone);
        for (large, link, expected) in [
            (Some(5), Some(9), "is larger"),
            (Some(9), Some(5), "c05/templates/nowhere"),
            (Some(9), None, "is larger"),
        ] {
            for helpers in [None, Some(&Threads as &dyn Helpers)] {
                let error = read(kept(large, link), helpers).unwrap_err().to_string();
                assert!(error.contains(expected), "{error}");
            }
        }
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
