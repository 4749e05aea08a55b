//! Garbage: objects whose owners are gone, and owners that wait for their dependents.

use std::sync::Arc;

use weir_yaml::Value;

use super::actor::Actor;
use crate::kinds::Kind;
use crate::rest::{FOREGROUND, ORPHAN, table_of};
use crate::store::{Object, ObjectKey};

/// Does what ownership asks for. True if nothing else is to be done with the object.
pub(super) fn look(actor: &mut Actor<'_>, kind: &Arc<Kind>, object: &Arc<Object>) -> bool {
    if object.is_terminating() {
        if object.finalizers().any(|one| one == ORPHAN) {
            orphan(actor, kind, object);
            return true;
        }
        if object.finalizers().any(|one| one == FOREGROUND) {
            foreground(actor, kind, object);
            return true;
        }
        return false;
    }
    if object.owner_uids().is_empty() || owner_lives(actor, object) {
        return false;
    }
    actor.delete(kind, object);
    true
}

/// True if one of the owners is there, or its kind is unknown.
fn owner_lives(actor: &Actor<'_>, object: &Object) -> bool {
    let list = object.value.at(&["metadata", "ownerReferences"]).and_then(Value::as_list).unwrap_or_default();
    list.iter().any(|owner| {
        let text = |key: &str| owner.str_at(&[key]).unwrap_or("");
        let (group, _) = weir_manifest::split_api_version(text("apiVersion"));
        let Some(kind) = actor.state.registry.of_kind(group, text("kind")) else { return true };
        let namespace = if kind.namespaced { object.meta("namespace") } else { "" };
        let key = ObjectKey::new(namespace, text("name"));
        actor.state.store.get(&table_of(kind), &key).is_some_and(|found| found.uid() == text("uid"))
    })
}

fn without_finalizer(object: &Object, finalizer: &str) -> Value {
    let mut value = object.value.clone();
    let left: Vec<Value> = object.finalizers().filter(|one| *one != finalizer).map(Value::from).collect();
    if left.is_empty() {
        value.remove_at(&["metadata", "finalizers"]);
    } else {
        value.set_at(&["metadata", "finalizers"], left);
    }
    value
}

fn dependents(actor: &Actor<'_>, object: &Object) -> Vec<(Arc<Kind>, Arc<Object>)> {
    let all = actor.state.store.dependents(object.uid());
    all.iter()
        .filter_map(|(table, key)| {
            let kind = actor.state.registry.of_plural(&table.0, &table.1)?;
            Some((Arc::clone(kind), Arc::clone(actor.state.store.get(table, key)?)))
        })
        .collect()
}

/// Cuts the dependents loose, then lets the owner go.
fn orphan(actor: &mut Actor<'_>, kind: &Arc<Kind>, object: &Arc<Object>) {
    for (kind, dependent) in dependents(actor, object) {
        let mut value = dependent.value.clone();
        let references =
            value.at(&["metadata", "ownerReferences"]).and_then(Value::as_list).unwrap_or_default();
        let left: Vec<Value> =
            references.iter().filter(|one| one.str_at(&["uid"]) != Some(object.uid())).cloned().collect();
        if left.is_empty() {
            value.remove_at(&["metadata", "ownerReferences"]);
        } else {
            value.set_at(&["metadata", "ownerReferences"], left);
        }
        actor.replace(&kind, &dependent, value);
    }
    actor.replace(kind, object, without_finalizer(object, ORPHAN));
}

/// Deletes the dependents, and lets the owner go when those that block it are gone.
fn foreground(actor: &mut Actor<'_>, kind: &Arc<Kind>, object: &Arc<Object>) {
    for (kind, dependent) in dependents(actor, object) {
        if !dependent.is_terminating() {
            actor.delete(&kind, &dependent);
        }
    }
    let blocked = dependents(actor, object).iter().any(|(_, dependent)| {
        let list =
            dependent.value.at(&["metadata", "ownerReferences"]).and_then(Value::as_list).unwrap_or_default();
        list.iter().any(|one| {
            one.str_at(&["uid"]) == Some(object.uid())
                && one.get("blockOwnerDeletion").and_then(Value::as_bool) == Some(true)
        })
    });
    if !blocked && let Some(current) = actor.get(kind, object.meta("namespace"), object.meta("name")) {
        actor.replace(kind, &current, without_finalizer(&current, FOREGROUND));
    }
}
