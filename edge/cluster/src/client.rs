//! A connection to one API server, and what is asked of it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use kube::client::Body;
use weir_yaml::{Value, from_json, to_json};

use crate::discovery::Discovery;
use crate::request::{Target, url};
use crate::{ApiError, Resource};

/// A server gives up on a request of its own after a minute.
const PATIENCE: Duration = Duration::from_secs(75);

/// A handle on one cluster; cloning shares it.
#[derive(Clone)]
pub struct Cluster {
    inner: Arc<Inner>,
    /// The user to act as, if not as ourselves.
    user: Option<Arc<str>>,
}

struct Inner {
    client: kube::Client,
    discovery: Discovery,
}

/// How a server-side apply is done.
#[derive(Debug, Clone, Copy)]
pub struct Apply<'a> {
    /// The field manager.
    pub manager: &'a str,
    /// Take fields that others own.
    pub force: bool,
    /// Part of the object; empty for the object itself.
    pub subresource: &'a str,
}

/// What a server-side apply would do.
#[derive(Debug, Clone)]
pub struct DryRun {
    /// The object as it would be.
    pub object: Value,
    /// False if it would be created.
    pub exists: bool,
    /// Whether anything would change; in doubt it is said to.
    pub changes: bool,
}

/// The body of a patch request, by its kind.
#[derive(Debug, Clone)]
pub enum PatchBody {
    /// RFC 7386.
    Merge(Value),
    /// RFC 6902.
    Json(Value),
}

impl Cluster {
    /// Connects by a kubeconfig file and context, or the usual places when none is named.
    pub async fn connect(kubeconfig: Option<&Path>, context: Option<&str>) -> Result<Self, ApiError> {
        let failed = |e: &dyn std::fmt::Display| ApiError::Transport(e.to_string());
        let options =
            kube::config::KubeConfigOptions { context: context.map(str::to_string), ..Default::default() };
        let config = match kubeconfig {
            Some(path) => {
                let file = kube::config::Kubeconfig::read_from(path).map_err(|e| failed(&e))?;
                kube::Config::from_custom_kubeconfig(file, &options).await.map_err(|e| failed(&e))?
            }
            None if context.is_some() => {
                kube::Config::from_kubeconfig(&options).await.map_err(|e| failed(&e))?
            }
            None => kube::Config::infer().await.map_err(|e| failed(&e))?,
        };
        let client = kube::Client::try_from(config).map_err(|e| failed(&e))?;
        Ok(Self::from_client(client))
    }

    /// Wraps a server in the same process.
    pub fn in_process<S, B>(service: S) -> Self
    where
        S: tower::Service<Request<Body>, Response = http::Response<B>> + Clone + Send + 'static,
        S::Future: Send + 'static,
        S::Error: Into<tower::BoxError>,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<tower::BoxError>,
    {
        Self::from_client(kube::Client::new(service, "default"))
    }

    fn from_client(client: kube::Client) -> Self {
        Self { inner: Arc::new(Inner { client, discovery: Discovery::default() }), user: None }
    }

    /// The same cluster, acting as this user.
    pub fn acting_as(&self, user: &str) -> Self {
        Self { inner: Arc::clone(&self.inner), user: Some(Arc::from(user)) }
    }

    pub(crate) fn discovery(&self) -> &Discovery {
        &self.inner.discovery
    }

    pub(crate) async fn send(&self, mut request: Request<Body>) -> Result<http::Response<Body>, ApiError> {
        if let Some(user) = &self.user {
            let name = http::HeaderValue::from_str(user)
                .map_err(|_| ApiError::Garbled(format!("'{user}' cannot be a user")))?;
            request.headers_mut().insert("impersonate-user", name);
        }
        if concerns_secrets(request.uri().path()) {
            // What a connection has read last stays in its buffer for as long as it is kept.
            request.headers_mut().insert(http::header::CONNECTION, http::HeaderValue::from_static("close"));
        }
        let answer = in_time(self.inner.client.send(request)).await?;
        let answer = answer.map_err(|e| ApiError::Transport(error_chain(&e)))?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        let code = answer.status().as_u16();
        Err(ApiError::from_body(code, &collect(answer).await?))
    }

    async fn value(&self, request: Request<Body>) -> Result<Value, ApiError> {
        let body = collect(self.send(request).await?).await?;
        from_json(&body).map_err(|e| ApiError::Garbled(e.to_string()))
    }

    pub(crate) async fn get_url(&self, url: &str, accept: &str) -> Result<Value, ApiError> {
        self.value(request(Method::GET, url, &[("accept", accept)], Bytes::new())?).await
    }

    /// The version that the server runs.
    pub async fn version(&self) -> Result<Value, ApiError> {
        self.get_url("/version", "application/json").await
    }

    /// The object, if it is there.
    pub async fn get(
        &self,
        resource: &Resource,
        namespace: &str,
        name: &str,
    ) -> Result<Option<Value>, ApiError> {
        self.get_as(resource, namespace, name, "application/json").await
    }

    /// The metadata of the object, if it is there.
    pub async fn get_metadata(
        &self,
        resource: &Resource,
        namespace: &str,
        name: &str,
    ) -> Result<Option<Value>, ApiError> {
        const PARTIAL: &str = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
        self.get_as(resource, namespace, name, PARTIAL).await
    }

    async fn get_as(
        &self,
        resource: &Resource,
        namespace: &str,
        name: &str,
        accept: &str,
    ) -> Result<Option<Value>, ApiError> {
        let url = url(resource, Target { namespace, name, ..Target::default() }, &[]);
        match self.get_url(&url, accept).await {
            Ok(object) => Ok(Some(object)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// All objects of a kind, or those of one namespace, that the label selector matches.
    pub async fn list(
        &self,
        resource: &Resource,
        namespace: &str,
        selector: &str,
    ) -> Result<Vec<Value>, ApiError> {
        let (mut all, mut next) = (Vec::new(), String::new());
        loop {
            let query = [("labelSelector", selector), ("limit", "500"), ("continue", next.as_str())];
            let url = url(resource, Target { namespace, ..Target::default() }, &query);
            let mut page = self.get_url(&url, "application/json").await?;
            if let Some(Value::List(items)) = page.remove_at(&["items"]) {
                all.extend(items.iter().cloned());
            }
            next = page.str_at(&["metadata", "continue"]).unwrap_or_default().to_string();
            if next.is_empty() {
                return Ok(all);
            }
        }
    }

    /// Server-side apply. Gives the object as it is then.
    pub async fn apply(
        &self,
        resource: &Resource,
        object: &Value,
        how: Apply<'_>,
    ) -> Result<Value, ApiError> {
        self.value(apply_request(resource, object, how, "")?).await
    }

    /// What a server-side apply would do, without doing it.
    pub async fn dry_run(
        &self,
        resource: &Resource,
        object: &Value,
        how: Apply<'_>,
    ) -> Result<DryRun, ApiError> {
        let answer = self.send(apply_request(resource, object, how, "All")?).await?;
        let date = answer.headers().get(http::header::DATE).and_then(|date| date.to_str().ok());
        let now = date.map(str::to_string);
        let body = collect(answer).await?;
        let object = from_json(&body).map_err(|e| ApiError::Garbled(e.to_string()))?;
        let exists =
            object.str_at(&["metadata", "resourceVersion"]).is_some_and(|version| !version.is_empty());
        let changes = !exists || touched(&object, how.manager, now.as_deref());
        Ok(DryRun { object, exists, changes })
    }

    /// Patches an object.
    pub async fn patch(
        &self,
        resource: &Resource,
        namespace: &str,
        name: &str,
        subresource: &str,
        manager: &str,
        body: &PatchBody,
    ) -> Result<Value, ApiError> {
        let (kind, body) = match body {
            PatchBody::Merge(value) => ("application/merge-patch+json", value),
            PatchBody::Json(value) => ("application/json-patch+json", value),
        };
        let target = Target { namespace, name, subresource };
        let url = url(resource, target, &[("fieldManager", manager)]);
        self.value(request(Method::PATCH, &url, &[("content-type", kind)], to_json(body).into())?).await
    }

    /// Creates an object.
    pub async fn create(
        &self,
        resource: &Resource,
        object: &Value,
        manager: &str,
    ) -> Result<Value, ApiError> {
        let namespace = object.str_at(&["metadata", "namespace"]).unwrap_or_default();
        let url = url(resource, Target { namespace, ..Target::default() }, &[("fieldManager", manager)]);
        let headers = [("content-type", "application/json")];
        self.value(request(Method::POST, &url, &headers, to_json(object).into())?).await
    }

    /// Deletes an object in the background. False if it was not there. With a uid, only that very object.
    pub async fn delete(
        &self,
        resource: &Resource,
        namespace: &str,
        name: &str,
        uid: Option<&str>,
    ) -> Result<bool, ApiError> {
        let mut options = Value::from([("propagationPolicy", "Background")]);
        if let Some(uid) = uid {
            options.set_at(&["preconditions", "uid"], uid);
        }
        let url = url(resource, Target { namespace, name, ..Target::default() }, &[]);
        let headers = [("content-type", "application/json")];
        match self.value(request(Method::DELETE, &url, &headers, to_json(&options).into())?).await {
            Ok(_) => Ok(true),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }
}

pub(crate) fn request(
    method: Method,
    url: &str,
    headers: &[(&str, &str)],
    body: Bytes,
) -> Result<Request<Body>, ApiError> {
    let mut builder = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder.body(Body::from(body.to_vec())).map_err(|e| ApiError::Garbled(format!("request {url}: {e}")))
}

fn apply_request(
    resource: &Resource,
    object: &Value,
    how: Apply<'_>,
    dry_run: &str,
) -> Result<Request<Body>, ApiError> {
    let target = Target {
        namespace: object.str_at(&["metadata", "namespace"]).unwrap_or_default(),
        name: object.str_at(&["metadata", "name"]).unwrap_or_default(),
        subresource: how.subresource,
    };
    let force = if how.force { "true" } else { "" };
    let query = [("fieldManager", how.manager), ("force", force), ("dryRun", dry_run)];
    let url = url(resource, target, &query);
    let headers = [("content-type", "application/apply-patch+yaml"), ("accept", "application/json")];
    request(Method::PATCH, &url, &headers, to_json(object).into())
}

async fn collect(answer: http::Response<Body>) -> Result<Bytes, ApiError> {
    debug_assert_ne!(answer.status(), StatusCode::SWITCHING_PROTOCOLS);
    let body = in_time(answer.into_body().collect()).await?;
    Ok(body.map_err(|e| ApiError::Transport(e.to_string()))?.to_bytes())
}

/// A connection that died in silence is noticed by nobody else.
async fn in_time<T>(answer: impl Future<Output = T>) -> Result<T, ApiError> {
    let late = |_| ApiError::Transport(format!("no answer within {}s", PATIENCE.as_secs()));
    tokio::time::timeout(PATIENCE, answer).await.map_err(late)
}

/// An apply that changes nothing keeps the time of the manager's entry; one that changes something sets it to the
/// server's clock. A time close to now leaves the question open, and counts as a change.
fn touched(object: &Value, manager: &str, server_date: Option<&str>) -> bool {
    let entries = object.at(&["metadata", "managedFields"]).and_then(Value::as_list).unwrap_or_default();
    let own = entries.iter().find(|entry| {
        entry.str_at(&["manager"]) == Some(manager)
            && entry.str_at(&["operation"]) == Some("Apply")
            && entry.str_at(&["subresource"]).unwrap_or_default().is_empty()
    });
    let (Some(time), Some(date)) = (own.and_then(|entry| entry.str_at(&["time"])), server_date) else {
        return true;
    };
    let now = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(date);
    match (time.parse::<jiff::Timestamp>(), now) {
        (Ok(time), Ok(now)) => now.as_second() - time.as_second() < 2,
        _ => true,
    }
}

fn error_chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let words = cause.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        source = cause.source();
    }
    text
}

/// Whether Secrets are asked for, written or answered.
fn concerns_secrets(path: &str) -> bool {
    path.starts_with("/api/v1/") && path.split('/').any(|segment| segment == "secrets")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_dead_connection_is_noticed() {
        type Never = std::future::Pending<Result<http::Response<Body>, std::io::Error>>;
        let service = tower::service_fn(|_: Request<Body>| -> Never { std::future::pending() });
        let error = Cluster::in_process(service).version().await.unwrap_err();
        assert_eq!(error, ApiError::Transport("no answer within 75s".to_string()));
    }

    #[test]
    fn an_old_entry_means_no_change() {
        let object = |time: &str| {
            let entry = Value::from([("manager", "weir"), ("operation", "Apply"), ("time", time)]);
            Value::from([("metadata", Value::from([("managedFields", Value::from(vec![entry]))]))])
        };
        let now = Some("Sat, 21 Nov 2026 13:00:10 GMT");
        assert!(!touched(&object("2026-11-21T13:00:00Z"), "weir", now));
        assert!(touched(&object("2026-11-21T13:00:10Z"), "weir", now));
        assert!(touched(&object("2026-11-21T13:00:00Z"), "other", now));
        assert!(touched(&object("2026-11-21T13:00:00Z"), "weir", None));
    }
}
