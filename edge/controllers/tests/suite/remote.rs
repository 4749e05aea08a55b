//! A Git server that fails: it is said in Flux's words, nothing in the cluster changes, and all goes on when it is back.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use weir_yaml::Value;

use crate::apply::config_map;
use crate::bed::{Bed, REPOSITORY, condition, inventory, version};
use crate::git_server::GitServer;

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

/// A repository on a server, a source for it and a unit that reads it.
struct Remote {
    server: GitServer,
    directory: PathBuf,
    namespace: String,
}

impl Remote {
    fn start(bed: &Bed) -> Option<Self> {
        let directory = std::env::temp_dir().join(format!("weir-{}-git", bed.namespace));
        std::fs::create_dir_all(directory.join("repositories")).unwrap();
        let Some(server) = GitServer::start(&directory.join("repositories")) else {
            say_skipped();
            return None;
        };
        let remote = Self { server, directory, namespace: bed.namespace.clone() };
        remote.git("", &["init", "-q", "--bare", "repositories/app.git"]);
        remote.git("", &["init", "-q", "work"]);
        Some(remote)
    }

    fn git(&self, directory: &str, arguments: &[&str]) {
        let answer = Command::new("git")
            .args(["-c", "user.name=t", "-c", "user.email=t@localhost", "-c", "init.defaultBranch=main"])
            .args(arguments)
            .current_dir(self.directory.join(directory))
            .output()
            .unwrap();
        assert!(answer.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&answer.stderr));
    }

    /// Files with their content, or none where they are to go.
    fn commit(&self, files: &[(&str, &str)]) {
        for (path, text) in files {
            let path = self.directory.join("work").join(Path::new(path));
            match text {
                &"" => std::fs::remove_file(path).unwrap(),
                text => std::fs::write(path, text.replace("NS", &self.namespace)).unwrap(),
            }
        }
        self.git("work", &["add", "-A"]);
        self.git("work", &["commit", "-qm", "change"]);
        self.git("work", &["push", "-q", "../repositories/app.git", "HEAD:refs/heads/main"]);
    }

    /// The source and the unit, ready.
    async fn ready(&self, bed: &Bed, value: &str) -> Before {
        self.commit(&[("one.yaml", &config_map("one", value)), ("two.yaml", &config_map("two", value))]);
        bed.apply(&format!(
            "apiVersion: {}\nkind: {}\nmetadata: {{name: app, namespace: NS}}\n\
             spec: {{interval: 1h, timeout: 1s, url: '{}', ref: {{branch: main}}}}\n",
            REPOSITORY.0,
            REPOSITORY.1,
            self.server.url("app.git")
        ))
        .await;
        bed.unit_of("app", "app", "./", "").await;
        bed.shows("app", "True", "ReconciliationSucceeded").await;
        let source = bed.get(REPOSITORY, "app").await;
        Before { artifact: source.at(&["status", "artifact"]).unwrap().clone(), unit: bed.read("app").await }
    }

    /// The source fails for this reason, and nothing else changes.
    async fn stays(&self, bed: &Bed, before: &Before, reason: &str, says: &str) {
        let maps = (bed.get(CONFIG_MAP, "one").await, bed.get(CONFIG_MAP, "two").await);
        let source = bed.request_of(REPOSITORY, "app").await;
        let (status, (why, message)) = condition(&source, "Ready");
        assert_eq!((&*status, &*why), ("False", reason), "{message}");
        assert!(message.starts_with("failed to checkout and determine revision: "), "{message}");
        assert!(message.contains(says), "{message}");
        assert_eq!(condition(&source, "FetchFailed"), ("True".into(), (why, message.clone())));
        assert_eq!(condition(&source, "Reconciling").1.0, "ProgressingWithRetry");
        assert_eq!(condition(&source, "ArtifactInStorage").0, "True");
        assert_eq!(source.at(&["status", "artifact"]), Some(&before.artifact));
        bed.event("app", &message).await;

        let unit = bed.request("app").await;
        assert_eq!(condition(&unit, "Ready").0, "True");
        assert_eq!(inventory(&unit), inventory(&before.unit));
        assert_eq!(unit.str_at(&["status", "lastAppliedRevision"]), before.artifact.str_at(&["revision"]));
        let after = (bed.get(CONFIG_MAP, "one").await, bed.get(CONFIG_MAP, "two").await);
        assert_eq!((version(&maps.0), version(&maps.1)), (version(&after.0), version(&after.1)));
    }

    /// Without anybody asking.
    async fn recovers(&self, bed: &Bed, value: &str) {
        bed.until(CONFIG_MAP, "one", |object| {
            object.and_then(|object| object.str_at(&["data", "key"])) == Some(value)
        })
        .await;
        let ready =
            |source: Option<&Value>| source.is_some_and(|source| condition(source, "Ready").0 == "True");
        let source = bed.until(REPOSITORY, "app", ready).await.unwrap();
        assert_eq!(condition(&source, "FetchFailed").0, "");
        assert_eq!(condition(&source, "Reconciling").0, "");
        bed.shows("app", "True", "ReconciliationSucceeded").await;
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.directory);
    }
}

/// How it was before the server failed.
struct Before {
    artifact: Value,
    unit: Value,
}

#[expect(clippy::print_stdout, reason = "a suite that is skipped says so")]
fn say_skipped() {
    println!("skipped: remote: git is absent");
}
