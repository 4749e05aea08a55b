//! What requests do: one file per verb.

mod admit;
mod bootstrap;
mod create;
mod delete;
mod last_applied;
mod list;
mod patch;
mod render;
mod reviews;
mod scale;
mod selection;
mod state;
mod update;
mod watch;
mod work;
mod write;

use std::sync::Arc;

use ::http::Method;
use weir_yaml::Value;

use crate::discovery;
use crate::http::{Call, Place, Reply, Target};
use crate::kinds::Kind;
use crate::problem::Problem;
use crate::server::Shared;
use crate::store::ObjectKey;

pub(crate) use bootstrap::bootstrap;
pub(crate) use delete::{DeleteOptions, FOREGROUND, ORPHAN, delete, remove};
pub(crate) use selection::Selection;
pub(crate) use state::{State, table_of};
pub(crate) use write::{Owners, Request, Writer};

/// Answers a request.
pub(crate) fn serve(shared: &Arc<Shared>, call: &Call) -> Result<Reply, Problem> {
    match &call.target {
        Target::Other(segments) => {
            let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
            discovery::serve(shared, call, &segments)
        }
        Target::Resource(place) => resource(shared, call, place),
    }
}

fn resource(shared: &Arc<Shared>, call: &Call, place: &Place) -> Result<Reply, Problem> {
    let kind = {
        let state = shared.state();
        Arc::clone(
            state.registry.find(&place.group, &place.version, &place.plural).ok_or_else(Problem::no_path)?,
        )
    };
    if !kind.namespaced && !place.namespace.is_empty() {
        return Err(Problem::no_path());
    }
    if kind.namespaced && place.namespace.is_empty() && !place.name.is_empty() {
        return Err(Problem::no_path());
    }
    if reviews::is_review(&kind) {
        return reviews::serve(shared, call, &kind);
    }
    let request = Request { shared, call, kind: &kind, place };
    let (named, below) = (!place.name.is_empty(), !place.subresource.is_empty());
    match (&call.method, named, below) {
        (&Method::GET, false, _) if call.query.flag("watch") || place.watch => watch::serve(request),
        (&Method::GET, true, false) if place.watch => watch::serve(request),
        (&Method::GET, false, _) => list::serve(request),
        (&Method::POST, false, _) => create::serve(request),
        (&Method::DELETE, false, _) => delete::collection(request),
        (&Method::GET, true, false) => get(request),
        (&Method::PUT, true, false) => update::serve(request),
        (&Method::PATCH, true, false) => patch::serve(request),
        (&Method::DELETE, true, false) => delete::serve(request),
        (_, true, true) => below_object(request),
        _ => Err(Problem::method_not_allowed()),
    }
}

fn below_object(request: Request<'_>) -> Result<Reply, Problem> {
    let Request { call, kind, place, .. } = request;
    let sub = kind.subresource(&place.subresource).ok_or_else(Problem::no_path)?;
    match (&*sub.name, &call.method) {
        ("scale", _) => scale::serve(request),
        ("token" | "eviction" | "binding", &Method::POST) => reviews::below(request),
        ("log", &Method::GET) => {
            let _ = find(request)?;
            Ok(Reply::text(200, ""))
        }
        ("status" | "ephemeralcontainers" | "resize" | "approval" | "finalize", &Method::GET) => get(request),
        ("status" | "ephemeralcontainers" | "resize" | "approval" | "finalize", &Method::PUT) => {
            update::serve(request)
        }
        ("status" | "ephemeralcontainers" | "resize" | "approval" | "finalize", &Method::PATCH) => {
            patch::serve(request)
        }
        _ => Err(Problem::method_not_allowed()),
    }
}

fn find(request: Request<'_>) -> Result<Arc<crate::store::Object>, Problem> {
    let Request { shared, kind, place, .. } = request;
    let key = ObjectKey::new(&place.namespace, &place.name);
    let state = shared.state();
    state.object(kind, &key).ok_or_else(|| Problem::not_found(kind, &place.name))
}

fn get(request: Request<'_>) -> Result<Reply, Problem> {
    let object = find(request)?;
    Ok(render::object(request.call, request.kind, &object, 200, request.shared.now()))
}

/// The object of the body; the text of the kind and version that it must have is checked.
pub(crate) fn check_kind(kind: &Kind, value: &mut Value) -> Result<(), Problem> {
    let given = |key: &str| value.str_at(&[key]).unwrap_or("").to_owned();
    let (api_version, name) = (given("apiVersion"), given("kind"));
    if !name.is_empty() && *name != *kind.gvk.kind
        || !api_version.is_empty() && *api_version != *kind.api_version
    {
        return Err(Problem::bad_request(format!(
            "{name} in version {:?} cannot be handled as a {}: the API version or kind in the data ({api_version}, \
             Kind={name}) does not match the expected API version and kind ({}, Kind={})",
            kind.gvk.version, kind.gvk.kind, kind.api_version, kind.gvk.kind,
        )));
    }
    value.set_at(&["apiVersion"], Arc::clone(&kind.api_version));
    value.set_at(&["kind"], Arc::clone(&kind.gvk.kind));
    Ok(())
}
