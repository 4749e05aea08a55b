//! Leader election: of several controllers, the holder of a Lease does the work.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;
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
        let LeaseOptions { duration, retry, .. } = options;
        let mut election = Election { cluster, options, seen: None };
        let mut renewed = Instant::now();
        while !sender.is_closed() {
            let (began, leads) = (Instant::now(), *sender.borrow());
            // Whoever leads has to let go before others may believe it dead, however long the server is silent.
            let left = |leads| if leads { duration.saturating_sub(retry + renewed.elapsed()) } else { retry };
            let answer = tokio::time::timeout(left(leads).min(retry), election.try_to_lead()).await;
            match answer.unwrap_or_else(|_| Err(ApiError::Transport("no answer in time".to_string()))) {
                Ok(leads) => {
                    if leads {
                        renewed = began;
                    }
                    sender.send_if_modified(|now| std::mem::replace(now, leads) != leads);
                }
                Err(error) => {
                    tracing::warn!(%error, lease = election.options.name, "leader election");
                    if left(leads).is_zero() {
                        sender.send_if_modified(|now| std::mem::replace(now, false));
                    }
                }
            }
            let leads = *sender.borrow();
            let pause = if leads { duration.saturating_sub(retry + renewed.elapsed()) } else { retry };
            tokio::select! {
                () = sender.closed() => {}
                () = tokio::time::sleep(pause.min(retry)) => {}
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
            return self.cluster.create(&resource, &object, "weir").await.map(|_| true);
        };
        let holder = lease.str_at(&["spec", "holderIdentity"]).unwrap_or_default();
        let free = holder.is_empty() || holder == self.options.identity || self.is_dead(&lease);
        if !free {
            return Ok(false);
        }
        let patch = PatchBody::Merge(self.claim(Some(&lease)));
        self.cluster.patch(&resource, &namespace, &name, "", "weir", &patch).await.map(|_| true)
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use http::{Method, Request, Response};
    use kube::client::Body;

    use super::*;

    const KINDS: &str = r#"{"items":[{"metadata":{"name":"coordination.k8s.io"},"versions":[{"version":"v1",
        "resources":[{"resource":"leases","responseKind":{"kind":"Lease"},"scope":"Namespaced","verbs":["get"]}]}]}]}"#;

    /// A server that grants the Lease, and then falls silent.
    fn server(silent: &Arc<AtomicBool>) -> Cluster {
        let silent = Arc::clone(silent);
        Cluster::in_process(tower::service_fn(move |request: Request<Body>| {
            let silent = silent.load(Ordering::Relaxed);
            async move {
                if silent {
                    std::future::pending::<()>().await;
                }
                let (status, body) = match (request.method(), request.uri().path()) {
                    (&Method::GET, "/api") => (200, "{}"),
                    (&Method::GET, "/apis") => (200, KINDS),
                    (&Method::GET, _) => (404, "{}"),
                    _ => (201, "{}"),
                };
                let answer = Response::builder().status(status).body(Body::from(body.as_bytes().to_vec()));
                answer.map_err(std::io::Error::other)
            }
        }))
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_server_ends_the_lead_before_others_take_it() {
        let silent = Arc::new(AtomicBool::new(false));
        let options = LeaseOptions {
            namespace: "n".to_string(),
            name: "l".to_string(),
            identity: "me".to_string(),
            duration: Duration::from_secs(35),
            retry: Duration::from_secs(5),
        };
        let mut leadership = lead(server(&silent), options);
        let minute = Duration::from_secs(60);
        tokio::time::timeout(minute, leadership.gained()).await.unwrap();
        let gained = Instant::now();
        silent.store(true, Ordering::Relaxed);
        tokio::time::timeout(minute, leadership.lost()).await.unwrap();
        assert!((25..=30).contains(&gained.elapsed().as_secs()), "{:?}", gained.elapsed());
    }
}
