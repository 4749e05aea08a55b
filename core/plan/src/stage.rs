//! Planning one stage: what the server would do with each object becomes one wave, or a list of problems.

use weir_files::Diagnostic;

use crate::Desired;
use crate::managers::take_over;
use crate::policy::{Intent, Owner, intent};
use crate::words::{Action, Change, Effect, Seen};

/// What is to be done with the objects of one stage.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Planned {
    /// What to do, in order.
    pub actions: Vec<Action>,
    /// What needs nothing done.
    pub settled: Vec<Change>,
    /// Why nothing may be done: any problem stops the whole stage.
    pub problems: Vec<Diagnostic>,
}

/// Plans a stage. With any problem there are no actions.
pub fn plan_stage(owner: &Owner, force: bool, stage: &[(Desired, Seen)]) -> Planned {
    let mut planned = Planned::default();
    for (desired, seen) in stage {
        plan_object(owner, force, desired, seen, &mut planned);
    }
    if !planned.problems.is_empty() {
        planned.actions.clear();
    }
    planned
}

fn plan_object(owner: &Owner, force: bool, desired: &Desired, seen: &Seen, planned: &mut Planned) {
    let settled = |effect| Change { id: desired.id.clone(), version: desired.gvk.version.clone(), effect };
    match (intent(owner, &desired.object), seen) {
        (Intent::Skip, _) => planned.settled.push(settled(Effect::Skipped)),
        (Intent::CreateOnly, Seen::Present { .. }) => planned.settled.push(settled(Effect::Skipped)),
        (_, Seen::Present { live, .. }) if owner.leaves_alone(live) => {
            planned.settled.push(settled(Effect::Skipped));
        }
        (_, Seen::Absent { .. }) => {
            planned.actions.push(Action::Apply {
                desired: desired.clone(),
                take_over: None,
                live_version: None,
            });
        }
        (how, Seen::Present { live, changes }) => {
            let merge = how == Intent::Merge || owner.asks(live, "ssa", "Merge");
            let take_over = if merge { None } else { take_over(owner, live) };
            if !changes && take_over.is_none() {
                planned.settled.push(settled(Effect::Unchanged));
                return;
            }
            let live_version = live.str_at(&["metadata", "resourceVersion"]).map(str::to_string);
            planned.actions.push(Action::Apply { desired: desired.clone(), take_over, live_version });
        }
        (_, Seen::Refused { message, immutable, live }) => {
            let forced = force
                || owner.asks(&desired.object, "force", "enabled")
                || live.as_ref().is_some_and(|live| owner.asks(live, "force", "enabled"));
            match live {
                Some(live) if *immutable && forced => {
                    let uid = live.str_at(&["metadata", "uid"]).unwrap_or_default().to_string();
                    planned.actions.push(Action::Recreate { desired: desired.clone(), uid });
                }
                _ => planned.problems.push(desired.problem(message)),
            }
        }
    }
}
