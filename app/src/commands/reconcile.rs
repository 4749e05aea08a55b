//! `weir reconcile`: asks by annotation and waits for the answer in the status.

use weir_api::annotations::REQUESTED_AT;
use weir_cluster::{Change, Cluster, Scope, follow};
use weir_yaml::Value;

use super::kind::{self, Kind};
use super::resource::{condition, is_suspended, merge, read_one};
use crate::cli::{ReconcileImage, ReconcileSource, ReconcileWhat};
use crate::connect::ClusterArgs;
use crate::exit::Failure;
use crate::output::say;

pub(super) fn run(what: &ReconcileWhat, args: &ClusterArgs) -> Result<(), Failure> {
    let (kind, name) = match what {
        ReconcileWhat::Kustomization { name, with_source } => {
            return args.run(|cluster| async move {
                kustomization(&cluster, &args.namespace, &name.name, *with_source).await
            });
        }
        ReconcileWhat::HelmRelease(name) => (kind::HELM_RELEASE, name),
        ReconcileWhat::Receiver(name) => (kind::RECEIVER, name),
        ReconcileWhat::Source { what } => match what {
            ReconcileSource::Git(name) => (kind::GIT_REPOSITORY, name),
            ReconcileSource::Oci(name) => (kind::OCI_REPOSITORY, name),
            ReconcileSource::Bucket(name) => (kind::BUCKET, name),
            ReconcileSource::Helm(name) => (kind::HELM_REPOSITORY, name),
            ReconcileSource::Chart(name) => (kind::HELM_CHART, name),
        },
        ReconcileWhat::Image { what } => match what {
            ReconcileImage::Repository(name) => (kind::IMAGE_REPOSITORY, name),
            ReconcileImage::Policy(name) => (kind::IMAGE_POLICY, name),
            ReconcileImage::Update(name) => (kind::IMAGE_UPDATE, name),
        },
    };
    args.run(|cluster| async move { reconcile(&cluster, &kind, &args.namespace, &name.name).await })
}

async fn kustomization(
    cluster: &Cluster,
    namespace: &str,
    name: &str,
    with_source: bool,
) -> Result<(), Failure> {
    if with_source {
        let unit = read_one(cluster, &kind::KUSTOMIZATION, namespace, name).await?;
        if is_suspended(&unit) {
            return Err(Failure::new("resource is suspended"));
        }
        let text = |key| unit.str_at(&["spec", "sourceRef", key]).unwrap_or_default();
        let sources = [kind::GIT_REPOSITORY, kind::OCI_REPOSITORY, kind::BUCKET];
        let Some(source) = sources.iter().find(|source| source.kind == text("kind")) else {
            return Err(Failure::new(format!("cannot reconcile source of kind {}", text("kind"))));
        };
        let place = if text("namespace").is_empty() { namespace } else { text("namespace") };
        reconcile(cluster, source, place, text("name")).await?;
    }
    reconcile(cluster, &kind::KUSTOMIZATION, namespace, name).await
}

async fn reconcile(cluster: &Cluster, kind: &Kind, namespace: &str, name: &str) -> Result<(), Failure> {
    let object = read_one(cluster, kind, namespace, name).await?;
    if kind.kind == "HelmRepository" && object.str_at(&["spec", "type"]) == Some("oci") {
        say("✔ reconciliation not supported by the object");
        return Ok(());
    }
    if is_suspended(&object) {
        return Err(Failure::new("resource is suspended"));
    }
    // Another controller may act on what ours do not; then its status shows that.
    if !kind.is_acted_on() && object.at(&["status"]).is_none() {
        return Err(Failure::new(format!(
            "not supported yet: {}; no other controller has acted on {name} either",
            kind.kind
        )));
    }
    let word = kind.kind;
    say(&format!("► annotating {word} {name} in {namespace} namespace"));
    let request = jiff::Timestamp::now().to_string();
    let mut patch = Value::default();
    patch.set_at(&["metadata", "annotations", REQUESTED_AT], request.as_str());
    merge(cluster, kind, namespace, name, patch).await?;
    say(&format!("✔ {word} annotated"));
    say(&format!("◎ waiting for {word} reconciliation"));
    let handled = |object: &Value| object.str_at(&["status", "lastHandledReconcileAt"]) == Some(&request);
    let settled = wait(cluster, kind, namespace, name, handled).await?;
    match verdict(kind, &settled) {
        Ok(message) => {
            say(&format!("✔ {message}"));
            Ok(())
        }
        Err(message) => Err(Failure::new(format!("{word} reconciliation failed: {message}"))),
    }
}

/// What a settled resource says of itself: what was done, or why not.
pub(super) fn verdict(kind: &Kind, object: &Value) -> Result<String, String> {
    let (status, message) = condition(object, "Ready").unwrap_or(("False", "status can't be determined"));
    if status != "True" {
        return Err(message.to_string());
    }
    let revision = kind.revision(object);
    Ok(match kind.kind {
        _ if revision.is_empty() => message.to_string(),
        "Kustomization" | "HelmRelease" => format!("applied revision {revision}"),
        _ => format!("fetched revision {revision}"),
    })
}

/// Waits until a resource fulfils this and is ready or not, no longer on its way.
pub(super) async fn wait(
    cluster: &Cluster,
    kind: &Kind,
    namespace: &str,
    name: &str,
    handled: impl Fn(&Value) -> bool,
) -> Result<Value, Failure> {
    let resource = kind.served(cluster).await?;
    let scope = Scope { namespace: namespace.to_string(), ..Scope::default() };
    let mut changes = follow(cluster.clone(), resource, scope);
    let is_it = |object: &Value| object.str_at(&["metadata", "name"]) == Some(name);
    while let Some(change) = changes.recv().await {
        match change {
            Change::Applied(object) if is_it(&object) => {
                let ready = condition(&object, "Ready");
                if handled(&object) && ready.is_some_and(|(status, _)| status != "Unknown") {
                    return Ok(object);
                }
            }
            Change::Deleted(object) if is_it(&object) => {
                return Err(Failure::new(format!("{} {name} was deleted", kind.kind)));
            }
            _ => {}
        }
    }
    Err(Failure::new(format!("{} {name} cannot be watched", kind.kind)))
}
