//! The machine that carries rendered objects into a cluster: stage by stage, then prune, then health.
//!
//! Every path ends in one [`Outcome`]. No path that met an error deletes anything.

use std::collections::VecDeque;

use weir_files::Diagnostic;
use weir_manifest::Gvk;
use weir_yaml::{Text, Value};

use crate::order::{self, Stage};
use crate::prune::{Removal, removals};
use crate::stage::plan_stage;
use crate::{Desired, Health, Id, Intent, Inventory, Owned, Owner, Verdict, intent, judge};

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
    fn is_cluster_wide(&self) -> bool {
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

enum Phase {
    NextStage,
    Probe(Vec<Desired>),
    Carry(Stage, Wave),
    Settle(Vec<Target>),
    Stale(Vec<Owned>),
    Remove(Wave),
    Terminate(Vec<Owned>),
    Note,
    Check(Vec<Target>),
    Done,
}

/// The machine.
pub struct Rollout {
    options: Options,
    stages: VecDeque<(Stage, Vec<Desired>)>,
    stage: Stage,
    old: Inventory,
    may_vanish: Vec<Id>,
    outcome: Outcome,
    phase: Phase,
}

impl Rollout {
    /// Carries these objects into the cluster; the old inventory is what the unit owned before.
    pub fn new(options: Options, mut objects: Vec<Desired>, old: Inventory) -> Self {
        order::sort(&mut objects);
        let may_vanish =
            objects.iter().filter(|desired| removes_itself(desired)).map(|d| d.id.clone()).collect();
        let mut stages = VecDeque::new();
        for kind in [Stage::Definitions, Stage::Classes, Stage::Rest] {
            let of_stage: Vec<_> =
                objects.iter().filter(|desired| order::stage(&desired.gvk) == kind).cloned().collect();
            if !of_stage.is_empty() {
                stages.push_back((kind, of_stage));
            }
        }
        let outcome = Outcome {
            failure: None,
            inventory: Inventory::default(),
            applied: Vec::new(),
            pruned: Vec::new(),
            health: HealthOutcome::NotChecked,
        };
        Self { options, stages, stage: Stage::Definitions, old, may_vanish, outcome, phase: Phase::NextStage }
    }

    /// The next thing to find out or to do.
    pub fn step(&mut self) -> Step {
        loop {
            match std::mem::replace(&mut self.phase, Phase::Done) {
                Phase::NextStage => self.begin_stage(),
                Phase::Probe(objects) => {
                    let asked = objects.iter().filter(|d| self.is_asked(d)).cloned().collect();
                    self.phase = Phase::Probe(objects);
                    return Step::Ask(Ask::DryRun(asked));
                }
                Phase::Carry(stage, wave) if wave.is_empty() => self.after_wave(stage, &[]),
                Phase::Carry(stage, wave) => {
                    self.phase = Phase::Carry(stage, wave.clone());
                    return Step::Do(wave);
                }
                Phase::Settle(targets) => {
                    self.phase = Phase::Settle(targets.clone());
                    return Step::Ask(Ask::Health(targets, Patience::Definitions));
                }
                Phase::Stale(owned) if owned.is_empty() => self.phase = Phase::Note,
                Phase::Stale(owned) => {
                    self.phase = Phase::Stale(owned.clone());
                    return Step::Ask(Ask::Live(owned));
                }
                Phase::Remove(wave) if wave.is_empty() => self.after_removal(Vec::new()),
                Phase::Remove(wave) => {
                    self.phase = Phase::Remove(wave.clone());
                    return Step::Do(wave);
                }
                Phase::Terminate(owned) => {
                    let targets = owned.iter().map(|owned| self.target(&owned.id, &owned.version)).collect();
                    self.phase = Phase::Terminate(owned);
                    return Step::Ask(Ask::Health(targets, Patience::Unit));
                }
                Phase::Note => {
                    let targets = self.to_check();
                    if targets.is_empty() {
                        continue;
                    }
                    self.phase = Phase::Check(targets);
                    if self.outcome.inventory != self.old {
                        return Step::Record(self.outcome.inventory.clone());
                    }
                }
                Phase::Check(targets) => {
                    self.phase = Phase::Check(targets.clone());
                    return Step::Ask(Ask::Health(targets, Patience::Unit));
                }
                Phase::Done => return Step::Done(Box::new(self.outcome.clone())),
            }
        }
    }

    /// Tells the answer to the last step.
    pub fn tell(&mut self, answer: Answer) {
        match (std::mem::replace(&mut self.phase, Phase::Done), answer) {
            (_, Answer::Preempted(by)) => self.fail(FailureStep::Preempted, by, Vec::new()),
            (Phase::Probe(objects), Answer::DryRun(seen)) => self.plan(objects, seen),
            (Phase::Carry(stage, wave), Answer::Effects(effects)) => {
                self.carried(&wave, effects);
                self.after_wave(stage, &wave);
            }
            (Phase::Settle(targets), Answer::Health(states, timed_out)) => {
                match judge(&zip(&targets, states), timed_out) {
                    Verdict::Healthy => self.phase = Phase::NextStage,
                    Verdict::Wait => self.phase = Phase::Settle(targets),
                    Verdict::Failed(message, _) => self.fail(FailureStep::Apply, message, Vec::new()),
                }
            }
            (Phase::Stale(_), Answer::Live(live)) => self.plan_removal(live),
            (Phase::Remove(wave), Answer::Effects(effects)) => {
                self.after_removal(wave.into_iter().zip(effects).collect());
            }
            (Phase::Terminate(owned), Answer::Health(states, timed_out)) => {
                self.terminated(owned, &states, timed_out);
            }
            (phase @ Phase::Check(_), Answer::Recorded) => self.phase = phase,
            (Phase::Check(targets), Answer::Health(states, timed_out)) => {
                self.check(targets, states, timed_out)
            }
            // An answer to nothing asked is the driver's mistake; asking again is always safe.
            (phase, _) => self.phase = phase,
        }
    }

    fn is_asked(&self, desired: &Desired) -> bool {
        intent(&self.options.owner, &desired.object) != Intent::Skip
    }

    fn begin_stage(&mut self) {
        match self.stages.pop_front() {
            Some((stage, objects)) => {
                self.stage = stage;
                self.phase = if objects.iter().any(|desired| self.is_asked(desired)) {
                    Phase::Probe(objects)
                } else {
                    self.plan(objects, Vec::new());
                    return;
                };
            }
            None => {
                let stale =
                    if self.options.prune { self.old.without(&self.outcome.inventory) } else { Vec::new() };
                self.phase = Phase::Stale(stale);
            }
        }
    }

    fn plan(&mut self, objects: Vec<Desired>, seen: Vec<Seen>) {
        let mut seen = seen.into_iter();
        let lost = || Seen::Refused { message: "was not looked at".into(), immutable: false, live: None };
        let stage: Vec<_> = objects
            .into_iter()
            .map(|mut desired| {
                if !self.is_asked(&desired) {
                    return (desired, Seen::Absent { namespaced: true });
                }
                let seen = seen.next().unwrap_or_else(lost);
                if seen.is_cluster_wide() {
                    desired.drop_namespace();
                }
                (desired, seen)
            })
            .collect();
        let planned = plan_stage(&self.options.owner, self.options.force, &stage);
        for change in planned.settled {
            self.note_applied(change);
        }
        if planned.problems.is_empty() {
            self.phase = Phase::Carry(self.stage, planned.actions);
        } else {
            self.fail(FailureStep::Apply, join(&planned.problems), planned.problems);
        }
    }

    fn note_applied(&mut self, change: Change) {
        if !matches!(change.effect, Effect::Failed(_)) {
            self.outcome.inventory.add(change.id.clone(), change.version.clone());
        }
        self.outcome.applied.push(change);
    }

    fn carried(&mut self, wave: &Wave, effects: Vec<Effect>) {
        for (action, effect) in wave.iter().zip(effects) {
            if let Action::Apply { desired, .. } | Action::Recreate { desired, .. } = action {
                self.note_applied(Change {
                    id: desired.id.clone(),
                    version: desired.gvk.version.clone(),
                    effect,
                });
            }
        }
    }

    fn after_wave(&mut self, stage: Stage, wave: &[Action]) {
        let mut problems = Vec::new();
        for action in wave {
            if let Action::Apply { desired, .. } | Action::Recreate { desired, .. } = action
                && let Some(Effect::Failed(cause)) =
                    self.outcome.applied.iter().find(|change| change.id == desired.id).map(|c| &c.effect)
            {
                problems.push(desired.problem(format_args!("apply failed: {cause}")));
            }
        }
        if !problems.is_empty() {
            return self.fail(FailureStep::Apply, join(&problems), problems);
        }
        let settles: Vec<_> = wave
            .iter()
            .filter_map(|action| match action {
                Action::Apply { desired, .. } | Action::Recreate { desired, .. } => Some(desired),
                Action::Delete { .. } => None,
            })
            .map(|desired| self.target(&desired.id, &desired.gvk.version))
            .collect();
        self.phase = if stage == Stage::Rest || settles.is_empty() {
            Phase::NextStage
        } else {
            Phase::Settle(settles)
        };
    }

    fn plan_removal(&mut self, live: Vec<Live>) {
        let stale = self.old.without(&self.outcome.inventory);
        let mut live = live.into_iter();
        let unknown = || Live::Unknown("was not looked at".to_string());
        let stale = stale.into_iter().map(|owned| (owned, live.next().unwrap_or_else(unknown))).collect();
        let (mut wave, mut problems) = (Wave::new(), Vec::new());
        for removal in removals(&self.options.owner, stale) {
            match removal {
                Removal::Delete(owned, uid) => wave.push(Action::Delete { owned, uid }),
                Removal::Release(_) | Removal::Gone(_) => {}
                Removal::Keep(owned, cause) => {
                    problems.push(Diagnostic::error(format!("{} query failed: {cause}", owned.id)));
                    self.outcome.inventory.add(owned.id, owned.version);
                }
            }
        }
        if problems.is_empty() {
            self.phase = Phase::Remove(wave);
            return;
        }
        // Nothing is deleted while anything is uncertain; all that was to go is kept and tried again.
        for action in wave {
            if let Action::Delete { owned, .. } = action {
                self.outcome.inventory.add(owned.id, owned.version);
            }
        }
        self.fail(FailureStep::Prune, join(&problems), problems);
    }

    fn after_removal(&mut self, effects: Vec<(Action, Effect)>) {
        let (mut problems, mut deleted) = (Vec::new(), Vec::new());
        for (action, effect) in effects {
            let Action::Delete { owned, .. } = action else { continue };
            if let Effect::Failed(cause) = &effect {
                problems.push(Diagnostic::error(format!("{} delete failed: {cause}", owned.id)));
                self.outcome.inventory.add(owned.id.clone(), owned.version.clone());
            } else {
                deleted.push(owned.clone());
            }
            self.outcome.pruned.push(Change { id: owned.id, version: owned.version, effect });
        }
        if !problems.is_empty() {
            return self.fail(FailureStep::Prune, join(&problems), problems);
        }
        self.phase = match self.options.wait_for_termination && !deleted.is_empty() {
            true => Phase::Terminate(deleted),
            false => Phase::Note,
        };
    }

    fn terminated(&mut self, owned: Vec<Owned>, states: &[Health], timed_out: bool) {
        let left: Vec<_> = owned
            .iter()
            .zip(states)
            .filter(|(_, health)| health.status != crate::HealthStatus::NotFound)
            .map(|(owned, _)| owned.clone())
            .collect();
        if left.is_empty() && states.len() == owned.len() {
            self.phase = Phase::Note;
        } else if timed_out {
            let names: Vec<_> =
                left.iter().map(|owned| format!("{} termination timeout", owned.id)).collect();
            self.fail(FailureStep::Health, names.join("\n"), Vec::new());
        } else {
            self.phase = Phase::Terminate(owned);
        }
    }

    fn check(&mut self, targets: Vec<Target>, states: Vec<Health>, timed_out: bool) {
        match judge(&zip(&targets, states), timed_out) {
            Verdict::Healthy => self.outcome.health = HealthOutcome::Passed,
            Verdict::Wait => self.phase = Phase::Check(targets),
            Verdict::Failed(message, _) => {
                self.outcome.health = HealthOutcome::Failed(message.clone());
                self.fail(FailureStep::Health, message, Vec::new());
            }
        }
    }

    fn to_check(&self) -> Vec<Target> {
        let all: Vec<_> = if self.options.wait {
            let applied = self.outcome.applied.iter().filter(|change| change.effect != Effect::Skipped);
            applied.map(|change| self.target(&change.id, &change.version)).collect()
        } else {
            self.options.checks.clone()
        };
        all.into_iter().filter(|target| target.id != self.options.own).collect()
    }

    fn target(&self, id: &Id, version: &Text) -> Target {
        Target { id: id.clone(), version: version.clone(), may_vanish: self.may_vanish.contains(id) }
    }

    /// Ends the run. What was owned stays owned: only a run without errors lets go of anything.
    fn fail(&mut self, step: FailureStep, message: String, problems: Vec<Diagnostic>) {
        if matches!(step, FailureStep::Apply)
            || self.outcome.pruned.is_empty() && step == FailureStep::Preempted
        {
            self.outcome.inventory.merge(&self.old);
        }
        self.outcome.failure = Some(Failure { step, message, problems });
        self.phase = Phase::Done;
    }
}

fn zip(targets: &[Target], states: Vec<Health>) -> Vec<(Target, Health)> {
    let mut states = states.into_iter();
    let unknown = || Health::unknown(&crate::health::HealthError("was not looked at".into()));
    targets.iter().map(|target| (target.clone(), states.next().unwrap_or_else(unknown))).collect()
}

fn join(problems: &[Diagnostic]) -> String {
    problems.iter().map(Diagnostic::line).collect::<Vec<_>>().join("\n")
}

fn removes_itself(desired: &Desired) -> bool {
    desired.gvk == Gvk::new("batch", "v1", "Job")
        && desired.object.at(&["spec", "ttlSecondsAfterFinished"]).is_some()
}
