//! Leader election: of several controllers, the holder of a Lease does the work.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::JoinHandle;
use weir_yaml::Value;

use crate::client::PatchBody;
use crate::{ApiError, Cluster, Resource};

/// Which Lease, and how long it holds. Defaults are those of the Flux controllers.
#[derive(Debug, Clone)]
pub struct LeaseOptions {
    /// Namespace of the Lease.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Who we are: unique among all that may lead.
    pub identity: String,
    /// How long a silent holder is believed to be alive.
    pub duration: Duration,
    /// Time between two renewals.
    pub retry: Duration,
}

/// Our part in the election. Dropping it gives the lead up; [`Leadership::release`] does so and waits until it is done.
pub struct Leadership {
    leads: watch::Receiver<bool>,
    task: JoinHandle<()>,
}

impl Leadership {
    /// Ends when we lead.
    pub async fn gained(&mut self) {
        // The election ends with this value only, so there is always a sender.
        _ = self.leads.wait_for(|leads| *leads).await;
    }

    /// Ends when we no longer lead.
    pub async fn lost(&mut self) {
        _ = self.leads.wait_for(|leads| !*leads).await;
    }

    /// Lets go, so that the next one need not wait for us to be believed dead.
    pub async fn release(self) {
        drop(self.leads);
        _ = self.task.await;
    }
}

/// Takes part in the election.
pub fn lead(cluster: Cluster, options: LeaseOptions) -> Leadership {
    let (sender, receiver) = watch::channel(false);
    let task = tokio::spawn(async move {
        let mut election = Election { cluster, options, seen: None };
        let mut renewed = Instant::now();
        while !sender.is_closed() {
            match election.try_to_lead().await {
                Ok(leads) => {
                    if leads {
                        renewed = Instant::now();
                    }
                    sender.send_if_modified(|now| std::mem::replace(now, leads) != leads);
                }
                Err(error) => {
                    tracing::warn!(%error, lease = election.options.name, "leader election");
                    // Somebody else may think us dead by now.
                    if renewed.elapsed() >= election.options.duration {
                        sender.send_if_modified(|now| std::mem::replace(now, false));
                    }
                }
            }
            tokio::select! {
                () = sender.closed() => {}
                () = tokio::time::sleep(election.options.retry) => {}
            }
        }
        election.release().await;
    });
    Leadership { leads: receiver, task }
}

struct Election {
    cluster: Cluster,
    options: LeaseOptions,
    /// The holder's last sign of life as written, and when we saw it: clocks of two machines are not compared.
    seen: Option<(String, Instant)>,
}

impl Election {
    async fn resource(&self) -> Result<Arc<Resource>, ApiError> {
        self.cluster.resource("coordination.k8s.io/v1", "Lease").await
    }

    async fn try_to_lead(&mut self) -> Result<bool, ApiError> {
        let resource = self.resource().await?;
        let LeaseOptions { namespace, name, .. } = self.options.clone();
        let Some(lease) = self.cluster.get(&resource, &namespace, &name).await? else {
            let object = self.claim(None);
            return taken(self.cluster.create(&resource, &object, "weir").await);
        };
        let holder = lease.str_at(&["spec", "holderIdentity"]).unwrap_or_default();
        let free = holder.is_empty() || holder == self.options.identity || self.is_dead(&lease);
        if !free {
            return Ok(false);
        }
        let patch = PatchBody::Merge(self.claim(Some(&lease)));
        taken(self.cluster.patch(&resource, &namespace, &name, "", "weir", &patch).await)
    }

    fn is_dead(&mut self, lease: &Value) -> bool {
        let sign = weir_yaml::to_json(lease.get("spec").unwrap_or(&Value::Null));
        match &self.seen {
            Some((seen, at)) if *seen == sign => at.elapsed() > self.options.duration,
            _ => {
                self.seen = Some((sign, Instant::now()));
                false
            }
        }
    }

    /// The Lease with us as its holder; refused by the server if it changed since it was read.
    fn claim(&self, current: Option<&Value>) -> Value {
        let now = format!("{:.6}", jiff::Timestamp::now());
        let old = |key: &str| current.and_then(|lease| lease.at(&["spec", key]).cloned());
        let mine = current.and_then(|lease| lease.str_at(&["spec", "holderIdentity"]))
            == Some(self.options.identity.as_str());
        let turns = old("leaseTransitions").and_then(|turns| turns.as_i64()).unwrap_or(0);
        let mut lease = Value::from([("apiVersion", "coordination.k8s.io/v1"), ("kind", "Lease")]);
        lease.set_at(&["metadata", "name"], self.options.name.as_str());
        lease.set_at(&["metadata", "namespace"], self.options.namespace.as_str());
        if let Some(version) = current.and_then(|lease| lease.str_at(&["metadata", "resourceVersion"])) {
            lease.set_at(&["metadata", "resourceVersion"], version);
        }
        lease.set_at(&["spec", "holderIdentity"], self.options.identity.as_str());
        lease.set_at(&["spec", "leaseDurationSeconds"], self.options.duration.as_secs());
        lease.set_at(&["spec", "renewTime"], now.as_str());
        let acquired = if mine { old("acquireTime") } else { None };
        lease.set_at(&["spec", "acquireTime"], acquired.unwrap_or_else(|| now.as_str().into()));
        lease.set_at(&["spec", "leaseTransitions"], if mine { turns } else { turns + 1 });
        lease
    }

    /// Lets go, so that the next one need not wait for us to be believed dead.
    async fn release(&self) {
        let Ok(resource) = self.resource().await else { return };
        let LeaseOptions { namespace, name, .. } = &self.options;
        let Ok(Some(lease)) = self.cluster.get(&resource, namespace, name).await else { return };
        if lease.str_at(&["spec", "holderIdentity"]) == Some(self.options.identity.as_str()) {
            let mut patch = Value::default();
            patch.set_at(&["spec", "holderIdentity"], "");
            let patch = PatchBody::Merge(patch);
            _ = self.cluster.patch(&resource, namespace, name, "", "weir", &patch).await;
        }
    }
}

/// Losing the race for a Lease is no failure.
fn taken(answer: Result<Value, ApiError>) -> Result<bool, ApiError> {
    match answer {
        Ok(_) => Ok(true),
        Err(error) if error.is_conflict() || error.is_already_exists() => Ok(false),
        Err(error) => Err(error),
    }
}
