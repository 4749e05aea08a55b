//! `POST`: a new object.

use weir_yaml::Value;

use super::write::Owners;
use super::{Request, check_kind, render};
use crate::decode;
use crate::http::{BodyKind, Reply};
use crate::kinds::Kind;
use crate::problem::Problem;

/// Answers a create.
pub(super) fn serve(request: Request<'_>) -> Result<Reply, Problem> {
    let Request { shared, call, kind, place } = request;
    if !kind.can("create") {
        return Err(Problem::method_not_allowed());
    }
    let (mut value, warnings) = body(request)?;
    if value.at(&["metadata", "resourceVersion"]).and_then(Value::as_str).is_some_and(|text| !text.is_empty())
    {
        return Err(Problem::internal("resourceVersion should not be set on objects to be created"));
    }
    settle_namespace(kind, &mut value, &place.namespace)?;
    let object = request.writer().create(&mut shared.state(), value, Owners::ByChange)?;
    super::work::start(shared);
    Ok(render::object(call, kind, &object, 201, shared.now()).with_warnings(warnings))
}

/// The object that the client sent, decoded, with warnings about what it says in vain.
pub(super) fn body(request: Request<'_>) -> Result<(Value, Vec<String>), Problem> {
    let Request { call, kind, .. } = request;
    if !matches!(call.kind, BodyKind::Json | BodyKind::Yaml) {
        return Err(Problem::unsupported_media_type("application/json, application/yaml"));
    }
    let mut value = decode::body(call.kind, &call.body)?;
    check_kind(kind, &mut value)?;
    let strictness = decode::Strictness::of(call.query.get("fieldValidation"));
    decode::object(kind, value, strictness)
}

/// The object lives in the namespace of the path.
pub(super) fn settle_namespace(kind: &Kind, value: &mut Value, namespace: &str) -> Result<(), Problem> {
    let given = value.str_at(&["metadata", "namespace"]).unwrap_or("");
    if !kind.namespaced {
        if !given.is_empty() {
            value.remove_at(&["metadata", "namespace"]);
        }
        return Ok(());
    }
    let namespace = if namespace.is_empty() { given.to_owned() } else { namespace.to_owned() };
    if !given.is_empty() && given != namespace {
        return Err(Problem::bad_request(
            "the namespace of the provided object does not match the namespace sent on the request",
        ));
    }
    if namespace.is_empty() {
        return Err(Problem::bad_request("an empty namespace may not be set during creation"));
    }
    value.set_at(&["metadata", "namespace"], namespace);
    Ok(())
}
