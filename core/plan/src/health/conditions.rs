//! Conditions of a status.

use weir_yaml::{Map, Value};

use super::HealthError;
use super::accessor::go_kind;

/// One condition; fields that are missing are empty.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found<'a> {
    pub(super) kind: &'a str,
    pub(super) status: &'a str,
    pub(super) reason: &'a str,
    pub(super) message: &'a str,
}

/// The conditions in their order. Fields of another type are errors, null is the same as nothing.
pub(super) fn conditions_of(object: &Value) -> Result<Vec<Found<'_>>, HealthError> {
    let Some(status) = as_struct(object.get("status").unwrap_or(&Value::Null))? else {
        return Ok(Vec::new());
    };
    match status.get("conditions") {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::List(list)) => list.iter().map(found).collect(),
        Some(other) => Err(HealthError(format!("cannot restore slice from {}", go_kind(other)))),
    }
}

fn as_struct(value: &Value) -> Result<Option<&Map>, HealthError> {
    match value {
        Value::Null => Ok(None),
        Value::Map(map) => Ok(Some(map)),
        other => Err(HealthError(format!("cannot restore struct from: {}", go_kind(other)))),
    }
}

fn found(condition: &Value) -> Result<Found<'_>, HealthError> {
    let map = as_struct(condition)?;
    let text = |key: &str, target: &str| match map.and_then(|map| map.get(key)) {
        None | Some(Value::Null) => Ok(""),
        Some(Value::String(text)) => Ok(&**text),
        Some(Value::Int(_)) => Err(HealthError(format!("cannot convert int64 to {target}"))),
        Some(_) => Err(HealthError("unrecognized type: string".to_string())),
    };
    Ok(Found {
        kind: text("type", "string")?,
        status: text("status", "v1.ConditionStatus")?,
        reason: text("reason", "string")?,
        message: text("message", "string")?,
    })
}

/// True if there is such a condition with this status.
pub(super) fn has(conditions: &[Found<'_>], kind: &str, status: &str) -> bool {
    conditions.iter().any(|condition| condition.kind == kind && condition.status == status)
}
