//! The machine that carries rendered objects into a cluster: stage by stage, then prune, then health.
//!
//! Every path ends in one [`Outcome`]. No path that met an error deletes anything.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use weir_files::Diagnostic;
use weir_manifest::Gvk;
use weir_yaml::Text;

use crate::order::{self, Stage};
use crate::prune::{Removal, removals};
use crate::stage::plan_stage;
use crate::words::{
    Action, Answer, Ask, Change, Effect, Failure, FailureStep, HealthOutcome, Live, Options, Outcome,
    Patience, Seen, Step, Target, Wave,
};
use crate::{Desired, Health, Id, Intent, Inventory, Owned, Verdict, intent, judge};

enum Phase {
    NextStage,
    Probe(Vec<Desired>),
    Carry(Stage, Wave),
    Settle(Vec<Target>),
    Stale(Vec<Owned>),
    Remove(Wave),
    Terminate(Vec<Owned>),
    Note,
    Record(Vec<Target>),
    Check(Vec<Target>),
    Done,
}

/// The machine.
pub struct Rollout {
    options: Options,
    stages: VecDeque<(Stage, Vec<Desired>)>,
    stage: Stage,
    old: Inventory,
    may_vanish: BTreeSet<Id>,
    /// Whether it was written down what is owned while it waits.
    recorded: bool,
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
        Self {
            options,
            stages,
            stage: Stage::Definitions,
            old,
            may_vanish,
            recorded: false,
            outcome,
            phase: Phase::NextStage,
        }
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
                }
                Phase::Record(targets) => {
                    self.phase = Phase::Check(targets);
                    self.recorded = true;
                    return Step::Record(self.outcome.inventory.clone());
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
        let failed: BTreeMap<&Id, &String> = self
            .outcome
            .applied
            .iter()
            .filter_map(|change| match &change.effect {
                Effect::Failed(cause) => Some((&change.id, cause)),
                _ => None,
            })
            .collect();
        for action in wave {
            if let Action::Apply { desired, .. } | Action::Recreate { desired, .. } = action
                && let Some(cause) = failed.get(&desired.id)
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
            // The first look takes no time; only who really waits has to say so.
            Verdict::Wait if !self.recorded => self.phase = Phase::Record(targets),
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
