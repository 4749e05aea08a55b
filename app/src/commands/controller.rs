//! `weir controller`: runs for good.

use weir_cluster::{Leadership, LeaseOptions, lead};
use weir_controllers::{Probes, Settings};

use weir_api::GoDuration;

use crate::cli::Controller;
use crate::connect::{ClusterArgs, block_on};
use crate::exit::Failure;
use crate::telemetry;

pub(super) fn run(args: Controller, cluster_args: ClusterArgs) -> Result<(), Failure> {
    telemetry::json(&args.log_level);
    block_on(async {
        let cluster = cluster_args.connect().await?;
        let settings = settings(&args, &cluster_args.namespace)?;
        let storage = args.storage_path.clone();
        let listener = tokio::net::TcpListener::bind(address(&args.storage_addr)).await?;
        tokio::spawn(weir_fetch::serve_artifacts(storage, listener));
        let probes = Probes::start(&address(&args.health_addr), &address(&args.metrics_addr)).await?;
        let mut leadership =
            (!args.no_leader_election).then(|| lead(cluster.clone(), election(&cluster_args.namespace)));
        if let Some(leadership) = &mut leadership {
            leadership.gained().await;
        }
        tracing::info!(version = env!("CARGO_PKG_VERSION"), "starting controllers");
        let running = weir_controllers::start(cluster, settings)?;
        probes.ready();
        tokio::select! {
            () = stop_signal() => tracing::info!("stopping"),
            // Another one works already: nothing may be finished, the next start waits in line again.
            () = lost(&mut leadership) => return Err(Failure::new("leadership was lost")),
        }
        running.stop().await;
        if let Some(leadership) = leadership {
            leadership.release().await;
        }
        Ok(())
    })
}

fn settings(args: &Controller, namespace: &str) -> Result<Settings, Failure> {
    let own = std::env::var("RUNTIME_NAMESPACE").unwrap_or_else(|_| namespace.to_string());
    let advertised = match args.storage_adv_addr.as_str() {
        "" => address(&args.storage_addr),
        given => given.to_string(),
    };
    let secret = Some(&args.sops_age_secret).filter(|name| !name.is_empty());
    Ok(Settings {
        age_secret: secret.map(|name| (own.clone(), name.clone())),
        lenient_variables: !is_strict(&args.feature_gates)?,
        namespace: if args.watch_own_namespace { own } else { String::new() },
        selector: args.watch_label_selector.clone(),
        concurrency: args.concurrent,
        requeue_dependency: GoDuration::parse(&args.requeue_dependency).map_err(Failure::usage)?.0,
        jitter_percent: args.interval_jitter_percentage,
        storage: args.storage_path.clone(),
        advertised,
        no_cross_namespace_refs: args.no_cross_namespace_refs,
        no_remote_bases: args.no_remote_bases,
        runner: super::errand::runner(),
        ..Settings::default()
    })
}

/// What the gates say about variables without a value; there is no other gate here.
fn is_strict(gates: &[String]) -> Result<bool, Failure> {
    const STRICT: &str = "StrictPostBuildSubstitutions";
    let mut strict = true;
    for gate in gates.iter().filter(|gate| !gate.is_empty()) {
        match gate.split_once('=') {
            Some((STRICT, "true")) => strict = true,
            Some((STRICT, "false")) => strict = false,
            _ => {
                return Err(Failure::usage(format!(
                    "not supported yet: --feature-gates={gate}; there is {STRICT}=true or false"
                )));
            }
        }
    }
    Ok(strict)
}

/// `:8080` means every address of this machine, as in Go.
fn address(given: &str) -> String {
    if given.starts_with(':') { format!("0.0.0.0{given}") } else { given.to_string() }
}

fn election(namespace: &str) -> LeaseOptions {
    let namespace = std::env::var("RUNTIME_NAMESPACE").unwrap_or_else(|_| namespace.to_string());
    let host = std::env::var("HOSTNAME").unwrap_or_else(|_| "weir".to_string());
    LeaseOptions {
        namespace,
        name: "weir-leader-election".to_string(),
        identity: format!("{host}_{}", std::process::id()),
        duration: std::time::Duration::from_secs(35),
        retry: std::time::Duration::from_secs(5),
    }
}

/// Ends when the lead is lost; never without an election.
async fn lost(leadership: &mut Option<Leadership>) {
    match leadership {
        Some(leadership) => leadership.lost().await,
        None => std::future::pending().await,
    }
}

/// SIGTERM or Ctrl-C.
pub(super) async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        }
        Err(_) => _ = tokio::signal::ctrl_c().await,
    }
}
