//! What came of a look: status and events, on every path.

use weir_api::{Artifact, ConditionStatus, GitRepository, GitRepositoryStatus, condition};
use weir_cluster::ApiError;

use super::{COMPONENT, Controller};
use crate::context::Context;
use crate::events::Event;
use crate::kind::{object_ref, save};
use crate::status;

/// A revision is in storage.
pub(super) async fn stored(
    context: &Context,
    repository: &GitRepository,
    artifact: Artifact,
    news: &str,
) -> Result<(), ApiError> {
    let mut next = repository.status.clone();
    let generation = repository.metadata.generation;
    let message = format!("stored artifact for revision '{}'", artifact.revision);
    let old = repository.status.artifact.as_ref();
    let is_new = old.is_none_or(|old| old.digest != artifact.digest);
    let had_failed =
        repository.status.conditions.iter().any(|condition| {
            condition.kind == condition::READY && condition.status == ConditionStatus::False
        });
    let (yes, all) = (ConditionStatus::True, &mut next.conditions);
    status::set(all, condition::READY, yes, condition::SUCCEEDED, &message, generation);
    status::set(all, condition::ARTIFACT_IN_STORAGE, yes, condition::SUCCEEDED, &message, generation);
    for kind in [
        condition::RECONCILING,
        condition::STALLED,
        condition::FETCH_FAILED,
        condition::STORAGE_OPERATION_FAILED,
    ] {
        status::drop(all, kind);
    }
    next.observed_generation = generation;
    next.observed_ignore.clone_from(&repository.spec.ignore);
    next.observed_sparse_checkout.clone_from(&repository.spec.sparse_checkout);
    next.artifact = Some(artifact.clone());
    handled(repository, &mut next);
    save::<Controller>(context, &repository.metadata, (&repository.status, &next)).await?;
    if is_new {
        event(context, repository, false, "NewArtifact", news, Some(&artifact));
    } else if had_failed {
        event(context, repository, false, condition::SUCCEEDED, news, Some(&artifact));
    }
    Ok(())
}

/// There is nothing new; what was stored before stays.
pub(super) async fn failed(
    context: &Context,
    repository: &GitRepository,
    reason: &'static str,
    message: &str,
) -> Result<(), ApiError> {
    let mut next = repository.status.clone();
    let generation = repository.metadata.generation;
    let all = &mut next.conditions;
    status::set(all, condition::READY, ConditionStatus::False, reason, message, generation);
    status::set(all, condition::FETCH_FAILED, ConditionStatus::True, reason, message, generation);
    let (kind, retrying) = (condition::RECONCILING, condition::PROGRESSING_WITH_RETRY);
    status::set(all, kind, ConditionStatus::True, retrying, message, generation);
    handled(repository, &mut next);
    save::<Controller>(context, &repository.metadata, (&repository.status, &next)).await?;
    event(context, repository, true, reason, message, None);
    Ok(())
}

/// The file in storage is not what it was; it is made anew.
pub(super) fn damaged(context: &Context, repository: &GitRepository, artifact: &Artifact) {
    let message = format!(
        "failed to verify integrity of artifact: the digest of '{}' is not {}",
        artifact.path, artifact.digest
    );
    event(context, repository, true, "ArtifactVerificationFailed", &message, Some(artifact));
}

fn handled(repository: &GitRepository, next: &mut GitRepositoryStatus) {
    if let Some(requested) = repository.metadata.annotations.get(weir_api::annotations::REQUESTED_AT) {
        next.last_handled_reconcile_at = Some(requested.clone());
    }
}

fn event(
    context: &Context,
    repository: &GitRepository,
    warning: bool,
    reason: &str,
    message: &str,
    artifact: Option<&Artifact>,
) {
    let metadata = &repository.metadata;
    let told = |artifact: &Artifact| {
        [("revision", artifact.revision.clone()), ("digest", artifact.digest.clone())]
            .map(|(key, value)| (format!("source.toolkit.fluxcd.io/{key}"), value))
    };
    tracing::info!(repository = %format_args!("{}/{}", metadata.namespace, metadata.name), reason, "{message}");
    context.recorder.record(Event {
        object: object_ref::<Controller>(metadata),
        component: COMPONENT,
        warning,
        reason: reason.to_string(),
        message: message.to_string(),
        annotations: artifact.into_iter().flat_map(told).collect(),
    });
}
