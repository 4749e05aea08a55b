//! Who is to be worked on next: every key at most once at a time, now or at its hour.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::Instant;

/// A queue of keys. Cloning shares it.
pub(crate) struct Queue<K>(Arc<Shared<K>>);

struct Shared<K> {
    state: Mutex<State<K>>,
    changed: Notify,
}

struct State<K> {
    ready: VecDeque<K>,
    queued: HashSet<K>,
    /// When each waiting key is due; a key waits for its earliest hour only.
    hours: BTreeMap<(Instant, u64), K>,
    due: HashMap<K, (Instant, u64)>,
    active: HashMap<K, Active>,
    count: u64,
}

struct Active {
    again: bool,
    /// It waits for somebody else.
    waits: bool,
    interrupt: watch::Sender<Option<String>>,
}

/// Work on one key. It has to be given back.
pub(crate) struct Turn<K: Eq + Hash + Clone> {
    /// The key.
    pub(crate) key: K,
    /// Turns to the cause when something newer makes a wait pointless.
    pub(crate) interrupted: watch::Receiver<Option<String>>,
    queue: Queue<K>,
}

/// A turn that waits; dropped when the wait is over.
pub(crate) struct Wait<'a, K: Eq + Hash + Clone>(&'a Turn<K>);

impl<K> Clone for Queue<K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K: Eq + Hash + Clone> Queue<K> {
    pub(crate) fn new() -> Self {
        let state = State {
            ready: VecDeque::new(),
            queued: HashSet::new(),
            hours: BTreeMap::new(),
            due: HashMap::new(),
            active: HashMap::new(),
            count: 0,
        };
        Self(Arc::new(Shared { state: Mutex::new(state), changed: Notify::new() }))
    }

    fn state(&self) -> MutexGuard<'_, State<K>> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Works on the key as soon as possible; after the current turn if it has one.
    pub(crate) fn add(&self, key: K) {
        self.state().add(key);
        self.0.changed.notify_one();
    }

    /// The same, and the current turn is told to stop waiting.
    pub(crate) fn preempt(&self, key: K, cause: &str) {
        let mut state = self.state();
        if let Some(active) = state.active.get(&key) {
            active.interrupt.send_replace(Some(cause.to_string()));
        }
        state.add(key);
        drop(state);
        self.0.changed.notify_one();
    }

    /// Works on the key after this time, or earlier if something asks for it.
    pub(crate) fn add_after(&self, key: K, pause: Duration) {
        self.state().add_at(key, Instant::now() + pause);
        self.0.changed.notify_one();
    }

    /// Forgets the key's hour.
    pub(crate) fn forget(&self, key: &K) {
        self.state().cancel(key);
    }

    /// True if nothing is worked on or ready to be; turns that wait do not count.
    pub(crate) fn is_idle(&self) -> bool {
        let state = self.state();
        state.ready.is_empty() && !state.is_busy()
    }

    /// True if something is worked on; turns that wait do not count.
    pub(crate) fn is_busy(&self) -> bool {
        self.state().is_busy()
    }

    /// The next turn.
    pub(crate) async fn next(&self) -> Turn<K> {
        loop {
            let hour = {
                let mut state = self.state();
                state.ripen(Instant::now());
                if let Some(key) = state.ready.pop_front() {
                    state.queued.remove(&key);
                    let (interrupt, interrupted) = watch::channel(None);
                    state.active.insert(key.clone(), Active { again: false, waits: false, interrupt });
                    return Turn { key, interrupted, queue: self.clone() };
                }
                state.hours.keys().next().map(|(at, _)| *at)
            };
            let changed = self.0.changed.notified();
            match hour {
                Some(hour) => {
                    tokio::select! {
                        () = changed => {}
                        () = tokio::time::sleep_until(hour) => {}
                    }
                }
                None => changed.await,
            }
        }
    }

    fn give_back(&self, key: &K) {
        let mut state = self.state();
        if state.active.remove(key).is_some_and(|active| active.again) {
            state.add(key.clone());
        }
        drop(state);
        self.0.changed.notify_one();
    }
}

impl<K: Eq + Hash + Clone> State<K> {
    fn is_busy(&self) -> bool {
        self.active.values().any(|active| !active.waits)
    }

    fn add(&mut self, key: K) {
        self.cancel(&key);
        if let Some(active) = self.active.get_mut(&key) {
            active.again = true;
        } else if self.queued.insert(key.clone()) {
            self.ready.push_back(key);
        }
    }

    fn add_at(&mut self, key: K, at: Instant) {
        if self.due.get(&key).is_some_and(|(hour, _)| *hour <= at) {
            return;
        }
        self.cancel(&key);
        self.count += 1;
        self.hours.insert((at, self.count), key.clone());
        self.due.insert(key, (at, self.count));
    }

    fn cancel(&mut self, key: &K) {
        if let Some(hour) = self.due.remove(key) {
            self.hours.remove(&hour);
        }
    }

    fn ripen(&mut self, now: Instant) {
        while let Some(entry) = self.hours.first_entry() {
            if entry.key().0 > now {
                return;
            }
            let key = entry.remove();
            self.due.remove(&key);
            self.add(key);
        }
    }
}

impl<K: Eq + Hash + Clone> Turn<K> {
    /// Says that this turn waits for somebody else, until what is given is dropped.
    pub(crate) fn wait(&self) -> Wait<'_, K> {
        self.set_waits(true);
        Wait(self)
    }

    fn set_waits(&self, waits: bool) {
        if let Some(active) = self.queue.state().active.get_mut(&self.key) {
            active.waits = waits;
        }
    }
}

impl<K: Eq + Hash + Clone> Drop for Wait<'_, K> {
    fn drop(&mut self) {
        self.0.set_waits(false);
    }
}

impl<K: Eq + Hash + Clone> Drop for Turn<K> {
    fn drop(&mut self) {
        self.queue.give_back(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_key_is_worked_on_once_at_a_time() {
        let queue = Queue::new();
        queue.add("a");
        queue.add("a");
        let turn = queue.next().await;
        assert_eq!(turn.key, "a");
        queue.preempt("a", "newer");
        assert_eq!(turn.interrupted.borrow().as_deref(), Some("newer"));
        queue.add("b");
        assert_eq!(queue.next().await.key, "b");
        drop(turn);
        assert_eq!(queue.next().await.key, "a");
        assert!(queue.is_idle());
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_is_not_busy() {
        let queue = Queue::new();
        queue.add("a");
        let turn = queue.next().await;
        assert!(!queue.is_idle());
        let wait = turn.wait();
        assert!(queue.is_idle());
        queue.add("b");
        assert!(!queue.is_idle());
        drop(queue.next().await);
        drop(wait);
        assert!(!queue.is_idle());
    }

    #[tokio::test(start_paused = true)]
    async fn keys_come_at_their_earliest_hour() {
        let queue = Queue::new();
        queue.add_after("late", Duration::from_secs(60));
        queue.add_after("soon", Duration::from_secs(5));
        queue.add_after("late", Duration::from_secs(1));
        let start = Instant::now();
        assert_eq!(queue.next().await.key, "late");
        assert_eq!(start.elapsed().as_secs(), 1);
        assert_eq!(queue.next().await.key, "soon");
        queue.add_after("never", Duration::from_secs(1));
        queue.forget(&"never");
        assert!(tokio::time::timeout(Duration::from_secs(60), queue.next()).await.is_err());
    }
}
