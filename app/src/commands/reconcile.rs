//! `weir reconcile`: asks by annotation and waits for the answer in the status.

use std::time::{Duration, Instant};

use weir_api::{GoDuration, annotations::REQUESTED_AT};
use weir_cluster::{Change, Cluster, Scope, follow};
use weir_yaml::Value;

use super::resource::{
    GIT_REPOSITORY, KUSTOMIZATION, Kind, condition, is_suspended, merge, read_one, revision, served,
};
use crate::cli::WaitArgs;
use crate::connect::block_on;
use crate::exit::Failure;
use crate::output::say;

pub(super) fn kustomization(name: &str, with_source: bool, args: &WaitArgs) -> Result<(), Failure> {
    block_on(async {
        let cluster = args.cluster.connect().await?;
        let namespace = &args.cluster.namespace;
        if with_source {
            let unit = read_one(&cluster, &KUSTOMIZATION, namespace, name).await?;
            let text = |key| unit.str_at(&["spec", "sourceRef", key]).unwrap_or_default();
            if text("kind") != GIT_REPOSITORY.kind {
                return Err(Failure::new(format!(
                    "not supported yet: reconciling a source of kind {}",
                    text("kind")
                )));
            }
            let place = if text("namespace").is_empty() { namespace } else { text("namespace") };
            reconcile(&cluster, &GIT_REPOSITORY, place, text("name"), args).await?;
        }
        reconcile(&cluster, &KUSTOMIZATION, namespace, name, args).await
    })
}

pub(super) fn git(name: &str, args: &WaitArgs) -> Result<(), Failure> {
    block_on(async {
        let cluster = args.cluster.connect().await?;
        reconcile(&cluster, &GIT_REPOSITORY, &args.cluster.namespace, name, args).await
    })
}

async fn reconcile(
    cluster: &Cluster,
    kind: &Kind,
    namespace: &str,
    name: &str,
    args: &WaitArgs,
) -> Result<(), Failure> {
    let object = read_one(cluster, kind, namespace, name).await?;
    if is_suspended(&object) {
        return Err(Failure::new("resource is suspended"));
    }
    let words = kind.kind;
    say(&format!("► annotating {words} {name} in {namespace} namespace"));
    let request = format!("{:.9}", jiff::Timestamp::now());
    let mut patch = Value::default();
    patch.set_at(&["metadata", "annotations", REQUESTED_AT], request.as_str());
    merge(cluster, kind, namespace, name, patch).await?;
    say(&format!("✔ {words} annotated"));
    say(&format!("◎ waiting for {words} reconciliation"));
    let handled = |object: &Value| object.str_at(&["status", "lastHandledReconcileAt"]) == Some(&request);
    let settled = wait(cluster, kind, namespace, name, args, handled).await?;
    verdict(kind, &settled)
}

/// What a settled resource says of itself.
pub(super) fn verdict(kind: &Kind, object: &Value) -> Result<(), Failure> {
    match condition(object, "Ready") {
        Some(("True", _)) => {
            let verb = if kind.kind == KUSTOMIZATION.kind { "applied" } else { "fetched" };
            say(&format!("✔ {verb} revision {}", revision(object)));
            Ok(())
        }
        Some((_, message)) => Err(Failure::new(format!("{} reconciliation failed: {message}", kind.kind))),
        None => Err(Failure::new(format!("{} has no Ready condition", kind.kind))),
    }
}

/// Waits until a resource fulfils this and is ready or not, no longer on its way.
pub(super) async fn wait(
    cluster: &Cluster,
    kind: &Kind,
    namespace: &str,
    name: &str,
    args: &WaitArgs,
    handled: impl Fn(&Value) -> bool,
) -> Result<Value, Failure> {
    let limit = timeout(&args.timeout)?;
    let deadline = Instant::now() + limit;
    let resource = served(cluster, kind).await?;
    let scope = Scope { namespace: namespace.to_string(), ..Scope::default() };
    let mut changes = follow(cluster.clone(), resource, scope);
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let change = tokio::time::timeout(left, changes.recv()).await;
        match change {
            Err(_) | Ok(None) => {
                return Err(Failure::new(format!("timed out after {} waiting for {name}", args.timeout)));
            }
            Ok(Some(Change::Applied(object))) if object.str_at(&["metadata", "name"]) == Some(name) => {
                let ready = condition(&object, "Ready");
                if handled(&object) && ready.is_some_and(|(status, _)| status != "Unknown") {
                    return Ok(object);
                }
            }
            Ok(Some(_)) => {}
        }
    }
}

pub(super) fn timeout(text: &str) -> Result<Duration, Failure> {
    GoDuration::parse(text).map(|limit| limit.0).map_err(Failure::usage)
}
