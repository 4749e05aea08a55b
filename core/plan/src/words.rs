//! What a rollout asks, says and is told: the words between the machine and its driver.

use weir_files::Diagnostic;
use weir_yaml::{Text, Value};

use crate::{Desired, Health, Id, Inventory, Owned, Owner};

/// How to go about it.
#[derive(Debug, Clone)]
pub struct Options {
    /// Who applies.
    pub owner: Owner,
    /// Recreate objects whose change is refused as immutable.
    pub force: bool,
    /// Delete objects that left the unit.
    pub prune: bool,
    /// Check everything that was applied.
    pub wait: bool,
    /// Check these, when not everything.
    pub checks: Vec<Target>,
    /// Wait until deleted objects are gone.
    pub wait_for_termination: bool,
    /// The unit itself, which never waits for itself.
    pub own: Id,
}

/// An object whose health matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its name.
    pub id: Id,
    /// The version to read it in; the server's choice if empty.
    pub version: Text,
    /// A job that removes itself when it is done.
    pub may_vanish: bool,
}

/// What the server says would become of an object.
#[derive(Debug, Clone, PartialEq)]
pub enum Seen {
    /// It would be created.
    Absent {
        /// Whether objects of its kind live in namespaces.
        namespaced: bool,
    },
    /// It is there.
    Present {
        /// The object as it would be, with its managed fields.
        live: Value,
        /// Whether applying would change anything.
        changes: bool,
    },
    /// The server would refuse.
    Refused {
        /// Why, in the server's words.
        message: String,
        /// Whether a field may not change.
        immutable: bool,
        /// The object as it is, if it is there.
        live: Option<Value>,
    },
}

impl Seen {
    /// True if the server keeps objects of this kind outside of namespaces.
    pub(crate) fn is_cluster_wide(&self) -> bool {
        match self {
            Self::Absent { namespaced } => !namespaced,
            Self::Present { live, .. } => live.at(&["metadata", "namespace"]).is_none(),
            Self::Refused { .. } => false,
        }
    }
}

/// An object that may be removed, as it is.
#[derive(Debug, Clone, PartialEq)]
pub enum Live {
    /// It is there; this is at least its metadata.
    There(Value),
    /// The server knows it to be gone.
    Gone,
    /// It could not be found out.
    Unknown(String),
}

/// What the machine wants to know.
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    /// What applying would do. For objects that are only created: whether they are there.
    DryRun(Vec<Desired>),
    /// The state of objects that may be removed.
    Live(Vec<Owned>),
    /// The health of objects, now the first time, after that as soon as something changed or time is up.
    Health(Vec<Target>, Patience),
}

/// How long a wait for health may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// The time that definitions get to be served.
    Definitions,
    /// The unit's own timeout.
    Unit,
}

/// An answer, in the order of what was asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// To [`Ask::DryRun`].
    DryRun(Vec<Seen>),
    /// To [`Ask::Live`].
    Live(Vec<Live>),
    /// To [`Ask::Health`]; true if time is up.
    Health(Vec<Health>, bool),
    /// To a wave: what came of each action.
    Effects(Vec<Effect>),
    /// To [`Step::Record`].
    Recorded,
    /// Something newer makes this run pointless.
    Preempted(String),
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Server-side apply.
    Apply {
        /// The object.
        desired: Desired,
        /// A JSON patch that has to come first.
        take_over: Option<Value>,
        /// The version it had when it was looked at.
        live_version: Option<String>,
    },
    /// Delete this very object, wait until it is gone, apply.
    Recreate {
        /// The object.
        desired: Desired,
        /// The one to delete.
        uid: String,
    },
    /// Delete this very object.
    Delete {
        /// The object.
        owned: Owned,
        /// Its uid.
        uid: String,
    },
}

/// What is done together, in this order where it matters.
pub type Wave = Vec<Action>;

/// What came of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// It was not there before.
    Created,
    /// It was changed.
    Configured,
    /// It was as it should be.
    Unchanged,
    /// It asked to be left alone.
    Skipped,
    /// It is deleted, or on its way.
    Deleted,
    /// It failed.
    Failed(String),
}

impl Effect {
    /// The word in events and logs.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Configured => "configured",
            Self::Unchanged => "unchanged",
            Self::Skipped => "skipped",
            Self::Deleted => "deleted",
            Self::Failed(_) => "failed",
        }
    }

    /// True if the cluster was changed.
    pub fn is_change(&self) -> bool {
        matches!(self, Self::Created | Self::Configured | Self::Deleted)
    }
}

/// What came of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The object.
    pub id: Id,
    /// The version it was applied in.
    pub version: Text,
    /// What came of it.
    pub effect: Effect,
}

/// At which step it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureStep {
    /// Applying.
    Apply,
    /// Deleting what left the unit.
    Prune,
    /// Waiting for health.
    Health,
    /// Not a failure of its own: something newer came.
    Preempted,
}

/// Why it did not come to its end.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// At which step.
    pub step: FailureStep,
    /// All causes in one text.
    pub message: String,
    /// The causes one by one.
    pub problems: Vec<Diagnostic>,
}

/// What is known of health in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HealthOutcome {
    /// Nothing was to be checked, or it did not come to that.
    NotChecked,
    /// All healthy.
    Passed,
    /// Not all.
    Failed(String),
}

/// The end of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Why it failed, if it did.
    pub failure: Option<Failure>,
    /// What the unit owns now.
    pub inventory: Inventory,
    /// What became of the objects that were to be applied.
    pub applied: Vec<Change>,
    /// What became of the objects that left.
    pub pruned: Vec<Change>,
    /// Health.
    pub health: HealthOutcome,
}

/// The next thing.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Find this out.
    Ask(Ask),
    /// Do this.
    Do(Wave),
    /// Write down that this is what the unit owns: a long wait follows.
    Record(Inventory),
    /// It is over.
    Done(Box<Outcome>),
}
