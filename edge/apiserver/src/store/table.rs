//! The objects of one kind and their recent changes.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use tokio::sync::watch;

use super::event::{Change, Event};
use super::{Object, ObjectKey};

/// So many changes are kept for watchers that come late.
const RING: usize = 2048;

/// The objects of one kind.
#[derive(Debug)]
pub(crate) struct Table {
    objects: BTreeMap<ObjectKey, Arc<Object>>,
    events: VecDeque<Arc<Event>>,
    /// Changes up to this revision are forgotten.
    forgotten: u64,
    /// Wakes watchers; carries the revision of the last change.
    latest: watch::Sender<u64>,
}

impl Table {
    pub(super) fn new(revision: u64) -> Self {
        Self {
            objects: BTreeMap::new(),
            events: VecDeque::new(),
            forgotten: revision.min(1),
            latest: watch::Sender::new(revision),
        }
    }

    /// How many objects it holds.
    pub(crate) fn len(&self) -> usize {
        self.objects.len()
    }

    /// The object of this key.
    pub(crate) fn get(&self, key: &ObjectKey) -> Option<&Arc<Object>> {
        self.objects.get(key)
    }

    /// The objects of a namespace, or all, sorted by key, from behind a key on.
    pub(crate) fn list<'a>(
        &'a self,
        namespace: Option<&'a str>,
        behind: Option<&ObjectKey>,
    ) -> impl Iterator<Item = (&'a ObjectKey, &'a Arc<Object>)> {
        use std::ops::Bound::{Excluded, Included, Unbounded};
        let first = ObjectKey::new(namespace.unwrap_or(""), "");
        let from = match behind {
            Some(key) if *key >= first => Excluded(key.clone()),
            _ => Included(first),
        };
        self.objects
            .range((from, Unbounded))
            .take_while(move |(key, _)| namespace.is_none_or(|namespace| *key.namespace == *namespace))
    }

    pub(super) fn put(&mut self, key: &ObjectKey, object: Arc<Object>) -> Option<Arc<Object>> {
        let before = self.objects.insert(key.clone(), Arc::clone(&object));
        let change = if before.is_some() { Change::Modified } else { Change::Added };
        self.remember(Event::new(change, object, before.clone()));
        before
    }

    pub(super) fn remove(&mut self, key: &ObjectKey, last: Arc<Object>) {
        let before = self.objects.remove(key);
        self.remember(Event::new(Change::Deleted, last, before));
    }

    fn remember(&mut self, event: Event) {
        if self.events.len() >= RING
            && let Some(old) = self.events.pop_front()
        {
            self.forgotten = old.revision();
        }
        let revision = event.revision();
        self.events.push_back(Arc::new(event));
        self.latest.send_replace(revision);
    }

    /// The changes after this revision; none if some of them are forgotten.
    pub(crate) fn since(&self, revision: u64) -> Option<Vec<Arc<Event>>> {
        if revision < self.forgotten {
            return None;
        }
        let start = self.events.partition_point(|event| event.revision() <= revision);
        Some(self.events.range(start..).cloned().collect())
    }

    /// Changes up to this revision are forgotten.
    pub(crate) fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// Tells of further changes.
    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.latest.subscribe()
    }
}
