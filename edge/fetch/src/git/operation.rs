//! One fetch: asks the remote for its references and gets what is missing.

use std::sync::atomic::AtomicBool;
use std::time::Instant;

use gix::remote::Direction;
use gix::remote::fetch::Shallow;
use gix::{ObjectId, Repository};
use gix_transport::Protocol;
use gix_transport::client::blocking_io::http::Transport;

use super::select::{RemoteRef, Wanted, highest, wanted};
use super::ssh;
use super::transport::{Client, Failed, limit};
use super::{FetchError, GitAuth, GitSpec};

/// One fetch.
pub(super) struct Operation<'a> {
    spec: &'a GitSpec,
    repository: &'a Repository,
    wanted: Wanted,
    deadline: Instant,
    /// The URL without credentials, for errors.
    shown: String,
}

impl<'a> Operation<'a> {
    pub(super) fn new(spec: &'a GitSpec, repository: &'a Repository) -> Result<Self, FetchError> {
        let shown = without_credentials(&spec.url);
        let refused = |cause: &str| FetchError::InvalidUrl { url: shown.clone(), cause: cause.to_string() };
        match spec.url.split_once("://").map(|(scheme, _)| scheme) {
            Some("http" | "https" | "file") => {}
            _ if ssh::is_meant(&spec.url) => {
                if !matches!(spec.auth, GitAuth::OfUser) {
                    return Err(refused("not supported yet: ssh"));
                }
            }
            _ => return Err(refused("it has to begin with http://, https:// or file://")),
        }
        let deadline = Instant::now() + spec.timeout;
        Ok(Self { spec, repository, wanted: wanted(&spec.reference), deadline, shown })
    }

    pub(super) fn run(&self) -> Result<(String, String), FetchError> {
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
        if ssh::is_meant(&self.spec.url) {
            return self.exchange_over_ssh(what, fetch);
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

    fn exchange_over_ssh(&self, what: &str, fetch: Fetch) -> Result<Vec<RemoteRef>, FetchError> {
        let url = gix::url::parse(self.spec.url.as_str()).map_err(|e| self.invalid(&e))?;
        let (session, connection) = ssh::connect(&url, self.deadline).map_err(|cause| self.failed(cause))?;
        self.talk(connection, what, fetch).map_err(|cause| {
            if limit(self.deadline).is_zero() {
                return self.timed_out();
            }
            match session.said() {
                said if said.is_empty() => self.failed(cause),
                said => self.failed(format!("{cause}: {said}")),
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

pub(super) fn without_credentials(url: &str) -> String {
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
