//! Group, version and kind.

use std::fmt;

use weir_yaml::{Text, Value};

/// Group, version and kind of an object. The core group is empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gvk {
    /// The group, empty for the core.
    pub group: Text,
    /// The version in the group.
    pub version: Text,
    /// The kind.
    pub kind: Text,
}

impl Gvk {
    /// From its three parts.
    pub fn new(group: &str, version: &str, kind: &str) -> Self {
        Self { group: Text::from(group), version: Text::from(version), kind: Text::from(kind) }
    }

    /// From `apiVersion` and `kind`; without a slash the group is the core.
    pub fn from_api_version(api_version: &str, kind: &str) -> Self {
        let (group, version) = split_api_version(api_version);
        Self::new(group, version, kind)
    }

    /// Of an object; missing fields are empty.
    pub fn of(object: &Value) -> Self {
        let text = |key| object.get(key).and_then(Value::as_str).unwrap_or("");
        Self::from_api_version(text("apiVersion"), text("kind"))
    }

    /// As it stands in the field `apiVersion`.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_string()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }
}

impl fmt::Display for Gvk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, Kind={}", self.api_version(), self.kind)
    }
}

/// Group and version of an `apiVersion`; without a slash the group is the core.
pub fn split_api_version(api_version: &str) -> (&str, &str) {
    api_version.split_once('/').unwrap_or(("", api_version))
}
