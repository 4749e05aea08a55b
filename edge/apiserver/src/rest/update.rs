//! `PUT`: another object in the place of one.

use std::sync::Arc;

use weir_yaml::Value;

use super::write::Owners;
use super::{Request, create, render};
use crate::http::Reply;
use crate::kinds::Kind;
use crate::problem::{Cause, Problem};
use crate::store::{Object, ObjectKey};

/// What the real server says when somebody else was quicker.
pub(super) const MODIFIED: &str =
    "the object has been modified; please apply your changes to the latest version and try again";

/// Built-in kinds that a `PUT` may also create.
const CREATED_BY_PUT: &[&str] = &["Lease", "Endpoints", "Event", "Node", "LimitRange", "RuntimeClass"];

/// Answers an update.
pub(super) fn serve(request: Request<'_>) -> Result<Reply, Problem> {
    let Request { shared, call, kind, place } = request;
    let (mut value, warnings) = create::body(request)?;
    let name = value.str_at(&["metadata", "name"]).unwrap_or("");
    if name != place.name {
        return Err(Problem::bad_request(format!(
            "the name of the object ({name}) does not match the name on the URL ({})",
            place.name
        )));
    }
    create::settle_namespace(kind, &mut value, &place.namespace)?;
    let mut state = shared.state();
    let key = ObjectKey::new(&place.namespace, &place.name);
    let writer = request.writer();
    let Some(old) = state.object(kind, &key) else {
        if place.subresource.is_empty() && kind.custom.is_none() && CREATED_BY_PUT.contains(&&*kind.gvk.kind)
        {
            let object = writer.create(&mut state, value, Owners::ByChange)?;
            drop(state);
            super::work::start(shared);
            return Ok(render::object(call, kind, &object, 201, shared.now()).with_warnings(warnings));
        }
        return Err(Problem::not_found(kind, &place.name));
    };
    let unconditional = value.str_at(&["metadata", "resourceVersion"]).is_none_or(str::is_empty);
    if unconditional && !allows_unconditional_update(kind) {
        let zero = Value::Int(0);
        let cause = Cause::invalid("metadata.resourceVersion", &zero, "must be specified for an update");
        let mut problem = Problem::invalid(kind, &place.name, vec![cause]);
        problem.message = problem.message.replacen(&kind.kind_and_group(), &kind.qualified(), 1);
        return Err(problem);
    }
    check_preconditions(kind, &old, &value)?;
    let object = writer.replace(&mut state, &old, value, Owners::ByChange)?;
    drop(state);
    super::work::start(shared);
    Ok(render::object(call, kind, &object, 200, shared.now()).with_warnings(warnings))
}

/// The revision and the uid, where the client names them, must be those of the object.
pub(super) fn check_preconditions(kind: &Kind, old: &Arc<Object>, value: &Value) -> Result<(), Problem> {
    let name = old.meta("name");
    let uid = value.str_at(&["metadata", "uid"]).unwrap_or("");
    if !uid.is_empty() && uid != old.uid() {
        let why =
            format!("Precondition failed: UID in precondition: {uid}, UID in object meta: {}", old.uid());
        return Err(Problem::conflict(kind, name, &why));
    }
    let revision = value.str_at(&["metadata", "resourceVersion"]).unwrap_or("");
    if !revision.is_empty() && revision != "0" && revision != old.meta("resourceVersion") {
        return Err(Problem::conflict(kind, name, MODIFIED));
    }
    Ok(())
}

/// Kinds whose objects may be replaced by somebody who does not say which state he saw.
fn allows_unconditional_update(kind: &Kind) -> bool {
    const GUARDED: &[&str] = &["CustomResourceDefinition", "APIService", "Lease"];
    kind.custom.is_none() && !GUARDED.contains(&&*kind.gvk.kind)
}
