//! The working tree of a directory in the place of the repository it was cloned from.

use std::path::Path;

use weir_api::{Artifact, GitRepository};

use super::Fetched;
use crate::settings::LocalSource;
use crate::sources::Snapshot;
use crate::status::now;

pub(super) async fn fetch(local: &LocalSource, repository: &GitRepository) -> Fetched {
    let ignore = repository.spec.ignore.as_deref();
    let snapshot = match snapshot(&local.path, ignore, &repository.spec.sparse_checkout).await {
        Ok(snapshot) => snapshot,
        Err(message) => return Fetched::Failed { reason: "GitOperationFailed", message },
    };
    let (metadata, revision) = (&repository.metadata, &snapshot.revision);
    let old = repository.status.artifact.as_ref().filter(|artifact| artifact.revision == *revision);
    let artifact = Artifact {
        path: format!("gitrepository/{}/{}/local", metadata.namespace, metadata.name),
        url: format!("file://{}", local.path.display()),
        digest: revision.trim_start_matches("local@").to_string(),
        last_update_time: old.map_or_else(now, |artifact| artifact.last_update_time.clone()),
        revision: revision.clone(),
        ..Artifact::default()
    };
    let news = format!("stored artifact for revision '{revision}'");
    Fetched::Files { artifact, snapshot, news }
}

/// The files of a directory as they are now.
pub(super) async fn snapshot(
    path: &Path,
    ignore: Option<&str>,
    sparse: &[String],
) -> Result<Snapshot, String> {
    let failed =
        |cause: &dyn std::fmt::Display| format!("directory {} cannot be read: {cause}", path.display());
    let directory = path.to_path_buf();
    let identity = tokio::task::spawn_blocking(move || weir_fetch::local_identity(&directory)).await;
    let identity = identity.map_err(|e| failed(&e))?.map_err(|e| failed(&e))?;
    let tree = weir_fetch::source_files(&weir_fetch::local_directory(path), ignore, sparse)
        .map_err(|e| failed(&e))?;
    Ok(Snapshot { revision: format!("local@sha256:{identity}"), tree })
}
