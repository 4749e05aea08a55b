//! `weir up`: a repository and a cluster, brought together.

mod again;
mod apply;
mod definitions;
mod keys;
mod local;
mod sandbox;
mod screen;
mod settle;
mod units;
mod waits;

use std::path::PathBuf;

use weir_controllers::{LocalSource, Remit, Running, Settings};
use weir_delivery::{Entry, SourceId};
use weir_files::RootedPath;

use super::build_kustomization::repository;
use super::controller::stop_signal;
use crate::cli::Up;
use crate::connect::{ClusterArgs, block_on, install_crypto};
use crate::exit::{Exit, Failure};
use crate::output::say;
use crate::telemetry;
use definitions::Definitions;
use screen::Screen;
use units::Progress;

pub(super) fn run(args: Up, cluster: ClusterArgs) -> Result<Exit, Failure> {
    telemetry::quiet();
    if !args.path.is_dir() {
        return Err(Failure::usage(format!("'{}' is not a directory", args.path.display())));
    }
    if args.sandbox && (cluster.kubeconfig.is_some() || cluster.context.is_some()) {
        return Err(Failure::usage("--sandbox and --kubeconfig or --context exclude each other"));
    }
    if !args.sandbox && cluster.kubeconfig.is_none() && cluster.context.is_none() {
        let message =
            "name a cluster with --kubeconfig or --context, or use --sandbox for one inside this process";
        return Err(Failure::usage(message));
    }
    block_on(up(args, cluster))
}

async fn up(args: Up, cluster_args: ClusterArgs) -> Result<Exit, Failure> {
    install_crypto();
    let limit = cluster_args.timeout();
    let (outer, within) = repository(&args.path)?;
    let inner = weir_delivery::root(&weir_fetch::local_directory(&outer), &within)?;
    let within = RootedPath::new(&within.relative_to(&inner)).map_err(|e| Failure::new(e.to_string()))?;
    let root = outer.join(inner.as_str());
    let tree = weir_fetch::local_directory(&root);
    let entry = weir_delivery::entry(&tree, &within)?;
    let (cluster, _sandbox) = if args.sandbox {
        let (cluster, sandbox) = sandbox::start(&args).await?;
        (cluster, Some(sandbox))
    } else {
        (cluster_args.connect().await?, None)
    };
    announce(&root, &entry);
    let refused = apply::entry(&cluster, &entry).await?;
    // The summary says it too.
    for problem in refused.iter().filter(|_| !args.once) {
        say(&format!("✗ {problem}"));
    }
    let definitions = match args.sandbox {
        true => Some(Definitions::new(&cluster, root.clone(), entry.sources.clone()).await?),
        false => None,
    };
    // A cluster has other units too, and others who act on them.
    let remit = if args.sandbox { Remit::Everything } else { remit(&entry) };
    let running = weir_controllers::start(cluster.clone(), settings(&root, &entry, remit.clone()))?;
    let keys = match args.sandbox {
        true => keys::GivenKeys::find(args.age_key_file.as_deref(), &root)?,
        false => None,
    };
    let progress = Progress { cluster, remit, definitions, keys, again: again::Again::default(), refused };
    if args.once { once(progress, running, limit).await } else { follow(progress, running, root).await }
}

fn announce(root: &std::path::Path, entry: &Entry) {
    say(&format!("► repository {}", root.display()));
    say(&format!("► entry point: {}", entry.found));
    if !entry.others.is_empty() {
        say(&format!(
            "  hint: not part of it: {}; name one of these directories to run it",
            first(&entry.others)
        ));
    }
}

/// The first few of many.
fn first(names: &[String]) -> String {
    const MOST: usize = 6;
    let shown = names.iter().take(MOST).map(String::as_str).collect::<Vec<_>>().join(", ");
    if names.len() > MOST { format!("{shown} and {} more", names.len() - MOST) } else { shown }
}

/// The entry point, what stands for the repository, and what comes of them.
fn remit(entry: &Entry) -> Remit {
    let heads = entry.objects.iter().map(|object| SourceId {
        kind: object.gvk.kind.to_string(),
        namespace: object.id.namespace.to_string(),
        name: object.id.name.to_string(),
    });
    Remit::Repository { heads: heads.collect(), sources: entry.sources.iter().cloned().collect() }
}

fn settings(root: &std::path::Path, entry: &Entry, remit: Remit) -> Settings {
    let local =
        entry.sources.iter().map(|source| LocalSource { source: source.clone(), path: root.to_path_buf() });
    let storage = std::env::temp_dir().join("weir-up");
    // Another `weir up` may read from there.
    Settings { local: local.collect(), remit, storage, own_storage: false, ..Settings::default() }
}

/// Until all is settled.
async fn once(mut progress: Progress, running: Running, limit: std::time::Duration) -> Result<Exit, Failure> {
    let (screen, started) = (Screen::new(), std::time::Instant::now());
    let settled = settle::wait(&mut progress, &running, limit, &screen).await;
    let mut units = progress.units().await?;
    progress.explain(&mut units, settled).await;
    screen.finish();
    running.stop().await;
    if !settled {
        let spent = std::time::Duration::from_secs(started.elapsed().as_secs());
        say(&format!("✗ not settled after {}", weir_api::GoDuration(spent)));
    }
    Ok(progress.summary(&units, settled))
}

/// Until told to stop, going on as files change.
async fn follow(mut progress: Progress, running: Running, root: PathBuf) -> Result<Exit, Failure> {
    let screen = Screen::new();
    let changes = local::watch(root);
    tokio::select! {
        () = stop_signal() => {}
        () = settle::show(&mut progress, &screen) => {}
        () = local::tell(changes, &running) => {}
    }
    screen.finish();
    running.stop().await;
    Ok(Exit::Success)
}
