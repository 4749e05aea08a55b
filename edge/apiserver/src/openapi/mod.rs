//! The OpenAPI documents that kubectl reads: one for each group and version.
//!
//! Schemas have types, merge keys and defaults, but no descriptions: those would be larger than all the rest.

mod builtin;
mod paths;

use weir_yaml::{Map, Value, to_json};

use crate::http::{Call, Reply};
use crate::kinds::{Kind, Registry};
use crate::problem::Problem;

/// A document of version 2 without content: its version, title and version of the API.
const EMPTY_SECOND: &[u8] = b"\x0a\x032.0\x12\x19\x0a\x0aKubernetes\x12\x0bunversioned";

/// Answers below `/openapi`.
pub(crate) fn serve(registry: &Registry, call: &Call, path: &[&str]) -> Result<Reply, Problem> {
    match path {
        ["v3"] => Ok(Reply::value(200, &index(registry))),
        ["v3", "api", version] => document(registry, "", version),
        ["v3", "apis", group, version] => document(registry, group, version),
        // Only kubectl reads this form, and only for kinds that the newer documents lack: there are none to tell of.
        ["v2"] if call.accept.binary_openapi => {
            let mut reply = Reply::json(200, EMPTY_SECOND);
            reply.media = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
            Ok(reply)
        }
        ["v2"] => Ok(Reply::value(200, &second(registry))),
        _ => Err(Problem::no_path()),
    }
}

/// Where the documents are. The hash changes with their content, so that clients may keep them.
fn index(registry: &Registry) -> Value {
    let mut out = Map::new();
    for (group, versions) in registry.groups() {
        for version in versions {
            let path =
                if group.is_empty() { format!("api/{version}") } else { format!("apis/{group}/{version}") };
            let kinds =
                registry.iter().filter(|kind| *kind.gvk.group == *group && *kind.gvk.version == *version);
            let mut all = String::new();
            for kind in kinds {
                all.push_str(&kind.gvk.kind);
                if let Some(schema) = kind.custom.as_ref().and_then(|custom| custom.schema.as_ref()) {
                    all.push_str(&to_json(schema));
                }
            }
            let hash = all.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |all, byte| {
                (all ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
            let url = format!("/openapi/v3/{path}?hash={hash:016X}");
            out.insert(path, Value::from([("serverRelativeURL", url)]));
        }
    }
    Value::from([("paths", Value::Map(out))])
}

fn info() -> Value {
    Value::from([("title", "Kubernetes"), ("version", "unversioned")])
}

fn document(registry: &Registry, group: &str, version: &str) -> Result<Reply, Problem> {
    let fits = |kind: &&std::sync::Arc<Kind>| *kind.gvk.group == *group && *kind.gvk.version == *version;
    let kinds: Vec<&Kind> = registry.iter().filter(fits).map(AsRef::as_ref).collect();
    if kinds.is_empty() {
        return Err(Problem::no_path());
    }
    let mut schemas = builtin::Schemas::new("#/components/schemas/");
    let mut paths = Map::new();
    for kind in kinds {
        let name = match kind.custom.as_ref() {
            None => schemas.builtin(&kind.gvk),
            Some(custom) => schemas.custom(&kind.gvk, custom.schema.as_ref()),
        };
        for (path, item) in paths::of(kind, &format!("#/components/schemas/{name}")) {
            paths.insert(path, item);
        }
    }
    let document = Value::from([
        ("openapi", Value::from("3.0.0")),
        ("info", info()),
        ("paths", Value::Map(paths)),
        ("components", Value::from([("schemas", schemas.into_value())])),
    ]);
    Ok(Reply::value(200, &document))
}

/// The older document of everything at once; kubectl asks for it only where the newer ones are missing.
fn second(registry: &Registry) -> Value {
    let mut schemas = builtin::Schemas::new("#/definitions/");
    for kind in registry.iter() {
        match kind.custom.as_ref() {
            None => schemas.builtin(&kind.gvk),
            Some(custom) => schemas.custom(&kind.gvk, custom.schema.as_ref()),
        };
    }
    Value::from([
        ("swagger", Value::from("2.0")),
        ("info", info()),
        ("paths", Value::from(Map::new())),
        ("definitions", schemas.into_value()),
    ])
}
