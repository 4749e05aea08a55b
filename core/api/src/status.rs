//! Status conditions, as every Flux resource carries them.

use serde::{Deserialize, Serialize};

/// The types and reasons that the controllers write and the CLI reads.
pub mod condition {
    /// Condition type: in its desired state.
    pub const READY: &str = "Ready";
    /// Condition type: work is going on.
    pub const RECONCILING: &str = "Reconciling";
    /// Condition type: will not be tried again until the spec changes.
    pub const STALLED: &str = "Stalled";
    /// Condition type: the applied objects are healthy.
    pub const HEALTHY: &str = "Healthy";
    /// Condition type: an artifact is in storage.
    pub const ARTIFACT_IN_STORAGE: &str = "ArtifactInStorage";
    /// Condition type: the last fetch failed.
    pub const FETCH_FAILED: &str = "FetchFailed";
    /// Condition type: storing the artifact failed.
    pub const STORAGE_OPERATION_FAILED: &str = "StorageOperationFailed";

    /// Reason: success of a source or another resource.
    pub const SUCCEEDED: &str = "Succeeded";
    /// Reason: work is going on.
    pub const PROGRESSING: &str = "Progressing";
    /// Reason: work failed and is tried again.
    pub const PROGRESSING_WITH_RETRY: &str = "ProgressingWithRetry";
    /// Reason: a unit was applied.
    pub const RECONCILIATION_SUCCEEDED: &str = "ReconciliationSucceeded";
    /// Reason: applying failed.
    pub const RECONCILIATION_FAILED: &str = "ReconciliationFailed";
    /// Reason: the source has no usable artifact.
    pub const ARTIFACT_FAILED: &str = "ArtifactFailed";
    /// Reason: rendering failed.
    pub const BUILD_FAILED: &str = "BuildFailed";
    /// Reason: some objects could not be removed.
    pub const PRUNE_FAILED: &str = "PruneFailed";
    /// Reason: objects did not become healthy.
    pub const HEALTH_CHECK_FAILED: &str = "HealthCheckFailed";
    /// Reason: the wait was given up for something newer.
    pub const HEALTH_CHECK_CANCELED: &str = "HealthCheckCanceled";
    /// Reason: a dependency is not ready.
    pub const DEPENDENCY_NOT_READY: &str = "DependencyNotReady";
    /// Reason: a reference is forbidden.
    pub const ACCESS_DENIED: &str = "AccessDenied";
}

/// `True`, `False` or `Unknown`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConditionStatus {
    /// It holds.
    True,
    /// It does not hold.
    False,
    /// Nobody knows yet.
    Unknown,
}

impl ConditionStatus {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::True => "True",
            Self::False => "False",
            Self::Unknown => "Unknown",
        }
    }
}

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Condition {
    /// What it is about.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether it holds.
    pub status: ConditionStatus,
    /// One word of why.
    pub reason: String,
    /// Why, for people.
    #[serde(default)]
    pub message: String,
    /// The generation of the spec that it speaks of.
    #[serde(default)]
    pub observed_generation: i64,
    /// When the status last changed, RFC 3339.
    #[serde(default)]
    pub last_transition_time: String,
}
