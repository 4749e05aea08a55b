//! Custom resource definitions: what they define is served at once.

use weir_yaml::{Map, Value};

use crate::apply::Managers;
use crate::rest::{State, Writer, remove, table_of};
use crate::store::{Object, ObjectKey};
use crate::time;

/// Serves what the definition defines, and says so in its status.
pub(crate) fn written(state: &mut State, writer: &Writer<'_>, object: &Object) {
    state.registry.add_definition(&object.value);
    let status = status(&object.value, writer.now);
    if object.value.get("status") == Some(&status) {
        return;
    }
    let mut value = object.value.clone();
    value.set_at(&["status"], status);
    let inner = Writer { subresource: "status", manager: "kube-apiserver".to_owned(), ..writer.clone() };
    let managers: Managers = object.managers.after_update(
        inner.subject(),
        Some(&object.value),
        &writer.kind.empty,
        &value,
        &inner.manager,
    );
    state.store.put(&table_of(writer.kind), &object.key(), Object::new(value, managers));
}

fn status(definition: &Value, now: i64) -> Value {
    let condition = |kind: &str, reason: &str, message: &str| {
        let old = definition.at(&["status", "conditions"]).and_then(Value::as_list).unwrap_or_default();
        let before = old.iter().find(|one| one.str_at(&["type"]) == Some(kind));
        let since = before
            .and_then(|one| one.str_at(&["lastTransitionTime"]))
            .map_or_else(|| time::rfc3339(now), str::to_owned);
        Value::from([
            ("lastTransitionTime", since.as_str()),
            ("message", message),
            ("reason", reason),
            ("status", "True"),
            ("type", kind),
        ])
    };
    let versions = definition.at(&["spec", "versions"]).and_then(Value::as_list).unwrap_or_default();
    let stored = versions.iter().filter(|one| one.get("storage").and_then(Value::as_bool) == Some(true));
    let mut all: Vec<Value> =
        definition.at(&["status", "storedVersions"]).and_then(Value::as_list).unwrap_or_default().to_vec();
    for name in stored.filter_map(|one| one.get("name")) {
        if !all.contains(name) {
            all.push(name.clone());
        }
    }
    let mut out = Map::new();
    out.insert("acceptedNames", definition.at(&["spec", "names"]).cloned().unwrap_or_default());
    out.insert(
        "conditions",
        vec![
            condition("NamesAccepted", "NoConflicts", "no conflicts found"),
            condition("Established", "InitialNamesAccepted", "the initial names have been accepted"),
        ],
    );
    out.insert("storedVersions", all);
    Value::Map(out)
}

/// Ends what the definition defined, and takes away its objects.
pub(crate) fn removed(state: &mut State, writer: &Writer<'_>, last: &Object) {
    let text = |path: &[&str]| last.value.str_at(path).unwrap_or("").to_owned();
    let (group, plural) = (text(&["spec", "group"]), text(&["spec", "names", "plural"]));
    let Some(kind) = state.registry.of_plural(&group, &plural).cloned() else { return };
    let keys: Vec<ObjectKey> = state
        .store
        .table(&table_of(&kind))
        .map_or_else(Vec::new, |table| table.list(None, None).map(|(key, _)| key.clone()).collect());
    let inner = Writer { kind: &kind, subresource: "", ..writer.clone() };
    for key in keys {
        remove(state, &inner, &key);
    }
    state.registry.remove_definition(&group, &plural);
}
