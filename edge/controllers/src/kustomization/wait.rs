//! Waiting until objects are healthy: with a watch, never a poll.

use std::sync::Arc;

use futures_util::{StreamExt as _, stream};
use tokio::time::Instant;
use weir_cluster::{ApiError, Resource};
use weir_plan::{self as plan, Answer, Health, Patience, Target};
use weir_yaml::Value;

use super::observe::AT_A_TIME;
use super::{Run, desired};
use crate::objects::Waiter;

/// The time that definitions get to be served.
const DEFINITIONS: std::time::Duration = std::time::Duration::from_secs(60);

/// How a wait for changed objects ended.
enum WaitEnd {
    Changed,
    /// It is no longer a short one.
    Long,
    TimedOut,
    Preempted(String),
}

impl Run<'_> {
    pub(super) fn note_health(&mut self, id: &plan::Id, object: &Value) {
        self.known.insert(id.clone(), health_of(object));
    }

    /// The first time with what is known; after that when something has changed, time is up, or something newer came.
    pub(super) async fn health(
        &mut self,
        targets: &[Target],
        patience: Patience,
    ) -> Result<Answer, ApiError> {
        let limit = match patience {
            Patience::Definitions => DEFINITIONS,
            Patience::Unit => desired::timeout(self.unit, &self.context.settings),
        };
        let Some(waiter) = self.waiter.take() else {
            return Ok(self.first_look(targets, limit).await);
        };
        let deadline = *self.deadline.get_or_insert_with(|| Instant::now() + limit);
        self.place.leave();
        let wait = self.turn.wait();
        let end = self.wait(&waiter, deadline).await;
        drop(wait);
        self.place.come_back().await;
        Ok(match end? {
            WaitEnd::Preempted(cause) => Answer::Preempted(cause),
            WaitEnd::TimedOut => self.look_and_wait_on(targets, true, waiter).await,
            WaitEnd::Changed | WaitEnd::Long => self.look_and_wait_on(targets, false, waiter).await,
        })
    }

    /// Writes down what the unit owns as soon as the wait is no longer short. Every end of the run writes it anyway.
    async fn wait(&mut self, waiter: &Waiter, deadline: Instant) -> Result<WaitEnd, ApiError> {
        loop {
            match self.wait_once(waiter, deadline).await {
                WaitEnd::Long => self.record().await?,
                end => return Ok(end),
            }
        }
    }

    async fn wait_once(&self, waiter: &Waiter, deadline: Instant) -> WaitEnd {
        let mut interrupted = self.turn.interrupted.clone();
        let long = self.unrecorded.as_ref().map(|unrecorded| unrecorded.due);
        tokio::select! {
            biased;
            cause = interrupted.wait_for(Option::is_some) => {
                WaitEnd::Preempted(cause.ok().and_then(|cause| cause.clone()).unwrap_or_default())
            }
            () = waiter.changed() => WaitEnd::Changed,
            () = tokio::time::sleep_until(deadline) => WaitEnd::TimedOut,
            () = tokio::time::sleep_until(long.unwrap_or(deadline)), if long.is_some() => WaitEnd::Long,
        }
    }

    async fn first_look(&mut self, targets: &[Target], limit: std::time::Duration) -> Answer {
        let known: Option<Vec<_>> =
            targets.iter().map(|target| self.known.get(&target.id).cloned()).collect();
        if let Some(states) = known
            && states.iter().all(|health| health.status == plan::HealthStatus::Current)
        {
            return Answer::Health(states, false);
        }
        self.deadline = Some(Instant::now() + limit);
        let mut resources = Vec::new();
        for target in targets {
            let is_current =
                self.known.get(&target.id).is_some_and(|health| health.status == plan::HealthStatus::Current);
            if !is_current && let Ok(resource) = self.resource_of(target).await {
                resources.push((&target.id, resource));
            }
        }
        let waiter = self.context.objects.wait_for(resources.into_iter());
        self.look_and_wait_on(targets, false, waiter).await
    }

    async fn look_and_wait_on(&mut self, targets: &[Target], timed_out: bool, waiter: Waiter) -> Answer {
        let states = self.look(targets).await;
        let all_current = states.iter().all(|health| health.status == plan::HealthStatus::Current);
        self.waiter = (!all_current && !timed_out).then_some(waiter);
        Answer::Health(states, timed_out)
    }

    async fn resource_of(&self, target: &Target) -> Result<Arc<Resource>, ApiError> {
        if target.version.is_empty() {
            return self.cluster.preferred(&target.id.group, &target.id.kind).await;
        }
        let version = &target.version;
        let api_version = if target.id.group.is_empty() {
            version.to_string()
        } else {
            format!("{}/{version}", target.id.group)
        };
        self.cluster.resource(&api_version, &target.id.kind).await
    }

    /// Reads the objects that were not current the last time.
    async fn look(&mut self, targets: &[Target]) -> Vec<Health> {
        let run = &*self;
        let looks: Vec<_> = targets.iter().map(|target| run.look_again(target)).collect();
        let states: Vec<_> = stream::iter(looks).buffered(AT_A_TIME).collect().await;
        for (target, health) in targets.iter().zip(&states) {
            self.known.insert(target.id.clone(), health.clone());
        }
        states
    }

    async fn look_again(&self, target: &Target) -> Health {
        match self.known.get(&target.id) {
            Some(health) if health.status == plan::HealthStatus::Current => health.clone(),
            _ => self.look_at(target).await,
        }
    }

    async fn look_at(&self, target: &Target) -> Health {
        let _permit = self.context.requests.acquire().await;
        let unknown = |cause: String| Health::unknown(&plan::health::HealthError(cause));
        let resource = match self.resource_of(target).await {
            Ok(resource) => resource,
            Err(error) => return unknown(error.to_string()),
        };
        match self.cluster.get(&resource, &target.id.namespace, &target.id.name).await {
            Ok(Some(object)) => health_of(&object),
            Ok(None) => Health::not_found(),
            Err(error) => unknown(error.to_string()),
        }
    }
}

fn health_of(object: &Value) -> Health {
    plan::awaited_health(object, std::time::SystemTime::now()).unwrap_or_else(|error| Health::unknown(&error))
}
