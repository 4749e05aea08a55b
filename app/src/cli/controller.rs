//! `weir controller`.

use std::path::PathBuf;

use clap::Args;

/// Run as a controller, in a cluster or beside it
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  weir controller --storage-path /data
  weir controller --kubeconfig ~/.kube/config --storage-path /tmp/weir --no-leader-election")]
pub(crate) struct Controller {
    /// Where artifacts are kept
    #[arg(long, value_name = "DIR", default_value = "/data")]
    pub(crate) storage_path: PathBuf,
    /// Address to serve artifacts on
    #[arg(long, value_name = "ADDRESS", default_value = ":9090")]
    pub(crate) storage_addr: String,
    /// Address under which others reach the artifacts
    #[arg(long, value_name = "HOST", default_value = "", env = "STORAGE_ADV_ADDR")]
    pub(crate) storage_adv_addr: String,
    /// Address of metrics
    #[arg(long, value_name = "ADDRESS", default_value = ":8080")]
    pub(crate) metrics_addr: String,
    /// Address of health checks
    #[arg(long, value_name = "ADDRESS", default_value = ":9440")]
    pub(crate) health_addr: String,
    /// Only resources of the namespace that we run in
    #[arg(long)]
    pub(crate) watch_own_namespace: bool,
    /// Only resources with these labels
    #[arg(long, value_name = "SELECTOR", default_value = "")]
    pub(crate) watch_label_selector: String,
    /// Work without asking whether another one does
    #[arg(long)]
    pub(crate) no_leader_election: bool,
    /// Requests on their way at a time
    #[arg(long, value_name = "N", default_value_t = 32)]
    pub(crate) concurrent: usize,
    /// Time after which a dependency is looked at again in any case
    #[arg(long, value_name = "TIME", default_value = "30s")]
    pub(crate) requeue_dependency: String,
    /// Intervals are spread by this many percent
    #[arg(long, value_name = "PERCENT", default_value_t = 5)]
    pub(crate) interval_jitter_percentage: u32,
    /// Refuse files and repositories behind URLs in kustomizations
    #[arg(long)]
    pub(crate) no_remote_bases: bool,
    /// Refuse references to other namespaces
    #[arg(long)]
    pub(crate) no_cross_namespace_refs: bool,
    /// Secret in our namespace with keys of age for units that name none
    #[arg(long, value_name = "NAME", default_value = "")]
    pub(crate) sops_age_secret: String,
    /// StrictPostBuildSubstitutions=false: a variable without a value is empty, not an error
    #[arg(long, value_name = "NAME=BOOL", value_delimiter = ',')]
    pub(crate) feature_gates: Vec<String>,
    /// What is logged: error, warn, info, debug
    #[arg(long, value_name = "LEVEL", default_value = "info")]
    pub(crate) log_level: String,
}
