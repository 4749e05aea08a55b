//! A Git server that fails: it is said in Flux's words, nothing in the cluster changes, and all goes on when it is back.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::apply::config_map;
use crate::bed::Bed;
use crate::remote::Remote;

crate::scenarios!(
    a_server_that_is_gone,
    a_server_that_hangs,
    a_server_that_is_slow,
    a_server_that_talks_garbage,
    a_server_that_says_nothing,
    a_server_that_is_broken,
    a_server_that_knows_no_such_repository,
    a_server_that_does_not_know_us,
    a_branch_that_is_lost,
    a_repository_that_is_empty,
    a_controller_that_starts_while_the_server_is_gone,
);

const CONFIG_MAP: (&str, &str) = ("v1", "ConfigMap");
const FAILED: &str = "GitOperationFailed";

async fn a_server_that_is_gone(bed: Arc<Bed>) {
    fails(&bed, "gone", FAILED, "onnection refused").await;
}

async fn a_server_that_hangs(bed: Arc<Bed>) {
    let took = fails(&bed, "hang", FAILED, "within 1s (spec.timeout)").await;
    assert!(took >= Duration::from_secs(1), "{took:?}");
}

async fn a_server_that_is_slow(bed: Arc<Bed>) {
    fails(&bed, "slow", FAILED, "within 1s (spec.timeout)").await;
}

async fn a_server_that_talks_garbage(bed: Arc<Bed>) {
    fails(&bed, "garbage", FAILED, "").await;
}

async fn a_server_that_says_nothing(bed: Arc<Bed>) {
    fails(&bed, "empty", FAILED, "").await;
}

async fn a_server_that_is_broken(bed: Arc<Bed>) {
    fails(&bed, "500", FAILED, "the server answered 500").await;
}

async fn a_server_that_knows_no_such_repository(bed: Arc<Bed>) {
    fails(&bed, "404", FAILED, "repository not found").await;
}

async fn a_server_that_does_not_know_us(bed: Arc<Bed>) {
    fails(&bed, "401", "AuthenticationFailed", "the server answered 401").await;
}

/// A unit is ready, the server fails, the unit stays as it is; the server is back, and what was pushed meanwhile comes.
async fn fails(bed: &Bed, fault: &str, reason: &str, says: &str) -> Duration {
    let Some(remote) = Remote::start(bed) else { return Duration::MAX };
    let before = remote.ready(bed, "1").await;
    remote.server.fault(fault);
    let started = Instant::now();
    remote.stays(bed, &before, reason, says).await;
    let took = started.elapsed();
    remote.commit(&[("one.yaml", &config_map("one", "2")), ("two.yaml", "")]);
    remote.server.fault("none");
    remote.recovers(bed, "2").await;
    bed.gone(CONFIG_MAP, "two").await;
    took
}

async fn a_branch_that_is_lost(bed: Arc<Bed>) {
    let Some(remote) = Remote::start(&bed) else { return };
    let before = remote.ready(&bed, "1").await;
    remote.git("repositories/app.git", &["update-ref", "-d", "refs/heads/main"]);
    remote.stays(&bed, &before, FAILED, "branch 'main'").await;
    remote.commit(&[("one.yaml", &config_map("one", "2"))]);
    remote.recovers(&bed, "2").await;
}

async fn a_repository_that_is_empty(bed: Arc<Bed>) {
    let Some(remote) = Remote::start(&bed) else { return };
    let before = remote.ready(&bed, "1").await;
    std::fs::remove_dir_all(remote.directory.join("repositories/app.git")).unwrap();
    remote.git("", &["init", "-q", "--bare", "repositories/app.git"]);
    remote.stays(&bed, &before, FAILED, "branch 'main'").await;
    remote.commit(&[("one.yaml", &config_map("one", "2"))]);
    remote.recovers(&bed, "2").await;
}

async fn a_controller_that_starts_while_the_server_is_gone(bed: Arc<Bed>) {
    let Some(remote) = Remote::start(&bed) else { return };
    let before = remote.ready(&bed, "1").await;
    remote.server.fault("gone");
    bed.restart().await;
    remote.stays(&bed, &before, FAILED, "").await;
    // What is stored is true still: drift goes.
    bed.edit(CONFIG_MAP, "one", "data: {key: edited}").await;
    bed.request("app").await;
    assert_eq!(bed.get(CONFIG_MAP, "one").await.str_at(&["data", "key"]), Some("1"));
    remote.commit(&[("one.yaml", &config_map("one", "2"))]);
    remote.server.fault("none");
    remote.recovers(&bed, "2").await;
}
