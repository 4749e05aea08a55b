//! Files, directories and charts that a kustomization names.

use weir_files::{Entry, RootedPath};

use super::remote::{STORE, place_of_file, place_of_repository};
use super::{Localizer, Result, Root, is_inline};
use crate::edit::is_remote;
use crate::loader::Target as Found;
use crate::remote::is_file_url;
use crate::remote::url::RepositoryUrl;

/// Directories of charts are copied so deep.
const MAX_DEPTH: usize = 100;

impl Localizer<'_> {
    /// Refuses what holds on one machine only.
    fn check(path: &str) -> Result<()> {
        if path.starts_with('/') { Err(format!("'{path}' is absolute")) } else { Ok(()) }
    }

    fn bytes(&self, path: &str) -> Result<Vec<u8>> {
        Self::check(path)?;
        let bytes = self.here()?.loader.load(path);
        bytes.map(|bytes| bytes.to_vec()).map_err(|fault| format!("invalid file reference: {fault}"))
    }

    pub(super) fn text(&self, path: &str) -> Result<String> {
        String::from_utf8(self.bytes(path)?).map_err(|_| format!("'{path}' is not UTF-8"))
    }

    /// Keeps the content of what a path leads to, and says where that is from here.
    pub(super) fn keep(&mut self, path: &str, content: Vec<u8>) -> Result<String> {
        let here = self.here()?;
        let local = match here.loader.target(path) {
            Ok(Found::File(real)) => real.relative_to(&here.loader.dir),
            _ => {
                self.check_store(path)?;
                place_of_file(path)
            }
        };
        let copy = here.copy.join(&local).map_err(|error| error.to_string())?;
        self.files.insert(copy, content);
        Ok(local)
    }

    /// What comes from elsewhere must not get among files that are here.
    fn check_store(&self, path: &str) -> Result<()> {
        let here = self.here()?;
        match here.loader.tree().stored(&here.loader.dir.child(STORE)) {
            Ok(None) => Ok(()),
            _ => Err(format!("'{}' already contains {STORE} needed to store '{path}'", here.loader.dir)),
        }
    }

    pub(super) fn file(&mut self, path: &str) -> Result<String> {
        let content = self.bytes(path)?;
        self.keep(path, content)
    }

    /// `key=path` or `path`.
    pub(super) fn file_source(&mut self, source: &str) -> Result<String> {
        match source.split_once('=') {
            None => self.file(source),
            Some((key, path)) if !key.is_empty() && !path.is_empty() && !path.contains('=') => {
                Ok(format!("{key}={}", self.file(path)?))
            }
            Some(_) => Err(format!("invalid file source '{source}'")),
        }
    }

    pub(super) fn base(&mut self, path: &str) -> Result<String> {
        Self::check(path)?;
        let (root, local) = self.entered(path).map_err(|why| format!("invalid root reference: {why}"))?;
        self.root(root).map_err(|why| format!("unable to localize root '{path}': {why}"))?;
        Ok(local)
    }

    /// The directory that a path or a URL leads to, and where its copy is from here.
    fn entered(&self, path: &str) -> Result<(Root, String)> {
        let here = self.here()?;
        let words = |fault: crate::fault::Fault| fault.to_string();
        let (loader, is_local, local) = match here.loader.target(path).map_err(words)? {
            Found::Directory(real) => {
                if here.is_local && !real.is_within(self.scope) {
                    return Err(format!("root '{real}' outside localize scope '{}'", self.scope));
                }
                let local = real.relative_to(&here.loader.dir);
                (here.loader.enter(real).map_err(words)?, here.is_local, local)
            }
            Found::Remote => {
                let url = RepositoryUrl::parse(path)?;
                if url.reference.is_empty() {
                    return Err(format!("localize remote root '{path}' missing ref query string parameter"));
                }
                let loader = here.loader.enter_repository(path).map_err(words)?;
                self.check_store(path)?;
                let local = place_of_repository(&url, &loader.dir);
                (loader, false, local)
            }
            Found::File(_) => return Err(format!("'{path}' must resolve to a directory")),
        };
        let copy = here.copy.join(&local).map_err(|error| error.to_string())?;
        Ok((Root { loader, copy, is_local }, local))
    }

    pub(super) fn resource(&mut self, path: &str) -> Result<String> {
        Self::check(path)?;
        let here = self.here()?;
        if let Ok(Found::Directory(_)) = here.loader.target(path) {
            return self.base(path);
        }
        let is_url = is_file_url(path);
        if is_remote(path) && !is_url {
            return self.base(path);
        }
        let text = self.text(path);
        if is_url && text.is_err() && here.loader.remotes().waits_for_file(path) {
            return text;
        }
        let why = match text {
            Ok(text) if crate::objects::read(path, &text).is_ok() => {
                return self.keep(path, text.into_bytes());
            }
            Ok(_) => format!("invalid resource at file '{path}'"),
            Err(why) => why,
        };
        // The page of a repository is a file too.
        if !is_url || RepositoryUrl::parse(path).is_err() {
            return Err(why);
        }
        self.base(path).map_err(|other| {
            format!("could not localize path '{path}' as file: {why}; and as directory: {other}")
        })
    }

    /// A manifest that stands here or in a file.
    pub(super) fn manifest(&mut self, entry: &str) -> Result<String> {
        if is_inline(entry) { Ok(entry.to_string()) } else { self.file(entry) }
    }

    /// A directory with charts is copied as it is; it need not be there.
    pub(super) fn chart_home(&mut self, path: &str) -> Result<String> {
        Self::check(path)?;
        if is_remote(path) {
            return Err(format!("chart home '{path}' is no directory"));
        }
        let here = self.here()?.clone();
        let joined = here.loader.dir.join(path).map_err(|error| error.to_string())?;
        match here.loader.tree().resolve(&joined).map_err(|error| error.to_string())? {
            Some((real, Entry::Directory)) if !here.is_local || real.is_within(self.scope) => {
                let local = real.relative_to(&here.loader.dir);
                let copy = here.copy.join(&local).map_err(|error| error.to_string())?;
                self.copy(&here, &real, &copy, 0)?;
                Ok(local)
            }
            Some(_) => Err(format!("chart home '{path}' is no directory in the scope")),
            None => Ok(path.to_string()),
        }
    }

    /// Links are left out.
    fn copy(&mut self, root: &Root, dir: &RootedPath, copy: &RootedPath, depth: usize) -> Result<()> {
        let tree = root.loader.tree();
        let entries = tree.list_stored(dir).map_err(|error| error.to_string())?;
        for (name, _) in entries {
            let (path, copy) = (dir.child(&name), copy.child(&name));
            match tree.stored(&path).map_err(|error| error.to_string())? {
                Some(Entry::Directory) if depth < MAX_DEPTH => self.copy(root, &path, &copy, depth + 1)?,
                Some(Entry::File { .. }) => {
                    let content = tree.read(&path).map_err(|error| error.to_string())?;
                    self.files.insert(copy, content.to_vec());
                }
                _ => {}
            }
        }
        Ok(())
    }
}
