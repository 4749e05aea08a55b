//! The annotation of client-side apply, when the same user comes back with server-side apply.

use weir_yaml::{Value, from_json, to_json};

use crate::apply::{Conflict, Set, compare, to_set};
use crate::kinds::Kind;
use crate::problem::Problem;

/// Where kubectl keeps what it applied last.
const ANNOTATION: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Whether all these conflicts are about fields that the same user applied before, with the values that still stand.
pub(super) fn resolve(kind: &Kind, live: &Value, conflicts: Vec<Conflict>) -> Result<(), Problem> {
    let allowed = allowed(kind, live).unwrap_or_default();
    let left: Vec<Conflict> =
        conflicts.into_iter().filter(|conflict| !allowed.contains(&conflict.path)).collect();
    if left.is_empty() { Ok(()) } else { Err(Problem::apply_conflict(&left)) }
}

fn allowed(kind: &Kind, live: &Value) -> Option<Set> {
    let text = live.str_at(&["metadata", "annotations", ANNOTATION])?;
    let last = from_json(text.as_bytes()).ok()?;
    if last.str_at(&["apiVersion"]) != Some(&kind.api_version) {
        return None;
    }
    let set = to_set(&kind.types, kind.ty, &last);
    let changes = compare(&kind.types, kind.ty, &last, live);
    Some(set.difference(&changes.modified).difference(&changes.added).difference(&changes.removed))
}

/// Keeps the annotation true where kubectl applies on the server what it once applied itself.
pub(super) fn refresh(manager: &str, mut value: Value, config: &Value) -> Value {
    let has = value.str_at(&["metadata", "annotations", ANNOTATION]).is_some_and(|text| !text.is_empty());
    if manager == "kubectl" && has {
        let mut config = config.clone();
        config.remove_at(&["metadata", "annotations", ANNOTATION]);
        value.set_at(&["metadata", "annotations", ANNOTATION], format!("{}\n", to_json(&config)));
    }
    value
}
