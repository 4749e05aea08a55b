//! How long something may take, and when it is done again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use weir_yaml::Value;

use crate::apply::config_map;
use crate::bed::{Bed, NEVER, NEVER_LABEL, REPOSITORY, condition, inventory};
use crate::wait::deployment;

crate::scenarios!(
    a_health_check_ends_at_the_timeout,
    a_unit_gives_up_waiting_for_the_end_of_its_objects,
    a_failed_unit_is_tried_again_at_the_same_pace,
    a_unit_is_reconciled_at_its_interval,
    who_is_stopped_writes_nothing_more,
);

const CONFIG_MAP: (&str, &str) = ("v1", "ConfigMap");

async fn a_health_check_ends_at_the_timeout(bed: Arc<Bed>) {
    bed.write("web.yaml", &config_map("web", "1"));
    let revision = bed.push().await;
    bed.unit("apps", "./", "wait: true, timeout: 2s").await;
    bed.ready("apps").await;
    bed.write("web.yaml", &deployment("web", NEVER, &format!(", {NEVER_LABEL}")));
    bed.push().await;
    let started = Instant::now();
    let (reason, message) = bed.failed("apps").await;
    assert!(started.elapsed() >= Duration::from_secs(1), "it had two seconds");
    assert_eq!(reason, "HealthCheckFailed");
    let ns = &bed.namespace;
    let waited = format!("timeout waiting for: [Deployment/{ns}/web status: 'InProgress'");
    assert!(message.starts_with("health check failed after 2") && message.contains(&waited), "{message}");
    let unit = bed.read("apps").await;
    let (healthy, (reason, message)) = condition(&unit, "Healthy");
    assert_eq!((&*healthy, &*reason), ("False", "HealthCheckFailed"));
    assert!(message.starts_with(&waited), "{message}");
    assert_eq!(unit.str_at(&["status", "lastAppliedRevision"]), Some(&*revision));
    assert_eq!(inventory(&unit), [format!("{ns}_web_apps_Deployment")]);
    bed.write("web.yaml", &config_map("web", "2"));
    bed.push().await;
    assert_eq!(condition(&bed.ready("apps").await, "Healthy").0, "True");
}

async fn a_unit_gives_up_waiting_for_the_end_of_its_objects(bed: Arc<Bed>) {
    let held =
        config_map("one", "1").replace("namespace: NS}", "namespace: NS, finalizers: [example.com/slow]}");
    bed.write("one.yaml", &held);
    bed.push().await;
    bed.unit("apps", "./", "deletionPolicy: WaitForTermination, timeout: 2s").await;
    bed.ready("apps").await;
    let started = Instant::now();
    bed.drop_unit("apps").await;
    bed.unit_gone("apps").await;
    assert!(started.elapsed() >= Duration::from_secs(2), "it had two seconds");
    let one = bed.get(CONFIG_MAP, "one").await;
    assert!(one.at(&["metadata", "deletionTimestamp"]).is_some());
    bed.release(CONFIG_MAP, "one").await;
}

async fn a_failed_unit_is_tried_again_at_the_same_pace(bed: Arc<Bed>) {
    let elsewhere = format!("{}-elsewhere", bed.namespace);
    bed.leaves("v1", "Namespace", &elsewhere);
    bed.write("one.yaml", &config_map("one", "1").replace("NS", &elsewhere));
    bed.push().await;
    let started = Instant::now();
    bed.unit("apps", "./", "retryInterval: 300ms").await;
    // Eight tries: seven pauses. Had they grown twofold, it would have taken half a minute.
    bed.events("apps", &elsewhere, 8).await;
    let took = started.elapsed();
    assert!(took >= Duration::from_millis(7 * 300) && took < Duration::from_secs(15), "{took:?}");
    bed.apply(&format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: {elsewhere}}}\n")).await;
    bed.ready("apps").await;
}

async fn a_unit_is_reconciled_at_its_interval(bed: Arc<Bed>) {
    bed.write("one.yaml", &config_map("one", "1"));
    bed.push().await;
    bed.unit("apps", "./", "").await;
    bed.ready("apps").await;
    let kind = ("kustomize.toolkit.fluxcd.io/v1", "Kustomization");
    bed.edit(kind, "apps", "spec: {interval: 400ms}").await;
    let started = Instant::now();
    let runs = |unit: &Value| {
        let history = unit.at(&["status", "history"]).and_then(Value::as_list).unwrap_or_default();
        history.first().and_then(|entry| entry.at(&["totalReconciliations"])).and_then(Value::as_i64)
    };
    bed.until(kind, "apps", |unit| unit.and_then(runs) >= Some(6)).await;
    // Four pauses at least since the change, each shorter by a twentieth at most.
    assert!(started.elapsed() >= Duration::from_millis(4 * 380), "{:?}", started.elapsed());
    bed.edit(CONFIG_MAP, "one", "data: {key: edited}").await;
    bed.until(CONFIG_MAP, "one", |one| one.and_then(|one| one.str_at(&["data", "key"])) == Some("1")).await;
}

/// Others may have begun by then, who know more.
async fn who_is_stopped_writes_nothing_more(bed: Arc<Bed>) {
    let Some(traffic) = bed.traffic() else { return };
    for at in 0..20 {
        bed.write(&format!("{at}.yaml"), &config_map(&format!("number-{at}"), "1"));
    }
    bed.push().await;
    for at in 0..5 {
        bed.unit(&format!("apps-{at}"), "./", "wait: true").await;
    }
    // In the middle of it.
    bed.until_so("units are worked on", |_| traffic.requests().iter().any(|one| one.contains("number-")))
        .await;
    bed.stop().await;
    traffic.clear();
    for _ in 0..50 {
        bed.get(REPOSITORY, "repository").await;
    }
    assert_eq!(traffic.requests(), [""; 0]);
}
