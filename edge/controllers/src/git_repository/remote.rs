//! Fetching from the remote of a repository, and storing what came of it.

use std::path::PathBuf;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use weir_api::{Artifact, GitRepository, GitRepositoryReference, GitRepositoryStatus};
use weir_fetch::{FetchError, GitAuth, GitReference, GitSpec, Shelf, SourceFiles};

use super::secret::Credentials;
use super::{Fetched, KIND, report};
use crate::context::Context;
use crate::sources::Snapshot;
use crate::status::now;

const TIMEOUT: Duration = Duration::from_secs(60);
/// How long, and how many at least, old artifacts are kept for those who still read them.
const RETENTION: (Duration, usize) = (Duration::from_secs(60), 2);

/// Fetches, and stores an artifact unless the one of this very state is there and sound.
pub(super) async fn fetch(
    context: &Context,
    repository: &GitRepository,
    credentials: Credentials,
) -> Fetched {
    let (context, repository) = (context.clone(), repository.clone());
    let work = tokio::task::spawn_blocking(move || fetch_blocking(&context, &repository, credentials));
    match work.await {
        Ok(Ok(fetched)) => fetched,
        Ok(Err(error)) => Fetched::Failed { reason: error.reason(), message: error.to_string() },
        Err(error) => Fetched::Failed { reason: "GitOperationFailed", message: error.to_string() },
    }
}

/// The files of the last artifact, if they are still in storage.
pub(super) async fn stored(context: &Context, repository: &GitRepository) -> Option<Snapshot> {
    let (context, repository) = (context.clone(), repository.clone());
    tokio::task::spawn_blocking(move || {
        let GitRepositoryStatus { artifact, observed_ignore, observed_sparse_checkout, .. } =
            &repository.status;
        let revision = artifact.as_ref()?.revision.clone();
        let (_, commit) = revision.rsplit_once("sha1:")?;
        let files = SourceFiles {
            mirror: mirror(&context, &repository.spec.url),
            commit: commit.to_string(),
            ignore: observed_ignore.clone(),
            sparse: observed_sparse_checkout.clone(),
        };
        let tree = files.open().ok()?;
        Some(Snapshot { revision, tree })
    })
    .await
    .ok()?
}

/// The directory of its mirror: repositories of one URL share it.
pub(super) fn mirror(context: &Context, url: &str) -> PathBuf {
    let digest: String = Sha256::digest(url).iter().map(|byte| format!("{byte:02x}")).collect();
    mirrors(context).join(&digest[..32])
}

/// Where all mirrors are.
pub(super) fn mirrors(context: &Context) -> PathBuf {
    context.settings.storage.join("mirrors")
}

fn fetch_blocking(
    context: &Context,
    repository: &GitRepository,
    credentials: Credentials,
) -> Result<Fetched, FetchError> {
    let spec = spec(repository, credentials);
    let mirror = mirror(context, &spec.url);
    let runner = &context.settings.runner;
    let fetched = runner.fetch(mirror.clone(), spec)?;
    let files = SourceFiles {
        mirror,
        commit: fetched.commit.clone(),
        ignore: repository.spec.ignore.clone(),
        sparse: repository.spec.sparse_checkout.clone(),
    };
    let tree = files.open()?;
    let artifact = match current(context, repository, &fetched.revision) {
        Some(artifact) => artifact,
        None => {
            let stored = runner.pack(files, shelf(context, repository, &fetched.commit))?;
            Artifact {
                path: stored.path,
                url: stored.url,
                revision: fetched.revision.clone(),
                digest: stored.digest,
                size: Some(stored.size),
                last_update_time: now(),
                ..Artifact::default()
            }
        }
    };
    let metadata = &repository.metadata;
    let kept = context.artifacts.collect_garbage(
        KIND,
        &metadata.namespace,
        &metadata.name,
        &artifact.path,
        RETENTION,
    );
    if let Err(error) = kept {
        tracing::warn!(%error, repository = metadata.name, "old artifacts could not be deleted");
    }
    let news = format!("stored artifact for commit '{}'", fetched.subject);
    let snapshot = Snapshot { revision: fetched.revision, tree };
    Ok(Fetched::Files { artifact, snapshot, news })
}

fn shelf(context: &Context, repository: &GitRepository, commit: &str) -> Shelf {
    let metadata = &repository.metadata;
    Shelf {
        root: context.settings.storage.clone(),
        host: context.settings.advertised.clone(),
        owner: (KIND.to_string(), metadata.namespace.clone(), metadata.name.clone()),
        file: commit.to_string(),
    }
}

/// The artifact in storage, if it is of this state and its file is what it was.
fn current(context: &Context, repository: &GitRepository, revision: &str) -> Option<Artifact> {
    let status = &repository.status;
    let artifact = status.artifact.as_ref()?;
    let same = artifact.revision == revision
        && status.observed_ignore == repository.spec.ignore
        && status.observed_sparse_checkout == repository.spec.sparse_checkout;
    let sound = same && context.artifacts.verify(&artifact.path, &artifact.digest);
    if same && !sound && context.artifacts.holds(&artifact.path) {
        report::damaged(context, repository, artifact);
    }
    sound.then(|| artifact.clone())
}

fn spec(repository: &GitRepository, credentials: Credentials) -> GitSpec {
    let GitRepositoryReference { branch, tag, semver, name, commit } =
        repository.spec.reference.clone().unwrap_or_default();
    GitSpec {
        url: repository.spec.url.clone(),
        reference: GitReference { branch, tag, semver, name, commit },
        auth: match (credentials.bearer, credentials.user) {
            (Some(token), _) => GitAuth::Bearer(token),
            (None, Some((user, password))) => GitAuth::Basic { user, password },
            (None, None) => GitAuth::None,
        },
        ca: credentials.ca,
        proxy: credentials.proxy,
        timeout: repository.spec.timeout.map_or(TIMEOUT, |timeout| timeout.0),
    }
}
