//! What the real server's admission and storage do to objects of certain kinds, and what follows from a write.

use std::sync::Arc;

use weir_yaml::Value;

use super::State;
use super::table_of;
use super::write::Writer;
use crate::kinds::Kind;
use crate::problem::Problem;
use crate::store::{Object, ObjectKey};
use crate::workloads;

/// What a new object gets.
pub(super) fn new_object(
    state: &mut State,
    kind: &Kind,
    value: &mut Value,
    dry_run: bool,
) -> Result<(), Problem> {
    match (&*kind.gvk.group, &*kind.gvk.kind) {
        ("", "Namespace") => {
            value.set_at(&["spec", "finalizers"], Value::from(vec![Value::from("kubernetes")]));
            value.set_at(&["status", "phase"], "Active");
            let name = value.str_at(&["metadata", "name"]).unwrap_or("").to_owned();
            value.set_at(&["metadata", "labels", "kubernetes.io/metadata.name"], name);
        }
        ("", "Service") => {
            if let Some(cause) = workloads::check_address(state, value) {
                let name = value.str_at(&["metadata", "name"]).unwrap_or("");
                return Err(Problem::invalid(kind, name, vec![cause]));
            }
            workloads::allocate_addresses(state, value, None, dry_run)?;
        }
        ("", "Pod") => workloads::new_pod(value),
        ("", "PersistentVolumeClaim") => workloads::new_claim(state, value),
        ("", "PersistentVolume") => value.set_at(&["status", "phase"], "Pending"),
        ("batch", "Job") => workloads::new_job(value),
        ("apps", "DaemonSet") => {
            value.set_at(&["metadata", "annotations", "deprecated.daemonset.template.generation"], "1");
        }
        _ => {}
    }
    Ok(())
}

/// What a changed object gets.
pub(super) fn changed_object(
    state: &mut State,
    kind: &Kind,
    subresource: &str,
    old: &Object,
    value: &mut Value,
    dry_run: bool,
) -> Result<(), Problem> {
    match (&*kind.gvk.group, &*kind.gvk.kind) {
        ("", "Service") if subresource.is_empty() => {
            workloads::allocate_addresses(state, value, Some(&old.value), dry_run)?
        }
        ("", "Namespace") if subresource.is_empty() => {
            if let Some(finalizers) = old.value.at(&["spec", "finalizers"]) {
                value.set_at(&["spec", "finalizers"], finalizers.clone());
            }
        }
        _ => {}
    }
    Ok(())
}

/// What follows from a write.
pub(super) fn after(state: &mut State, writer: &Writer<'_>, old: Option<&Object>, object: &Arc<Object>) {
    let table = table_of(writer.kind);
    if writer.kind.is("apiextensions.k8s.io", "CustomResourceDefinition") {
        crate::definitions::written(state, writer, object);
    }
    workloads::written(state, writer.kind, old, object);
    state.wake(table, object.key());
    let key = object.key();
    for owner in object.owner_references() {
        state.wake_owner(&key.namespace, &owner);
    }
    if let Some(old) = old
        && object.is_terminating()
        && old.finalizers().count() != object.finalizers().count()
    {
        state.wake_namespace(&key.namespace);
    }
}

/// What follows when an object is gone.
pub(super) fn gone(state: &mut State, writer: &Writer<'_>, last: &Object) {
    if writer.kind.is("apiextensions.k8s.io", "CustomResourceDefinition") {
        crate::definitions::removed(state, writer, last);
    }
    if writer.kind.is("", "Service") {
        workloads::release_addresses(state, &last.value);
    }
    state.wake_namespace(last.meta("namespace"));
    workloads::gone(state, writer.kind, last);
}

impl State {
    /// Asks for a look at this owner.
    pub(super) fn wake_owner(&mut self, namespace: &str, owner: &(Arc<str>, Arc<str>, Arc<str>)) {
        let (api_version, kind, name) = owner;
        let (group, _) = weir_manifest::split_api_version(api_version);
        let Some(kind) = self.registry.of_kind(group, kind).cloned() else { return };
        let namespace = if kind.namespaced { namespace } else { "" };
        self.wake(table_of(&kind), ObjectKey::new(namespace, name));
    }

    /// Asks for a look at this namespace, if it is about to go.
    pub(super) fn wake_namespace(&mut self, namespace: &str) {
        if namespace.is_empty() {
            return;
        }
        let table: (Arc<str>, Arc<str>) = ("".into(), "namespaces".into());
        let key = ObjectKey::new("", namespace);
        if self.store.get(&table, &key).is_some_and(|object| object.is_terminating()) {
            self.wake(table, key);
        }
    }
}
