//! One metadata watch for each kind that somebody waits for: a change of an object wakes who waits for it.
//!
//! Nothing is kept of the objects. Watches end when nobody has waited for their kind for a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::Notify;
use weir_cluster::{Change, Cluster, Resource, Scope, follow};
use weir_plan::Id;

/// Follows kinds for waiters. Cloning shares it.
#[derive(Clone)]
pub(crate) struct Objects(Arc<Shared>);

struct Shared {
    cluster: Cluster,
    kinds: Mutex<HashMap<(String, String), Weak<Kind>>>,
}

/// Who waits, by namespace and name of the object.
type Waiters = HashMap<(String, String), Vec<Weak<Notify>>>;

/// A kind that is being followed.
struct Kind {
    waiters: Mutex<Waiters>,
    /// Dropped with the last waiter, which ends the watch.
    task: Mutex<Option<tokio::task::JoinHandle<()>>>,
}

/// Somebody waiting for objects; dropped when the wait is over.
pub(crate) struct Waiter {
    changed: Arc<Notify>,
    _kinds: Vec<Arc<Kind>>,
}

impl Waiter {
    /// Ends when one of the objects may have changed since the last time.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }
}

impl Objects {
    pub(crate) fn new(cluster: Cluster) -> Self {
        Self(Arc::new(Shared { cluster, kinds: Mutex::default() }))
    }

    /// Waits for these objects. Whatever happens to them after this call is told.
    pub(crate) fn wait_for<'a>(&self, objects: impl Iterator<Item = (&'a Id, Arc<Resource>)>) -> Waiter {
        let changed = Arc::new(Notify::new());
        let mut kinds: Vec<Arc<Kind>> = Vec::new();
        for (id, resource) in objects {
            let kind = self.kind(&resource);
            let key = (id.namespace.to_string(), id.name.to_string());
            lock(&kind.waiters).entry(key).or_default().push(Arc::downgrade(&changed));
            if !kinds.iter().any(|known| Arc::ptr_eq(known, &kind)) {
                kinds.push(kind);
            }
        }
        Waiter { changed, _kinds: kinds }
    }

    fn kind(&self, resource: &Arc<Resource>) -> Arc<Kind> {
        let mut kinds = lock(&self.0.kinds);
        let key = (resource.group.clone(), resource.kind.clone());
        if let Some(kind) = kinds.get(&key).and_then(Weak::upgrade) {
            return kind;
        }
        let kind = Arc::new(Kind { waiters: Mutex::default(), task: Mutex::new(None) });
        let scope = Scope { metadata_only: true, ..Scope::default() };
        let changes = follow(self.0.cluster.clone(), Arc::clone(resource), scope);
        let task = tokio::spawn(Kind::run(Arc::downgrade(&kind), changes));
        *lock(&kind.task) = Some(task);
        kinds.retain(|_, kind| kind.strong_count() > 0);
        kinds.insert(key, Arc::downgrade(&kind));
        kind
    }
}

impl Kind {
    async fn run(kind: Weak<Self>, mut changes: tokio::sync::mpsc::Receiver<Change>) {
        while let Some(change) = changes.recv().await {
            let Some(kind) = kind.upgrade() else { return };
            match change {
                Change::Applied(object) | Change::Deleted(object) => {
                    let text = |key| object.str_at(&["metadata", key]).unwrap_or_default().to_string();
                    kind.wake(&(text("namespace"), text("name")));
                }
                // A gap in history may hide any change.
                Change::Listed => kind.wake_all(),
                Change::Listing | Change::Failing(_) => {}
            }
        }
    }

    fn wake(&self, key: &(String, String)) {
        let mut waiters = lock(&self.waiters);
        if let Some(list) = waiters.get_mut(key) {
            wake_live(list);
            if list.is_empty() {
                waiters.remove(key);
            }
        }
    }

    fn wake_all(&self) {
        lock(&self.waiters).retain(|_, list| {
            wake_live(list);
            !list.is_empty()
        });
    }
}

fn wake_live(list: &mut Vec<Weak<Notify>>) {
    list.retain(|waiter| match waiter.upgrade() {
        Some(waiter) => {
            waiter.notify_one();
            true
        }
        None => false,
    });
}

impl Drop for Kind {
    fn drop(&mut self) {
        if let Some(task) = lock(&self.task).take() {
            task.abort();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
