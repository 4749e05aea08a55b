//! A unit goes, and what it owns goes or stays as its policy says.

use std::sync::Arc;

use crate::apply::config_map;
use crate::bed::{Bed, condition};

crate::scenarios!(
    what_it_owned_goes_with_a_pruning_unit,
    what_it_owned_stays_without_prune,
    what_it_owned_stays_with_orphan,
    what_it_owned_goes_with_delete,
    what_it_owned_stays_with_a_suspended_unit,
    a_unit_waits_for_the_end_of_its_objects,
);

const CONFIG_MAP: (&str, &str) = ("v1", "ConfigMap");

async fn deleted(bed: &Bed, more: &str) {
    bed.write("one.yaml", &config_map("one", "1"));
    bed.push().await;
    bed.unit("apps", "./", more).await;
    bed.ready("apps").await;
    bed.drop_unit("apps").await;
    bed.unit_gone("apps").await;
}

async fn stays(bed: &Bed) {
    let one = bed.get(CONFIG_MAP, "one").await;
    assert!(one.at(&["metadata", "deletionTimestamp"]).is_none());
}

async fn what_it_owned_goes_with_a_pruning_unit(bed: Arc<Bed>) {
    deleted(&bed, "prune: true").await;
    bed.gone(CONFIG_MAP, "one").await;
}

async fn what_it_owned_stays_without_prune(bed: Arc<Bed>) {
    deleted(&bed, "prune: false").await;
    stays(&bed).await;
}

async fn what_it_owned_stays_with_orphan(bed: Arc<Bed>) {
    deleted(&bed, "prune: true, deletionPolicy: Orphan").await;
    stays(&bed).await;
}

async fn what_it_owned_goes_with_delete(bed: Arc<Bed>) {
    deleted(&bed, "prune: false, deletionPolicy: Delete").await;
    bed.gone(CONFIG_MAP, "one").await;
}

async fn what_it_owned_stays_with_a_suspended_unit(bed: Arc<Bed>) {
    bed.write("one.yaml", &config_map("one", "1"));
    bed.push().await;
    bed.unit("apps", "./", "prune: true").await;
    bed.ready("apps").await;
    bed.unit("apps", "./", "prune: true, suspend: true").await;
    bed.drop_unit("apps").await;
    bed.unit_gone("apps").await;
    stays(&bed).await;
}

async fn a_unit_waits_for_the_end_of_its_objects(bed: Arc<Bed>) {
    let held =
        config_map("one", "1").replace("namespace: NS}", "namespace: NS, finalizers: [example.com/slow]}");
    bed.write("one.yaml", &held);
    bed.push().await;
    bed.unit("apps", "./", "prune: true, deletionPolicy: WaitForTermination").await;
    bed.ready("apps").await;
    bed.drop_unit("apps").await;
    bed.until(CONFIG_MAP, "one", |one| {
        one.is_some_and(|one| one.at(&["metadata", "deletionTimestamp"]).is_some())
    })
    .await;
    let unit = bed.read("apps").await;
    assert!(unit.at(&["metadata", "deletionTimestamp"]).is_some(), "{:?}", condition(&unit, "Ready"));
    bed.release(CONFIG_MAP, "one").await;
    bed.unit_gone("apps").await;
    assert!(bed.find(CONFIG_MAP, "one").await.is_none());
}
