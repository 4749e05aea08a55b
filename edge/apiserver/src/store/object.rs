//! One stored object.

use std::borrow::Cow;
use std::sync::Arc;

use weir_yaml::{Value, to_json};

use crate::apply::Managers;
use crate::convert::in_version;

/// Namespace and name; the namespace of cluster-wide objects is empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ObjectKey {
    /// The namespace, or empty.
    pub(crate) namespace: Arc<str>,
    /// The name.
    pub(crate) name: Arc<str>,
}

impl ObjectKey {
    /// From its parts.
    pub(crate) fn new(namespace: &str, name: &str) -> Self {
        Self { namespace: namespace.into(), name: name.into() }
    }
}

/// A stored object. Its value does not hold `metadata.managedFields`: the book stands beside it.
#[derive(Debug, Clone)]
pub(crate) struct Object {
    /// Everything else.
    pub(crate) value: Value,
    /// Who owns which field.
    pub(crate) managers: Managers,
    revision: u64,
}

impl Object {
    /// A new object without a revision.
    pub(crate) fn new(value: Value, managers: Managers) -> Self {
        Self { value, managers, revision: 0 }
    }

    /// The revision of its last change.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    pub(super) fn set_revision(&mut self, revision: u64) {
        self.revision = revision;
        self.value.set_at(&["metadata", "resourceVersion"], revision.to_string());
    }

    /// The text below `metadata`, or empty.
    pub(crate) fn meta(&self, key: &str) -> &str {
        self.value.str_at(&["metadata", key]).unwrap_or("")
    }

    /// Its uid.
    pub(crate) fn uid(&self) -> &str {
        self.meta("uid")
    }

    /// Its key.
    pub(crate) fn key(&self) -> ObjectKey {
        ObjectKey::new(self.meta("namespace"), self.meta("name"))
    }

    /// True if somebody asked to delete it.
    pub(crate) fn is_terminating(&self) -> bool {
        self.value.at(&["metadata", "deletionTimestamp"]).is_some_and(|time| !time.is_null())
    }

    /// What must be done before it goes.
    pub(crate) fn finalizers(&self) -> impl Iterator<Item = &str> {
        let list = self.value.at(&["metadata", "finalizers"]).and_then(Value::as_list).unwrap_or_default();
        list.iter().filter_map(Value::as_str)
    }

    /// As if nothing had been written.
    pub(crate) fn keep_revision(&mut self, old: &Self) {
        self.set_revision(old.revision);
    }

    /// The uids of its owners.
    pub(crate) fn owner_uids(&self) -> Vec<Arc<str>> {
        let list =
            self.value.at(&["metadata", "ownerReferences"]).and_then(Value::as_list).unwrap_or_default();
        list.iter().filter_map(|owner| owner.str_at(&["uid"])).map(Arc::from).collect()
    }

    /// Version, kind and name of its owners.
    pub(crate) fn owner_references(&self) -> Vec<(Arc<str>, Arc<str>, Arc<str>)> {
        let list =
            self.value.at(&["metadata", "ownerReferences"]).and_then(Value::as_list).unwrap_or_default();
        let text = |owner: &Value, key: &str| Arc::from(owner.str_at(&[key]).unwrap_or(""));
        list.iter()
            .map(|owner| (text(owner, "apiVersion"), text(owner, "kind"), text(owner, "name")))
            .collect()
    }

    /// The whole object, in the words of this version.
    pub(crate) fn whole(&self, api_version: &str) -> Value {
        let mut value = in_version(&self.value, api_version).into_owned();
        if let Some(managed) = self.managers.to_value() {
            value.set_at(&["metadata", "managedFields"], managed);
        }
        value
    }

    /// The same object, in the words of this version.
    pub(crate) fn converted(self: &Arc<Self>, api_version: &str) -> Arc<Self> {
        match in_version(&self.value, api_version) {
            Cow::Borrowed(_) => Arc::clone(self),
            Cow::Owned(value) => {
                Arc::new(Self { value, managers: self.managers.clone(), revision: self.revision })
            }
        }
    }

    /// Appends the JSON text of the whole object.
    pub(crate) fn write_json(&self, api_version: &str, out: &mut String) {
        let value = in_version(&self.value, api_version);
        let Some(map) = value.as_map() else { return };
        out.push('{');
        for (at, (key, value)) in map.sorted().into_iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            out.push('"');
            out.push_str(key);
            out.push_str("\":");
            match key.as_str() {
                "metadata" => self.write_metadata(value, out),
                _ => out.push_str(&to_json(value)),
            }
        }
        out.push('}');
    }

    /// Appends the object with nothing but its metadata.
    pub(crate) fn write_partial_json(&self, out: &mut String) {
        out.push_str("{\"apiVersion\":\"meta.k8s.io/v1\",\"kind\":\"PartialObjectMetadata\",\"metadata\":");
        self.write_metadata(self.value.get("metadata").unwrap_or(&Value::Null), out);
        out.push('}');
    }

    fn write_metadata(&self, metadata: &Value, out: &mut String) {
        let start = out.len();
        out.push_str(&to_json(metadata));
        if !self.managers.is_empty() && out.ends_with('}') {
            out.pop();
            if out.len() > start + 1 {
                out.push(',');
            }
            out.push_str("\"managedFields\":");
            self.managers.write_json(out);
            out.push('}');
        }
    }
}
