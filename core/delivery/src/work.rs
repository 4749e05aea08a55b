//! The heart: a recipe as a machine without I/O. It asks for what it needs, says what to do, and is told the answers.

use weir_files::{Diagnostic, Tree};
use weir_plan::{self as plan, Id, Inventory, Outcome, Rollout, Wave};

use crate::decrypt::{Decryption, KeysState};
use crate::recipe::{Recipe, Removal, SourceId, UnitId};
use crate::render::{Known, Rendered, render};
use crate::substitute::{VariableSource, VariablesState, variables};
use weir_kustomize::{Answer, Need, Stop};

/// What is known of the source.
#[derive(Debug, Clone)]
pub enum SourceState {
    /// Its files at its newest revision.
    Ready {
        /// What the source calls this state.
        revision: String,
        /// The upstream revision, where the source is a package of one.
        origin: Option<String>,
        /// The files.
        tree: Tree,
    },
    /// There is no such source.
    Missing(String),
    /// It has nothing to give yet.
    NoArtifact,
    /// It cannot be had for another reason.
    Failed(String),
}

/// What is known of a dependency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DependencyState {
    /// There is no such unit.
    Missing(String),
    /// What it says of itself.
    Found {
        /// Ready, at its current generation.
        ready: bool,
        /// Its source.
        source: SourceId,
        /// The revision it has applied.
        applied_revision: Option<String>,
    },
}

/// What the machine wants to know.
#[derive(Debug, Clone)]
pub enum Ask {
    /// The source's files.
    Source(SourceId),
    /// The state of these units.
    Dependencies(Vec<UnitId>),
    /// The keys of the unit.
    Keys(Decryption),
    /// The data of these objects.
    Variables(Vec<VariableSource>),
    /// Files and repositories behind URLs.
    Remotes(Vec<Need>),
    /// A question about the cluster.
    Plan(plan::Ask),
}

/// An answer.
#[derive(Debug, Clone)]
pub enum Tell {
    /// To [`Ask::Source`].
    Source(SourceState),
    /// To [`Ask::Dependencies`].
    Dependencies(Vec<DependencyState>),
    /// To [`Ask::Keys`].
    Keys(KeysState),
    /// To [`Ask::Variables`], in its order.
    Variables(Vec<VariablesState>),
    /// To [`Ask::Remotes`], in its order.
    Remotes(Vec<Answer>),
    /// To anything about the cluster.
    Plan(plan::Answer),
}

/// The next thing.
#[derive(Debug, Clone)]
pub enum Step {
    /// Find this out.
    Ask(Ask),
    /// Do this.
    Do(Wave),
    /// Write down that this is what the unit owns.
    Record(Inventory),
    /// It is over.
    Done(Box<End>),
}

/// How it ended.
#[derive(Debug, Clone)]
pub enum End {
    /// The source gives nothing.
    NoSource {
        /// Why.
        message: String,
        /// True if the source only has to get ready.
        waits: bool,
    },
    /// A dependency is not ready.
    NotReady(String),
    /// The directory is not in the source.
    NoPath {
        /// The revision that was looked at.
        revision: String,
        /// Why.
        message: String,
    },
    /// Rendering failed; nothing was touched.
    NotBuilt {
        /// The revision that was tried.
        revision: String,
        /// Why.
        problems: Vec<Diagnostic>,
    },
    /// It was rolled out, or that failed.
    RolledOut {
        /// The revision.
        revision: String,
        /// The upstream revision.
        origin: Option<String>,
        /// Digest of what was built.
        digest: String,
        /// What came of it.
        outcome: Outcome,
    },
    /// The unit is gone, with what it owned as its recipe says.
    Removed(Outcome),
}

enum Phase {
    Source,
    Dependencies,
    Keys,
    Variables,
    Render,
    Remotes(Vec<Need>),
    RollOut(Box<Rollout>),
    Done(Box<End>),
}

/// The machine.
pub struct Work {
    recipe: Recipe,
    owned: Inventory,
    revision: String,
    origin: Option<String>,
    tree: Option<Tree>,
    known: Known,
    digest: String,
    removes: bool,
    phase: Phase,
}

impl Work {
    /// Brings the cluster to what the recipe says; `owned` is what the unit owned before.
    pub fn apply(recipe: Recipe, owned: Inventory) -> Self {
        Self::new(recipe, owned, Phase::Source, false)
    }

    /// Takes the unit out of the cluster: a recipe that desires nothing.
    pub fn remove(recipe: Recipe, owned: Inventory) -> Self {
        let keeps = recipe.removal == Removal::Orphan;
        let owned = if keeps { Inventory::default() } else { owned };
        let mut work = Self::new(recipe, owned, Phase::Source, true);
        work.phase = Phase::RollOut(Box::new(work.rollout(Vec::new())));
        work
    }

    fn new(recipe: Recipe, owned: Inventory, phase: Phase, removes: bool) -> Self {
        let revision = String::new();
        let (digest, known) = Default::default();
        Self { recipe, owned, revision, origin: None, tree: None, known, digest, removes, phase }
    }

    /// The revision being worked on; empty until the source is known.
    pub fn revision(&self) -> &str {
        &self.revision
    }

    /// True if the next step renders: that takes a while.
    pub fn renders_next(&self) -> bool {
        match self.phase {
            Phase::Dependencies => {
                self.recipe.depends_on.is_empty() && self.sources_of_variables().is_empty()
            }
            Phase::Keys => self.recipe.decryption.is_none() && self.sources_of_variables().is_empty(),
            Phase::Variables => self.sources_of_variables().is_empty(),
            Phase::Render => true,
            Phase::Source | Phase::Remotes(_) | Phase::RollOut(_) | Phase::Done(_) => false,
        }
    }

    /// The next thing to find out or to do. Rendering happens here.
    pub fn step(&mut self) -> Step {
        loop {
            match &mut self.phase {
                Phase::Source => return Step::Ask(Ask::Source(self.recipe.source.clone())),
                Phase::Dependencies if self.recipe.depends_on.is_empty() => self.phase = Phase::Keys,
                Phase::Dependencies => {
                    let units = self.recipe.depends_on.iter().map(|dependency| dependency.unit.clone());
                    return Step::Ask(Ask::Dependencies(units.collect()));
                }
                Phase::Keys => match &self.recipe.decryption {
                    Some(decryption) => return Step::Ask(Ask::Keys(decryption.clone())),
                    None => self.phase = Phase::Variables,
                },
                Phase::Variables => {
                    let sources = self.sources_of_variables();
                    if !sources.is_empty() {
                        return Step::Ask(Ask::Variables(sources.to_vec()));
                    }
                    self.variables(Vec::new());
                }
                Phase::Render => self.render(),
                Phase::Remotes(needs) => return Step::Ask(Ask::Remotes(needs.clone())),
                Phase::RollOut(rollout) => match rollout.step() {
                    plan::Step::Ask(ask) => return Step::Ask(Ask::Plan(ask)),
                    plan::Step::Do(wave) => return Step::Do(wave),
                    plan::Step::Record(inventory) => return Step::Record(inventory),
                    plan::Step::Done(outcome) => self.rolled_out(*outcome),
                },
                Phase::Done(end) => return Step::Done(end.clone()),
            }
        }
    }

    /// Tells the answer to the last step.
    pub fn tell(&mut self, answer: Tell) {
        match (&mut self.phase, answer) {
            (Phase::Source, Tell::Source(state)) => self.source(state),
            (Phase::Dependencies, Tell::Dependencies(states)) => self.dependencies(&states),
            (Phase::Keys, Tell::Keys(KeysState::Found(keys))) => {
                self.known.keys = keys;
                self.phase = Phase::Variables;
            }
            (Phase::Keys, Tell::Keys(KeysState::Failed(cause))) => {
                let problems = vec![Diagnostic::error(cause)];
                self.end(End::NotBuilt { revision: self.revision.clone(), problems });
            }
            (Phase::Variables, Tell::Variables(states)) => self.variables(states),
            (Phase::Remotes(needs), Tell::Remotes(answers)) => {
                self.known.remotes.extend(std::mem::take(needs).into_iter().zip(answers));
                self.phase = Phase::Render;
            }
            (Phase::RollOut(rollout), Tell::Plan(answer)) => rollout.tell(answer),
            // An answer to nothing asked is the driver's mistake; asking again is always safe.
            _ => {}
        }
    }

    fn end(&mut self, end: End) {
        self.phase = Phase::Done(Box::new(end));
    }

    fn source(&mut self, state: SourceState) {
        match state {
            SourceState::Ready { revision, origin, tree } => {
                self.revision = revision;
                self.origin = origin;
                self.tree = Some(tree);
                self.phase = Phase::Dependencies;
            }
            SourceState::Missing(message) | SourceState::Failed(message) => {
                self.end(End::NoSource { message, waits: false });
            }
            SourceState::NoArtifact => {
                let message = format!("Source artifact not found, waiting for {}", self.recipe.source);
                self.end(End::NoSource { message, waits: true });
            }
        }
    }

    fn dependencies(&mut self, states: &[DependencyState]) {
        for (dependency, state) in self.recipe.depends_on.iter().zip(states) {
            if let Some(message) = self.holds_up(&dependency.unit, state) {
                return self.end(End::NotReady(message));
            }
        }
        self.phase = Phase::Keys;
    }

    fn sources_of_variables(&self) -> &[VariableSource] {
        self.recipe.substitution.as_ref().map_or(&[], |substitution| &substitution.from)
    }

    fn variables(&mut self, states: Vec<VariablesState>) {
        let collected = self.recipe.substitution.as_ref().map(|substitution| variables(substitution, states));
        match collected.unwrap_or_else(|| Ok(Default::default())) {
            Ok(variables) => {
                self.known.variables = variables;
                self.phase = Phase::Render;
            }
            Err(problems) => self.end(End::NotBuilt { revision: self.revision.clone(), problems }),
        }
    }

    /// Why this dependency holds the unit up, if it does.
    fn holds_up(&self, unit: &UnitId, state: &DependencyState) -> Option<String> {
        match state {
            DependencyState::Missing(cause) => Some(format!("dependency '{unit}' not found: {cause}")),
            DependencyState::Found { ready: false, .. } => Some(format!("dependency '{unit}' is not ready")),
            DependencyState::Found { source, applied_revision, .. } => {
                let behind =
                    *source == self.recipe.source && applied_revision.as_deref() != Some(&self.revision);
                behind.then(|| format!("dependency '{unit}' revision is not up to date"))
            }
        }
    }

    fn render(&mut self) {
        let Some(tree) = self.tree.take() else { return self.phase = Phase::Source };
        let revision = self.revision.clone();
        let is_there = self
            .recipe
            .directory()
            .map_err(|e| e.to_string())
            .and_then(|dir| tree.is_dir(&dir).map_err(|e| e.to_string()));
        match is_there {
            Ok(true) => {}
            Ok(false) => {
                let message =
                    format!("kustomization path not found: '{}' is not in the source", self.recipe.path);
                return self.end(End::NoPath { revision, message });
            }
            Err(message) => return self.end(End::NoPath { revision, message }),
        }
        match render(&self.recipe, &tree, &self.known) {
            Ok(Rendered { objects, digest, .. }) => {
                self.digest = digest;
                self.phase = Phase::RollOut(Box::new(self.rollout(objects)));
            }
            Err(Stop::Needs(needs)) => {
                self.tree = Some(tree);
                self.phase = Phase::Remotes(needs);
            }
            Err(Stop::Failed(problems)) => self.end(End::NotBuilt { revision, problems }),
        }
    }

    fn rollout(&self, objects: Vec<plan::Desired>) -> Rollout {
        let recipe = &self.recipe;
        let text = |text: &str| weir_yaml::Text::from(text);
        let own = Id {
            group: text(&recipe.kind.0),
            kind: text(&recipe.kind.1),
            namespace: text(&recipe.unit.namespace),
            name: text(&recipe.unit.name),
        };
        let options = plan::Options {
            owner: recipe.owner.clone(),
            force: recipe.force,
            prune: self.removes || recipe.prune,
            wait: recipe.wait && !self.removes,
            checks: if self.removes { Vec::new() } else { recipe.checks.clone() },
            wait_for_termination: self.removes && recipe.removal == Removal::DeleteAndWait,
            own,
        };
        Rollout::new(options, objects, self.owned.clone())
    }

    fn rolled_out(&mut self, outcome: Outcome) {
        let end = if self.removes {
            End::Removed(outcome)
        } else {
            let (revision, origin) = (self.revision.clone(), self.origin.clone());
            End::RolledOut { revision, origin, digest: self.digest.clone(), outcome }
        };
        self.end(end);
    }
}
