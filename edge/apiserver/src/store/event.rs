//! One change of one object, as watchers see it.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;

use super::Object;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// There is a new object.
    Added,
    /// An object is another.
    Modified,
    /// An object is gone.
    Deleted,
}

impl Change {
    /// As watch events say it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Added => "ADDED",
            Self::Modified => "MODIFIED",
            Self::Deleted => "DELETED",
        }
    }
}

/// One change. Its texts are made once and shared by all watchers.
#[derive(Debug)]
pub(crate) struct Event {
    /// What happened.
    pub(crate) change: Change,
    /// The object afterwards; as it was last if it is gone.
    pub(crate) object: Arc<Object>,
    /// The object before.
    pub(crate) before: Option<Arc<Object>>,
    json: OnceLock<Bytes>,
    partial: OnceLock<Bytes>,
}

impl Event {
    /// A change.
    pub(crate) fn new(change: Change, object: Arc<Object>, before: Option<Arc<Object>>) -> Self {
        Self { change, object, before, json: OnceLock::new(), partial: OnceLock::new() }
    }

    /// The revision of the change.
    pub(crate) fn revision(&self) -> u64 {
        self.object.revision()
    }

    /// The line of a watch, as this change.
    pub(crate) fn line(&self, change: Change, api_version: &str) -> Bytes {
        let stored = self.object.value.str_at(&["apiVersion"]) == Some(api_version);
        if change != self.change || !stored {
            return line(change, |out| self.object.write_json(api_version, out));
        }
        self.json.get_or_init(|| line(change, |out| self.object.write_json(api_version, out))).clone()
    }

    /// The line of a watch of metadata, as this change.
    pub(crate) fn partial_line(&self, change: Change) -> Bytes {
        if change != self.change {
            return line(change, |out| self.object.write_partial_json(out));
        }
        self.partial.get_or_init(|| line(change, |out| self.object.write_partial_json(out))).clone()
    }
}

/// A line of a watch.
pub(crate) fn line(change: Change, object: impl FnOnce(&mut String)) -> Bytes {
    line_of(change.word(), object)
}

/// A line of a watch that is no change.
pub(crate) fn line_of(word: &str, object: impl FnOnce(&mut String)) -> Bytes {
    let mut out = String::with_capacity(1024);
    out.push_str("{\"type\":\"");
    out.push_str(word);
    out.push_str("\",\"object\":");
    object(&mut out);
    out.push_str("}\n");
    Bytes::from(out)
}
