//! Health of many objects to one verdict.

use crate::health::{Health, Status as HealthStatus};
use crate::words::Target;

/// What the states of all objects come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// All are as they should be.
    Healthy,
    /// Some are on the way.
    Wait,
    /// Some will not get there, or time is up. One line an object, each with its reason.
    Failed(String, Vec<(Target, Health)>),
}

/// Judges. As soon as one has failed all have; when time is up, whatever is not current counts.
pub fn judge(states: &[(Target, Health)], timed_out: bool) -> Verdict {
    let is = |target: &Target, health: &Health, status| {
        let gone_job = target.may_vanish && health.status == HealthStatus::NotFound;
        health.status == status || gone_job && status == HealthStatus::Current
    };
    if states.iter().all(|(target, health)| is(target, health, HealthStatus::Current)) {
        return Verdict::Healthy;
    }
    let failed = states.iter().any(|(target, health)| is(target, health, HealthStatus::Failed));
    if !failed && !timed_out {
        return Verdict::Wait;
    }
    let mut culprits: Vec<_> = states
        .iter()
        .filter(|(target, health)| match timed_out {
            true => !is(target, health, HealthStatus::Current),
            false => is(target, health, HealthStatus::Failed),
        })
        .cloned()
        .collect();
    culprits.sort_by(|a, b| a.0.id.cmp(&b.0.id));
    let list: Vec<_> = culprits.iter().map(|(target, health)| line(target, health)).collect();
    let how = if timed_out { "timeout waiting for" } else { "failed early due to stalled resources" };
    Verdict::Failed(format!("{how}: [{}]", list.join(", ")), culprits)
}

fn line(target: &Target, health: &Health) -> String {
    match health.message.as_str() {
        "" => format!("{} status: '{}'", target.id, health.status),
        message => format!("{} status: '{}': {message}", target.id, health.status),
    }
}
