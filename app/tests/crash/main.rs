//! `weir controller` killed at random moments while 50 units roll out: after all of it everything is as Git has it, and
//! nothing was deleted that Git still had.
//!
//! On the embedded server always, on a real one where `WEIR_TEST_KUBECONFIG` names it. `WEIR_CRASH_KILLS` sets the
//! number of kills and `WEIR_CRASH_SEED` repeats a run.
//!
//! What Git has is removed only after an inventory has told of it: an object that was applied by a controller that was
//! killed before it could write that down, and that is gone from Git before the next one starts, is left over, as it is
//! with Flux (COMPATIBILITY.md of the controllers).

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on has failed, and says what it skips and which seed it has"
)]

mod content;
mod controller;
#[path = "../../../testbed/git_server.rs"]
mod git_server;
mod witness;

use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use weir_apiserver::{ApiServer, Options};
use weir_cluster::{Apply, Cluster};
use weir_yaml::{Dialect, from_yaml};

use content::Content;
use controller::Controller;
use git_server::GitServer;
use witness::Witness;

/// About twenty seconds of them.
const KILLS: u32 = 25;

#[test]
fn embedded() {
    block_on(async {
        let server = ApiServer::new(Options::default());
        let listening = server.listen(([127, 0, 0, 1], 0).into()).await.unwrap();
        let cluster = Cluster::in_process(server.service());
        let bed = Bed::new("embedded", cluster);
        let kubeconfig = bed.directory.join("kubeconfig");
        std::fs::write(&kubeconfig, listening.kubeconfig()).unwrap();
        bed.roll_out(kubeconfig).await;
    });
}

#[test]
fn real() {
    let Some(kubeconfig) = std::env::var_os("WEIR_TEST_KUBECONFIG") else {
        _ = writeln!(std::io::stderr(), "skipped: crash on a real server: WEIR_TEST_KUBECONFIG is not set");
        return;
    };
    _ = rustls::crypto::ring::default_provider().install_default();
    block_on(async {
        let cluster = Cluster::connect(Some(kubeconfig.as_ref()), None).await.unwrap();
        let bed = Bed::new("real", cluster);
        bed.roll_out(kubeconfig.into()).await;
        bed.clean_up().await;
    });
}

fn block_on(future: impl Future<Output = ()>) {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build().unwrap().block_on(future);
}

struct Bed {
    cluster: Cluster,
    namespace: String,
    directory: PathBuf,
}

impl Bed {
    fn new(name: &str, cluster: Cluster) -> Self {
        let now = jiff::Timestamp::now().as_millisecond() & 0xff_ffff;
        let namespace = format!("crash-{name}-{}-{now:x}", std::process::id());
        let directory = std::env::temp_dir().join(format!("weir-{namespace}"));
        std::fs::create_dir_all(directory.join("repositories")).unwrap();
        Self { cluster, namespace, directory }
    }

    async fn roll_out(&self, kubeconfig: PathBuf) {
        let Some(git) = GitServer::start(&self.directory.join("repositories")) else {
            _ = writeln!(std::io::stderr(), "skipped: crash: git is absent");
            return;
        };
        let mut chance = Chance::new();
        let mut content = Content::new(&self.directory, &self.namespace);
        self.prepare(&git.url("app.git")).await;
        let witness = Witness::start(&self.cluster, &self.namespace).await;
        let controller = Controller::new(&self.directory, &self.namespace, kubeconfig);
        let kills = number("WEIR_CRASH_KILLS").map_or(KILLS, |kills| kills as u32);
        let mut halfway = 0;
        for kill in 0..kills {
            git.fault(if chance.one_in(8) { "gone" } else { "none" });
            if chance.one_in(10) {
                controller.lose_storage();
            }
            // A commit for about every other start, and now and then two while it runs.
            if kill == 0 || chance.one_in(2) {
                content.change(&mut chance, &witness);
            }
            let running = controller.start();
            chance.moment(&witness).await;
            if chance.one_in(4) {
                content.change(&mut chance, &witness);
                chance.moment(&witness).await;
            }
            running.kill();
            halfway += u32::from(witness.is_halfway(&content));
            witness.nothing_was_deleted_that_git_has(&content, kill);
        }
        git.fault("none");
        let running = controller.start();
        let converged = witness.converges(&content).await;
        running.kill();
        if let Err(differences) = converged {
            panic!("it did not come true:\n{differences}\n{}", controller.last_words());
        }
        witness.nothing_was_deleted_that_git_has(&content, kills);
        let (commits, removed) = (content.commits(), content.removed().len());
        println!("{kills} kills, {halfway} of them halfway, {commits} commits, {removed} objects removed");
        _ = std::fs::remove_dir_all(&self.directory);
    }

    /// Definitions, the namespace, the source and the first unit.
    async fn prepare(&self, url: &str) {
        for definition in
            weir_api::CRDS.iter().filter(|one| ["Kustomization", "GitRepository"].contains(&one.kind))
        {
            self.apply(&definition.manifest()).await;
        }
        let ns = &self.namespace;
        self.apply(&format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: {ns}}}\n")).await;
        self.apply(&format!(
            "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {{name: app, namespace: {ns}}}\n\
             spec: {{interval: 1s, timeout: 5s, url: '{url}', ref: {{branch: main}}}}\n"
        ))
        .await;
        self.apply(&content::unit("root", ns, "./units", "")).await;
    }

    async fn apply(&self, manifest: &str) {
        let object = from_yaml(manifest, Dialect::Sigs).unwrap().remove(0);
        let text = |key| object.str_at(&[key]).unwrap_or_default();
        let how = Apply { manager: "test", force: true, subresource: "" };
        // A definition is served a moment after it is there.
        for _ in 0..200 {
            if let Ok(resource) = self.cluster.resource(text("apiVersion"), text("kind")).await
                && self.cluster.apply(&resource, &object, how).await.is_ok()
            {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("it cannot be applied:\n{manifest}");
    }

    /// On a server that others use as well.
    async fn clean_up(&self) {
        let release = from_yaml("metadata: {finalizers: null}", Dialect::Sigs).unwrap().remove(0);
        let release = weir_cluster::PatchBody::Merge(release);
        for (api_version, kind) in [witness::UNIT, ("source.toolkit.fluxcd.io/v1", "GitRepository")] {
            let resource = self.cluster.resource(api_version, kind).await.unwrap();
            for object in self.cluster.list(&resource, &self.namespace, "").await.unwrap() {
                let name = object.str_at(&["metadata", "name"]).unwrap_or_default();
                self.cluster.patch(&resource, &self.namespace, name, "", "test", &release).await.unwrap();
            }
        }
        let resource = self.cluster.resource("v1", "Namespace").await.unwrap();
        self.cluster.delete(&resource, "", &self.namespace, None).await.unwrap();
    }
}

/// Chance that can be repeated.
struct Chance(u64);

impl Chance {
    fn new() -> Self {
        let seed =
            number("WEIR_CRASH_SEED").unwrap_or_else(|| jiff::Timestamp::now().as_microsecond() as u64);
        println!("WEIR_CRASH_SEED={seed}");
        Self(seed | 1)
    }

    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % limit
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// Up to half a second, or until some of a roll-out's changes are done.
    async fn moment(&mut self, witness: &Witness) {
        if self.one_in(2) {
            tokio::time::sleep(Duration::from_millis(self.below(500) as u64)).await;
        } else {
            witness.changes(self.below(250), Duration::from_secs(1)).await;
        }
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}
