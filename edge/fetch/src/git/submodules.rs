//! Repositories kept below one directory, and their submodules: repositories that stand in directories of others.
//!
//! Like `git submodule update --init --recursive`: each at the commit that the other one holds, from where its
//! `.gitmodules` says.

use std::collections::BTreeMap;
use std::path::PathBuf;

use gix::bstr::BString;
use sha2::{Digest as _, Sha256};
use weir_files::{Bytes, Entry, Files, ReadError, RootedPath, Tree};

use super::operation::without_credentials;
use super::{FetchError, Fetched, GitAuth, GitReference, GitSpec, Mirror, ssh};
use crate::errand::Runner;

/// Submodules in submodules, so deep.
const MAX_DEPTH: usize = 32;
/// So many for one repository, all in all.
const MOST: usize = 500;
/// Where a repository tells of its submodules.
const MODULES: &str = ".gitmodules";

/// A place for repositories. What was fetched stays, so that the next time only what is new comes.
#[derive(Debug, Clone)]
pub struct Checkouts {
    /// Where they are kept.
    pub directory: PathBuf,
    /// Who fetches.
    pub runner: Runner,
}

/// A repository in a directory of another one.
#[derive(Debug)]
struct Submodule {
    path: RootedPath,
    url: String,
    commit: String,
}

impl Checkouts {
    /// Fetches what is asked for.
    pub fn fetch(&self, spec: GitSpec) -> Result<Fetched, FetchError> {
        self.runner.fetch(self.mirror(&spec.url), spec)
    }

    /// The files of a commit that was fetched; submodules are left out.
    pub fn tree(&self, url: &str, commit: &str) -> Result<Tree, FetchError> {
        Mirror::open(&self.mirror(url))?.tree(commit)
    }

    /// The files of a commit that was fetched, and those of its submodules, which are fetched.
    pub fn tree_with_submodules(&self, spec: &GitSpec, commit: &str) -> Result<Tree, FetchError> {
        let mut left = MOST;
        self.whole_tree(spec, commit, 0, &mut left)
    }

    fn whole_tree(
        &self,
        spec: &GitSpec,
        commit: &str,
        depth: usize,
        left: &mut usize,
    ) -> Result<Tree, FetchError> {
        let tree = self.tree(&spec.url, commit)?;
        let of = without_credentials(&spec.url);
        let failed =
            |path: &str, cause: String| FetchError::Submodule { path: path.into(), of: of.clone(), cause };
        let mut mounted = BTreeMap::new();
        for module in self.submodules(spec, commit, &tree)? {
            *left = left.saturating_sub(1);
            if depth >= MAX_DEPTH || *left == 0 {
                return Err(failed(module.path.as_str(), "submodules without an end".to_string()));
            }
            let reference = GitReference { commit: module.commit, ..GitReference::default() };
            let (auth, ca) = if origin(&module.url) == origin(&spec.url) {
                (spec.auth.clone(), spec.ca.clone())
            } else if matches!(spec.auth, GitAuth::OfUser) {
                (GitAuth::OfUser, None)
            } else {
                (GitAuth::None, None)
            };
            let inner = GitSpec { url: module.url, reference, auth, ca, ..spec.clone() };
            let found = self.fetch(inner.clone());
            let found = found.and_then(|fetched| self.whole_tree(&inner, &fetched.commit, depth + 1, left));
            let found = found.map_err(|error| failed(module.path.as_str(), words(&error)))?;
            mounted.insert(module.path, found);
        }
        Ok(if mounted.is_empty() { tree } else { Tree::new(Mounted { tree, mounted }) })
    }

    /// All of them, if there is a file that tells of them.
    fn submodules(&self, spec: &GitSpec, commit: &str, tree: &Tree) -> Result<Vec<Submodule>, FetchError> {
        let file = RootedPath::root().child(MODULES);
        if !matches!(tree.stored(&file), Ok(Some(Entry::File { .. }))) {
            return Ok(Vec::new());
        }
        let storage = |error: ReadError| FetchError::Storage(error.to_string());
        let text = tree.read(&file).map_err(storage)?;
        let of = without_credentials(&spec.url);
        let told = told(&String::from_utf8_lossy(&text)).map_err(|cause| FetchError::Submodule {
            path: MODULES.to_string(),
            of: of.clone(),
            cause,
        })?;
        let mut modules = Vec::new();
        for (path, commit) in Mirror::open(&self.mirror(&spec.url))?.links(commit)? {
            let failed =
                |cause: String| FetchError::Submodule { path: path.to_string(), of: of.clone(), cause };
            let told = told.get(path.as_str());
            let told = told.ok_or_else(|| failed(format!("no url is found for it in {MODULES}")))?;
            if told.is_off {
                continue;
            }
            let url = resolved(&spec.url, &told.url).map_err(&failed)?;
            may_be_fetched(&spec.url, &url).map_err(&failed)?;
            modules.push(Submodule { path, url, commit });
        }
        Ok(modules)
    }

    fn mirror(&self, url: &str) -> PathBuf {
        let digest: String = Sha256::digest(url).iter().map(|byte| format!("{byte:02x}")).collect();
        self.directory.join(digest.get(..32).unwrap_or(&digest))
    }
}

/// What `.gitmodules` says of one.
#[derive(Debug, Default, PartialEq)]
struct Told {
    url: String,
    /// `update = none`
    is_off: bool,
}

/// What it says, by path.
fn told(text: &str) -> Result<BTreeMap<String, Told>, String> {
    let file = gix::config::File::try_from(text).map_err(|error| error.to_string())?;
    // Parts of one section may stand apart.
    let mut sections: BTreeMap<BString, (Option<String>, Told)> = BTreeMap::new();
    for section in file.sections_by_name("submodule").into_iter().flatten() {
        let Some(name) = section.header().subsection_name() else { continue };
        let (path, told) = sections.entry(name.to_owned()).or_default();
        let value = |key: &str| section.value(key).map(|value| value.to_string());
        *path = value("path").or_else(|| path.take());
        told.url = value("url").unwrap_or_else(|| std::mem::take(&mut told.url));
        told.is_off |= value("update").is_some_and(|update| update == "none");
    }
    let by_path = sections.into_values();
    Ok(by_path.filter_map(|(path, told)| Some((path?.trim_end_matches('/').to_string(), told))).collect())
}

/// A URL that begins with a dot is relative to that of the repository that names it.
fn resolved(base: &str, url: &str) -> Result<String, String> {
    if url.is_empty() || url.starts_with('-') {
        return Err(format!("'{url}' is no URL of a repository"));
    }
    if !url.starts_with("./") && !url.starts_with("../") {
        return Ok(url.to_string());
    }
    let mut base = base.trim_end_matches('/').to_string();
    let mut rest = url;
    let mut separator = '/';
    loop {
        if let Some(behind) = rest.strip_prefix("../") {
            rest = behind;
            let start = base.find("://").map_or(0, |at| at + 3);
            let cut = base.get(start..).and_then(|path| path.rfind('/')).map(|at| at + start);
            let colon = || base.rfind(':').filter(|_| start == 0);
            let Some(at) = cut.or_else(colon) else {
                return Err(format!("'{url}' leaves '{}'", without_credentials(&base)));
            };
            separator = if cut.is_some() { '/' } else { ':' };
            base.truncate(at);
        } else if let Some(behind) = rest.strip_prefix("./") {
            rest = behind;
        } else {
            break;
        }
    }
    Ok(format!("{base}{separator}{}", rest.trim_end_matches('/')))
}

/// A repository from elsewhere must not have files of this machine read, as in git.
fn may_be_fetched(base: &str, url: &str) -> Result<(), String> {
    let scheme = url.split_once("://").map(|(scheme, _)| scheme);
    match scheme {
        Some("http" | "https") => Ok(()),
        Some("file") if base.starts_with("file://") => Ok(()),
        Some("file") => {
            Err(format!("'{url}' is on this machine, which a repository from elsewhere may not say"))
        }
        _ if ssh::is_meant(url) => Ok(()),
        _ => Err(format!("'{url}' has to begin with http://, https:// or ssh://")),
    }
}

/// Scheme and host, for which credentials hold.
fn origin(url: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    Some((scheme, rest.split('/').next().unwrap_or(rest)))
}

/// Without what is said already where the error is in another one.
fn words(error: &FetchError) -> String {
    match error {
        FetchError::Submodule { path, cause, .. } => format!("its submodule '{path}': {cause}"),
        other => other.to_string(),
    }
}

/// A tree with others in some of its directories.
struct Mounted {
    tree: Tree,
    mounted: BTreeMap<RootedPath, Tree>,
}

impl Mounted {
    /// The tree that holds this path, and the path in it.
    fn place(&self, path: &RootedPath) -> (&Tree, RootedPath) {
        let mut at = Some(path.clone());
        while let Some(dir) = at {
            if let Some(tree) = self.mounted.get(&dir) {
                let inner = path.as_str().get(dir.as_str().len()..).unwrap_or("").trim_start_matches('/');
                return (tree, RootedPath::new(inner).unwrap_or_else(|_| RootedPath::root()));
            }
            at = dir.parent();
        }
        (&self.tree, path.clone())
    }
}

impl Files for Mounted {
    fn entry(&self, path: &RootedPath) -> Result<Option<Entry>, ReadError> {
        let (tree, path) = self.place(path);
        tree.stored(&path)
    }

    fn read(&self, path: &RootedPath) -> Result<Bytes, ReadError> {
        let (tree, path) = self.place(path);
        tree.read(&path)
    }

    fn list(&self, path: &RootedPath) -> Result<Vec<(String, Entry)>, ReadError> {
        let (tree, inner) = self.place(path);
        let mut entries = tree.list_stored(&inner)?;
        let here = self.mounted.keys().filter(|dir| dir.parent().as_ref() == Some(path));
        entries.extend(here.map(|dir| (dir.name().to_string(), Entry::Directory)));
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_urls_are_resolved_as_git_does() {
        for (base, url, expected) in [
            ("https://h/o/r.git", "../s.git", "https://h/o/s.git"),
            ("https://h/o/r/", "../../p/s/", "https://h/p/s"),
            ("https://h/o/r", "./s", "https://h/o/r/s"),
            ("git@h:o/r", "../s", "git@h:o/s"),
            ("git@h:r", "../s", "git@h:s"),
            ("file:///a/b", "../c", "file:///a/c"),
            ("https://h/o/r", "https://x/y", "https://x/y"),
        ] {
            assert_eq!(resolved(base, url).as_deref(), Ok(expected), "{base} {url}");
        }
        assert!(resolved("https://h", "../s").is_err());
        assert!(resolved("https://h/r", "--upload-pack=x").is_err());
    }

    #[test]
    fn reads_what_is_told() {
        let text = "[submodule \"a\"]\n\tpath = libs/a\n\turl = ../a\n[submodule \"b\"]\n path = \"b b\"\n url = x\n update = none\n";
        let told = told(text).unwrap();
        assert_eq!(told["libs/a"], Told { url: "../a".into(), is_off: false });
        assert!(told["b b"].is_off);
    }

    #[test]
    fn files_of_this_machine_are_for_repositories_of_this_machine() {
        assert!(may_be_fetched("https://h/r", "file:///etc").is_err());
        assert!(may_be_fetched("https://h/r", "/etc").is_err());
        assert!(may_be_fetched("https://h/r", "ext::sh -c x").is_err());
        assert!(may_be_fetched("file:///r", "file:///s").is_ok());
    }
}
