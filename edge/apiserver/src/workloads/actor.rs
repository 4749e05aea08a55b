//! The hands of the simulated controllers.

use std::sync::Arc;

use weir_yaml::Value;

use crate::kinds::Kind;
use crate::rest::{DeleteOptions, Owners, State, Writer, delete, table_of};
use crate::store::{Object, ObjectKey};

/// Who writes what the controllers of the real cluster would write.
const MANAGER: &str = "kube-controller-manager";

/// The hands of the simulated controllers.
pub(super) struct Actor<'a> {
    /// Everything.
    pub(super) state: &'a mut State,
    /// The time.
    pub(super) now: i64,
    /// Images that never come up.
    pub(super) fail_images: &'a [String],
}

impl Actor<'_> {
    /// A kind in its preferred version.
    pub(super) fn kind(&self, group: &str, kind: &str) -> Option<Arc<Kind>> {
        self.state.registry.of_kind(group, kind).cloned()
    }

    /// An object.
    pub(super) fn get(&self, kind: &Kind, namespace: &str, name: &str) -> Option<Arc<Object>> {
        self.state.store.get(&table_of(kind), &ObjectKey::new(namespace, name)).cloned()
    }

    /// The objects of a kind that this one owns, and that are not about to go.
    pub(super) fn owned(&self, owner: &Object, kind: &Kind) -> Vec<Arc<Object>> {
        let table = table_of(kind);
        let all = self.state.store.dependents(owner.uid());
        all.iter()
            .filter(|(own, _)| *own == table)
            .filter_map(|(table, key)| self.state.store.get(table, key))
            .filter(|object| !object.is_terminating())
            .cloned()
            .collect()
    }

    fn writer<'k>(&self, kind: &'k Arc<Kind>, subresource: &'k str) -> Writer<'k> {
        Writer { kind, subresource, manager: MANAGER.to_owned(), now: self.now, dry_run: false }
    }

    /// Makes an object. What cannot be made is left: the next look tries again.
    pub(super) fn create(&mut self, kind: &Arc<Kind>, value: Value) -> Option<Arc<Object>> {
        let mut value = value;
        value.set_at(&["apiVersion"], Arc::clone(&kind.api_version));
        value.set_at(&["kind"], Arc::clone(&kind.gvk.kind));
        self.writer(kind, "").create(self.state, value, Owners::ByChange).ok()
    }

    /// Writes an object anew.
    pub(super) fn replace(
        &mut self,
        kind: &Arc<Kind>,
        old: &Arc<Object>,
        value: Value,
    ) -> Option<Arc<Object>> {
        self.writer(kind, "").replace(self.state, old, value, Owners::ByChange).ok()
    }

    /// Places a pod on a node; that is no change of what the pod should be.
    pub(super) fn bind(&mut self, kind: &Arc<Kind>, old: &Arc<Object>, value: Value) -> Option<Arc<Object>> {
        self.writer(kind, "binding").replace(self.state, old, value, Owners::Known(old.managers.clone())).ok()
    }

    /// Writes the status of an object anew, and with it what `metadata` this value has.
    pub(super) fn replace_status(
        &mut self,
        kind: &Arc<Kind>,
        old: &Arc<Object>,
        value: Value,
    ) -> Option<Arc<Object>> {
        self.writer(kind, "status").replace(self.state, old, value, Owners::ByChange).ok()
    }

    /// Deletes an object, and what it owns later.
    pub(super) fn delete(&mut self, kind: &Arc<Kind>, object: &Arc<Object>) {
        let writer = self.writer(kind, "");
        delete(self.state, &writer, object, &DeleteOptions::default());
    }

    /// Writes what the server itself still had to do with an object.
    pub(super) fn finalize(&mut self, kind: &Arc<Kind>, old: &Arc<Object>, value: Value) {
        // A failure leaves the object as it is; the next look tries again.
        _ = self.writer(kind, "finalize").replace(self.state, old, value, Owners::ByChange);
    }
}

/// The owner reference of a controller.
pub(super) fn controlled_by(kind: &Kind, owner: &Object) -> Value {
    let reference = Value::from([
        ("apiVersion", Value::from(&*kind.api_version)),
        ("kind", Value::from(&*kind.gvk.kind)),
        ("name", Value::from(owner.meta("name"))),
        ("uid", Value::from(owner.uid())),
        ("controller", Value::from(true)),
        ("blockOwnerDeletion", Value::from(true)),
    ]);
    Value::from(vec![reference])
}

/// A short text that stands for this value.
pub(super) fn hash(value: &Value) -> String {
    const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    let text = weir_yaml::to_json(value);
    let number =
        text.bytes().fold(0x811c_9dc5_u32, |all, byte| (all ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let digits = number.to_string();
    digits
        .bytes()
        .filter_map(|digit| LETTERS.get(usize::from(digit - b'0')))
        .map(|letter| char::from(*letter))
        .collect()
}

/// A number of the object.
pub(super) fn number(object: &Value, path: &[&str], missing: i64) -> i64 {
    object.at(path).and_then(Value::as_i64).unwrap_or(missing)
}
