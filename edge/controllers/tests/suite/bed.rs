//! One scenario's bed: a server, a namespace, a directory as the repository, and controllers at work.

use std::future::Future;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use weir_apiserver::{ApiServer, Options};
use weir_cluster::{ApiError, Apply, Change, Cluster, PatchBody, Resource, Scope, follow};
use weir_controllers::{LocalSource, Running, Settings};
use weir_delivery::SourceId;
use weir_yaml::{Dialect, Value, from_yaml};

use crate::traffic::{Door, Traffic};

/// Nothing that is waited for takes longer on a machine that is not dead: in this process, and elsewhere.
const PATIENCE: [Duration; 2] = [Duration::from_secs(20), Duration::from_secs(60)];
/// Images with this text never come up in the embedded server; elsewhere the label in `NEVER_LABEL` says the same.
pub(crate) const NEVER: &str = "registry.example/never";
/// The label of pods that never come up on the real control plane of `testbed/`.
pub(crate) const NEVER_LABEL: &str = "testbed/behave: pending";

/// The same of pods that fail.
pub(crate) const FAIL_LABEL: &str = "testbed/behave: fail";

/// The kind of units.
pub(crate) const UNIT: (&str, &str) = ("kustomize.toolkit.fluxcd.io/v1", "Kustomization");
/// The kind of sources.
pub(crate) const REPOSITORY: (&str, &str) = ("source.toolkit.fluxcd.io/v1", "GitRepository");

/// See the module.
pub(crate) struct Bed {
    cluster: Cluster,
    /// Its own.
    pub(crate) namespace: String,
    /// Holds `draft`, which scenarios write to, and `content`, which the controllers read: a link to what was pushed last.
    directory: PathBuf,
    pushes: AtomicU32,
    running: Mutex<Option<Running>>,
    /// The controllers' way to the server, and what they were told.
    theirs: Mutex<(Cluster, Settings)>,
    traffic: Option<Traffic>,
    /// Objects outside of the namespace that may be left over.
    leftovers: Mutex<Vec<(String, String, String)>>,
}

/// Runs a scenario on the embedded server.
pub(crate) fn embedded<F: Future<Output = ()> + Send + 'static>(
    name: &str,
    scenario: impl FnOnce(std::sync::Arc<Bed>) -> F + Send + 'static,
) {
    block_on(async move {
        let traffic = Traffic::default();
        let clock = traffic.clone();
        let options = Options {
            fail_images: vec![format!("{NEVER}*")],
            clock: std::sync::Arc::new(move || clock.now()),
            ..Options::default()
        };
        let service = ApiServer::new(options).service();
        let own = Cluster::in_process(service.clone());
        let theirs = Cluster::in_process(Door { inner: service, traffic: traffic.clone() });
        run(name, own, theirs, Some(traffic), scenario).await;
    });
}

/// Runs a scenario on a real server, if one is named.
pub(crate) fn real<F: Future<Output = ()> + Send + 'static>(
    name: &str,
    scenario: impl FnOnce(std::sync::Arc<Bed>) -> F + Send + 'static,
) {
    let Some(kubeconfig) = std::env::var_os("WEIR_TEST_KUBECONFIG") else {
        say_skipped();
        return;
    };
    // Two tests may come here at once; the second is told that it is done already.
    _ = rustls::crypto::ring::default_provider().install_default();
    block_on(async move {
        let cluster = Cluster::connect(Some(kubeconfig.as_ref()), None).await.unwrap();
        run(name, cluster.clone(), cluster, None, scenario).await;
    });
}

/// Once for all scenarios.
fn say_skipped() {
    static SAID: std::sync::Once = std::sync::Once::new();
    SAID.call_once(|| {
        _ = writeln!(
            std::io::stderr(),
            "skipped: controllers on a real server: WEIR_TEST_KUBECONFIG is not set"
        );
    });
}

fn block_on(future: impl Future<Output = ()>) {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build().unwrap().block_on(future);
}

async fn run<F: Future<Output = ()> + Send + 'static>(
    name: &str,
    own: Cluster,
    theirs: Cluster,
    traffic: Option<Traffic>,
    scenario: impl FnOnce(std::sync::Arc<Bed>) -> F + Send + 'static,
) {
    let bed = std::sync::Arc::new(Bed::new(name, own, theirs, traffic).await);
    let ended = tokio::spawn(scenario(std::sync::Arc::clone(&bed))).await;
    bed.clean_up().await;
    if let Err(error) = ended {
        std::panic::resume_unwind(error.into_panic());
    }
}

/// A name that no other scenario has, of this run or another.
fn unique(name: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name: String = name.replace('_', "-").chars().take(30).collect();
    let now = jiff::Timestamp::now().as_millisecond() & 0xff_ffff;
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{}-{:x}-{now:x}-{count}", name.trim_end_matches('-'), std::process::id())
}

/// Makes `content` the files of `draft` as they are now, all at once: half a push would be a push that nobody meant.
fn publish(directory: &Path, count: u32) {
    let (pushed, link) = (directory.join(format!("pushed-{count}")), directory.join("link"));
    link_files(&directory.join("draft"), &pushed);
    std::os::unix::fs::symlink(&pushed, &link).unwrap();
    std::fs::rename(&link, directory.join("content")).unwrap();
}

/// The same files once more: what has not changed keeps its time, so it can still be read as part of an older state.
fn link_files(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let (path, to) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        if path.is_dir() { link_files(&path, &to) } else { std::fs::hard_link(&path, &to).unwrap() }
    }
}

impl Bed {
    async fn new(name: &str, cluster: Cluster, theirs: Cluster, traffic: Option<Traffic>) -> Self {
        let namespace = unique(name);
        let directory = std::env::temp_dir().join(format!("weir-{namespace}"));
        std::fs::create_dir_all(directory.join("draft")).unwrap();
        publish(&directory, 0);
        let source = SourceId {
            kind: REPOSITORY.1.to_string(),
            namespace: namespace.clone(),
            name: "repository".to_string(),
        };
        let settings = Settings {
            namespace: namespace.clone(),
            storage: directory.with_extension("storage"),
            // Nobody wants to wait for half a minute.
            least_timeout: Duration::from_secs(1),
            local: vec![LocalSource { source, path: directory.join("content") }],
            ..Settings::default()
        };
        let bed = Self {
            cluster,
            namespace,
            directory,
            pushes: AtomicU32::new(1),
            running: Mutex::new(None),
            theirs: Mutex::new((theirs.clone(), settings.clone())),
            traffic,
            leftovers: Mutex::default(),
        };
        bed.define().await;
        let namespace = format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: {}}}\n", bed.namespace);
        bed.apply(&namespace).await;
        *bed.running.lock().unwrap() = Some(weir_controllers::start(theirs, settings).unwrap());
        bed.apply(&format!(
            "apiVersion: {}\nkind: {}\nmetadata: {{name: repository, namespace: {}}}\n\
             spec: {{interval: 1h, url: 'https://git.example/repository.git'}}\n",
            REPOSITORY.0, REPOSITORY.1, bed.namespace
        ))
        .await;
        bed
    }

    /// The definitions of our kinds, unless somebody has brought them.
    async fn define(&self) {
        let crd = self.resource("apiextensions.k8s.io/v1", "CustomResourceDefinition").await;
        let needed = weir_api::CRDS.iter().filter(|one| [UNIT.1, REPOSITORY.1].contains(&one.kind));
        for definition in needed {
            if self.cluster.get_metadata(&crd, "", &definition.crd_name()).await.unwrap().is_none() {
                self.apply(&definition.manifest()).await;
            }
            self.until(
                ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
                &definition.crd_name(),
                |crd| crd.is_some_and(|crd| condition(crd, "Established").0 == "True"),
            )
            .await;
        }
    }

    /// Stops the controllers and starts others.
    pub(crate) async fn restart(&self) {
        self.restart_with(|_| ()).await;
    }

    /// The same with other settings, from now on.
    pub(crate) async fn restart_with(&self, change: impl FnOnce(&mut Settings)) {
        self.stop().await;
        let (cluster, settings) = {
            let mut theirs = self.theirs.lock().unwrap();
            change(&mut theirs.1);
            theirs.clone()
        };
        *self.running.lock().unwrap() = Some(weir_controllers::start(cluster, settings).unwrap());
    }

    /// Stops the controllers.
    pub(crate) async fn stop(&self) {
        let running = self.running.lock().unwrap().take();
        running.unwrap().stop().await;
    }

    /// The source whose files are the bed's.
    pub(crate) fn source(&self) -> SourceId {
        self.theirs.lock().unwrap().1.local[0].source.clone()
    }

    async fn clean_up(&self) {
        let running = self.running.lock().unwrap().take();
        if let Some(running) = running {
            running.stop().await;
        }
        // A server in this process goes with it.
        if self.traffic.is_none() {
            self.clean_server().await;
        }
        _ = std::fs::remove_dir_all(&self.directory);
        _ = std::fs::remove_dir_all(self.storage());
    }

    async fn clean_server(&self) {
        for (api_version, kind) in [UNIT, REPOSITORY] {
            let resource = self.resource(api_version, kind).await;
            for object in self.cluster.list(&resource, &self.namespace, "").await.unwrap_or_default() {
                let name = object.str_at(&["metadata", "name"]).unwrap_or_default();
                self.release((api_version, kind), name).await;
            }
        }
        let leftovers = std::mem::take(&mut *self.leftovers.lock().unwrap());
        let own = ("v1".to_string(), "Namespace".to_string(), self.namespace.clone());
        for (api_version, kind, name) in leftovers.into_iter().chain([own]) {
            if let Ok(resource) = self.cluster.resource(&api_version, &kind).await {
                _ = self.cluster.delete(&resource, "", &name, None).await;
            }
        }
    }

    /// Takes all finalizers from an object.
    pub(crate) async fn release(&self, what: (&str, &str), name: &str) {
        let resource = self.resource(what.0, what.1).await;
        let mut patch = Value::default();
        patch.set_at(&["metadata", "finalizers"], Value::Null);
        let patch = PatchBody::Merge(patch);
        match self.cluster.patch(&resource, &self.namespace, name, "", "test", &patch).await {
            Err(error) if !error.is_not_found() => panic!("{name} cannot be released: {error}"),
            _ => {}
        }
    }

    /// An object outside of the namespace that has to be deleted in the end.
    pub(crate) fn leaves(&self, api_version: &str, kind: &str, name: &str) {
        let leftover = (api_version.to_string(), kind.to_string(), name.to_string());
        self.leftovers.lock().unwrap().push(leftover);
    }

    fn patience(&self) -> Duration {
        PATIENCE[usize::from(self.traffic.is_none())]
    }

    /// Where artifacts are.
    pub(crate) fn storage(&self) -> PathBuf {
        self.directory.with_extension("storage")
    }

    /// What the controllers sent, if that can be seen.
    pub(crate) fn traffic(&self) -> Option<&Traffic> {
        self.traffic.as_ref()
    }

    // Files of the repository. Nothing of them is seen before they are pushed.

    fn draft(&self, path: &str) -> PathBuf {
        self.directory.join("draft").join(path)
    }

    /// Writes a file; `NS` in it stands for the namespace.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let file = self.draft(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        // A file of its own: the one before it may have been pushed.
        _ = std::fs::remove_file(&file);
        std::fs::write(file, text.replace("NS", &self.namespace)).unwrap();
    }

    /// Removes a file or directory.
    pub(crate) fn remove(&self, path: &str) {
        let path = self.draft(path);
        if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) }.unwrap();
    }

    /// Moves a file or directory.
    pub(crate) fn rename(&self, from: &str, to: &str) {
        std::fs::rename(self.draft(from), self.draft(to)).unwrap();
    }

    /// Shows the controllers all files as they are now, and waits until the source has them.
    pub(crate) async fn push(&self) -> String {
        publish(&self.directory, self.pushes.fetch_add(1, Ordering::Relaxed));
        let content = weir_fetch::local_identity(&self.directory.join("content")).unwrap();
        let revision = format!("local@sha256:{content}");
        self.running.lock().unwrap().as_ref().unwrap().local_changed();
        let is_there = |object: Option<&Value>| {
            object.and_then(|object| object.str_at(&["status", "artifact", "revision"])) == Some(&revision)
        };
        self.until(REPOSITORY, "repository", is_there).await;
        revision
    }

    // Objects.

    async fn resource(&self, api_version: &str, kind: &str) -> std::sync::Arc<Resource> {
        let mut tries = 0;
        loop {
            match self.cluster.resource(api_version, kind).await {
                Ok(resource) => return resource,
                // A definition is served a moment after it was established.
                Err(ApiError::NoKind { .. }) if tries < 100 => tries += 1,
                Err(error) => panic!("{api_version} {kind}: {error}"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn place<'a>(&'a self, resource: &Resource) -> &'a str {
        if resource.namespaced { &self.namespace } else { "" }
    }

    /// Applies a manifest as `test`, taking what others own.
    pub(crate) async fn apply(&self, manifest: &str) -> Value {
        self.apply_as("test", manifest).await
    }

    /// The same as this manager.
    pub(crate) async fn apply_as(&self, manager: &str, manifest: &str) -> Value {
        self.try_apply(manager, manifest).await.unwrap_or_else(|error| panic!("{error}\n{manifest}"))
    }

    async fn try_apply(&self, manager: &str, manifest: &str) -> Result<Value, ApiError> {
        let manifest = manifest.replace("NS", &self.namespace);
        let object = from_yaml(&manifest, Dialect::Sigs).unwrap().remove(0);
        let text = |key| object.str_at(&[key]).unwrap_or_default();
        let resource = self.resource(text("apiVersion"), text("kind")).await;
        let how = Apply { manager, force: true, subresource: "" };
        self.cluster.apply(&resource, &object, how).await
    }

    /// Why a manifest cannot be applied.
    pub(crate) async fn refused(&self, manifest: &str) -> String {
        self.try_apply("test", manifest).await.unwrap_err().to_string()
    }

    /// Merges into an object of the namespace, as somebody else would; null if it is not there.
    pub(crate) async fn edit(&self, what: (&str, &str), name: &str, patch: &str) -> Value {
        self.edit_part(what, name, "", patch).await
    }

    /// The same with a part of the object, as `status`.
    pub(crate) async fn edit_part(&self, what: (&str, &str), name: &str, part: &str, patch: &str) -> Value {
        let resource = self.resource(what.0, what.1).await;
        let patch = from_yaml(patch, Dialect::Sigs).unwrap().remove(0);
        let (place, patch) = (self.place(&resource), PatchBody::Merge(patch));
        let done = self.cluster.patch(&resource, place, name, part, "somebody", &patch).await;
        done.unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Deletes an object of the namespace.
    pub(crate) async fn delete(&self, what: (&str, &str), name: &str) {
        let resource = self.resource(what.0, what.1).await;
        self.cluster.delete(&resource, self.place(&resource), name, None).await.unwrap();
    }

    /// The object, if it is there.
    pub(crate) async fn find(&self, what: (&str, &str), name: &str) -> Option<Value> {
        let resource = self.resource(what.0, what.1).await;
        self.cluster.get(&resource, self.place(&resource), name).await.unwrap()
    }

    /// The object, which is there.
    pub(crate) async fn get(&self, what: (&str, &str), name: &str) -> Value {
        self.find(what, name).await.unwrap_or_else(|| panic!("{} {name} is not there", what.1))
    }

    /// Follows the object until this holds, and gives it as it is then.
    pub(crate) async fn until(
        &self,
        what: (&str, &str),
        name: &str,
        mut holds: impl FnMut(Option<&Value>) -> bool,
    ) -> Option<Value> {
        let resource = self.resource(what.0, what.1).await;
        let scope = Scope { namespace: self.place(&resource).to_string(), ..Scope::default() };
        let mut changes = follow(self.cluster.clone(), resource, scope);
        let deadline = tokio::time::Instant::now() + self.patience();
        let (mut last, mut listed) = (None, false);
        loop {
            let change = tokio::time::timeout_at(deadline, changes.recv()).await;
            let is_it = |object: &Value| object.str_at(&["metadata", "name"]) == Some(name);
            match change {
                Ok(Some(Change::Applied(object))) if is_it(&object) => last = Some(object),
                Ok(Some(Change::Deleted(object))) if is_it(&object) => last = None,
                Ok(Some(Change::Listed)) => listed = true,
                Ok(Some(_)) => continue,
                Ok(None) | Err(_) => {
                    let last = last.map(|last| weir_yaml::to_yaml(&last).unwrap());
                    panic!("{} {name} did not come to it:\n{}", what.1, last.unwrap_or("not there".into()));
                }
            }
            if listed && holds(last.as_ref()) {
                return last;
            }
        }
    }

    /// Until something that nobody tells of is so.
    pub(crate) async fn until_so(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let deadline = tokio::time::Instant::now() + self.patience();
        while !holds(self) {
            assert!(tokio::time::Instant::now() < deadline, "it never came to it that {what}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Lets the first pod of the namespace fail; on a real server pods with `FAIL_LABEL` do so by themselves.
    pub(crate) async fn fail_a_pod(&self) {
        if self.traffic.is_none() {
            return;
        }
        let resource = self.resource("v1", "Pod").await;
        let scope = Scope { namespace: self.namespace.clone(), ..Scope::default() };
        let mut changes = follow(self.cluster.clone(), resource, scope);
        let name = async {
            loop {
                if let Some(Change::Applied(pod)) = changes.recv().await {
                    return pod.str_at(&["metadata", "name"]).unwrap().to_string();
                }
            }
        };
        let name = tokio::time::timeout(self.patience(), name).await.unwrap();
        self.edit_part(("v1", "Pod"), &name, "status", "status: {phase: Failed}").await;
    }

    /// Until the object is gone.
    pub(crate) async fn gone(&self, what: (&str, &str), name: &str) {
        self.until(what, name, |object| object.is_none()).await;
    }

    // Units.

    /// Makes or changes a unit of this path; it prunes unless `more`, further fields of its spec, says otherwise.
    pub(crate) async fn unit(&self, name: &str, path: &str, more: &str) {
        self.unit_of("repository", name, path, more).await;
    }

    /// The same from another source.
    pub(crate) async fn unit_of(&self, source: &str, name: &str, path: &str, more: &str) {
        let prune = if more.contains("prune:") { "" } else { ", prune: true" };
        let more = if more.is_empty() { String::new() } else { format!(", {more}") };
        self.apply(&format!(
            "apiVersion: {}\nkind: {}\nmetadata: {{name: {name}, namespace: NS}}\n\
             spec: {{interval: 1h, path: '{path}', sourceRef: {{kind: GitRepository, name: {source}}}{prune}{more}}}\n",
            UNIT.0, UNIT.1
        ))
        .await;
    }

    /// Until the unit is ready at the revision that the source has now.
    pub(crate) async fn ready(&self, name: &str) -> Value {
        self.settled(name, true).await
    }

    /// Until the unit has failed at the revision that the source has now. Gives its reason and message.
    pub(crate) async fn failed(&self, name: &str) -> (String, String) {
        condition(&self.settled(name, false).await, "Ready").1
    }

    async fn settled(&self, name: &str, as_ready: bool) -> Value {
        let source = self.get(REPOSITORY, "repository").await;
        let revision = source.str_at(&["status", "artifact", "revision"]).unwrap().to_string();
        let field = if as_ready { "lastAppliedRevision" } else { "lastAttemptedRevision" };
        let wanted = if as_ready { "True" } else { "False" };
        let holds = |unit: Option<&Value>| {
            let Some(unit) = unit else { return false };
            unit.str_at(&["status", field]) == Some(&revision)
                && condition(unit, "Ready").0 == wanted
                && observed(unit) == unit.at(&["metadata", "generation"]).and_then(Value::as_i64)
        };
        self.until(UNIT, name, holds).await.unwrap()
    }

    /// Until Ready of the unit is this, at its newest spec. Gives reason and message.
    pub(crate) async fn shows(&self, name: &str, status: &str, reason: &str) -> String {
        let holds = |unit: Option<&Value>| {
            unit.is_some_and(|unit| {
                let (is, (why, _)) = condition(unit, "Ready");
                is == status
                    && why == reason
                    && observed(unit) == unit.at(&["metadata", "generation"]).and_then(Value::as_i64)
            })
        };
        condition(&self.until(UNIT, name, holds).await.unwrap(), "Ready").1.1
    }

    /// Asks for a reconciliation and waits until it is done.
    pub(crate) async fn request(&self, name: &str) -> Value {
        self.request_of(UNIT, name).await
    }

    /// The same of another kind.
    pub(crate) async fn request_of(&self, what: (&str, &str), name: &str) -> Value {
        let token = unique("now");
        let patch = format!("metadata: {{annotations: {{reconcile.fluxcd.io/requestedAt: {token}}}}}");
        self.edit(what, name, &patch).await;
        let handled = |unit: Option<&Value>| {
            unit.and_then(|unit| unit.str_at(&["status", "lastHandledReconcileAt"])) == Some(&token)
        };
        self.until(what, name, handled).await.unwrap()
    }

    /// The unit.
    pub(crate) async fn read(&self, name: &str) -> Value {
        self.get(UNIT, name).await
    }

    /// Deletes the unit; it goes when its work is done.
    pub(crate) async fn drop_unit(&self, name: &str) {
        self.delete(UNIT, name).await;
    }

    /// Until the unit is gone.
    pub(crate) async fn unit_gone(&self, name: &str) {
        self.gone(UNIT, name).await;
    }

    /// Until an event of the namespace says this.
    pub(crate) async fn event(&self, object: &str, text: &str) -> Value {
        self.events(object, text, 1).await
    }

    /// Until it was said so often.
    pub(crate) async fn events(&self, object: &str, text: &str, count: i64) -> Value {
        let resource = self.resource("v1", "Event").await;
        let scope = Scope { namespace: self.namespace.clone(), ..Scope::default() };
        let mut changes = follow(self.cluster.clone(), resource, scope);
        let deadline = tokio::time::Instant::now() + self.patience();
        let mut others = Vec::new();
        loop {
            match tokio::time::timeout_at(deadline, changes.recv()).await {
                Ok(Some(Change::Applied(event)))
                    if event.str_at(&["involvedObject", "name"]) == Some(object) =>
                {
                    let message = event.str_at(&["message"]).unwrap_or_default().to_string();
                    if message.contains(text) && event.at(&["count"]).and_then(Value::as_i64) >= Some(count) {
                        return event;
                    }
                    others.push(message);
                }
                Ok(Some(_)) => {}
                Ok(None) | Err(_) => {
                    panic!("no event says '{text}' of {object}, only:\n{}", others.join("\n"))
                }
            }
        }
    }
}

/// Status, and reason with message, of a condition; empty if it is not there.
pub(crate) fn condition(object: &Value, kind: &str) -> (String, (String, String)) {
    let all = object.at(&["status", "conditions"]).and_then(Value::as_list).unwrap_or_default();
    let found = all.iter().find(|one| one.str_at(&["type"]) == Some(kind));
    let text = |key| found.and_then(|one| one.str_at(&[key])).unwrap_or_default().to_string();
    (text("status"), (text("reason"), text("message")))
}

/// The generation that Ready speaks of.
fn observed(object: &Value) -> Option<i64> {
    let all = object.at(&["status", "conditions"]).and_then(Value::as_list)?;
    let ready = all.iter().find(|one| one.str_at(&["type"]) == Some("Ready"))?;
    ready.at(&["observedGeneration"]).and_then(Value::as_i64)
}

/// The ids of a unit's inventory.
pub(crate) fn inventory(unit: &Value) -> Vec<String> {
    let entries = unit.at(&["status", "inventory", "entries"]).and_then(Value::as_list).unwrap_or_default();
    let mut ids: Vec<_> =
        entries.iter().filter_map(|entry| entry.str_at(&["id"]).map(str::to_string)).collect();
    ids.sort();
    ids
}

/// The version of an object.
pub(crate) fn version(object: &Value) -> String {
    object.str_at(&["metadata", "resourceVersion"]).unwrap().to_string()
}
