//! The scale subresource: the number of replicas, the same way for every kind.

use std::sync::Arc;

use weir_yaml::{Key, Map, Value, to_json};

use super::write::Owners;
use super::{Request, State, table_of, update};
use crate::decode;
use crate::http::{BodyKind, Reply};
use crate::kinds::Kind;
use crate::problem::{Cause, Problem};
use crate::store::{Object, ObjectKey};

/// Answers reads and writes of a scale.
pub(super) fn serve(request: Request<'_>) -> Result<Reply, Problem> {
    let Request { shared, call, kind, .. } = request;
    let old = super::find(request)?;
    let before = scale_of(kind, &old);
    let after = match call.method.as_str() {
        "GET" => return Ok(Reply::value(200, &before)),
        "PUT" => decode::body(call.kind, &call.body)?,
        "PATCH" => patched(request, &before)?,
        _ => return Err(Problem::method_not_allowed()),
    };
    let mut state = shared.state();
    let object = write(request, &mut state, &old, &after)?;
    drop(state);
    super::work::start(shared);
    Ok(Reply::value(200, &scale_of(kind, &object)))
}

fn patched(request: Request<'_>, before: &Value) -> Result<Value, Problem> {
    let patch = decode::body(request.call.kind, &request.call.body)?;
    match request.call.kind {
        BodyKind::JsonPatch => crate::patch::json(before, &patch).map_err(Problem::bad_request),
        BodyKind::Json
        | BodyKind::Yaml
        | BodyKind::MergePatch
        | BodyKind::StrategicPatch
        | BodyKind::Apply => Ok(super::patch::merge_patch(before, &patch)),
    }
}

fn paths(kind: &Kind) -> (Vec<Key>, Vec<Key>) {
    match kind.custom.as_ref().and_then(|custom| custom.scale.as_ref()) {
        Some(scale) => (scale.spec.clone(), scale.status.clone()),
        None => {
            (vec![Key::new("spec"), Key::new("replicas")], vec![Key::new("status"), Key::new("replicas")])
        }
    }
}

fn words(path: &[Key]) -> Vec<&str> {
    path.iter().map(Key::as_str).collect()
}

fn scale_of(kind: &Kind, object: &Object) -> Value {
    let (spec, status) = paths(kind);
    let number = |path: &[Key]| object.value.at(&words(path)).and_then(Value::as_i64).unwrap_or(0);
    let mut metadata = Map::new();
    for key in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
        if let Some(value) = object.value.at(&["metadata", key]) {
            metadata.insert(key, value.clone());
        }
    }
    let mut out = Value::Map(Map::new());
    out.set_at(&["kind"], "Scale");
    out.set_at(&["apiVersion"], "autoscaling/v1");
    out.set_at(&["metadata"], metadata);
    out.set_at(&["spec", "replicas"], number(&spec));
    out.set_at(&["status", "replicas"], number(&status));
    if let Some(selector) = selector(kind, object) {
        out.set_at(&["status", "selector"], selector);
    }
    out
}

fn selector(kind: &Kind, object: &Object) -> Option<String> {
    if let Some(custom) = &kind.custom {
        let path = custom.scale.as_ref()?.selector.as_ref()?;
        return object.value.str_at(&words(path)).map(str::to_owned);
    }
    let value = object.value.at(&["spec", "selector"])?;
    if kind.is("", "ReplicationController") {
        let pairs: Vec<String> = value
            .as_map()?
            .iter()
            .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or("")))
            .collect();
        return Some(pairs.join(","));
    }
    Some(crate::workloads::selector_text(value))
}

fn write(
    request: Request<'_>,
    state: &mut State,
    old: &Arc<Object>,
    after: &Value,
) -> Result<Arc<Object>, Problem> {
    let Request { kind, place, .. } = request;
    let (spec, _) = paths(kind);
    let revision = after.str_at(&["metadata", "resourceVersion"]).unwrap_or("");
    let key = ObjectKey::new(&place.namespace, &place.name);
    let current = state.store.get(&table_of(kind), &key).cloned().unwrap_or_else(|| Arc::clone(old));
    let unchanged_since =
        after.str_at(&["metadata", "resourceVersion"]) == old.value.str_at(&["metadata", "resourceVersion"]);
    if !revision.is_empty() && revision != current.meta("resourceVersion") && !unchanged_since {
        return Err(Problem::conflict(kind, &place.name, update::MODIFIED));
    }
    let wish = after.at(&["spec", "replicas"]).cloned().unwrap_or(Value::Int(0));
    match wish.as_i64() {
        Some(number) if (0..=i64::from(i32::MAX)).contains(&number) => {}
        Some(_) => {
            let cause = Cause::invalid("spec.replicas", &wish, "must be greater than or equal to 0");
            return Err(Problem::invalid(kind, &place.name, vec![cause]));
        }
        None => {
            return Err(Problem::bad_request(format!("replicas must be a number, not {}", to_json(&wish))));
        }
    }
    let mut value = current.value.clone();
    value.set_at(&words(&spec), wish);
    request.writer().replace(state, &current, value, Owners::ByChange)
}
