//! The working tree of a directory in the place of the repository it was cloned from.

use std::path::Path;

use weir_api::{Artifact, GitRepository};

use super::Fetched;
use crate::settings::LocalSource;
use crate::sources::Snapshot;
use crate::status::now;

pub(super) async fn fetch(local: &LocalSource, repository: &GitRepository) -> Fetched {
    let path = local.path.clone();
    let identity = tokio::task::spawn_blocking(move || weir_fetch::local_identity(&path)).await;
    let identity = match identity {
        Ok(Ok(identity)) => identity,
        Ok(Err(error)) => return failed(&local.path, &error.to_string()),
        Err(error) => return failed(&local.path, &error.to_string()),
    };
    let revision = format!("local@sha256:{identity}");
    let metadata = &repository.metadata;
    let old = repository.status.artifact.as_ref().filter(|artifact| artifact.revision == revision);
    let artifact = Artifact {
        path: format!("gitrepository/{}/{}/local", metadata.namespace, metadata.name),
        url: format!("file://{}", local.path.display()),
        digest: format!("sha256:{identity}"),
        last_update_time: old.map_or_else(now, |artifact| artifact.last_update_time.clone()),
        revision: revision.clone(),
        ..Artifact::default()
    };
    let tree = weir_fetch::local_directory(&local.path);
    let sparse = &repository.spec.sparse_checkout;
    let tree = match weir_fetch::source_files(&tree, repository.spec.ignore.as_deref(), sparse) {
        Ok(tree) => tree,
        Err(error) => return failed(&local.path, &error.to_string()),
    };
    let news = format!("stored artifact for revision '{revision}'");
    Fetched::Files { artifact, snapshot: Snapshot { revision, tree }, news }
}

fn failed(path: &Path, cause: &str) -> Fetched {
    Fetched::Failed {
        reason: "GitOperationFailed",
        message: format!("directory {} cannot be read: {cause}", path.display()),
    }
}
