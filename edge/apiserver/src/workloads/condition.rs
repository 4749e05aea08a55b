//! Conditions in a status.

use weir_yaml::{Map, Value};

use crate::time;

/// True if the object has this condition.
pub(super) fn is_true(object: &Value, kind: &str) -> bool {
    find(object, kind).and_then(|one| one.str_at(&["status"])) == Some("True")
}

fn find<'a>(object: &'a Value, kind: &str) -> Option<&'a Value> {
    let list = object.at(&["status", "conditions"]).and_then(Value::as_list)?;
    list.iter().find(|one| one.str_at(&["type"]) == Some(kind))
}

/// One condition to be.
pub(super) struct Condition<'a> {
    /// Its type.
    pub(super) kind: &'a str,
    /// Whether it holds.
    pub(super) holds: bool,
    /// Why, in one word.
    pub(super) reason: &'a str,
    /// Why, in a sentence.
    pub(super) message: String,
}

impl Condition<'_> {
    /// The condition after the old one of this object. `update` names the field with the time of the last update.
    pub(super) fn value(&self, old: &Value, update: Option<&str>, now: i64) -> Value {
        let status = if self.holds { "True" } else { "False" };
        let before = find(old, self.kind);
        let time_of = |field: &str, same: bool| {
            let kept = before.filter(|_| same).and_then(|one| one.str_at(&[field]));
            kept.map_or_else(|| time::rfc3339(now), str::to_owned)
        };
        let same_status = before.and_then(|one| one.str_at(&["status"])) == Some(status);
        let same = same_status && before.and_then(|one| one.str_at(&["reason"])).unwrap_or("") == self.reason;
        let mut out = Map::new();
        out.insert("type", self.kind);
        out.insert("status", status);
        if let Some(field) = update {
            out.insert(field, time_of(field, same));
        }
        out.insert("lastTransitionTime", time_of("lastTransitionTime", same_status));
        if !self.reason.is_empty() {
            out.insert("reason", self.reason);
        }
        if !self.message.is_empty() {
            out.insert("message", self.message.as_str());
        }
        Value::Map(out)
    }
}
