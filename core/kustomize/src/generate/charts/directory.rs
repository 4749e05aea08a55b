//! The directory of a chart: in the tree where kustomize looks for it, or what came for a [`crate::Need::Chart`] in its place.

use weir_files::{Bytes, Entry, RootedPath, Tree};

use super::{Chart, HOME};
use crate::context::Here;
use crate::fault::Fault;

/// Directories in charts are followed so deep: links to those above would have no end.
const DEEPEST: usize = 64;

/// Where a chart is.
pub(super) struct Directory {
    /// Where it is in the tree of the build, or would be.
    at: RootedPath,
    /// The chart itself, if it is from a repository.
    fetched: Option<Tree>,
}

impl Directory {
    /// Finds the chart in the tree, or asks for it.
    pub(super) fn find(here: &Here<'_>, chart: &Chart) -> Result<Self, Fault> {
        let home = if chart.home.is_empty() { HOME } else { &chart.home };
        let below = match chart.version.is_empty() || chart.repo.is_empty() {
            true => chart.name.to_string(),
            false => format!("{}-{}/{}", chart.name, chart.version, chart.name),
        };
        let at = here.loader.dir.join(home)?.join(below.trim_start_matches('/'))?;
        if here.loader.tree().is_dir(&at)? {
            return Ok(Self { at, fetched: None });
        }
        if chart.repo.is_empty() {
            return Err(format!("no repo specified for pull, no chart found at '{at}'").into());
        }
        let tree = here.loader.remotes().chart(&chart.repo, &chart.name, &chart.version, chart.devel)?;
        Ok(Self { at, fetched: Some(tree) })
    }

    /// Where it is in the tree of the build, or would be.
    pub(super) fn path(&self) -> &RootedPath {
        &self.at
    }

    /// Its own values. Kustomize reads them as a file of the kustomization, within the limits of the build.
    pub(super) fn own_values(&self, here: &Here<'_>) -> Result<Bytes, Fault> {
        self.read(here, &self.at.child("values.yaml"))
    }

    /// A file that the kustomization names, which may be one of the chart.
    pub(super) fn named(&self, here: &Here<'_>, path: &str) -> Result<Bytes, Fault> {
        match here.loader.dir.join(path) {
            Ok(inner) if self.fetched.is_some() && inner.is_within(&self.at) => self.read(here, &inner),
            _ => here.loader.load(path),
        }
    }

    fn read(&self, here: &Here<'_>, path: &RootedPath) -> Result<Bytes, Fault> {
        match &self.fetched {
            None => {
                let found = here.loader.tree().resolve(path)?.map(|(real, _)| real);
                let real = found.ok_or_else(|| format!("'{path}' does not exist"))?;
                here.loader.read(&real)
            }
            Some(tree) => {
                here.loader.check_reach(path)?;
                let inner = path.as_str().get(self.at.as_str().len()..).unwrap_or("");
                Ok(tree.read(&RootedPath::new(inner)?)?)
            }
        }
    }

    /// All its files by their paths in it.
    pub(super) fn files(&self, here: &Here<'_>) -> Result<Vec<(String, Bytes)>, Fault> {
        let mut files = Vec::new();
        match &self.fetched {
            None => walk(here.loader.tree(), &self.at, "", 0, &mut files)?,
            Some(tree) => walk(tree, &RootedPath::root(), "", 0, &mut files)?,
        }
        Ok(files)
    }
}

/// Links are followed, as Helm does it.
fn walk(
    tree: &Tree,
    dir: &RootedPath,
    below: &str,
    depth: usize,
    files: &mut Vec<(String, Bytes)>,
) -> Result<(), Fault> {
    if depth > DEEPEST {
        return Err(format!("directories below '{dir}' are nested too deeply").into());
    }
    for (name, entry) in tree.list(dir)? {
        let (path, inner) = (dir.child(&name), format!("{below}{name}"));
        match entry {
            Entry::Directory => walk(tree, &path, &format!("{inner}/"), depth + 1, files)?,
            Entry::File { .. } => files.push((inner, tree.read(&path)?)),
            Entry::Link(_) => {}
        }
    }
    Ok(())
}
