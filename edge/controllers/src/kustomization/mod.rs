//! Kustomizations: from the order in the cluster to objects in the cluster.
//!
//! `desired` reads the resource, `observe` answers questions (`wait` those about health, `variables` and `keys` those about values and keys), `act` carries out waves,
//! `report` writes what came of it; `index` knows who waits for whom. This file is a turn from its beginning to its end.

mod act;
mod desired;
mod index;
mod keys;
mod observe;
mod report;
mod variables;
mod wait;
mod watch;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use weir_api::{Kustomization, KustomizationStatus, Metadata};
use weir_cluster::{ApiError, Cluster};
use weir_delivery::{End, Report, Retry, Step, Tell, UnitId, Work};
use weir_plan::{Answer, Id, Inventory};
use weir_yaml::Value;

use crate::context::Context;
use crate::kind::{Kind, Order};
use crate::places::{Place, Places};
use crate::queue::{Queue, Turn};
use index::{Entry, Index};
use variables::{Awaited, Followers};

pub(crate) const API_VERSION: &str = "kustomize.toolkit.fluxcd.io/v1";
pub(crate) const KIND: &str = "Kustomization";
/// Field manager of applied objects, and name in events.
pub(crate) const MANAGER: &str = "kustomize-controller";
/// Most objects are healthy sooner: then the end of the run writes the status, and nothing before.
const SHORT_WAIT: Duration = Duration::from_millis(250);

/// The recipe of a Kustomization under default settings, or why it cannot be carried out.
pub fn recipe(unit: &Kustomization) -> Result<weir_delivery::Recipe, String> {
    desired::recipe(unit, &crate::Settings::default()).map_err(|refusal| refusal.message)
}

/// The controller.
#[derive(Clone)]
pub(crate) struct Controller {
    context: Context,
    queue: Queue<UnitId>,
    places: Places,
    index: Arc<Index>,
    followers: Followers,
}

/// A run of one unit.
struct Run<'a> {
    context: &'a Context,
    index: &'a Index,
    key: UnitId,
    /// Acts as the unit's service account, if it has one.
    cluster: Cluster,
    unit: &'a Kustomization,
    place: Place,
    turn: &'a Turn<UnitId>,
    started: Instant,
    /// Kinds that this run has defined: they are served any moment now.
    defined: Vec<(String, String)>,
    /// Health of objects as the last answer about them told it.
    known: HashMap<Id, weir_plan::Health>,
    waiter: Option<crate::objects::Waiter>,
    deadline: Option<tokio::time::Instant>,
    /// Objects with values of variables that ask for another turn when they change.
    awaited: Vec<Awaited>,
    /// What is to be written down as soon as the wait for health turns out to be long.
    unrecorded: Option<Unrecorded>,
    /// The status as it was written last.
    written: KustomizationStatus,
}

/// What a unit owns, and which revision it carries out, not yet in its status.
struct Unrecorded {
    owned: Inventory,
    revision: String,
    due: tokio::time::Instant,
}

impl Controller {
    pub(crate) fn new(context: Context) -> Self {
        let places = Places::of(&context.settings);
        Self {
            context,
            queue: Queue::new(),
            places,
            index: Arc::new(Index::default()),
            followers: Followers::default(),
        }
    }

    async fn apply(
        &self,
        unit: Kustomization,
        turn: &Turn<UnitId>,
        place: Place,
    ) -> Result<Option<Duration>, ApiError> {
        let recipe = match desired::recipe(&unit, &self.context.settings) {
            Ok(recipe) => recipe,
            Err(refusal) => {
                report::refused(&self.context, &unit, &refusal).await?;
                return Ok(None);
            }
        };
        self.index.begin(&turn.key);
        let mut run = self.begin(&unit, turn, place);
        let end = run.drive(Work::apply(recipe.clone(), inventory(&unit))).await;
        self.follow(&turn.key, std::mem::take(&mut run.awaited));
        let end = end?;
        let took = pretty(run.started.elapsed());
        let was_healthy = crate::status::is_true(&unit.status.conditions, weir_api::condition::HEALTHY);
        let applied = unit.status.last_applied_revision.as_deref();
        let told = weir_delivery::report(&recipe, &end, was_healthy, applied, &took);
        report::write(&self.context, &unit, &run.written, &told, run.started.elapsed()).await?;
        let (namespace, name) = (&unit.metadata.namespace, &unit.metadata.name);
        crate::metrics::reconciled(KIND, namespace, name, run.started.elapsed(), told.ready.holds);
        Ok(self.pause(&recipe, &told))
    }

    fn pause(&self, recipe: &weir_delivery::Recipe, report: &Report) -> Option<Duration> {
        match report.retry {
            Retry::Interval => Some(self.context.jittered(recipe.interval)),
            Retry::RetryInterval => Some(recipe.retry_interval),
            Retry::Awaited => Some(self.context.settings.requeue_dependency),
            // Whatever was newer has put the unit into the queue already.
            Retry::Now => Some(Duration::ZERO),
        }
    }

    fn begin<'a>(&'a self, unit: &'a Kustomization, turn: &'a Turn<UnitId>, place: Place) -> Run<'a> {
        let account = &unit.spec.service_account_name;
        let cluster = match account.as_str() {
            "" => self.context.cluster.clone(),
            account => {
                let user = format!("system:serviceaccount:{}:{account}", unit.metadata.namespace);
                self.context.cluster.acting_as(&user)
            }
        };
        Run {
            context: &self.context,
            index: &self.index,
            key: turn.key.clone(),
            cluster,
            unit,
            place,
            turn,
            started: Instant::now(),
            defined: Vec::new(),
            known: HashMap::new(),
            waiter: None,
            deadline: None,
            awaited: Vec::new(),
            unrecorded: None,
            written: unit.status.clone(),
        }
    }
}

impl Order for Kustomization {
    fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    fn is_suspended(&self) -> bool {
        self.spec.suspend
    }
}

impl Kind for Controller {
    const API_VERSION: &'static str = API_VERSION;
    const KIND: &'static str = KIND;
    const MANAGER: &'static str = "gotk-kustomize-controller";
    type Order = Kustomization;

    fn context(&self) -> &Context {
        &self.context
    }

    fn queue(&self) -> &Queue<UnitId> {
        &self.queue
    }

    fn places(&self) -> &Places {
        &self.places
    }

    async fn wake(&self) {
        self.watch_sources().await;
    }

    fn note(&self, key: &UnitId, object: &Value) {
        for dependant in self.index.set(key, Entry::of(object)) {
            self.queue.add(dependant);
        }
    }

    fn forget(&self, key: &UnitId) {
        self.index.remove(key);
        self.unfollow(key);
    }

    async fn reconcile(
        &self,
        unit: Kustomization,
        turn: &Turn<UnitId>,
        place: Place,
    ) -> Result<Option<Duration>, ApiError> {
        let result = self.apply(unit, turn, place).await;
        self.index.end(&turn.key);
        result
    }

    async fn finalize(
        &self,
        unit: &Kustomization,
        turn: &Turn<UnitId>,
        place: Place,
    ) -> Result<Option<Duration>, ApiError> {
        if unit.spec.suspend {
            return Ok(None);
        }
        let Ok(recipe) = desired::recipe(unit, &self.context.settings) else { return Ok(None) };
        let mut run = self.begin(unit, turn, place);
        let end = run.drive(Work::remove(recipe.clone(), inventory(unit))).await?;
        let took = pretty(run.started.elapsed());
        let told = weir_delivery::report(&recipe, &end, false, None, &took);
        let gives_up = matches!(&end, End::Removed(outcome)
            if outcome.failure.as_ref().is_some_and(|failure| failure.step == weir_plan::FailureStep::Health));
        if !told.ready.holds && !gives_up {
            report::write(&self.context, unit, &run.written, &told, run.started.elapsed()).await?;
            return Ok(Some(recipe.retry_interval));
        }
        report::tell_events(&self.context, unit, &told);
        Ok(None)
    }
}

impl Run<'_> {
    /// The next step; rendering has a thread of its own.
    async fn step(&self, mut work: Work) -> (Step, Work) {
        if !work.renders_next() {
            return (work.step(), work);
        }
        let _permit = self.context.rendering.acquire().await;
        let step = move || {
            let done = (work.step(), work);
            // It may have opened secrets, and the thread waits now for a long time.
            weir_memory::wipe_stack();
            done
        };
        match tokio::task::spawn_blocking(step).await {
            Ok(done) => done,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The runtime is going down, and this task with it.
                Err(_) => std::future::pending().await,
            },
        }
    }

    /// Answers questions and does what is said until it is over.
    async fn drive(&mut self, mut work: Work) -> Result<End, ApiError> {
        loop {
            let step;
            (step, work) = self.step(work).await;
            match step {
                Step::Ask(ask) => {
                    let answer = self.answer(ask).await?;
                    work.tell(answer);
                }
                Step::Do(wave) => {
                    let effects = self.carry_out(&wave).await;
                    work.tell(Tell::Plan(Answer::Effects(effects)));
                }
                Step::Record(owned) => {
                    let due = tokio::time::Instant::now() + SHORT_WAIT;
                    self.unrecorded = Some(Unrecorded { owned, revision: work.revision().to_string(), due });
                    work.tell(Tell::Plan(Answer::Recorded));
                }
                Step::Done(end) => return Ok(*end),
            }
        }
    }

    /// Writes down what is still to be written down.
    async fn record(&mut self) -> Result<(), ApiError> {
        if let Some(Unrecorded { owned, revision, .. }) = self.unrecorded.take() {
            self.written = report::record(self.context, self.unit, &owned, &revision).await?;
        }
        Ok(())
    }
}

fn inventory(unit: &Kustomization) -> Inventory {
    let entries = unit.status.inventory.iter().flat_map(|inventory| &inventory.entries);
    let (owned, unreadable) = Inventory::parse(entries.map(|entry| (entry.id.as_str(), entry.v.as_str())));
    if !unreadable.is_empty() {
        tracing::warn!(unit = unit.metadata.name, ?unreadable, "entries of the inventory cannot be read");
    }
    owned
}

/// A duration as people read it, to the millisecond.
fn pretty(duration: Duration) -> String {
    weir_api::GoDuration(Duration::from_millis(duration.as_millis() as u64)).to_string()
}
