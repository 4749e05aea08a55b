//! The end of a run in the words of conditions and events. Every end has a report.

use weir_plan::{Change, FailureStep, HealthOutcome, Inventory};

use crate::recipe::Recipe;
use crate::work::End;

/// A condition without its bookkeeping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Truth {
    /// Whether it holds.
    pub holds: bool,
    /// One word of why.
    pub reason: &'static str,
    /// Why, for people.
    pub message: String,
}

/// How an event sounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// All is well.
    Normal,
    /// Somebody should look.
    Warning,
}

/// An event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// How it sounds.
    pub tone: Tone,
    /// One word of why.
    pub reason: &'static str,
    /// What happened.
    pub message: String,
    /// Whether the commit is to be marked with it.
    pub marks_commit: bool,
}

/// When to try again, unless something happens before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// After the interval.
    Interval,
    /// After the retry interval.
    RetryInterval,
    /// When what it waits for changes; after a while in any case.
    Awaited,
    /// At once.
    Now,
}

/// What is written down and told.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Ready.
    pub ready: Truth,
    /// Healthy; nothing if health was not checked.
    pub healthy: Option<Truth>,
    /// What the unit owns now; nothing if that did not change.
    pub inventory: Option<Inventory>,
    /// The revision that was tried.
    pub attempted: Option<String>,
    /// The revision that is applied, with the upstream one; nothing if it failed.
    pub applied: Option<(String, Option<String>)>,
    /// Digest of what was built.
    pub digest: Option<String>,
    /// Events.
    pub notes: Vec<Note>,
    /// When to try again.
    pub retry: Retry,
}

/// The report of an end. `was_healthy` and `was_applied` are what was known before.
pub fn report(
    recipe: &Recipe,
    end: &End,
    was_healthy: bool,
    was_applied: Option<&str>,
    took: &str,
) -> Report {
    match end {
        End::NoSource { message, waits } => {
            let retry = if *waits { Retry::Awaited } else { Retry::RetryInterval };
            Report { retry, ..failed("ArtifactFailed", message.clone(), None, Vec::new()) }
        }
        End::NotReady(message) => {
            let text = format!("Dependencies do not meet ready condition, retrying when they do: {message}");
            let note = note(Tone::Normal, "DependencyNotReady", text);
            Report {
                retry: Retry::Awaited,
                ..failed("DependencyNotReady", message.clone(), None, vec![note])
            }
        }
        End::NoPath { revision, message } => {
            let notes = vec![note(Tone::Warning, "ArtifactFailed", message.clone())];
            failed("ArtifactFailed", message.clone(), Some(revision), notes)
        }
        End::NotBuilt { revision, problems } => {
            let lines: Vec<_> = problems.iter().map(weir_files::Diagnostic::line).collect();
            let message = lines.join("\n");
            let notes = vec![note(Tone::Warning, "BuildFailed", message.clone())];
            failed("BuildFailed", message, Some(revision), notes)
        }
        End::RolledOut { revision, origin, digest, outcome } => {
            let changes = change_log(&outcome.applied);
            let drifted = !changes.is_empty();
            let mut report = match &outcome.failure {
                None => succeeded(recipe, revision, origin.clone()),
                Some(failure) => {
                    let (reason, message) = match failure.step {
                        FailureStep::Apply => ("ReconciliationFailed", failure.message.clone()),
                        FailureStep::Prune => ("PruneFailed", failure.message.clone()),
                        FailureStep::Health => (
                            "HealthCheckFailed",
                            format!("health check failed after {took}: {}", failure.message),
                        ),
                        FailureStep::Preempted => ("HealthCheckCanceled", failure.message.clone()),
                    };
                    let mut report = failed(reason, message, Some(revision), Vec::new());
                    if failure.step == FailureStep::Preempted {
                        report.retry = Retry::Now;
                    }
                    report
                }
            };
            let reason = report.ready.reason;
            if drifted {
                report.notes.push(note(Tone::Normal, "Progressing", changes));
            }
            let pruned = change_log(&outcome.pruned);
            if !pruned.is_empty() {
                report.notes.push(note(Tone::Normal, "Progressing", pruned));
            }
            report.healthy = match &outcome.health {
                HealthOutcome::NotChecked => None,
                HealthOutcome::Passed => {
                    let message = format!("Health check passed in {took}");
                    if !was_healthy || drifted && was_applied != Some(revision) {
                        report.notes.push(note(Tone::Normal, "Progressing", message.clone()));
                    }
                    Some(Truth { holds: true, reason: "Succeeded", message })
                }
                HealthOutcome::Failed(message) => {
                    Some(Truth { holds: false, reason: "HealthCheckFailed", message: message.clone() })
                }
            };
            let message = report.ready.message.clone();
            report.notes.push(match outcome.failure.as_ref().map(|failure| failure.step) {
                None => {
                    let text =
                        format!("Reconciliation finished in {took}, next run in {}", pretty(recipe.interval));
                    Note { marks_commit: true, ..note(Tone::Normal, reason, text) }
                }
                Some(FailureStep::Preempted) => {
                    let cause = message.trim_start_matches("New ");
                    note(Tone::Normal, reason, format!("Health checks canceled due to new {cause}"))
                }
                Some(_) => note(Tone::Warning, reason, message),
            });
            report.inventory = Some(outcome.inventory.clone());
            report.digest = Some(digest.clone());
            report
        }
        End::Removed(outcome) => {
            let mut notes = Vec::new();
            let pruned = change_log(&outcome.pruned);
            if !pruned.is_empty() {
                notes.push(note(Tone::Normal, "ReconciliationSucceeded", pruned));
            }
            match &outcome.failure {
                None => Report { notes, ..succeeded(recipe, "", None) },
                Some(failure) => {
                    notes.push(note(Tone::Warning, "PruneFailed", failure.message.clone()));
                    let inventory = Some(outcome.inventory.clone());
                    Report { inventory, ..failed("PruneFailed", failure.message.clone(), None, notes) }
                }
            }
        }
    }
}

fn succeeded(_recipe: &Recipe, revision: &str, origin: Option<String>) -> Report {
    let message = format!("Applied revision: {revision}");
    Report {
        ready: Truth { holds: true, reason: "ReconciliationSucceeded", message },
        healthy: None,
        inventory: None,
        attempted: Some(revision.to_string()),
        applied: Some((revision.to_string(), origin)),
        digest: None,
        notes: Vec::new(),
        retry: Retry::Interval,
    }
}

fn failed(reason: &'static str, message: String, attempted: Option<&String>, notes: Vec<Note>) -> Report {
    Report {
        ready: Truth { holds: false, reason, message },
        healthy: None,
        inventory: None,
        attempted: attempted.cloned(),
        applied: None,
        digest: None,
        notes,
        retry: Retry::RetryInterval,
    }
}

fn note(tone: Tone, reason: &'static str, message: String) -> Note {
    Note { tone, reason, message, marks_commit: false }
}

/// One line for each object that was changed: `Kind/ns/name created`.
fn change_log(changes: &[Change]) -> String {
    let changed = changes.iter().filter(|change| change.effect.is_change());
    changed.map(|change| format!("{} {}", change.id, change.effect.word())).collect::<Vec<_>>().join("\n")
}

/// Whole durations as Go prints them.
fn pretty(duration: std::time::Duration) -> String {
    let seconds = duration.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, s) => format!("{s}s"),
        (0, m, s) => format!("{m}m{s}s"),
        (h, m, s) => format!("{h}h{m}m{s}s"),
    }
}
