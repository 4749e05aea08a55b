//! `weir suspend` and `weir resume`.

use weir_cluster::Cluster;
use weir_yaml::Value;

use super::reconcile::{verdict, wait};
use super::resource::{GIT_REPOSITORY, KUSTOMIZATION, Kind, is_suspended, merge, read_one, served};
use crate::cli::{ToggleArgs, ToggleSource, ToggleWhat};
use crate::connect::block_on;
use crate::exit::Failure;
use crate::output::say;

pub(super) fn run(what: ToggleWhat, suspend: bool) -> Result<(), Failure> {
    let (kind, args) = match what {
        ToggleWhat::Kustomization(args) => (KUSTOMIZATION, args),
        ToggleWhat::Source { what: ToggleSource::Git(args) } => (GIT_REPOSITORY, args),
    };
    if args.names.is_empty() && !args.all {
        return Err(Failure::usage(format!("{} name is required, or --all", kind.words)));
    }
    block_on(async {
        let cluster = args.wait.cluster.connect().await?;
        let mut failures = Vec::new();
        for name in names(&cluster, &kind, &args).await? {
            let done = if suspend {
                suspend_one(&cluster, &kind, &args, &name).await
            } else {
                resume_one(&cluster, &kind, &args, &name).await
            };
            failures.extend(done.err().map(|failure| failure.to_string()));
        }
        if failures.is_empty() { Ok(()) } else { Err(Failure::new(failures.join("\n"))) }
    })
}

async fn names(cluster: &Cluster, kind: &Kind, args: &ToggleArgs) -> Result<Vec<String>, Failure> {
    if !args.all {
        return Ok(args.names.clone());
    }
    let resource = served(cluster, kind).await?;
    let all = cluster.list(&resource, &args.wait.cluster.namespace, "").await?;
    let names = all.iter().filter_map(|object| object.str_at(&["metadata", "name"]).map(str::to_string));
    Ok(names.collect())
}

async fn suspend_one(cluster: &Cluster, kind: &Kind, args: &ToggleArgs, name: &str) -> Result<(), Failure> {
    let namespace = &args.wait.cluster.namespace;
    say(&format!("► suspending {} {name} in {namespace} namespace", kind.words));
    let mut patch = Value::default();
    patch.set_at(&["spec", "suspend"], true);
    merge(cluster, kind, namespace, name, patch).await?;
    say(&format!("✔ {} suspended", kind.words));
    Ok(())
}

async fn resume_one(cluster: &Cluster, kind: &Kind, args: &ToggleArgs, name: &str) -> Result<(), Failure> {
    let namespace = &args.wait.cluster.namespace;
    let before = read_one(cluster, kind, namespace, name).await?;
    say(&format!("► resuming {} {name} in {namespace} namespace", kind.words));
    let mut patch = Value::default();
    patch.set_at(&["spec", "suspend"], false);
    let resumed = merge(cluster, kind, namespace, name, patch).await?;
    say(&format!("✔ {} resumed", kind.words));
    say(&format!("◎ waiting for {} reconciliation", kind.kind));
    let generation = resumed.at(&["metadata", "generation"]).and_then(Value::as_i64);
    let was_suspended = is_suspended(&before);
    let handled = |object: &Value| {
        let ready = object.at(&["status", "conditions"]).and_then(Value::as_list).and_then(|all| {
            all.iter().find(|condition| condition.str_at(&["type"]) == Some("Ready")).cloned()
        });
        let observed = ready.and_then(|ready| ready.at(&["observedGeneration"]).and_then(Value::as_i64));
        !was_suspended || observed >= generation
    };
    let settled = wait(cluster, kind, namespace, name, &args.wait, handled).await?;
    verdict(kind, &settled)
}
