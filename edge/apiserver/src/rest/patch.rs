//! `PATCH`: merge patches, JSON patches, strategic patches and server-side apply.

use std::sync::Arc;

use weir_yaml::{Map, Value};

use super::write::Owners;
use super::{Request, State, create, render, update};
use crate::apply::Applied;
use crate::decode::{self, Strictness};
use crate::http::{BodyKind, Reply};
use crate::problem::{Cause, Problem};
use crate::store::{Object, ObjectKey};

/// Answers a patch.
pub(super) fn serve(request: Request<'_>) -> Result<Reply, Problem> {
    let Request { shared, call, kind, place } = request;
    let is_apply = call.kind == BodyKind::Apply;
    if is_apply && call.query.get("fieldManager").is_none() {
        return Err(options_invalid(Cause::required("fieldManager", "is required for apply patch")));
    }
    if !is_apply && call.query.get("force").is_some() {
        return Err(options_invalid(Cause::forbidden("force", "may not be specified for non-apply patch")));
    }
    let patch = decode::body(call.kind, &call.body)?;
    let mut state = shared.state();
    let key = ObjectKey::new(&place.namespace, &place.name);
    let old = state.object(kind, &key);
    let (object, created, warnings) = if is_apply {
        apply(request, &mut state, old, patch)?
    } else {
        let old = old.ok_or_else(|| Problem::not_found(kind, &place.name))?;
        let (object, warnings) = patch_object(request, &mut state, &old, &patch)?;
        (object, false, warnings)
    };
    drop(state);
    super::work::start(shared);
    let code = if created { 201 } else { 200 };
    Ok(render::object(call, kind, &object, code, shared.now()).with_warnings(warnings))
}

fn options_invalid(cause: Cause) -> Problem {
    let message = format!("PatchOptions.meta.k8s.io \"\" is invalid: {}: {}", cause.field, cause.message);
    Problem {
        code: 422,
        reason: "Invalid",
        message,
        details: Some(Box::new(crate::problem::Details {
            group: "meta.k8s.io".to_owned(),
            kind: "PatchOptions".to_owned(),
            causes: vec![cause],
            ..crate::problem::Details::default()
        })),
    }
}

fn patch_object(
    request: Request<'_>,
    state: &mut State,
    old: &Arc<Object>,
    patch: &Value,
) -> Result<(Arc<Object>, Vec<String>), Problem> {
    let Request { call, kind, place, .. } = request;
    let before = old.whole(&kind.api_version);
    let after = match call.kind {
        BodyKind::MergePatch => merge_patch(&before, patch),
        // The real server does not say what is wrong with it.
        BodyKind::JsonPatch => crate::patch::json(&before, patch).map_err(|_| Problem {
            code: 422,
            reason: "Invalid",
            message: "the server rejected our request due to an error in our request".to_owned(),
            details: None,
        })?,
        BodyKind::StrategicPatch if kind.custom.is_some() => {
            return Err(Problem::unsupported_media_type(
                "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml",
            ));
        }
        BodyKind::StrategicPatch => crate::patch::strategic(&kind.gvk, &before, patch)
            .map_err(|why| Problem::bad_request(why.to_string()))?,
        BodyKind::Json | BodyKind::Yaml | BodyKind::Apply => {
            return Err(Problem::unsupported_media_type(
                "application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, \
                 application/apply-patch+yaml",
            ));
        }
    };
    let strictness = Strictness::of(call.query.get("fieldValidation"));
    let (value, warnings) = decode::object(kind, after, strictness)?;
    if value.str_at(&["metadata", "name"]) != Some(&place.name) {
        return Err(Problem::bad_request("the name of the object may not be changed"));
    }
    update::check_preconditions(kind, old, &value)?;
    let object = request.writer().replace(state, old, value, Owners::ByChange)?;
    Ok((object, warnings))
}

/// A JSON merge patch (RFC 7386).
pub(super) fn merge_patch(target: &Value, patch: &Value) -> Value {
    let Value::Map(patch) = patch else { return patch.clone() };
    let mut out = target.as_map().cloned().unwrap_or_default();
    for (key, value) in patch {
        if value.is_null() {
            out.remove(key);
        } else {
            let merged = merge_patch(out.get(key).unwrap_or(&Value::Null), value);
            out.insert(key.clone(), merged);
        }
    }
    Value::Map(out)
}

type Outcome = (Arc<Object>, bool, Vec<String>);

fn apply(
    request: Request<'_>,
    state: &mut State,
    old: Option<Arc<Object>>,
    config: Value,
) -> Result<Outcome, Problem> {
    let Request { call, kind, place, .. } = request;
    let namespace = config.str_at(&["metadata", "namespace"]).unwrap_or("").to_owned();
    let mut config = check_config(request, config)?;
    decode::applied(kind, &config, &format!("{namespace}/{}; {}", place.name, kind.gvk))?;
    let writer = request.writer();
    let force = call.query.flag("force");
    let empty = &kind.empty;
    let live = old.as_ref().map_or_else(|| empty.clone(), |old| without_own(&old.value));
    let managers = old.as_ref().map(|old| old.managers.clone()).unwrap_or_default();
    if let Some(old) = &old {
        update::check_preconditions(kind, old, &config)?;
    } else if !place.subresource.is_empty() {
        return Err(Problem::not_found(kind, &place.name));
    } else if config.at(&["metadata", "uid"]).is_some() {
        let why = "uid mismatch: the provided object specified uid, and no existing object was found";
        return Err(Problem::conflict(kind, &place.name, why));
    }
    if let Some(metadata) = config.get_map_mut("metadata") {
        metadata.remove("resourceVersion");
    }
    let applied = managers.apply(writer.subject(), &live, empty, &config, &writer.manager, force);
    let Applied { object, managers } = match applied {
        Ok(applied) => applied,
        Err(conflicts) if writer.manager == "kubectl" => {
            super::last_applied::resolve(kind, &live, conflicts)?;
            managers
                .apply(writer.subject(), &live, empty, &config, &writer.manager, true)
                .map_err(|conflicts| Problem::apply_conflict(&conflicts))?
        }
        Err(conflicts) => return Err(Problem::apply_conflict(&conflicts)),
    };
    let value = match object {
        Some(value) => decode::merged(kind, value)?,
        None => live,
    };
    let value = super::last_applied::refresh(&writer.manager, value, &config);
    let owners = Owners::Known(managers);
    match old {
        Some(old) => Ok((writer.replace(state, &old, value, owners)?, false, Vec::new())),
        None => Ok((writer.create(state, value, owners)?, true, Vec::new())),
    }
}

/// The configuration names the object of the path, and no book of owners.
fn check_config(request: Request<'_>, mut config: Value) -> Result<Value, Problem> {
    let Request { kind, place, .. } = request;
    if config.as_map().is_none() {
        return Err(Problem::bad_request("error decoding YAML: the configuration is no map"));
    }
    let given = |key: &str| config.str_at(&[key]).unwrap_or("").to_owned();
    let (api_version, name) = (given("apiVersion"), given("kind"));
    if api_version != *kind.api_version || name != *kind.gvk.kind {
        return Err(Problem::bad_request(format!("invalid object type: {api_version}, Kind={name}")));
    }
    if config.at(&["metadata", "managedFields"]).is_some_and(|managed| !managed.is_null()) {
        return Err(Problem::bad_request("metadata.managedFields must be nil"));
    }
    let name = config.str_at(&["metadata", "name"]).unwrap_or("").to_owned();
    if name.is_empty() {
        config.set_at(&["metadata", "name"], place.name.as_str());
    } else if name != place.name {
        return Err(Problem::bad_request(format!(
            "the name of the object ({name}) does not match the name on the URL ({})",
            place.name
        )));
    }
    create::settle_namespace(kind, &mut config, &place.namespace)?;
    Ok(config)
}

/// The live object as applies see it.
fn without_own(value: &Value) -> Value {
    value.clone()
}

/// A map below a key, to change.
trait MapBelow {
    fn get_map_mut(&mut self, key: &str) -> Option<&mut Map>;
}

impl MapBelow for Value {
    fn get_map_mut(&mut self, key: &str) -> Option<&mut Map> {
        self.as_map_mut()?.get_mut(key)?.as_map_mut()
    }
}
