//! Rendered objects and the live cluster to a plan: stages and waves, what is pruned, what is waited for.
//!
//! A [`Rollout`] is a machine without I/O: it asks what it needs to know, says what to do, and is told the answers.
//! It knows objects, inventory, health and waves. It does not know Git, charts, templates, clients or our custom
//! resources.

mod desired;
pub mod health;
mod inventory;
mod judge;
mod managers;
mod order;
mod policy;
mod prune;
mod rollout;
mod stage;
mod words;

pub use desired::Desired;
pub use health::{Health, Status as HealthStatus, awaited_health};
pub use inventory::{Inventory, Owned};
pub use judge::{Verdict, judge};
pub use policy::{Intent, Owner, intent};
pub use prune::{Removal, removals};
pub use rollout::Rollout;
pub use stage::{Planned, plan_stage};
pub use weir_manifest::Id;
pub use words::{
    Action, Answer, Ask, Change, Effect, Failure, FailureStep, HealthOutcome, Live, Options, Outcome,
    Patience, Seen, Step, Target, Wave,
};
