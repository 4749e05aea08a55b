//! `weir install`: what a cluster needs, as manifests or applied to it.

use std::time::Duration;

use weir_api::CRDS;
use weir_cluster::{ApiError, Apply, Cluster};
use weir_manifest::Id;
use weir_yaml::{Dialect, Value, from_yaml};

use super::resource::{MANAGER, condition};
use crate::cli::Install;
use crate::connect::ClusterArgs;
use crate::exit::Failure;
use crate::output::{print, say};

const HOW: Apply<'_> = Apply { manager: MANAGER, force: true, subresource: "" };
/// The Flux controllers whose work ours do.
const REPLACED: [&str; 2] = ["source-controller", "kustomize-controller"];
/// The version of Flux whose words we speak.
const FLUX: &str = "2.9.0";
/// The label of everything that is installed.
const PART_OF_FLUX: &str = "    app.kubernetes.io/part-of: flux\n";
/// Definitions and roll-outs are looked at this often.
const PAUSE: Duration = Duration::from_millis(200);

pub(super) fn run(args: &Install, cluster: &ClusterArgs) -> Result<(), Failure> {
    let text = manifests(&cluster.namespace, &args.image);
    if args.export {
        return print(&text);
    }
    say("✚ generating manifests");
    let objects = from_yaml(&text, Dialect::Sigs).map_err(|e| Failure::new(e.to_string()))?;
    say("✔ manifests build completed");
    let namespace = &cluster.namespace;
    cluster.run(|cluster| async move {
        say(&format!("► installing components in {namespace} namespace"));
        if !args.force {
            refuse_beside_flux(&cluster, namespace).await?;
        }
        apply(&cluster, &objects, args.dry_run).await?;
        if !args.dry_run {
            say("◎ verifying installation");
            rolled_out(&cluster, namespace).await?;
            say("✔ weir: deployment ready");
            say("✔ install finished");
        }
        Ok(())
    })
}

/// Two controllers must not work on the same objects.
async fn refuse_beside_flux(cluster: &Cluster, namespace: &str) -> Result<(), Failure> {
    let resource = cluster.resource("apps/v1", "Deployment").await?;
    let mut running = Vec::new();
    for name in REPLACED {
        let found = cluster.get(&resource, namespace, name).await?;
        let replicas = |object: Value| object.at(&["spec", "replicas"]).and_then(Value::as_i64).unwrap_or(1);
        if found.is_some_and(|object| replicas(object) > 0) {
            running.push(name);
        }
    }
    if running.is_empty() {
        return Ok(());
    }
    let running = running.join(" ");
    Err(Failure::new(format!(
        "Flux runs in {namespace} namespace: two controllers must not work on the same objects\n  \
         hint: kubectl -n {namespace} scale deployment {running} --replicas=0, or use --force"
    )))
}

/// Definitions and the namespace first, then what needs them.
async fn apply(cluster: &Cluster, objects: &[Value], dry_run: bool) -> Result<(), Failure> {
    let is_first =
        |object: &&Value| matches!(object.str_at(&["kind"]), Some("CustomResourceDefinition" | "Namespace"));
    for object in objects.iter().filter(is_first) {
        apply_one(cluster, object, dry_run).await?;
    }
    if !dry_run {
        for definition in CRDS {
            established(cluster, &definition.crd_name()).await?;
        }
    }
    for object in objects.iter().filter(|object| !is_first(object)) {
        apply_one(cluster, object, dry_run).await?;
    }
    Ok(())
}

async fn apply_one(cluster: &Cluster, object: &Value, dry_run: bool) -> Result<(), Failure> {
    let text = |key| object.str_at(&[key]).unwrap_or_default();
    let id = Id::of(object);
    let failed = |error: &ApiError| Failure::new(format!("install failed: {id}: {error}"));
    let resource = cluster.resource(text("apiVersion"), text("kind")).await.map_err(|e| failed(&e))?;
    let version = |object: &Value| object.str_at(&["metadata", "resourceVersion"]).map(str::to_string);
    let (mut done, before) = match cluster.dry_run(&resource, object, HOW).await {
        Ok(told) if !told.exists => ("created", None),
        Ok(told) if told.changes => ("configured", version(&told.object)),
        Ok(told) => ("unchanged", version(&told.object)),
        // Its namespace is not there because nothing was really made.
        Err(error) if dry_run && error.is_not_found() => ("created", None),
        Err(error) => return Err(failed(&error)),
    };
    if !dry_run && done != "unchanged" {
        let after = cluster.apply(&resource, object, HOW).await.map_err(|e| failed(&e))?;
        if version(&after) == before {
            done = "unchanged";
        }
    }
    print(&format!("{id} {done}{}\n", if dry_run { " (server dry run)" } else { "" }))
}

async fn established(cluster: &Cluster, name: &str) -> Result<(), Failure> {
    let resource = cluster.resource("apiextensions.k8s.io/v1", "CustomResourceDefinition").await?;
    loop {
        let found = cluster.get(&resource, "", name).await?;
        if found.is_some_and(|object| condition(&object, "Established").is_some_and(|is| is.0 == "True")) {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Waits until the controller runs as it was just written.
async fn rolled_out(cluster: &Cluster, namespace: &str) -> Result<(), Failure> {
    let resource = cluster.resource("apps/v1", "Deployment").await?;
    loop {
        if let Some(object) = cluster.get(&resource, namespace, "weir").await? {
            let number = |path: &[&str]| object.at(path).and_then(Value::as_i64).unwrap_or_default();
            let is_seen = number(&["status", "observedGeneration"]) >= number(&["metadata", "generation"]);
            if is_seen
                && number(&["status", "updatedReplicas"]) > 0
                && number(&["status", "readyReplicas"]) > 0
            {
                return Ok(());
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn manifests(namespace: &str, image: &str) -> String {
    let mut text = String::new();
    for definition in CRDS {
        text.push_str("---\n");
        text.push_str(&definition.manifest());
    }
    text.push_str(&controller(namespace, image));
    text.replace(PART_OF_FLUX, &labels(namespace))
}

/// What the flux CLI tells a distribution by: `flux check` and `flux version` show `flux-v2.9.0-weir.0.1.0`.
fn labels(namespace: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!(
        "    app.kubernetes.io/instance: {namespace}\n{PART_OF_FLUX}    \
         app.kubernetes.io/version: v{FLUX}-weir.{version}\n"
    )
}

/// Namespace, rights and the Deployment. The rights are those of the Flux controllers together: what is in Git may be
/// of any kind, so whoever applies it needs them all.
fn controller(namespace: &str, image: &str) -> String {
    include_str!("install.yaml").replace("{{namespace}}", namespace).replace("{{image}}", image)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_are_yaml() {
        for definition in CRDS {
            let objects = from_yaml(&definition.manifest(), Dialect::SigsStrict).unwrap();
            assert_eq!(objects[0].str_at(&["metadata", "name"]), Some(definition.crd_name().as_str()));
        }
        let version = format!("v2.9.0-weir.{}", env!("CARGO_PKG_VERSION"));
        for object in from_yaml(&manifests("ns", "image:1"), Dialect::SigsStrict).unwrap() {
            let label = |name: &str| object.str_at(&["metadata", "labels", name]);
            assert_eq!(label("app.kubernetes.io/part-of"), Some("flux"));
            assert_eq!(label("app.kubernetes.io/instance"), Some("ns"));
            assert_eq!(label("app.kubernetes.io/version"), Some(version.as_str()));
        }
        let objects = from_yaml(&controller("ns", "image:1"), Dialect::SigsStrict).unwrap();
        let kinds: Vec<_> = objects.iter().filter_map(|object| object.str_at(&["kind"])).collect();
        assert_eq!(kinds, ["Namespace", "ServiceAccount", "ClusterRoleBinding", "Service", "Deployment"]);
    }
}
