//! Requests that are questions: who am I, may I, give me a token, evict this pod. Nothing of it is kept.

use std::sync::Arc;

use ::http::Method;
use weir_yaml::{Map, Value};

use super::write::Writer;
use super::{Request, delete};
use crate::decode;
use crate::http::{Call, Reply};
use crate::kinds::Kind;
use crate::problem::Problem;
use crate::server::Shared;
use crate::time;

/// Kinds that are only ever asked.
const REVIEWS: &[&str] = &[
    "SelfSubjectReview",
    "TokenReview",
    "LocalSubjectAccessReview",
    "SelfSubjectAccessReview",
    "SelfSubjectRulesReview",
    "SubjectAccessReview",
    "Binding",
    "ComponentStatus",
];

/// True for kinds that are only ever asked.
pub(super) fn is_review(kind: &Kind) -> bool {
    kind.custom.is_none() && REVIEWS.contains(&&*kind.gvk.kind)
}

/// Answers a question.
pub(super) fn serve(_shared: &Arc<Shared>, call: &Call, kind: &Kind) -> Result<Reply, Problem> {
    if kind.is("", "ComponentStatus") {
        let list = Value::from([
            ("apiVersion", Value::from("v1")),
            ("kind", Value::from("ComponentStatusList")),
            ("metadata", Value::from(Map::new())),
            ("items", Value::from(Vec::new())),
        ]);
        return if call.method == Method::GET {
            Ok(Reply::value(200, &list))
        } else {
            Err(Problem::method_not_allowed())
        };
    }
    if call.method != Method::POST {
        return Err(Problem::method_not_allowed());
    }
    let mut value = decode::body(call.kind, &call.body)?;
    super::check_kind(kind, &mut value)?;
    let user = Value::from([
        ("username", Value::from(call.user.as_str())),
        ("groups", Value::from(vec![Value::from("system:masters"), Value::from("system:authenticated")])),
    ]);
    let everything = |list: &str| -> Value { [list].into_iter().map(|_| Value::from("*")).collect() };
    let status = match &*kind.gvk.kind {
        "SelfSubjectReview" => Value::from([("userInfo", user)]),
        "TokenReview" => Value::from([("authenticated", Value::from(true)), ("user", user)]),
        "SelfSubjectRulesReview" => Value::from([
            ("incomplete", Value::from(false)),
            (
                "nonResourceRules",
                Value::from(vec![Value::from([
                    ("nonResourceURLs", everything("")),
                    ("verbs", everything("")),
                ])]),
            ),
            (
                "resourceRules",
                Value::from(vec![Value::from([
                    ("apiGroups", everything("")),
                    ("resources", everything("")),
                    ("verbs", everything("")),
                ])]),
            ),
        ]),
        _ => Value::from([
            ("allowed", Value::from(true)),
            ("reason", Value::from("this server allows everything")),
        ]),
    };
    value.set_at(&["status"], status);
    Ok(Reply::value(201, &value))
}

/// Answers what is asked below an object.
pub(super) fn below(request: Request<'_>) -> Result<Reply, Problem> {
    let Request { shared, call, place, kind } = request;
    let object = super::find(request)?;
    let body =
        if call.body.is_empty() { Value::from(Map::new()) } else { decode::body(call.kind, &call.body)? };
    let mut out = body.clone();
    match &*place.subresource {
        "token" => {
            let seconds = body.at(&["spec", "expirationSeconds"]).and_then(Value::as_i64).unwrap_or(3600);
            let user = format!("system:serviceaccount:{}:{}", place.namespace, place.name);
            let token = shared.state().give_token(user);
            out.set_at(&["kind"], "TokenRequest");
            out.set_at(&["apiVersion"], "authentication.k8s.io/v1");
            out.set_at(&["status", "token"], token);
            out.set_at(
                &["status", "expirationTimestamp"],
                time::rfc3339(shared.now().saturating_add(seconds)),
            );
            return Ok(Reply::value(201, &out));
        }
        "eviction" => {
            let writer = Writer { subresource: "", ..request.writer() };
            delete::delete(&mut shared.state(), &writer, &object, &delete::DeleteOptions::default());
            super::work::start(shared);
        }
        _ => {
            let node = body.str_at(&["target", "name"]).unwrap_or("").to_owned();
            let mut value = object.value.clone();
            value.set_at(&["spec", "nodeName"], node);
            let writer = Writer { kind, subresource: "", ..request.writer() };
            writer.replace(&mut shared.state(), &object, value, super::write::Owners::ByChange)?;
            super::work::start(shared);
        }
    }
    let status = Value::from([
        ("kind", Value::from("Status")),
        ("apiVersion", Value::from("v1")),
        ("metadata", Value::from(Map::new())),
        ("status", Value::from("Success")),
        ("code", Value::from(201)),
    ]);
    Ok(Reply::value(201, &status))
}
