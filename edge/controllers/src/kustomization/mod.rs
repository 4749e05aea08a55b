//! Kustomizations: from the order in the cluster to objects in the cluster.
//!
//! `desired` reads the resource, `observe` answers questions, `act` carries out waves, `report` writes what came of it;
//! `index` knows who waits for whom. This file is the loop.

mod act;
mod desired;
mod index;
mod observe;
mod report;
mod watch;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::watch::Receiver;
use weir_api::{Kustomization, KustomizationStatus};
use weir_cluster::{ApiError, Cluster, PatchBody};
use weir_delivery::{End, Report, Retry, Step, Tell, UnitId, Work};
use weir_plan::{Answer, Id, Inventory};
use weir_yaml::Value;

use crate::context::Context;
use crate::places::{Place, Places};
use crate::queue::{Queue, Turn};
use crate::status::typed;
use index::Index;

pub(crate) const API_VERSION: &str = "kustomize.toolkit.fluxcd.io/v1";
pub(crate) const KIND: &str = "Kustomization";
pub(crate) const FINALIZER: &str = "finalizers.fluxcd.io";
/// Field manager of applied objects, and name in events.
pub(crate) const MANAGER: &str = "kustomize-controller";
/// Field manager of our own resource.
const OWN_MANAGER: &str = "gotk-kustomize-controller";

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
    interrupted: Receiver<Option<String>>,
    started: Instant,
    /// Kinds that this run has defined: they are served any moment now.
    defined: Vec<(String, String)>,
    /// Health of objects as the last answer about them told it.
    known: HashMap<Id, weir_plan::Health>,
    waiter: Option<crate::objects::Waiter>,
    deadline: Option<tokio::time::Instant>,
    /// The status as it was written last.
    written: KustomizationStatus,
}

impl Controller {
    pub(crate) fn new(context: Context) -> Self {
        // One more: the loop keeps one ready for the next unit.
        let places = Places::new(context.settings.concurrency.max(1) + 1);
        Self { context, queue: Queue::new(), places, index: Arc::new(Index::default()) }
    }

    /// True if no unit is worked on or about to be.
    pub(crate) fn is_idle(&self) -> bool {
        self.queue.is_idle()
    }

    /// Works until told to stop.
    pub(crate) async fn run(self, mut stopped: Receiver<bool>) {
        let watching = tokio::spawn(self.clone().watch());
        loop {
            // A unit without a place stays in the queue, where news about it cost nothing.
            let next = async {
                let place = self.places.take().await;
                (self.queue.next().await, place)
            };
            tokio::select! {
                _ = stopped.wait_for(|stop| *stop) => break,
                (turn, place) = next => {
                    tokio::spawn(self.clone().turn(turn, place));
                }
            }
        }
        watching.abort();
    }

    async fn turn(self, turn: Turn<UnitId>, place: Place) {
        let unit = turn.key.clone();
        let result = self.reconcile(&turn, place).await;
        self.index.end(&unit);
        match result {
            Ok(Some(pause)) => self.queue.add_after(unit, pause),
            Ok(None) => {}
            Err(error) => {
                tracing::warn!(%unit, %error, "a Kustomization could not be looked at");
                self.queue.add_after(unit, std::time::Duration::from_secs(2));
            }
        }
    }

    /// One turn. Gives when the next one is due, if it is not a matter of being woken.
    async fn reconcile(
        &self,
        turn: &Turn<UnitId>,
        place: Place,
    ) -> Result<Option<std::time::Duration>, ApiError> {
        let cluster = &self.context.cluster;
        let resource = cluster.resource(API_VERSION, KIND).await?;
        let UnitId { namespace, name } = &turn.key;
        let Some(object) = cluster.get(&resource, namespace, name).await? else { return Ok(None) };
        let unit: Kustomization = match typed(&object) {
            Ok(unit) => unit,
            Err(cause) => {
                tracing::error!(unit = %turn.key, cause, "a Kustomization cannot be read");
                return Ok(None);
            }
        };
        if unit.metadata.deletion_timestamp.is_some() {
            return self.finalize(&unit, turn, place).await;
        }
        if !unit.metadata.finalizers.iter().any(|finalizer| finalizer == FINALIZER) {
            let mut finalizers = unit.metadata.finalizers.clone();
            finalizers.push(FINALIZER.to_string());
            self.set_finalizers(&unit, &finalizers).await?;
        }
        if unit.spec.suspend {
            return Ok(None);
        }
        self.apply(unit, turn, place).await
    }

    async fn apply(
        &self,
        unit: Kustomization,
        turn: &Turn<UnitId>,
        place: Place,
    ) -> Result<Option<std::time::Duration>, ApiError> {
        let recipe = match desired::recipe(&unit, &self.context.settings) {
            Ok(recipe) => recipe,
            Err(refusal) => {
                report::refused(&self.context, &unit, &refusal).await?;
                return Ok(None);
            }
        };
        self.index.begin(&turn.key);
        let mut run = self.begin(&unit, turn, place);
        let end = run.drive(Work::apply(recipe.clone(), inventory(&unit))).await?;
        let took = pretty(run.started.elapsed());
        let was_healthy = crate::status::is_true(&unit.status.conditions, weir_api::condition::HEALTHY);
        let applied = unit.status.last_applied_revision.as_deref();
        let told = weir_delivery::report(&recipe, &end, was_healthy, applied, &took);
        report::write(&self.context, &unit, &run.written, &told, run.started.elapsed()).await?;
        let (namespace, name) = (&unit.metadata.namespace, &unit.metadata.name);
        crate::metrics::reconciled(KIND, namespace, name, run.started.elapsed(), told.ready.holds);
        Ok(self.pause(&recipe, &told))
    }

    fn pause(&self, recipe: &weir_delivery::Recipe, report: &Report) -> Option<std::time::Duration> {
        match report.retry {
            Retry::Interval => Some(self.context.jittered(recipe.interval)),
            Retry::RetryInterval => Some(recipe.retry_interval),
            Retry::Awaited => Some(self.context.settings.requeue_dependency),
            // Whatever was newer has put the unit into the queue already.
            Retry::Now => Some(std::time::Duration::ZERO),
        }
    }

    async fn finalize(
        &self,
        unit: &Kustomization,
        turn: &Turn<UnitId>,
        place: Place,
    ) -> Result<Option<std::time::Duration>, ApiError> {
        if !unit.metadata.finalizers.iter().any(|finalizer| finalizer == FINALIZER) {
            return Ok(None);
        }
        if !unit.spec.suspend
            && let Ok(recipe) = desired::recipe(unit, &self.context.settings)
        {
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
        }
        let rest: Vec<_> = unit.metadata.finalizers.iter().filter(|own| *own != FINALIZER).cloned().collect();
        self.set_finalizers(unit, &rest).await?;
        Ok(None)
    }

    fn begin<'a>(&'a self, unit: &'a Kustomization, turn: &Turn<UnitId>, place: Place) -> Run<'a> {
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
            interrupted: turn.interrupted.clone(),
            started: Instant::now(),
            defined: Vec::new(),
            known: HashMap::new(),
            waiter: None,
            deadline: None,
            written: unit.status.clone(),
        }
    }

    async fn set_finalizers(&self, unit: &Kustomization, finalizers: &[String]) -> Result<(), ApiError> {
        let resource = self.context.cluster.resource(API_VERSION, KIND).await?;
        let mut patch = Value::default();
        patch.set_at(&["metadata", "finalizers"], finalizers.iter().cloned().collect::<Value>());
        patch.set_at(&["metadata", "resourceVersion"], unit.metadata.resource_version.as_str());
        let (namespace, name) = (&unit.metadata.namespace, &unit.metadata.name);
        let patch = PatchBody::Merge(patch);
        match self.context.cluster.patch(&resource, namespace, name, "", OWN_MANAGER, &patch).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_not_found() => Ok(()),
            Err(error) => Err(error),
        }
    }
}

impl Run<'_> {
    /// The next step; rendering has a thread of its own.
    async fn step(&self, mut work: Work) -> (Step, Work) {
        if !work.renders_next() {
            return (work.step(), work);
        }
        let _permit = self.context.rendering.acquire().await;
        match tokio::task::spawn_blocking(move || (work.step(), work)).await {
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
                    self.written = report::record(self.context, self.unit, &owned, work.revision()).await?;
                    work.tell(Tell::Plan(Answer::Recorded));
                }
                Step::Done(end) => return Ok(*end),
            }
        }
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
fn pretty(duration: std::time::Duration) -> String {
    weir_api::GoDuration(std::time::Duration::from_millis(duration.as_millis() as u64)).to_string()
}
