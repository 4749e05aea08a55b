//! How well one object is, from nothing but the object: the rules of kstatus as Flux 2.9 uses them.
//!
//! First what holds for every kind (deletion, generation, `Reconciling` and `Stalled`), then the rule of the kind, then a
//! `Ready` condition, else the object is current. Where objects come from is not known here, and the time is an argument.

mod accessor;
mod conditions;
mod job;
mod kinds;
mod time;

use std::fmt;
use std::time::SystemTime;

use weir_manifest::Gvk;
use weir_yaml::Value;

use accessor::{integer, text};
use conditions::conditions_of;
pub use job::finished_job;

/// How well an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// It is on its way.
    InProgress,
    /// It will not get there by itself.
    Failed,
    /// It is as it should be.
    Current,
    /// It is being deleted.
    Terminating,
    /// It is not there.
    NotFound,
    /// Nobody can tell.
    Unknown,
}

/// How well an object is, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// The status.
    pub status: Status,
    /// Why, in one sentence.
    pub message: String,
    /// The conditions that the object should have by this: at most one.
    pub conditions: Vec<Condition>,
}

/// A standard condition. Its status is always `True`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// `Reconciling` or `Stalled`.
    pub kind: &'static str,
    /// The reason in one word.
    pub reason: String,
    /// The message.
    pub message: String,
}

/// A field has a type that the rules cannot read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthError(pub String);

impl fmt::Display for HealthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for HealthError {}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InProgress => "InProgress",
            Self::Failed => "Failed",
            Self::Current => "Current",
            Self::Terminating => "Terminating",
            Self::NotFound => "NotFound",
            Self::Unknown => "Unknown",
        })
    }
}

impl Health {
    fn current(message: impl Into<String>) -> Self {
        Self { status: Status::Current, message: message.into(), conditions: Vec::new() }
    }

    fn in_progress(reason: &str, message: impl Into<String>) -> Self {
        Self::with("Reconciling", Status::InProgress, reason, message.into())
    }

    fn failed(reason: &str, message: impl Into<String>) -> Self {
        Self::with("Stalled", Status::Failed, reason, message.into())
    }

    fn with(kind: &'static str, status: Status, reason: &str, message: String) -> Self {
        let condition = Condition { kind, reason: reason.to_string(), message: message.clone() };
        Self { status, message, conditions: vec![condition] }
    }

    /// Of an object that is not there.
    pub fn not_found() -> Self {
        Self { status: Status::NotFound, message: "Resource not found".to_string(), conditions: Vec::new() }
    }

    /// Of an object that the rules cannot read.
    pub fn unknown(error: &HealthError) -> Self {
        Self { status: Status::Unknown, message: error.0.clone(), conditions: Vec::new() }
    }
}

/// How well an object is at this time.
pub fn health(object: &Value, now: SystemTime) -> Result<Health, HealthError> {
    if let Some(found) = generic(object)? {
        return Ok(found);
    }
    let gvk = Gvk::of(object);
    if let Some(rule) = kinds::rule(&gvk.group, &gvk.kind) {
        return rule(object, now);
    }
    Ok(ready(object)?.unwrap_or_else(|| Health::current("Resource is current")))
}

/// As [`health`], but started jobs are in progress until they are complete: as the Flux controllers wait for them.
pub fn awaited_health(object: &Value, now: SystemTime) -> Result<Health, HealthError> {
    let gvk = Gvk::of(object);
    if (&*gvk.group, &*gvk.kind) == ("batch", "Job") { finished_job(object) } else { health(object, now) }
}

/// What holds for all kinds.
fn generic(object: &Value) -> Result<Option<Health>, HealthError> {
    if text(object, &["metadata", "deletionTimestamp"])?.is_some_and(|time| !time.is_empty()) {
        let message = "Resource scheduled for deletion".to_string();
        return Ok(Some(Health { status: Status::Terminating, message, conditions: Vec::new() }));
    }
    if let Some(generation) = integer(object, &["metadata", "generation"])? {
        let observed = integer(object, &["status", "observedGeneration"])?;
        if let Some(observed) = observed.filter(|observed| *observed != generation) {
            let kind = object.str_at(&["kind"]).unwrap_or("");
            let message =
                format!("{kind} generation is {generation}, but latest observed generation is {observed}");
            return Ok(Some(Health::in_progress("LatestGenerationNotObserved", message)));
        }
    }
    Ok(conditions_of(object)?.iter().filter(|condition| condition.status == "True").find_map(|condition| {
        match condition.kind {
            "Reconciling" => Some(Health::in_progress(condition.reason, condition.message)),
            "Stalled" => Some(Health::failed(condition.reason, condition.message)),
            _ => None,
        }
    }))
}

fn ready(object: &Value) -> Result<Option<Health>, HealthError> {
    let found = conditions_of(object)?;
    Ok(found.iter().filter(|condition| condition.kind == "Ready").find_map(|condition| {
        match condition.status {
            "True" => Some(Health::current("Resource is Ready")),
            "False" | "Unknown" => Some(Health::in_progress(condition.reason, condition.message)),
            _ => None,
        }
    }))
}
