//! A bare object store for one remote: fetched into, read from, never in a state that a crash could break.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use gix::remote::Direction;
use gix::remote::fetch::Shallow;
use gix::{ObjectId, Repository};
use gix_transport::Protocol;
use gix_transport::client::blocking_io::http::Transport;
use serde::{Deserialize, Serialize};
use weir_files::Tree;

use super::select::{RemoteRef, Wanted, highest, wanted};
use super::transport::{Client, Failed, limit};
use super::tree::GitFiles;
use super::{FetchError, GitSpec};

/// More packs than this, and the mirror is begun anew: each fetch adds one.
const MOST_PACKS: usize = 100;

/// The object store of one remote.
#[derive(Debug, Clone)]
pub struct Mirror {
    directory: PathBuf,
}

/// A state of the remote, with its objects at hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fetched {
    /// As Flux writes it: `main@sha1:...`.
    pub revision: String,
    /// The commit.
    pub commit: String,
    /// First line of its message.
    pub subject: String,
}

impl Mirror {
    /// The mirror in this directory, made if it is not there.
    pub fn open(directory: &Path) -> Result<Self, FetchError> {
        let mirror = Self { directory: directory.to_path_buf() };
        let _lock = mirror.lock()?;
        mirror.repository()?;
        Ok(mirror)
    }

    /// The mirrors below this directory, also those that were not finished.
    pub fn all(parent: &Path) -> std::io::Result<Vec<Self>> {
        let entries = match fs::read_dir(parent) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut all = Vec::new();
        for entry in entries {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                all.push(entry.path().with_extension(""));
            }
        }
        all.sort();
        all.dedup();
        Ok(all.into_iter().map(|directory| Self { directory }).collect())
    }

    /// Where it is.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Finds the state and makes sure its objects are here. A remote that has not moved is only asked for its references.
    pub fn fetch(&self, spec: &GitSpec) -> Result<Fetched, FetchError> {
        let _lock = self.lock()?;
        let repository = self.repository()?;
        let operation = Operation::new(spec, &repository)?;
        let (commit, revision) = operation.run()?;
        let id = ObjectId::from_hex(commit.as_bytes()).map_err(|e| FetchError::Storage(e.to_string()))?;
        let subject = repository.find_commit(id).ok().and_then(|commit| {
            commit.message().ok().map(|message| message.title.to_string().trim().to_string())
        });
        Ok(Fetched { revision, commit, subject: subject.unwrap_or_default() })
    }

    /// The files of a commit that was fetched.
    pub fn tree(&self, commit: &str) -> Result<Tree, FetchError> {
        let storage = |cause: &dyn std::fmt::Display| FetchError::Storage(cause.to_string());
        let repository = self.repository()?;
        let id = ObjectId::from_hex(commit.as_bytes()).map_err(|e| storage(&e))?;
        let root = {
            let commit = repository.find_commit(id).map_err(|e| storage(&e))?;
            commit.tree_id().map_err(|e| storage(&e))?.detach()
        };
        Ok(Tree::new(GitFiles::new(repository.into_sync(), root)))
    }

    /// Deletes the mirror. Who still reads from it is told that files are missing.
    pub fn remove(&self) -> Result<(), FetchError> {
        let _lock = self.lock()?;
        for extension in ["", "old", "new"] {
            let directory = self.directory.with_extension(extension);
            match fs::remove_dir_all(&directory) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(FetchError::Storage(format!("{}: {error}", directory.display())));
                }
                _ => {}
            }
        }
        // The file of the lock stays: somebody may be waiting for it.
        Ok(())
    }

    /// One at a time, over all processes.
    fn lock(&self) -> Result<File, FetchError> {
        let storage = |e: std::io::Error| FetchError::Storage(format!("{}: {e}", self.directory.display()));
        let parent = self.directory.parent().unwrap_or(&self.directory);
        fs::create_dir_all(parent).map_err(storage)?;
        let file = File::create(self.directory.with_extension("lock")).map_err(storage)?;
        file.lock().map_err(storage)?;
        Ok(file)
    }

    /// Opens the store. One that cannot be opened is a cache gone bad: it is begun anew.
    fn repository(&self) -> Result<Repository, FetchError> {
        if let Ok(repository) = gix::open_opts(&self.directory, gix::open::Options::isolated())
            && !self.is_worn()
        {
            self.remove_stale_locks();
            return Ok(repository);
        }
        let storage =
            |e: &dyn std::fmt::Display| FetchError::Storage(format!("{}: {e}", self.directory.display()));
        if self.directory.exists() {
            let old = self.directory.with_extension("old");
            _ = fs::remove_dir_all(&old);
            fs::rename(&self.directory, &old).map_err(|e| storage(&e))?;
            _ = fs::remove_dir_all(&old);
        }
        let fresh = self.directory.with_extension("new");
        _ = fs::remove_dir_all(&fresh);
        gix::init_bare(&fresh).map_err(|e| storage(&e))?;
        fs::rename(&fresh, &self.directory).map_err(|e| storage(&e))?;
        gix::open_opts(&self.directory, gix::open::Options::isolated()).map_err(|e| storage(&e))
    }

    fn is_worn(&self) -> bool {
        let packs = fs::read_dir(self.directory.join("objects/pack"));
        packs.is_ok_and(|packs| packs.count() > MOST_PACKS * 2)
    }

    /// We hold the lock of the mirror, so a lock in it was left behind by a process that was killed.
    fn remove_stale_locks(&self) {
        let mut todo = vec![self.directory.clone(), self.directory.join("refs")];
        while let Some(directory) = todo.pop() {
            for entry in fs::read_dir(&directory).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.extension().is_some_and(|extension| extension == "lock") {
                    _ = fs::remove_file(path);
                } else if path.starts_with(self.directory.join("refs")) && path.is_dir() {
                    todo.push(path);
                }
            }
        }
    }
}

/// One fetch.
struct Operation<'a> {
    spec: &'a GitSpec,
    repository: &'a Repository,
    wanted: Wanted,
    deadline: Instant,
    /// The URL without credentials, for errors.
    shown: String,
}

impl<'a> Operation<'a> {
    fn new(spec: &'a GitSpec, repository: &'a Repository) -> Result<Self, FetchError> {
        let shown = without_credentials(&spec.url);
        let scheme = spec.url.split_once("://").map(|(scheme, _)| scheme);
        match scheme {
            Some("http" | "https" | "file") => {}
            Some("ssh") => {
                let cause = "not supported yet: ssh".to_string();
                return Err(FetchError::InvalidUrl { url: shown, cause });
            }
            _ => {
                let cause = "it has to begin with http://, https:// or file://".to_string();
                return Err(FetchError::InvalidUrl { url: shown, cause });
            }
        }
        let deadline = Instant::now() + spec.timeout;
        Ok(Self { spec, repository, wanted: wanted(&spec.reference), deadline, shown })
    }

    fn run(&self) -> Result<(String, String), FetchError> {
        if let Wanted::Commit { commit, branch } = &self.wanted {
            self.commit(commit, branch.as_deref())?;
            let branch = branch.as_ref().map(|branch| format!("{branch}@")).unwrap_or_default();
            return Ok((commit.clone(), format!("{branch}sha1:{commit}")));
        }
        let listing = self.wanted.listing().unwrap_or_default();
        let refs = self.exchange(&listing, Fetch::List)?;
        let missing = || FetchError::NoReference { url: self.shown.clone(), reference: self.wanted.words() };
        let (found, name) = match &self.wanted {
            Wanted::Tags(range) => {
                let found = highest(range, &refs).map_err(|cause| self.failed(cause))?.ok_or_else(missing)?;
                let tag = found.name.trim_start_matches("refs/tags/").to_string();
                (found, tag)
            }
            Wanted::Ref { name, revision } => {
                let found = refs.into_iter().find(|found| found.name == *name).ok_or_else(missing)?;
                (found, revision.clone())
            }
            Wanted::Commit { .. } => return Err(missing()),
        };
        if !self.has(&found.commit) {
            self.exchange(&found.name, Fetch::Shallow)?;
        }
        if !self.has(&found.commit) {
            return Err(self.failed("the remote moved while it was fetched".to_string()));
        }
        Ok((found.commit.clone(), format!("{name}@sha1:{}", found.commit)))
    }

    /// A commit by its name: asked for directly where the server allows that, else with the history that holds it.
    fn commit(&self, commit: &str, branch: Option<&str>) -> Result<(), FetchError> {
        let is_name = commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_name {
            let cause = format!("'{commit}' is no commit: 40 hexadecimal digits are needed");
            return Err(self.failed(cause));
        }
        if self.has(commit) {
            return Ok(());
        }
        let direct = self.exchange(commit, Fetch::Shallow);
        if self.has(commit) {
            return Ok(());
        }
        if let Err(error @ (FetchError::Authentication { .. } | FetchError::Timeout { .. })) = direct {
            return Err(error);
        }
        let history = branch.map_or_else(
            || "+refs/heads/*:refs/heads/*".to_string(),
            |branch| format!("refs/heads/{branch}"),
        );
        self.exchange(&history, Fetch::History)?;
        if self.has(commit) {
            return Ok(());
        }
        Err(FetchError::NoReference { url: self.shown.clone(), reference: self.wanted.words() })
    }

    /// True if the commit and its tree are here.
    fn has(&self, commit: &str) -> bool {
        let Ok(id) = ObjectId::from_hex(commit.as_bytes()) else { return false };
        // Packs of a fetch that is just over are seen by a store opened after it.
        let Ok(repository) = gix::open_opts(self.repository.path(), gix::open::Options::isolated()) else {
            return false;
        };
        repository.find_commit(id).is_ok_and(|commit| commit.tree().is_ok())
    }

    fn exchange(&self, what: &str, fetch: Fetch) -> Result<Vec<RemoteRef>, FetchError> {
        if limit(self.deadline).is_zero() {
            return Err(self.timed_out());
        }
        if self.spec.url.starts_with("file://") {
            let connection_url = self.spec.url.as_str();
            let transport = gix_transport::client::blocking_io::connect::connect(
                gix::url::parse(connection_url).map_err(|e| self.invalid(&e))?,
                gix_transport::client::blocking_io::connect::Options {
                    version: Protocol::V2,
                    ..Default::default()
                },
            )
            .map_err(|e| self.failed(words(&e)))?;
            return self.talk(transport, what, fetch).map_err(|e| self.failed(e));
        }
        let client = Client::new(self.spec, self.deadline).map_err(|cause| self.failed(cause))?;
        let failure = std::sync::Arc::clone(&client.failure);
        let url = gix::url::parse(self.spec.url.as_str()).map_err(|e| self.invalid(&e))?;
        let transport = Transport::new_http(client, url, Protocol::V2, false);
        self.talk(transport, what, fetch).map_err(|cause| {
            let failure = failure.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
            match failure {
                Some(Failed::Timeout) => self.timed_out(),
                Some(Failed::Status(code @ (401 | 403))) => FetchError::Authentication {
                    url: self.shown.clone(),
                    cause: format!("the server answered {code}"),
                },
                Some(Failed::Status(404)) => {
                    self.failed("repository not found (the server answered 404)".to_string())
                }
                Some(Failed::Status(code)) => self.failed(format!("the server answered {code}")),
                Some(Failed::Other(cause)) => self.failed(cause),
                None if limit(self.deadline).is_zero() => self.timed_out(),
                None => self.failed(cause),
            }
        })
    }

    fn talk<T>(&self, transport: T, what: &str, fetch: Fetch) -> Result<Vec<RemoteRef>, String>
    where
        T: gix_transport::client::blocking_io::Transport,
    {
        let spec = what;
        let remote = self
            .repository
            .remote_at(self.spec.url.as_str())
            .and_then(|remote| remote.with_refspecs([spec], Direction::Fetch))
            .map_err(|e| words(&e))?
            .with_fetch_tags(gix::remote::fetch::Tags::None);
        let connection = remote.to_connection_with_transport(transport);
        let prepared = connection
            .prepare_fetch(gix::progress::Discard, gix::remote::ref_map::Options::default())
            .map_err(|e| words(&e))?;
        let refs = prepared.ref_map().remote_refs.iter().filter_map(read_ref).collect();
        let shallow = match fetch {
            Fetch::List => return Ok(refs),
            Fetch::Shallow => Shallow::DepthAtRemote(1.try_into().map_err(|_| "depth")?),
            Fetch::History => Shallow::undo(),
        };
        let stop = AtomicBool::new(false);
        prepared.with_shallow(shallow).receive(gix::progress::Discard, &stop).map_err(|e| words(&e))?;
        Ok(refs)
    }

    fn failed(&self, cause: String) -> FetchError {
        FetchError::Operation { url: self.shown.clone(), cause }
    }

    fn invalid(&self, cause: &dyn std::fmt::Display) -> FetchError {
        FetchError::InvalidUrl { url: self.shown.clone(), cause: cause.to_string() }
    }

    fn timed_out(&self) -> FetchError {
        FetchError::Timeout { url: self.shown.clone(), after: self.spec.timeout }
    }
}

/// How much of it is taken.
#[derive(Clone, Copy)]
enum Fetch {
    /// Only the list of references.
    List,
    /// The newest commit alone.
    Shallow,
    /// Everything.
    History,
}

fn read_ref(found: &gix::protocol::handshake::Ref) -> Option<RemoteRef> {
    use gix::protocol::handshake::Ref;
    let (name, commit) = match found {
        Ref::Peeled { full_ref_name, object, .. }
        | Ref::Direct { full_ref_name, object }
        | Ref::Symbolic { full_ref_name, object, .. } => (full_ref_name, object),
        Ref::Unborn { .. } => return None,
    };
    Some(RemoteRef { name: name.to_string(), commit: commit.to_string() })
}

/// An error with all its causes.
fn words(error: &gix_error::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let more = cause.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        source = cause.source();
    }
    text
}

fn without_credentials(url: &str) -> String {
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let authority = rest.find('/').unwrap_or(rest.len());
            match rest[..authority].rfind('@') {
                Some(at) => format!("{scheme}://{}", &rest[at + 1..]),
                None => url.to_string(),
            }
        }
        None => url.to_string(),
    }
}
