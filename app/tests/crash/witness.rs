//! Somebody who watches all the time and remembers every deletion.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Notify;
use weir_cluster::{Change, Cluster, Scope, follow};
use weir_yaml::Value;

use crate::content::Content;

pub(crate) const UNIT: (&str, &str) = ("kustomize.toolkit.fluxcd.io/v1", "Kustomization");
const PATIENCE: Duration = Duration::from_secs(120);

/// See the module.
pub(crate) struct Witness(Arc<Seen>);

#[derive(Default)]
struct Seen {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    /// Objects as they are, by kind and name.
    objects: BTreeMap<(&'static str, String), Value>,
    deleted: Vec<(&'static str, String)>,
    changes: usize,
}

impl Witness {
    pub(crate) async fn start(cluster: &Cluster, namespace: &str) -> Self {
        let seen = Arc::new(Seen::default());
        for (api_version, kind) in [UNIT, ("v1", "ConfigMap"), ("apps/v1", "Deployment")] {
            let resource = cluster.resource(api_version, kind).await.unwrap();
            let scope = Scope { namespace: namespace.to_string(), ..Scope::default() };
            let mut changes = follow(cluster.clone(), resource, scope);
            let seen = Arc::clone(&seen);
            tokio::spawn(async move {
                while let Some(change) = changes.recv().await {
                    seen.take_in(kind, change);
                }
            });
        }
        Self(seen)
    }

    /// Names of all objects that an inventory holds.
    pub(crate) fn owned(&self) -> BTreeSet<String> {
        let state = self.0.state.lock().unwrap();
        let units = state.objects.iter().filter(|((kind, _), _)| *kind == UNIT.1);
        let entries = units.flat_map(|(_, unit)| list(unit, &["status", "inventory", "entries"]));
        entries.filter_map(|entry| entry.str_at(&["id"])?.split('_').nth(1)).map(str::to_string).collect()
    }

    /// Fails if there was a deletion of anything that was not removed from Git.
    pub(crate) fn nothing_was_deleted_that_git_has(&self, content: &Content, kill: u32) {
        let state = self.0.state.lock().unwrap();
        let wrong: Vec<_> =
            state.deleted.iter().filter(|(_, name)| !content.removed().contains(name)).collect();
        assert!(wrong.is_empty(), "deleted before kill {kill}, though Git has it: {wrong:?}");
    }

    /// Until so many more changes were seen, or this time is over.
    pub(crate) async fn changes(&self, count: usize, most: Duration) {
        let deadline = tokio::time::Instant::now() + most;
        let enough = self.0.state.lock().unwrap().changes + count;
        while self.0.state.lock().unwrap().changes < enough {
            if tokio::time::timeout_at(deadline, self.0.changed.notified()).await.is_err() {
                return;
            }
        }
    }

    /// True if some objects are of the last commit and others are not.
    pub(crate) fn is_halfway(&self, content: &Content) -> bool {
        let state = self.0.state.lock().unwrap();
        let value = content.commits().to_string();
        let objects = content.objects().map(|name| state.objects.get(&("ConfigMap", name.clone())));
        let done =
            objects.filter(|object| object.and_then(|one| one.str_at(&["data", "commit"])) == Some(&value));
        (1..content.objects().count()).contains(&done.count())
    }

    /// Until all is as Git has it, or what is not.
    pub(crate) async fn converges(&self, content: &Content) -> Result<(), String> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let changed = self.0.changed.notified();
            let differences = self.0.state.lock().unwrap().differences(content);
            if differences.is_empty() {
                return Ok(());
            }
            if tokio::time::timeout_at(deadline, changed).await.is_err() {
                return Err(differences.join("\n"));
            }
        }
    }
}

impl Seen {
    fn take_in(&self, kind: &'static str, change: Change) {
        let name = |object: &Value| object.str_at(&["metadata", "name"]).unwrap_or_default().to_string();
        let uid = |object: &Value| object.str_at(&["metadata", "uid"]).map(str::to_string);
        let mut state = self.state.lock().unwrap();
        match change {
            Change::Applied(object) => {
                let key = (kind, name(&object));
                let before = state.objects.insert(key.clone(), object.clone());
                // A namesake: the one before went unseen.
                if before.is_some_and(|before| uid(&before) != uid(&object)) {
                    state.deleted.push(key);
                }
            }
            Change::Deleted(object) => {
                let key = (kind, name(&object));
                state.objects.remove(&key);
                state.deleted.push(key);
            }
            Change::Listing | Change::Listed | Change::Failing(_) => {}
        }
        state.changes += 1;
        drop(state);
        self.changed.notify_one();
    }
}

impl State {
    fn differences(&self, content: &Content) -> Vec<String> {
        let mut all = Vec::new();
        for name in Content::units() {
            let unit = self.objects.get(&(UNIT.1, name.clone()));
            let applied = unit.and_then(|unit| unit.str_at(&["status", "lastAppliedRevision"]));
            let ready = unit.and_then(|unit| {
                list(unit, &["status", "conditions"]).find(|one| one.str_at(&["type"]) == Some("Ready"))
            });
            let is_ready = ready.is_some_and(|ready| ready.str_at(&["status"]) == Some("True"));
            if !is_ready || applied != Some(&content.revision()) {
                let says = ready.and_then(|ready| ready.str_at(&["message"])).unwrap_or("nothing");
                all.push(format!("unit {name} has applied {applied:?} and says: {says}"));
            }
        }
        let value = content.commits().to_string();
        for name in content.objects() {
            let object = self.objects.get(&("ConfigMap", name.clone()));
            let found = object.and_then(|object| object.str_at(&["data", "commit"]));
            if found != Some(&value) {
                all.push(format!("{name} has {found:?}, not {value}"));
            }
        }
        let left = content
            .removed()
            .iter()
            .filter(|name| self.objects.contains_key(&("ConfigMap", (*name).clone())));
        all.extend(left.map(|name| format!("{name} is left over")));
        all
    }
}

fn list<'a>(object: &'a Value, path: &[&str]) -> impl Iterator<Item = &'a Value> {
    object.at(path).and_then(Value::as_list).unwrap_or_default().iter()
}
