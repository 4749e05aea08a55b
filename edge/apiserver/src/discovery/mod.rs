//! What the server serves: groups, versions, resources, and its own version and health.

use std::sync::Arc;

use weir_manifest::kinds::Subresource;
use weir_yaml::{Map, Value};

use crate::http::{Call, Reply};
use crate::kinds::{Kind, Registry};
use crate::problem::Problem;
use crate::server::Shared;

/// Answers everything that is no resource.
pub(crate) fn serve(shared: &Arc<Shared>, call: &Call, path: &[&str]) -> Result<Reply, Problem> {
    if call.method != ::http::Method::GET {
        return Err(Problem::method_not_allowed());
    }
    let state = shared.state();
    let registry = &state.registry;
    match path {
        ["healthz" | "livez" | "readyz", ..] => Ok(Reply::text(200, "ok")),
        ["version"] => Ok(Reply::value(200, &version(&shared.options.version))),
        ["api"] => Ok(match call.accept.aggregated {
            Some(version) => aggregated(registry, version, |group| group.is_empty()),
            None => Reply::value(200, &core_versions()),
        }),
        ["apis"] => Ok(match call.accept.aggregated {
            Some(version) => aggregated(registry, version, |group| !group.is_empty()),
            None => Reply::value(200, &group_list(registry)),
        }),
        ["apis", group] => {
            let groups = registry.groups();
            let found = groups.iter().find(|(own, _)| own == group).ok_or_else(Problem::no_path)?;
            let mut value = group_value(found);
            value.set_at(&["kind"], "APIGroup");
            value.set_at(&["apiVersion"], "v1");
            Ok(Reply::value(200, &value))
        }
        ["api", version] => resources(registry, "", version),
        ["apis", group, version] => resources(registry, group, version),
        ["openapi", rest @ ..] => {
            let registry = registry.clone();
            drop(state);
            crate::openapi::serve(&registry, call, rest)
        }
        [] => Ok(Reply::value(200, &Value::from([("paths", paths(registry))]))),
        _ => Err(Problem::no_path()),
    }
}

fn paths(registry: &Registry) -> Value {
    let mut out = vec!["/api".to_owned(), "/api/v1".to_owned(), "/apis".to_owned()];
    for (group, versions) in registry.groups().into_iter().filter(|(group, _)| !group.is_empty()) {
        out.push(format!("/apis/{group}"));
        out.extend(versions.iter().map(|version| format!("/apis/{group}/{version}")));
    }
    out.extend(
        ["/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/version"].map(str::to_owned),
    );
    out.into_iter().collect()
}

fn version(text: &str) -> Value {
    let mut numbers = text.trim_start_matches('v').split('.');
    let mut next = || numbers.next().unwrap_or("").to_owned();
    Value::from([
        ("major", next()),
        ("minor", next()),
        ("gitVersion", text.to_owned()),
        ("gitCommit", String::new()),
        ("gitTreeState", "clean".to_owned()),
        ("buildDate", "1970-01-01T00:00:00Z".to_owned()),
        ("goVersion", String::new()),
        ("compiler", String::new()),
        ("platform", "linux/amd64".to_owned()),
    ])
}

fn core_versions() -> Value {
    let address = Value::from([("clientCIDR", "0.0.0.0/0"), ("serverAddress", "127.0.0.1")]);
    Value::from([
        ("kind", Value::from("APIVersions")),
        ("versions", Value::from(vec![Value::from("v1")])),
        ("serverAddressByClientCIDRs", Value::from(vec![address])),
    ])
}

fn group_value((group, versions): &(String, Vec<String>)) -> Value {
    let version = |version: &String| {
        Value::from([("groupVersion", format!("{group}/{version}")), ("version", version.clone())])
    };
    Value::from([
        ("name", Value::from(group.as_str())),
        ("versions", versions.iter().map(version).collect()),
        ("preferredVersion", versions.first().map(version).unwrap_or_default()),
    ])
}

fn group_list(registry: &Registry) -> Value {
    let groups = registry.groups();
    Value::from([
        ("kind", Value::from("APIGroupList")),
        ("apiVersion", Value::from("v1")),
        ("groups", groups.iter().filter(|(group, _)| !group.is_empty()).map(group_value).collect()),
    ])
}

fn resources(registry: &Registry, group: &str, version: &str) -> Result<Reply, Problem> {
    let mut list = Vec::new();
    for kind in registry.iter().filter(|kind| *kind.gvk.group == *group && *kind.gvk.version == *version) {
        list.push(resource(kind));
        list.extend(kind.subresources.iter().map(|sub| subresource(kind, sub)));
    }
    if list.is_empty() {
        return Err(Problem::no_path());
    }
    let api_version = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
    Ok(Reply::value(
        200,
        &Value::from([
            ("kind", Value::from("APIResourceList")),
            ("apiVersion", Value::from("v1")),
            ("groupVersion", Value::from(api_version)),
            ("resources", Value::from(list)),
        ]),
    ))
}

fn words(list: &[weir_yaml::Text]) -> Value {
    list.iter().map(|one| Value::from(&**one)).collect()
}

fn resource(kind: &Kind) -> Value {
    let mut out = Map::new();
    out.insert("name", &*kind.plural);
    out.insert("singularName", &*kind.singular);
    out.insert("namespaced", kind.namespaced);
    out.insert("kind", &*kind.gvk.kind);
    out.insert("verbs", words(&kind.verbs));
    if !kind.short_names.is_empty() {
        out.insert("shortNames", words(&kind.short_names));
    }
    if !kind.categories.is_empty() {
        out.insert("categories", words(&kind.categories));
    }
    out.insert("storageVersionHash", "");
    Value::Map(out)
}

fn subresource(kind: &Kind, sub: &Subresource) -> Value {
    let mut out = Map::new();
    out.insert("name", format!("{}/{}", kind.plural, sub.name));
    out.insert("singularName", "");
    out.insert("namespaced", kind.namespaced);
    if let Some(own) = &sub.kind {
        out.insert("group", &*own.group);
        out.insert("version", &*own.version);
    }
    out.insert("kind", sub.kind.as_ref().map_or(&*kind.gvk.kind, |own| &*own.kind));
    out.insert("verbs", words(&sub.verbs));
    Value::Map(out)
}

/// All groups at once.
fn aggregated(registry: &Registry, version: &'static str, takes: impl Fn(&str) -> bool) -> Reply {
    let groups = registry.groups().into_iter().filter(|(group, _)| takes(group)).map(|(group, versions)| {
        let versions = versions.into_iter().map(|version| {
            let kinds =
                registry.iter().filter(|kind| *kind.gvk.group == *group && *kind.gvk.version == *version);
            Value::from([
                ("version", Value::from(version.as_str())),
                ("resources", kinds.map(|kind| aggregated_resource(kind)).collect()),
                ("freshness", Value::from("Current")),
            ])
        });
        Value::from([
            (
                "metadata",
                if group.is_empty() {
                    Value::from(Map::new())
                } else {
                    Value::from([("name", group.as_str())])
                },
            ),
            ("versions", versions.collect()),
        ])
    });
    let list = Value::from([
        ("kind", Value::from("APIGroupDiscoveryList")),
        ("apiVersion", Value::from(format!("apidiscovery.k8s.io/{version}"))),
        ("metadata", Value::from(Map::new())),
        ("items", groups.collect()),
    ]);
    let mut reply = Reply::value(200, &list);
    reply.media = match version {
        "v2" => "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
        _ => "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList",
    };
    reply
}

fn response_kind(group: &str, version: &str, kind: &str) -> Value {
    Value::from([("group", group), ("version", version), ("kind", kind)])
}

fn aggregated_resource(kind: &Kind) -> Value {
    let gvk = &kind.gvk;
    let mut out = Map::new();
    out.insert("resource", &*kind.plural);
    out.insert("responseKind", response_kind(&gvk.group, &gvk.version, &gvk.kind));
    out.insert("scope", if kind.namespaced { "Namespaced" } else { "Cluster" });
    out.insert("singularResource", &*kind.singular);
    out.insert("verbs", words(&kind.verbs));
    if !kind.short_names.is_empty() {
        out.insert("shortNames", words(&kind.short_names));
    }
    if !kind.categories.is_empty() {
        out.insert("categories", words(&kind.categories));
    }
    let below = kind.subresources.iter().map(|sub| {
        let own = sub.kind.as_ref().unwrap_or(gvk);
        Value::from([
            ("subresource", Value::from(&*sub.name)),
            ("responseKind", response_kind(&own.group, &own.version, &own.kind)),
            ("verbs", words(&sub.verbs)),
        ])
    });
    let below: Vec<Value> = below.collect();
    if !below.is_empty() {
        out.insert("subresources", below);
    }
    Value::Map(out)
}
