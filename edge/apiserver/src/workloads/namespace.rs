//! Namespaces: what each has from the start, and how one ends.

use std::sync::Arc;

use weir_yaml::Value;

use super::actor::Actor;
use crate::store::{Object, ObjectKey, TableName};

/// Looks at a namespace.
pub(super) fn look(actor: &mut Actor<'_>, object: &Arc<Object>) {
    if object.is_terminating() { end(actor, object) } else { furnish(actor, object.meta("name")) }
}

/// Puts in what every namespace has.
fn furnish(actor: &mut Actor<'_>, namespace: &str) {
    for (kind, name, data) in [("ServiceAccount", "default", false), ("ConfigMap", "kube-root-ca.crt", true)]
    {
        let Some(kind) = actor.kind("", kind) else { continue };
        if actor.get(&kind, namespace, name).is_some() {
            continue;
        }
        let mut value = Value::from([("metadata", Value::from([("name", name), ("namespace", namespace)]))]);
        if data {
            value.set_at(&["data", "ca.crt"], "");
            let note = "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints \
                 such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across \
                 distributions of Kubernetes clusters.";
            value.set_at(&["metadata", "annotations", "kubernetes.io/description"], note);
        }
        actor.create(&kind, value);
    }
}

/// Deletes what is in the namespace, and the namespace itself when all is gone.
fn end(actor: &mut Actor<'_>, object: &Arc<Object>) {
    let namespace = object.meta("name");
    for (table, key) in content(actor, namespace) {
        let Some(kind) = actor.state.registry.of_plural(&table.0, &table.1).cloned() else { continue };
        let Some(inner) = actor.state.store.get(&table, &key).cloned() else { continue };
        if !inner.is_terminating() {
            actor.delete(&kind, &inner);
        }
    }
    if !content(actor, namespace).is_empty() {
        return;
    }
    let Some(kind) = actor.kind("", "Namespace") else { return };
    if let Some(current) = actor.get(&kind, "", namespace) {
        let mut value = current.value.clone();
        value.remove_at(&["spec", "finalizers"]);
        actor.finalize(&kind, &current, value);
    }
}

fn content(actor: &Actor<'_>, namespace: &str) -> Vec<(TableName, ObjectKey)> {
    let tables = actor.state.store.tables();
    let found = tables.into_iter().flat_map(|(name, table)| {
        table.list(Some(namespace), None).map(move |(key, _)| (name.clone(), key.clone()))
    });
    found.filter(|(_, key)| !key.namespace.is_empty()).collect()
}
