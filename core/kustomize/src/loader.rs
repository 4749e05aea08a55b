//! Reads the files of one kustomization directory, and finds others from it, within the limits of the build.

use std::fmt::Display;
use std::sync::Arc;

use weir_files::{Bytes, Entry, ReadError, RootedPath, Tree};

use crate::LoadRestriction;
use crate::fault::{Cause, Fault};
use crate::reader;
use crate::remote::url::RepositoryUrl;
use crate::remote::{Remotes, is_file_url};

/// Larger files are refused.
const LARGEST: u64 = 50 << 20;
/// Bases in bases are followed so deep.
const DEEPEST: usize = 100;

/// A directory with a kustomization, and those that led to it.
#[derive(Debug, Clone)]
pub(crate) struct Loader {
    tree: Tree,
    restriction: LoadRestriction,
    /// Without links.
    pub(crate) dir: RootedPath,
    from: Option<Arc<Loader>>,
    depth: usize,
    /// The repository that the tree is of, if it is not that of the build.
    repository: Option<Arc<RepositoryUrl>>,
    remotes: Arc<Remotes>,
}

/// What a resource of a kustomization is.
pub(crate) enum Target {
    File(RootedPath),
    Directory(RootedPath),
    /// A URL.
    Remote,
}

impl Loader {
    /// For the directory that is built.
    pub(crate) fn new(
        tree: &Tree,
        dir: &RootedPath,
        restriction: LoadRestriction,
        remotes: &Arc<Remotes>,
    ) -> Result<Self, Fault> {
        match tree.resolve(dir)? {
            Some((dir, Entry::Directory)) => {
                let remotes = Arc::clone(remotes);
                Ok(Self {
                    tree: tree.clone(),
                    restriction,
                    dir,
                    from: None,
                    depth: 0,
                    repository: None,
                    remotes,
                })
            }
            Some(_) => Err(format!("'{dir}' is not a directory").into()),
            None => Err(format!("'{dir}' does not exist").into()),
        }
    }

    /// What a path that is written here stands for.
    pub(crate) fn target(&self, path: &str) -> Result<Target, Fault> {
        if path.is_empty() {
            return Err("the path is empty".into());
        }
        let absolute = self.dir.join(path).map_err(Fault::from);
        let found = absolute.and_then(|path| Ok(self.tree.resolve(&path)?));
        match found {
            Ok(Some((path, Entry::File { .. }))) => Ok(Target::File(path)),
            Ok(Some((path, _))) => Ok(Target::Directory(path)),
            _ if is_remote(path) => Ok(Target::Remote),
            Ok(None) => Err(format!("'{path}' does not exist").into()),
            Err(error) => Err(error),
        }
    }

    /// The content of a file that is named here.
    pub(crate) fn load(&self, path: &str) -> Result<Bytes, Fault> {
        match self.target(path)? {
            Target::File(real) => self.read(&real),
            Target::Remote => self.remote_file(path),
            Target::Directory(_) => Err(format!("'{path}' is a directory, not a file").into()),
        }
    }

    /// The content of a file behind a URL.
    fn remote_file(&self, url: &str) -> Result<Bytes, Fault> {
        if !is_file_url(url) {
            return Err(format!("'{url}' is a repository, not a file").into());
        }
        Ok(self.remotes.file(url)?)
    }

    /// The text of a file behind a URL; nothing if there is no such file, and a repository may be meant.
    pub(crate) fn remote_text(&self, url: &str) -> Option<Result<(RootedPath, String), Fault>> {
        if !is_file_url(url) {
            return None;
        }
        let found = self.load_text(url);
        if found.is_err() && !self.remotes.waits_for_file(url) && RepositoryUrl::parse(url).is_ok() {
            return None;
        }
        Some(found)
    }

    /// A path for places in what has none.
    fn stand_in(&self, url: &str) -> RootedPath {
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        RootedPath::new(rest).unwrap_or_else(|_| self.dir.clone())
    }

    /// The files that the directory is one of.
    pub(crate) fn tree(&self) -> &Tree {
        &self.tree
    }

    /// What is known of the world outside of the tree.
    pub(crate) fn remotes(&self) -> &Remotes {
        &self.remotes
    }

    /// True unless the limits of the build forbid it.
    pub(crate) fn may_read(&self, file: &RootedPath) -> bool {
        self.restriction == LoadRestriction::None || file.is_within(&self.dir)
    }

    /// Refuses what the limits of the build forbid.
    pub(crate) fn check_reach(&self, file: &RootedPath) -> Result<(), Fault> {
        if self.may_read(file) {
            return Ok(());
        }
        let message = format!("security; file '{file}' is not in or below '{}'", self.dir);
        Err(Fault::new(Cause::OutOfReach, message))
    }

    /// A path much like one that leads nowhere.
    pub(crate) fn similar(&self, path: &str) -> Option<String> {
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        let dir = if parent.is_empty() { self.dir.clone() } else { self.dir.join(parent).ok()? };
        let entries = self.tree.list(&dir).ok()?;
        // Endings are much the same everywhere.
        let stem = |name: &'_ str| name.rfind('.').unwrap_or(name.len());
        let stems = entries.iter().filter_map(|(own, _)| own.get(..stem(own)));
        let close = reader::closest(name.get(..stem(name))?, stems)?;
        let (close, _) = entries.iter().find(|(own, _)| own.get(..stem(own)) == Some(close))?;
        Some(if parent.is_empty() { close.to_string() } else { format!("{parent}/{close}") })
    }

    /// The content of a file.
    pub(crate) fn read(&self, file: &RootedPath) -> Result<Bytes, Fault> {
        self.check_reach(file)?;
        if let Ok(Some(Entry::File { size: Some(size), .. })) = self.tree.entry(file)
            && size > LARGEST
        {
            let error = ReadError::TooLarge { path: file.clone(), size, limit: LARGEST };
            return Err(error.into());
        }
        Ok(self.tree.read(file)?)
    }

    /// The text of a file.
    pub(crate) fn read_text(&self, file: &RootedPath) -> Result<String, Fault> {
        self.read(file).and_then(|bytes| Ok(text_in(file, &bytes)?.to_string()))
    }

    /// The text of a file that is named here, and its path.
    pub(crate) fn load_text(&self, path: &str) -> Result<(RootedPath, String), Fault> {
        match self.target(path)? {
            Target::File(real) => self.read_text(&real).map(|text| (real, text)),
            Target::Remote => {
                let bytes = self.remote_file(path)?;
                Ok((self.stand_in(path), text_in(path, &bytes)?.to_string()))
            }
            Target::Directory(_) => Err(format!("'{path}' is a directory, not a file").into()),
        }
    }

    /// For another directory that a kustomization here uses.
    pub(crate) fn enter(&self, dir: RootedPath) -> Result<Self, Fault> {
        let mut visited = Some(self);
        while let Some(loader) = visited {
            if loader.repository != self.repository {
                break;
            }
            if loader.dir.is_within(&dir) {
                let visited = &loader.dir;
                let message =
                    format!("cycle detected: candidate root '{dir}' contains visited root '{visited}'");
                return Err(Fault::new(Cause::Cycle, message));
            }
            visited = loader.from.as_deref();
        }
        if self.depth >= DEEPEST {
            return Err(format!("bases are nested deeper than {DEEPEST} levels").into());
        }
        Ok(Self { dir, from: Some(Arc::new(self.clone())), depth: self.depth + 1, ..self.clone() })
    }

    /// For a directory in a repository that a kustomization here names.
    pub(crate) fn enter_repository(&self, url: &str) -> Result<Self, Fault> {
        let repository = RepositoryUrl::parse(url)?;
        let mut visited = Some(self);
        while let Some(loader) = visited {
            if let Some(own) = loader.repository.as_ref().filter(|own| own.raw.starts_with(url)) {
                let message = format!("cycle detected: URI '{url}' referenced by previous URI '{}'", own.raw);
                return Err(Fault::new(Cause::Cycle, message));
            }
            visited = loader.from.as_deref();
        }
        if self.depth >= DEEPEST {
            return Err(format!("bases are nested deeper than {DEEPEST} levels").into());
        }
        let tree = self.remotes.repository(&repository)?;
        let path = RootedPath::new(&repository.dir)?;
        match tree.resolve(&path)? {
            Some((dir, Entry::Directory)) => Ok(Self {
                tree,
                dir,
                from: Some(Arc::new(self.clone())),
                depth: self.depth + 1,
                repository: Some(Arc::new(repository)),
                ..self.clone()
            }),
            Some(_) => Err(format!("'{url}' refers to file '{path}'; expecting directory").into()),
            None => Err(format!("'{path}' does not exist in '{}'", repository.clone).into()),
        }
    }

    /// The kustomization file of the directory.
    pub(crate) fn kustomization_file(&self) -> Result<RootedPath, Fault> {
        let names = crate::FILE_NAMES.map(|name| self.dir.child(name));
        let mut found = Vec::new();
        for path in names {
            if self.tree.is_file(&path)? {
                found.push(path);
            }
        }
        match found.len() {
            0 => Err(format!(
                "unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '{}'",
                self.dir
            )
            .into()),
            1 => Ok(found.remove(0)),
            _ => Err(format!("Found multiple kustomization files under: {}", self.dir).into()),
        }
    }
}

/// The text of a file, without the mark that some editors put at its start.
pub(crate) fn text_in(file: impl Display, bytes: &[u8]) -> Result<&str, Fault> {
    let text = std::str::from_utf8(bytes).map_err(|_| format!("'{file}' is not UTF-8 text"))?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// True for what kustomize would fetch.
fn is_remote(path: &str) -> bool {
    is_file_url(path) || RepositoryUrl::parse(path).is_ok()
}
