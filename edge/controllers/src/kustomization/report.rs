//! What came of it: status and events, on every path.

use std::collections::BTreeMap;
use std::time::Duration;

use weir_api::{
    ConditionStatus, HistoryEntry, InventoryEntry, Kustomization, KustomizationStatus, condition,
};
use weir_cluster::ApiError;
use weir_delivery::{Note, Report, Tone};
use weir_plan::Inventory;

use super::desired::Refusal;
use super::{Controller, MANAGER, pretty};
use crate::context::Context;
use crate::events::Event;
use crate::kind::{object_ref, save};
use crate::status::{self, now};

const HISTORY: usize = 5;

/// Writes a report to the unit and tells its events. `written` is the status as it was written last.
pub(super) async fn write(
    context: &Context,
    unit: &Kustomization,
    written: &KustomizationStatus,
    report: &Report,
    took: Duration,
) -> Result<(), ApiError> {
    let mut next = written.clone();
    let generation = unit.metadata.generation;
    let truth = |holds| if holds { ConditionStatus::True } else { ConditionStatus::False };
    let ready = &report.ready;
    status::set(
        &mut next.conditions,
        condition::READY,
        truth(ready.holds),
        ready.reason,
        &ready.message,
        generation,
    );
    status::drop(&mut next.conditions, condition::STALLED);
    if ready.holds {
        status::drop(&mut next.conditions, condition::RECONCILING);
        next.observed_generation = generation;
    } else {
        let (kind, reason) = (condition::RECONCILING, condition::PROGRESSING_WITH_RETRY);
        status::set(&mut next.conditions, kind, ConditionStatus::True, reason, &ready.message, generation);
    }
    match &report.healthy {
        Some(healthy) => status::set(
            &mut next.conditions,
            condition::HEALTHY,
            truth(healthy.holds),
            healthy.reason,
            &healthy.message,
            generation,
        ),
        None => status::drop(&mut next.conditions, condition::HEALTHY),
    }
    if let Some(inventory) = &report.inventory {
        next.inventory = Some(entries(inventory));
    }
    if let Some(attempted) = &report.attempted {
        next.last_attempted_revision = Some(attempted.clone());
    }
    if let Some((revision, origin)) = &report.applied {
        next.last_applied_revision = Some(revision.clone());
        next.last_applied_origin_revision = origin.clone();
    }
    if let Some(digest) = &report.digest {
        remember(&mut next.history, digest, report, took);
    }
    handled(unit, &mut next);
    save::<Controller>(context, &unit.metadata, (written, &next)).await?;
    tell_events(context, unit, report);
    Ok(())
}

/// Before a long wait: what the unit owns, so that it is not forgotten if we end here, and what it is doing.
pub(super) async fn record(
    context: &Context,
    unit: &Kustomization,
    owned: &Inventory,
    revision: &str,
) -> Result<KustomizationStatus, ApiError> {
    let mut next = unit.status.clone();
    let generation = unit.metadata.generation;
    let timeout = weir_api::GoDuration(super::desired::timeout(unit, &context.settings));
    let message = format!("Running health checks for revision {revision} with a timeout of {timeout}");
    let all = &mut next.conditions;
    let unknown = ConditionStatus::Unknown;
    status::set(
        all,
        condition::RECONCILING,
        ConditionStatus::True,
        condition::PROGRESSING,
        &message,
        generation,
    );
    status::set(
        all,
        condition::READY,
        unknown,
        condition::PROGRESSING,
        "Reconciliation in progress",
        generation,
    );
    status::set(all, condition::HEALTHY, unknown, condition::PROGRESSING, &message, generation);
    next.last_attempted_revision = Some(revision.to_string());
    next.inventory = Some(entries(owned));
    save::<Controller>(context, &unit.metadata, (&unit.status, &next)).await?;
    Ok(next)
}

/// The resource asks for something that cannot be done until it is changed.
pub(super) async fn refused(
    context: &Context,
    unit: &Kustomization,
    refusal: &Refusal,
) -> Result<(), ApiError> {
    let mut next = unit.status.clone();
    let generation = unit.metadata.generation;
    let Refusal { reason, message } = refusal;
    status::set(&mut next.conditions, condition::READY, ConditionStatus::False, reason, message, generation);
    status::set(&mut next.conditions, condition::STALLED, ConditionStatus::True, reason, message, generation);
    status::drop(&mut next.conditions, condition::RECONCILING);
    next.observed_generation = generation;
    handled(unit, &mut next);
    save::<Controller>(context, &unit.metadata, (&unit.status, &next)).await?;
    let note = Note { tone: Tone::Warning, reason, message: message.clone(), marks_commit: false };
    event(context, unit, &note, (None, None));
    Ok(())
}

pub(super) fn tell_events(context: &Context, unit: &Kustomization, report: &Report) {
    let status = &unit.status;
    let origin = match &report.applied {
        Some((_, origin)) => origin.as_deref(),
        None => status.last_applied_origin_revision.as_deref(),
    };
    let attempted = report.attempted.as_deref().filter(|revision| !revision.is_empty());
    let revision = attempted.or(status.last_applied_revision.as_deref());
    for note in &report.notes {
        event(context, unit, note, (revision, origin));
    }
}

fn event(
    context: &Context,
    unit: &Kustomization,
    note: &Note,
    (revision, origin): (Option<&str>, Option<&str>),
) {
    let metadata = &unit.metadata;
    tracing::info!(
        unit = %format_args!("{}/{}", metadata.namespace, metadata.name),
        reason = note.reason,
        "{}",
        note.message
    );
    let told = [
        ("revision", revision),
        ("originRevision", origin),
        ("commit_status", note.marks_commit.then_some("update")),
    ];
    context.recorder.record(Event {
        object: object_ref::<Controller>(metadata),
        component: MANAGER,
        warning: note.tone == Tone::Warning,
        reason: note.reason.to_string(),
        message: note.message.clone(),
        annotations: told
            .into_iter()
            .filter_map(|(key, value)| {
                Some((format!("kustomize.toolkit.fluxcd.io/{key}"), value?.to_string()))
            })
            .collect(),
    });
}

fn handled(unit: &Kustomization, next: &mut KustomizationStatus) {
    if let Some(requested) = unit.metadata.annotations.get(weir_api::annotations::REQUESTED_AT) {
        next.last_handled_reconcile_at = Some(requested.clone());
    }
}

fn entries(owned: &Inventory) -> weir_api::Inventory {
    let entries = owned.entries().into_iter().map(|(id, v)| InventoryEntry { id, v });
    weir_api::Inventory { entries: entries.collect() }
}

/// The same content with the same result counts up; anything else comes first, and the oldest goes.
fn remember(history: &mut Vec<HistoryEntry>, digest: &str, report: &Report, took: Duration) {
    let reason = report.ready.reason;
    let same = |entry: &HistoryEntry| entry.digest == digest && entry.last_reconciled_status == reason;
    let old = history.iter().position(same).map(|at| history.remove(at));
    let mut metadata = BTreeMap::new();
    if let Some(revision) = &report.attempted {
        metadata.insert("revision".to_string(), revision.clone());
    }
    if let Some((_, Some(origin))) = &report.applied {
        metadata.insert("originRevision".to_string(), origin.clone());
    }
    let time = now();
    history.insert(
        0,
        HistoryEntry {
            digest: digest.to_string(),
            first_reconciled: old.as_ref().map_or_else(|| time.clone(), |old| old.first_reconciled.clone()),
            last_reconciled: time,
            last_reconciled_duration: pretty(took),
            last_reconciled_status: reason.to_string(),
            total_reconciliations: old.map_or(0, |old| old.total_reconciliations) + 1,
            metadata,
        },
    );
    history.truncate(HISTORY);
}
