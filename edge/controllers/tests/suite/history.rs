//! What a unit remembers of its runs, and what it does when asked to or told not to.

use std::sync::Arc;

use weir_yaml::Value;

use crate::apply::config_map;
use crate::bed::{Bed, condition};

crate::scenarios!(
    five_states_are_remembered,
    a_request_is_answered_even_in_failure,
    a_suspended_unit_does_nothing,
    a_failed_unit_says_that_it_tries_again,
);

fn history(unit: &Value) -> Vec<Value> {
    unit.at(&["status", "history"]).and_then(Value::as_list).unwrap_or_default().to_vec()
}

async fn five_states_are_remembered(bed: Arc<Bed>) {
    bed.write("one.yaml", &config_map("one", "0"));
    bed.push().await;
    bed.unit("apps", "./", "prune: true").await;
    let first = history(&bed.ready("apps").await);
    let runs = |entry: &Value| entry.at(&["totalReconciliations"]).and_then(Value::as_i64).unwrap();
    let again = history(&bed.request("apps").await);
    assert_eq!((again.len(), runs(&again[0])), (1, runs(&first[0]) + 1));
    let digest = |entry: &Value| entry.str_at(&["digest"]).unwrap().to_string();
    assert_eq!(digest(&again[0]), digest(&first[0]));
    assert!(digest(&again[0]).starts_with("sha256:"));
    assert_eq!(again[0].str_at(&["lastReconciledStatus"]), Some("ReconciliationSucceeded"));
    for round in 1..=6 {
        bed.write("one.yaml", &config_map("one", &round.to_string()));
        bed.push().await;
        bed.ready("apps").await;
    }
    let full = history(&bed.read("apps").await);
    assert_eq!(full.len(), 5);
    assert!(full.iter().all(|entry| digest(entry) != digest(&first[0])), "the oldest went");
}

async fn a_request_is_answered_even_in_failure(bed: Arc<Bed>) {
    bed.write("one.yaml", "{\n");
    bed.push().await;
    bed.unit("apps", "./", "prune: true").await;
    bed.failed("apps").await;
    let unit = bed.request("apps").await;
    assert_eq!(condition(&unit, "Ready").0, "False");
}

async fn a_suspended_unit_does_nothing(bed: Arc<Bed>) {
    bed.write("one.yaml", &config_map("one", "1"));
    bed.write("marker/two.yaml", &config_map("two", "1"));
    bed.push().await;
    bed.unit("apps", "./", "prune: true").await;
    let before = bed.ready("apps").await;
    bed.unit("apps", "./", "prune: true, suspend: true").await;
    bed.write("one.yaml", &config_map("one", "2"));
    bed.push().await;
    // Another unit that reads the same source is through: this one would be as well.
    bed.unit("marker", "./marker", "").await;
    bed.ready("marker").await;
    bed.request("marker").await;
    let unit = bed.read("apps").await;
    assert_eq!(
        unit.str_at(&["status", "lastAppliedRevision"]),
        before.str_at(&["status", "lastAppliedRevision"])
    );
    assert_eq!(bed.get(("v1", "ConfigMap"), "one").await.str_at(&["data", "key"]), Some("1"));
    bed.unit("apps", "./", "prune: true, suspend: false").await;
    bed.ready("apps").await;
    assert_eq!(bed.get(("v1", "ConfigMap"), "one").await.str_at(&["data", "key"]), Some("2"));
}

async fn a_failed_unit_says_that_it_tries_again(bed: Arc<Bed>) {
    bed.write("one.yaml", "{\n");
    bed.push().await;
    bed.unit("apps", "./", "prune: true, retryInterval: 1h").await;
    bed.failed("apps").await;
    let unit = bed.read("apps").await;
    assert_eq!(condition(&unit, "Reconciling").1.0, "ProgressingWithRetry");
    assert_eq!(condition(&unit, "Healthy").0, "");
    bed.event("apps", "one.yaml").await;
    bed.write("one.yaml", &config_map("one", "1"));
    bed.push().await;
    let unit = bed.ready("apps").await;
    assert_eq!(condition(&unit, "Reconciling").0, "");
    assert_eq!(unit.at(&["status", "observedGeneration"]), unit.at(&["metadata", "generation"]));
}
