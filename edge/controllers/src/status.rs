//! Conditions as Flux keeps them, and the patch that writes a status.

use weir_api::{Condition, ConditionStatus, condition};
use weir_cluster::{ApiError, Cluster, PatchBody, Resource};
use weir_yaml::{Value, from_json};

/// The time as Kubernetes writes it, in whole seconds.
pub(crate) fn now() -> String {
    format!("{:.0}", jiff::Timestamp::now())
}

/// Sets a condition; the time of transition moves only with the status. Ready comes first, as Flux sorts them.
pub(crate) fn set(
    conditions: &mut Vec<Condition>,
    kind: &str,
    status: ConditionStatus,
    reason: &str,
    message: &str,
    generation: i64,
) {
    let old = conditions.iter().position(|condition| condition.kind == kind).map(|at| conditions.remove(at));
    let since = old.filter(|old| old.status == status).map(|old| old.last_transition_time);
    conditions.push(Condition {
        kind: kind.to_string(),
        status,
        reason: reason.to_string(),
        message: clip(message, 32_000),
        observed_generation: generation,
        last_transition_time: since.filter(|since| !since.is_empty()).unwrap_or_else(now),
    });
    const ORDER: [&str; 3] = [condition::RECONCILING, condition::STALLED, condition::READY];
    let rank = |kind: &str| ORDER.iter().position(|known| *known == kind).unwrap_or(ORDER.len());
    conditions.sort_by(|a, b| (rank(&a.kind), &a.kind).cmp(&(rank(&b.kind), &b.kind)));
}

/// Takes out a condition.
pub(crate) fn drop(conditions: &mut Vec<Condition>, kind: &str) {
    conditions.retain(|condition| condition.kind != kind);
}

/// True if the condition is there and holds.
pub(crate) fn is_true(conditions: &[Condition], kind: &str) -> bool {
    conditions.iter().any(|condition| condition.kind == kind && condition.status == ConditionStatus::True)
}

/// The text, cut to at most this many bytes at a character.
pub(crate) fn clip(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_string();
    }
    let end = (0..=most.saturating_sub(3)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    format!("{}...", &text[..end])
}

/// Writes what differs between two states of a status. No difference, no write.
pub(crate) async fn write(
    cluster: &Cluster,
    resource: &Resource,
    (namespace, name): (&str, &str),
    manager: &str,
    (before, after): (&impl serde::Serialize, &impl serde::Serialize),
) -> Result<bool, ApiError> {
    let (before, after) = (as_value(before)?, as_value(after)?);
    let mut patch = Value::Map(weir_yaml::Map::new());
    for (key, value) in after.as_map().into_iter().flatten() {
        if before.get(key) != Some(value) {
            patch.set_at(&["status", key], value.clone());
        }
    }
    for key in before.as_map().into_iter().flat_map(weir_yaml::Map::keys) {
        if after.get(key).is_none() {
            patch.set_at(&["status", key], Value::Null);
        }
    }
    if patch.get("status").is_none() {
        return Ok(false);
    }
    match cluster.patch(resource, namespace, name, "status", manager, &PatchBody::Merge(patch)).await {
        Ok(_) => Ok(true),
        // Deleted meanwhile: there is nobody left to tell.
        Err(error) if error.is_not_found() => Ok(false),
        Err(error) => Err(error),
    }
}

/// A serialisable value as one of ours.
pub(crate) fn as_value(value: &impl serde::Serialize) -> Result<Value, ApiError> {
    let text = serde_json::to_vec(value).map_err(|e| ApiError::Garbled(e.to_string()))?;
    from_json(&text).map_err(|e| ApiError::Garbled(e.to_string()))
}

/// One of our values as a resource.
pub fn typed<T: serde::de::DeserializeOwned>(object: &Value) -> Result<T, String> {
    serde_json::from_str(&weir_yaml::to_json(object)).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transition_time_moves_with_the_status_only() {
        let mut all = Vec::new();
        set(&mut all, "Ready", ConditionStatus::False, "A", "a", 1);
        all[0].last_transition_time = "2020-01-01T00:00:00Z".into();
        set(&mut all, "Ready", ConditionStatus::False, "B", "b", 2);
        assert_eq!(all[0].last_transition_time, "2020-01-01T00:00:00Z");
        set(&mut all, "Ready", ConditionStatus::True, "C", "c", 2);
        assert_ne!(all[0].last_transition_time, "2020-01-01T00:00:00Z");
        set(&mut all, "Reconciling", ConditionStatus::True, "D", "d", 2);
        assert_eq!(all[0].kind, "Reconciling");
    }

    #[test]
    fn clips_at_characters() {
        assert_eq!(clip("äääää", 7), "ää...");
        assert_eq!(clip("abc", 3), "abc");
    }
}
