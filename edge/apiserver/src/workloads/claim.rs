//! Claims for storage: a volume is made for each, and both are bound.

use std::sync::Arc;

use weir_yaml::{Map, Value};

use super::actor::Actor;
use crate::kinds::Kind;
use crate::rest::State;
use crate::store::Object;

const DEFAULT_CLASS: &str = "storageclass.kubernetes.io/is-default-class";

/// What a new claim gets: the default class, if it names none.
pub(super) fn new_claim(state: &State, value: &mut Value) {
    value.set_at(&["status", "phase"], "Pending");
    let finalizers =
        value.at(&["metadata", "finalizers"]).and_then(Value::as_list).unwrap_or_default().to_vec();
    if value.at(&["spec", "storageClassName"]).is_some() {
        return;
    }
    value.set_at(&["metadata", "finalizers"], finalizers.clone());
    if finalizers.is_empty() {
        value.remove_at(&["metadata", "finalizers"]);
    }
    let table = ("storage.k8s.io".into(), "storageclasses".into());
    let class = state.store.table(&table).and_then(|table| {
        let mut classes = table.list(None, None);
        classes.find(|(_, class)| {
            class.value.str_at(&["metadata", "annotations", DEFAULT_CLASS]) == Some("true")
        })
    });
    if let Some((key, _)) = class {
        value.set_at(&["spec", "storageClassName"], &*key.name);
    }
}

/// Looks at a claim.
pub(super) fn look(actor: &mut Actor<'_>, kind: &Arc<Kind>, object: &Arc<Object>) {
    if object.value.str_at(&["status", "phase"]) == Some("Bound") {
        return;
    }
    let Some(volume_kind) = actor.kind("", "PersistentVolume") else { return };
    let named = object.value.str_at(&["spec", "volumeName"]).unwrap_or("").to_owned();
    let volume = if named.is_empty() { format!("pvc-{}", object.uid()) } else { named };
    if actor.get(&volume_kind, "", &volume).is_none() {
        actor.create(&volume_kind, volume_for(object, &volume));
    }
    let mut value = object.value.clone();
    value.set_at(&["spec", "volumeName"], volume.as_str());
    for key in ["pv.kubernetes.io/bind-completed", "pv.kubernetes.io/bound-by-controller"] {
        value.set_at(&["metadata", "annotations", key], "yes");
    }
    let Some(object) = actor.replace(kind, object, value) else { return };
    let mut value = object.value.clone();
    let storage = object.value.at(&["spec", "resources", "requests", "storage"]).cloned().unwrap_or_default();
    let mut status = Map::new();
    status.insert("accessModes", object.value.at(&["spec", "accessModes"]).cloned().unwrap_or_default());
    status.insert("capacity", Value::from([("storage", storage)]));
    status.insert("phase", "Bound");
    value.set_at(&["status"], status);
    actor.replace_status(kind, &object, value);
}

fn volume_for(claim: &Object, name: &str) -> Value {
    let of_claim = |path: &[&str]| claim.value.at(path).cloned().unwrap_or_default();
    let reference = Value::from([
        ("apiVersion", Value::from("v1")),
        ("kind", Value::from("PersistentVolumeClaim")),
        ("name", Value::from(claim.meta("name"))),
        ("namespace", Value::from(claim.meta("namespace"))),
        ("resourceVersion", Value::from(claim.meta("resourceVersion"))),
        ("uid", Value::from(claim.uid())),
    ]);
    let mut volume = Value::Map(Map::new());
    volume.set_at(&["metadata", "name"], name);
    volume.set_at(&["metadata", "annotations", "pv.kubernetes.io/provisioned-by"], "sandbox.weir.dev/memory");
    volume.set_at(&["spec", "accessModes"], of_claim(&["spec", "accessModes"]));
    volume.set_at(&["spec", "capacity", "storage"], of_claim(&["spec", "resources", "requests", "storage"]));
    volume.set_at(&["spec", "claimRef"], reference);
    volume.set_at(&["spec", "hostPath", "path"], format!("/sandbox/{name}"));
    volume.set_at(&["spec", "persistentVolumeReclaimPolicy"], "Delete");
    if claim.value.at(&["spec", "storageClassName"]).is_some() {
        volume.set_at(&["spec", "storageClassName"], of_claim(&["spec", "storageClassName"]));
    }
    volume
}

/// Looks at a volume: bound while its claim is there, gone with it if it was made for it.
pub(super) fn look_at_volume(actor: &mut Actor<'_>, kind: &Arc<Kind>, object: &Arc<Object>) {
    let Some(claim_kind) = actor.kind("", "PersistentVolumeClaim") else { return };
    let text = |path: &[&str]| object.value.str_at(path).unwrap_or("").to_owned();
    let name = text(&["spec", "claimRef", "name"]);
    let claim = actor.get(&claim_kind, &text(&["spec", "claimRef", "namespace"]), &name);
    let phase = match (name.is_empty(), claim) {
        (true, _) => "Available",
        (false, Some(_)) => "Bound",
        (false, None) if text(&["spec", "persistentVolumeReclaimPolicy"]) == "Delete" => {
            actor.delete(kind, object);
            return;
        }
        (false, None) => "Released",
    };
    let mut value = object.value.clone();
    value.set_at(&["status", "phase"], phase);
    actor.replace_status(kind, object, value);
}
