//! What is known of every unit without asking: just enough to know whom to wake.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use weir_delivery::{SourceId, UnitId};
use weir_yaml::Value;

use super::KIND;

/// What matters of a unit for others and for waking it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    deleting: bool,
    suspended: bool,
    ready: bool,
    applied: String,
    source: SourceId,
    depends_on: Vec<UnitId>,
}

/// All units.
#[derive(Default)]
pub(super) struct Index {
    units: Mutex<HashMap<UnitId, Entry>>,
    /// The revision that each unit has picked up last: news of that very one are no news to it. Nothing for a unit
    /// whose turn has begun and that will pick up the newest.
    picked_up: Mutex<HashMap<UnitId, Option<String>>>,
}

impl Index {
    fn units(&self) -> MutexGuard<'_, HashMap<UnitId, Entry>> {
        self.units.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn picked_up(&self) -> MutexGuard<'_, HashMap<UnitId, Option<String>>> {
        self.picked_up.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a unit is about to look at its source.
    pub(super) fn begin(&self, unit: &UnitId) {
        self.picked_up().insert(unit.clone(), None);
    }

    /// Notes that a unit works with this revision of its source.
    pub(super) fn pick_up(&self, unit: &UnitId, revision: &str) {
        self.picked_up().insert(unit.clone(), Some(revision.to_string()));
    }

    /// Notes that a turn is over: a unit that has not looked at its source has to be told of news again.
    pub(super) fn end(&self, unit: &UnitId) {
        let mut picked_up = self.picked_up();
        if picked_up.get(unit).is_some_and(Option::is_none) {
            picked_up.remove(unit);
        }
    }

    /// Takes in a unit as it is now. Gives the units that may have waited for this.
    pub(super) fn set(&self, unit: &UnitId, entry: Entry) -> Vec<UnitId> {
        let mut units = self.units();
        let before = units.insert(unit.clone(), entry.clone());
        let is_new = before.is_none();
        let turned_ready =
            entry.ready && before.is_none_or(|before| !before.ready || before.applied != entry.applied);
        // Who found it missing says so; that is no longer true.
        if turned_ready || is_new { dependants(&units, unit) } else { Vec::new() }
    }

    pub(super) fn remove(&self, unit: &UnitId) {
        self.units().remove(unit);
        self.picked_up().remove(unit);
    }

    /// The units that read a source and have not picked up this revision of it.
    pub(super) fn readers(&self, source: &SourceId, revision: &str) -> Vec<UnitId> {
        let mut readers: Vec<_> = self
            .units()
            .iter()
            .filter(|(_, entry)| entry.source == *source && !entry.suspended && !entry.deleting)
            .map(|(unit, _)| unit.clone())
            .collect();
        let picked_up = self.picked_up();
        readers.retain(|unit| match picked_up.get(unit) {
            None => true,
            Some(None) => false,
            Some(Some(own)) => own != revision,
        });
        readers.sort();
        readers
    }
}

fn dependants(units: &HashMap<UnitId, Entry>, unit: &UnitId) -> Vec<UnitId> {
    let mut all: Vec<_> = units
        .iter()
        .filter(|(_, entry)| entry.depends_on.contains(unit))
        .map(|(dependant, _)| dependant.clone())
        .collect();
    all.sort();
    all
}

impl Entry {
    /// Reads what matters from the resource.
    pub(super) fn of(object: &Value) -> Self {
        let text = |path: &[&str]| object.str_at(path).unwrap_or_default().to_string();
        let flag = |path: &[&str]| object.at(path).and_then(Value::as_bool).unwrap_or(false);
        let generation = object.at(&["metadata", "generation"]).and_then(Value::as_i64).unwrap_or(0);
        let namespace = text(&["metadata", "namespace"]);
        let or_own = |given: String| if given.is_empty() { namespace.clone() } else { given };
        let depends_on = object.at(&["spec", "dependsOn"]).and_then(Value::as_list).unwrap_or_default();
        Self {
            deleting: object.at(&["metadata", "deletionTimestamp"]).is_some(),
            suspended: flag(&["spec", "suspend"]),
            ready: is_ready(object, generation),
            applied: text(&["status", "lastAppliedRevision"]),
            source: SourceId {
                kind: text(&["spec", "sourceRef", "kind"]),
                namespace: or_own(text(&["spec", "sourceRef", "namespace"])),
                name: text(&["spec", "sourceRef", "name"]),
            },
            depends_on: depends_on
                .iter()
                .map(|dependency| UnitId {
                    namespace: or_own(dependency.str_at(&["namespace"]).unwrap_or_default().to_string()),
                    name: dependency.str_at(&["name"]).unwrap_or_default().to_string(),
                })
                .collect(),
        }
    }

    pub(super) fn source(&self) -> &SourceId {
        &self.source
    }

    pub(super) fn ready(&self) -> bool {
        self.ready
    }

    pub(super) fn applied(&self) -> Option<String> {
        Some(self.applied.clone()).filter(|applied| !applied.is_empty())
    }
}

/// Ready, and for the spec as it is now.
fn is_ready(object: &Value, generation: i64) -> bool {
    debug_assert!(object.str_at(&["kind"]).is_none_or(|kind| kind == KIND));
    let observed = object.at(&["status", "observedGeneration"]).and_then(Value::as_i64);
    let conditions = object.at(&["status", "conditions"]).and_then(Value::as_list).unwrap_or_default();
    observed == Some(generation)
        && conditions.iter().any(|condition| {
            condition.str_at(&["type"]) == Some("Ready") && condition.str_at(&["status"]) == Some("True")
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::key;

    fn unit(name: &str, generation: i64, ready: bool, depends_on: &str) -> (UnitId, Entry) {
        let status = if ready { "True" } else { "False" };
        let text = format!(
            r#"{{"kind":"Kustomization","metadata":{{"name":"{name}","namespace":"a","generation":{generation}}},
            "spec":{{"sourceRef":{{"kind":"GitRepository","name":"s"}},"dependsOn":[{{"name":"{depends_on}"}}]}},
            "status":{{"observedGeneration":{generation},"conditions":[{{"type":"Ready","status":"{status}"}}]}}}}"#
        );
        let object = weir_yaml::from_json(text.as_bytes()).unwrap();
        (key(&object), Entry::of(&object))
    }

    #[test]
    fn readiness_calls_dependants_once() {
        let index = Index::default();
        let (a, unready) = unit("a", 1, false, "none");
        let (b, entry) = unit("b", 1, false, "a");
        assert!(index.set(&a, unready.clone()).is_empty());
        index.set(&b, entry);
        let (_, ready) = unit("a", 1, true, "none");
        assert_eq!(index.set(&a, ready.clone()), std::slice::from_ref(&b));
        assert!(index.set(&a, ready).is_empty());
        assert!(index.set(&a, unready).is_empty());
        let source = SourceId { kind: "GitRepository".into(), namespace: "a".into(), name: "s".into() };
        index.pick_up(&a, "r1");
        assert_eq!(index.readers(&source, "r1"), std::slice::from_ref(&b));
        index.begin(&b);
        assert_eq!(index.readers(&source, "r2"), std::slice::from_ref(&a));
        index.end(&b);
        assert_eq!(index.readers(&source, "r2"), [a, b]);
    }
}
