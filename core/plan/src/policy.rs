//! What labels and annotations of an object ask for.

use weir_yaml::Value;

/// Who applies: the field manager and the group of its labels and annotations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Field manager of server-side apply.
    pub manager: String,
    /// Group of the toggles and owner labels, such as `kustomize.toolkit.fluxcd.io`.
    pub group: String,
    /// Name of the unit.
    pub name: String,
    /// Namespace of the unit.
    pub namespace: String,
}

/// How an object is to be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// Not at all.
    Skip,
    /// Only if it is not there.
    CreateOnly,
    /// Applied, leaving the fields of others to them.
    Merge,
    /// Applied, taking over what kubectl set.
    Override,
}

impl Owner {
    /// True if a label or annotation of our group has this value, whatever its case.
    pub fn asks(&self, object: &Value, toggle: &str, value: &str) -> bool {
        let key = format!("{}/{toggle}", self.group);
        ["labels", "annotations"].iter().any(|place| {
            object
                .at(&["metadata", place, &key])
                .and_then(Value::as_str)
                .is_some_and(|is| is.eq_ignore_ascii_case(value))
        })
    }

    /// True if the object carries both our owner labels.
    pub fn owns(&self, object: &Value) -> bool {
        let label = |part: &str| object.str_at(&["metadata", "labels", &format!("{}/{part}", self.group)]);
        label("name") == Some(&self.name) && label("namespace") == Some(&self.namespace)
    }

    /// Puts our owner labels on an object.
    pub fn mark(&self, object: &mut Value) {
        object.set_at(&["metadata", "labels", &format!("{}/name", self.group)], self.name.as_str());
        object.set_at(&["metadata", "labels", &format!("{}/namespace", self.group)], self.namespace.as_str());
    }

    /// True if neither applying nor pruning may touch the object.
    pub fn leaves_alone(&self, object: &Value) -> bool {
        self.asks(object, "reconcile", "disabled") || self.asks(object, "ssa", "Ignore")
    }
}

/// How the desired object asks to be applied.
pub fn intent(owner: &Owner, desired: &Value) -> Intent {
    if owner.leaves_alone(desired) {
        Intent::Skip
    } else if owner.asks(desired, "ssa", "IfNotPresent") {
        Intent::CreateOnly
    } else if owner.asks(desired, "ssa", "Merge") {
        Intent::Merge
    } else {
        Intent::Override
    }
}
