//! `DELETE`: one object, or many; what must be done before it goes, and what goes with it.

use std::sync::Arc;

use weir_yaml::Value;

use super::write::Writer;
use super::{Request, Selection, State, render, table_of};
use crate::decode;
use crate::http::Reply;
use crate::kinds::Kind;
use crate::problem::Problem;
use crate::store::{Object, ObjectKey};
use crate::time;

/// Keeps an object until its dependents are cut loose.
pub(crate) const ORPHAN: &str = "orphan";
/// Keeps an object until its dependents are gone.
pub(crate) const FOREGROUND: &str = "foregroundDeletion";

/// How an object is to be deleted.
#[derive(Debug, Clone, Default)]
pub(crate) struct DeleteOptions {
    propagation: Option<String>,
    grace: Option<i64>,
    uid: Option<String>,
    revision: Option<String>,
    dry_run: bool,
}

impl DeleteOptions {
    fn read(request: Request<'_>) -> Result<Self, Problem> {
        let Request { call, .. } = request;
        let body = if call.body.is_empty() { Value::Null } else { decode::body(call.kind, &call.body)? };
        let text = |path: &[&str]| body.str_at(path).map(str::to_owned);
        let mut propagation =
            text(&["propagationPolicy"]).or_else(|| call.query.get("propagationPolicy").map(str::to_owned));
        if let Some(orphan) = body.get("orphanDependents").and_then(Value::as_bool) {
            propagation = Some(if orphan { "Orphan" } else { "Background" }.to_owned());
        }
        let grace = call.query.number("gracePeriodSeconds").and_then(|n| i64::try_from(n).ok());
        Ok(Self {
            propagation,
            grace: body.get("gracePeriodSeconds").and_then(Value::as_i64).or(grace),
            dry_run: body.get("dryRun").and_then(Value::as_list).is_some_and(|list| !list.is_empty()),
            uid: text(&["preconditions", "uid"]),
            revision: text(&["preconditions", "resourceVersion"]),
        })
    }
}

/// Answers the deletion of one object.
pub(super) fn serve(request: Request<'_>) -> Result<Reply, Problem> {
    let Request { shared, call, kind, place } = request;
    if !kind.can("delete") {
        return Err(Problem::method_not_allowed());
    }
    let options = DeleteOptions::read(request)?;
    let dry_run = call.is_dry_run() || options.dry_run;
    let mut state = shared.state();
    let key = ObjectKey::new(&place.namespace, &place.name);
    let old = state.object(kind, &key).ok_or_else(|| Problem::not_found(kind, &place.name))?;
    check_preconditions(kind, &old, &options)?;
    let writer = Writer { dry_run, ..request.writer() };
    let left = delete(&mut state, &writer, &old, &options);
    drop(state);
    super::work::start(shared);
    match left {
        Some(object) => Ok(render::object(call, kind, &object, 200, shared.now())),
        None if returns_object(kind) => Ok(render::object(call, kind, &old, 200, shared.now())),
        None => Ok(Reply::value(200, &success(kind, &old))),
    }
}

/// Answers the deletion of many objects.
pub(super) fn collection(request: Request<'_>) -> Result<Reply, Problem> {
    let Request { shared, call, kind, .. } = request;
    if !kind.can("deletecollection") {
        return Err(Problem::method_not_allowed());
    }
    let options = DeleteOptions::read(request)?;
    let selection = Selection::of(request)?;
    let mut state = shared.state();
    let found: Vec<Arc<Object>> = state.store.table(&table_of(kind)).map_or_else(Vec::new, |table| {
        let all = table.list(selection.namespace.as_deref(), None);
        all.filter(|(key, object)| selection.takes(key, object))
            .map(|(_, object)| object.converted(&kind.api_version))
            .collect()
    });
    let writer = request.writer();
    for object in &found {
        delete(&mut state, &writer, object, &options);
    }
    let revision = state.store.revision();
    drop(state);
    super::work::start(shared);
    let head = render::ListHead { revision, next: None, remaining: None };
    Ok(render::list(call, kind, &found, &head, shared.now()))
}

fn check_preconditions(kind: &Kind, old: &Object, options: &DeleteOptions) -> Result<(), Problem> {
    let fail = |what: &str, asked: &str, is: &str| {
        let why =
            format!("Precondition failed: {what} in precondition: {asked}, {what} in object meta: {is}");
        Err(Problem::conflict(kind, old.meta("name"), &why))
    };
    match (&options.uid, &options.revision) {
        (Some(uid), _) if uid != old.uid() => fail("UID", uid, old.uid()),
        (_, Some(revision)) if revision != old.meta("resourceVersion") => {
            fail("ResourceVersion", revision, old.meta("resourceVersion"))
        }
        _ => Ok(()),
    }
}

/// Deletes an object as asked for. Gives what is left of it, if something must be done first.
pub(crate) fn delete(
    state: &mut State,
    writer: &Writer<'_>,
    old: &Arc<Object>,
    options: &DeleteOptions,
) -> Option<Arc<Object>> {
    let key = old.key();
    let mut value = old.value.clone();
    let finalizer = match options.propagation.as_deref() {
        Some("Orphan") => Some(ORPHAN),
        Some("Foreground") => Some(FOREGROUND),
        _ => None,
    };
    let mut finalizers: Vec<Value> =
        old.finalizers().filter(|one| ![ORPHAN, FOREGROUND].contains(one)).map(Value::from).collect();
    if options.propagation.is_none() || old.is_terminating() {
        finalizers = old.finalizers().map(Value::from).collect();
    }
    if let Some(finalizer) = finalizer
        && !finalizers.iter().any(|one| one.as_str() == Some(finalizer))
    {
        finalizers.push(Value::from(finalizer));
    }
    if finalizers.is_empty() {
        value.remove_at(&["metadata", "finalizers"]);
    } else {
        value.set_at(&["metadata", "finalizers"], finalizers.clone());
    }
    let grace = grace_period(writer.kind, &value, options);
    if !old.is_terminating() {
        value.set_at(&["metadata", "deletionTimestamp"], time::rfc3339(writer.now.saturating_add(grace)));
        value.set_at(&["metadata", "deletionGracePeriodSeconds"], grace);
        if writer.kind.is("", "Namespace") {
            value.set_at(&["status", "phase"], "Terminating");
        }
        if let Some(generation) = value.at(&["metadata", "generation"]).and_then(Value::as_i64) {
            value.set_at(&["metadata", "generation"], generation.saturating_add(1));
        }
    }
    let mut object = Object::new(value, old.managers.clone());
    if finalizers.is_empty() && grace == 0 && may_go(writer.kind, &object) {
        if !writer.dry_run {
            remove(state, writer, &key);
        }
        return None;
    }
    if writer.dry_run || old.is_terminating() && object.value.means(&old.value) {
        object.keep_revision(old);
        return Some(Arc::new(object));
    }
    let object = state.store.put(&table_of(writer.kind), &key, object);
    super::admit::after(state, writer, Some(old), &object);
    Some(object)
}

/// How long an object may take to end. Only pods that run take their time, and here they are quick.
fn grace_period(kind: &Kind, _value: &Value, options: &DeleteOptions) -> i64 {
    if kind.is("", "Pod") { options.grace.unwrap_or(0).min(0) } else { 0 }
}

/// True unless the server itself still has something to do with it.
pub(super) fn may_go(kind: &Kind, object: &Object) -> bool {
    if !kind.is("", "Namespace") {
        return true;
    }
    object.value.at(&["spec", "finalizers"]).and_then(Value::as_list).is_none_or(<[Value]>::is_empty)
}

/// Takes an object away for good, and wakes those who depend on it.
pub(crate) fn remove(state: &mut State, writer: &Writer<'_>, key: &ObjectKey) {
    let Some(last) = state.store.remove(&table_of(writer.kind), key) else { return };
    super::admit::gone(state, writer, &last);
    for (table, dependent) in state.store.dependents(last.uid()) {
        state.wake(table, dependent);
    }
    for owner in last.owner_references() {
        state.wake_owner(&key.namespace, &owner);
    }
}

/// Kinds whose deletion is answered with the object.
fn returns_object(kind: &Kind) -> bool {
    kind.custom.is_none()
        && matches!(
            &*kind.gvk.kind,
            "Pod"
                | "PersistentVolume"
                | "PersistentVolumeClaim"
                | "ServiceAccount"
                | "ResourceQuota"
                | "PodTemplate"
                | "Service"
        )
}

fn success(kind: &Kind, object: &Object) -> Value {
    let mut details = vec![("name", Value::from(object.meta("name")))];
    if !kind.gvk.group.is_empty() {
        details.push(("group", Value::from(&*kind.gvk.group)));
    }
    details.push(("kind", Value::from(&*kind.plural)));
    details.push(("uid", Value::from(object.uid())));
    Value::from([
        ("kind", Value::from("Status")),
        ("apiVersion", Value::from("v1")),
        ("metadata", Value::from(weir_yaml::Map::new())),
        ("status", Value::from("Success")),
        ("details", Value::Map(details.into_iter().collect())),
    ])
}
