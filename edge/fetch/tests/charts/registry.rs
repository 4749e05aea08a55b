//! Registries.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use weir_fetch::{ChartQuery, ChartSource, Credentials, Descriptor, Login, Manifest, Reference};

use crate::server::{Asked, Reply, Server, reply};
use crate::{Bed, archive, digest, source, source_as};

const LAYER: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
const CONFIG: &str = "application/vnd.cncf.helm.config.v1+json";

/// All that a registry holds, by path.
type Store = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

fn manifest(layer: &[u8]) -> Vec<u8> {
    let manifest = Manifest {
        schema_version: 2,
        config: Descriptor::of(CONFIG, b"{}"),
        layers: vec![Descriptor::of(LAYER, layer)],
        annotations: BTreeMap::new(),
    };
    serde_json::to_vec(&manifest).unwrap()
}

fn store(tags: &[&str]) -> Store {
    let store = Store::default();
    for tag in tags {
        let layer = archive(tag);
        let mut all = store.lock().unwrap();
        let manifest = manifest(&layer);
        all.insert(format!("/v2/org/web/blobs/{}", digest(&layer)), layer);
        all.insert(format!("/v2/org/web/manifests/{}", digest(&manifest)), manifest.clone());
        all.insert(format!("/v2/org/web/manifests/{tag}"), manifest);
    }
    store
}

/// Answers as a registry; lists of tags come in two pages.
fn answer(store: &Store, asked: &Asked) -> Reply {
    let (path, query) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
    let mut all = store.lock().unwrap();
    match asked.method.as_str() {
        "GET" if path.ends_with("/tags/list") => {
            let prefix = "/v2/org/web/manifests/";
            let tags: Vec<_> = all
                .keys()
                .filter_map(|key| key.strip_prefix(prefix))
                .filter(|tag| !tag.contains(':'))
                .collect();
            let (first, rest) = tags.split_at(1);
            let page = if query.is_empty() { first } else { rest };
            let body = serde_json::json!({"name": "org/web", "tags": page}).to_string();
            let reply = reply(200, body);
            if query.is_empty() {
                reply.with("link", "</v2/org/web/tags/list?last=x>; rel=\"next\"")
            } else {
                reply
            }
        }
        "GET" | "HEAD" if path == "/v2/" => reply(200, "{}"),
        "GET" | "HEAD" => match all.get(path) {
            Some(bytes) => reply(200, bytes.clone()),
            None => reply(404, r#"{"errors":[{"code":"NAME_UNKNOWN","message":"no such thing here"}]}"#),
        },
        "POST" => reply(202, "").with("location", path.replace("uploads/", "uploads/1?state=x")),
        "PUT" if path.contains("/uploads/") => {
            let name = query.split("digest=").nth(1).unwrap().replace("%3A", ":");
            assert_eq!(digest(&asked.body), name);
            all.insert(path.replace("uploads/1", &name), asked.body.clone());
            reply(201, "")
        }
        "PUT" => {
            all.insert(path.to_string(), asked.body.clone());
            reply(201, "")
        }
        _ => reply(405, ""),
    }
}

#[test]
fn versions_are_chosen_among_the_tags() {
    let bed = Bed::new("tags");
    let store = store(&["1.0.0", "1.4.0_meta", "2.0.0-rc.1", "latest"]);
    let held = store.clone();
    let server = Server::start(move |asked| answer(&held, asked));
    let source = source(&format!("oci://{}/org", server.address));
    let charts = bed.charts();
    for (version, tag) in [
        ("", "1.4.0_meta"),
        ("1.0.0", "1.0.0"),
        ("^1.0.0", "1.4.0_meta"),
        (">=2.0.0-0", "2.0.0-rc.1"),
        ("1.4.0+meta", "1.4.0_meta"),
    ] {
        let chart = charts.get(ChartQuery { source: &source, name: "web", version }).unwrap();
        assert_eq!(std::fs::read(chart.file).unwrap(), archive(tag), "{version}");
        assert!(chart.url.ends_with(&format!("/org/web:{tag}")), "{}", chart.url);
        let pinned = crate::source(&format!("oci://{}/org/web@{}", server.address, chart.manifest.unwrap()));
        charts.get(ChartQuery { source: &pinned, name: "", version: "" }).unwrap();
    }
    let error =
        charts.get(ChartQuery { source: &source, name: "web", version: "^9" }).unwrap_err().to_string();
    assert!(error.contains("could not locate a version matching provided version string ^9"), "{error}");
    let error =
        charts.get(ChartQuery { source: &source, name: "db", version: "1.0.0" }).unwrap_err().to_string();
    assert!(error.contains("404") && error.contains("no such thing here"), "{error}");
}

#[test]
fn a_registry_wants_a_token_for_a_password() {
    let bed = Bed::new("token");
    let store = store(&["1.0.0"]);
    let held = store.clone();
    let server = Server::start(move |asked| {
        let authorization = asked.headers.get("authorization").map_or("", String::as_str);
        if let Some(query) = asked.path.strip_prefix("/token?") {
            assert!(query.contains("scope=repository%3Aorg%2Fweb%3Apull"), "{query}");
            return match authorization {
                "Basic bWU6c2VjcmV0" => reply(200, r#"{"token":"good"}"#),
                _ => reply(401, r#"{"errors":[{"message":"wrong password"}]}"#),
            };
        }
        if authorization == "Bearer good" {
            return answer(&held, asked);
        }
        let host = &asked.headers["host"];
        let challenge = format!("Bearer realm=\"http://{host}/token\",service=\"test\"");
        reply(401, "").with("www-authenticate", challenge)
    });
    let registry = &server.address;
    let url = format!("oci://{registry}/org");
    let source = source(&url);
    let query = ChartQuery { source: &source, name: "web", version: "1.0.0" };
    let error = bed.charts().get(query).unwrap_err().to_string();
    assert!(
        error.contains("401") && error.contains(&format!("weir helm registry login {registry}")),
        "{error}"
    );
    let login = |password: &str| Login { user: "me".into(), password: password.into(), identity_token: None };
    let with = |password: &str| Credentials {
        given: [(registry.clone(), login(password))].into_iter().collect(),
        ..Credentials::default()
    };
    let error = bed.charts_with(with("bad-secret"), &[]).get(query).unwrap_err().to_string();
    assert!(error.contains("wrong password") && !error.contains("bad-secret"), "{error}");
    let charts = bed.charts_with(with("secret"), &[]);
    charts.get(query).unwrap();
    charts.get(query).unwrap();
    let tokens = server.asked().iter().filter(|asked| asked.path.starts_with("/token")).count();
    assert_eq!(tokens, 3, "none without a password is worth asking for, and one serves for all that follows");
    bed.charts().get(ChartQuery { source: &source_as(&url, "me", "secret"), ..query }).unwrap();
}

/// An index may name a registry: the password for the repository is not for that.
#[test]
fn an_index_does_not_send_credentials_to_a_registry() {
    let bed = Bed::new("named");
    let registry = Server::start(|asked| match asked.headers.get("authorization") {
        Some(_) => reply(500, "somebody told a password"),
        None => reply(401, "").with("www-authenticate", "Basic realm=\"x\""),
    });
    let index = format!(
        "apiVersion: v1\nentries:\n  web:\n  - {{name: web, version: 1.0.0, urls: ['oci://{}/org/web:1.0.0']}}\n",
        registry.address
    );
    let server = Server::start(move |_| reply(200, index.clone()));
    let source =
        ChartSource { plain_http: true, ..source_as(&format!("http://{}", server.address), "me", "secret") };
    let error = bed.charts().get(ChartQuery { source: &source, name: "web", version: "" }).unwrap_err();
    assert!(error.to_string().contains("401"), "{error}");
    assert!(registry.asked().iter().all(|asked| !asked.headers.contains_key("authorization")));
}

#[test]
fn what_a_registry_gives_is_what_was_named() {
    let bed = Bed::new("evil");
    let store = store(&["1.0.0"]);
    let good = archive("1.0.0");
    let path = format!("/v2/org/web/blobs/{}", digest(&good));
    store.lock().unwrap().insert(path, archive("1.0.1"));
    let held = store.clone();
    let server = Server::start(move |asked| answer(&held, asked));
    let source = source(&format!("oci://{}/org/web", server.address));
    let error =
        bed.charts().get(ChartQuery { source: &source, name: "", version: "1.0.0" }).unwrap_err().to_string();
    assert!(error.contains("has the digest") && error.contains(&digest(&good)), "{error}");
    assert_eq!(bed.kept(), 0);
}

#[test]
fn what_is_pushed_can_be_pulled_also_through_a_mirror() {
    let bed = Bed::new("push");
    let store = Store::default();
    let held = store.clone();
    let server = Server::start(move |asked| answer(&held, asked));
    let source = source(&format!("oci://{}/org", server.address));
    let charts = bed.charts();
    let registry = charts.registry(&source).unwrap();
    let reference: Reference = format!("{}/org/web:1.0.0+a", server.address).parse().unwrap();
    let layer = archive("pushed");
    for blob in [&layer[..], b"{}"] {
        registry.push_blob(&reference, blob).unwrap();
        registry.push_blob(&reference, blob).unwrap();
    }
    registry.push_manifest(&reference, &manifest(&layer)).unwrap();
    assert_eq!(
        server.asked().iter().filter(|asked| asked.method == "POST").count(),
        2,
        "what is there is not sent again"
    );
    registry.ping(&server.address).unwrap();
    let mirror = format!("ghcr.io=http://{}", server.address);
    let charts = bed.charts_with(Credentials::default(), &[mirror]);
    let source = crate::source("oci://ghcr.io/org");
    let chart = charts.get(ChartQuery { source: &source, name: "web", version: "1.0.0+a" }).unwrap();
    assert_eq!(std::fs::read(chart.file).unwrap(), layer);
}
