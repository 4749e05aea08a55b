//! The command line: what can be said. What it does stands in `commands`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::connect::ClusterArgs;
use crate::output::Format;

/// GitOps for Kubernetes in one small binary: renders a Flux repository as the cluster will, shows what a change
/// does, and keeps the cluster true to Git.
#[derive(Debug, Parser)]
#[command(name = "weir", version, propagate_version = true, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Everything that can be asked for.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Up(Up),
    Build(Build),
    Kustomize(Kustomize),
    Get(Get),
    Reconcile(Reconcile),
    Suspend(Toggle),
    Resume(Toggle),
    Tree(Tree),
    Events(Events),
    Controller(Controller),
    Install(Install),
    Version(Version),
    Completion(Completion),
}

/// Bring a cluster to what a repository says, and keep it there while files change
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  weir up --sandbox                       the repository here, in an API server inside this process
  weir up examples/rpi-cluster --sandbox --once
  weir up --kubeconfig ~/.kube/config --context home")]
pub(crate) struct Up {
    /// Directory of the repository, or of one cluster in it
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// Use an API server inside this process instead of a cluster
    #[arg(long)]
    pub(crate) sandbox: bool,
    /// End when all is settled: 0 if everything is ready, 1 if not
    #[arg(long)]
    pub(crate) once: bool,
    /// With --once: end after this time in any case
    #[arg(long, value_name = "TIME", default_value = "5m")]
    pub(crate) timeout: String,
    /// Sandbox: images that match never start (`*` stands for anything); may be repeated
    #[arg(long, value_name = "PATTERN")]
    pub(crate) fail_image: Vec<String>,
    /// Sandbox: where to write the kubeconfig (default: a file below the temporary directory)
    #[arg(long, value_name = "FILE")]
    pub(crate) write_kubeconfig: Option<PathBuf>,
    /// Sandbox: port on loopback (default: any free one)
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub(crate) port: u16,
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
}

/// Render without a cluster
#[derive(Debug, Args)]
pub(crate) struct Build {
    #[command(subcommand)]
    pub(crate) what: BuildWhat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum BuildWhat {
    Kustomization(BuildKustomization),
}

/// Render a Flux Kustomization as the controller would apply it
#[derive(Debug, Args)]
#[command(visible_aliases = ["ks"], after_help = "Examples:
  weir build kustomization apps --path ./apps --kustomization-file clusters/home/apps.yaml")]
pub(crate) struct BuildKustomization {
    /// Name of the Kustomization
    pub(crate) name: String,
    /// Directory of the manifests
    #[arg(long, value_name = "DIR")]
    pub(crate) path: PathBuf,
    /// File that holds the Kustomization
    #[arg(long, value_name = "FILE")]
    pub(crate) kustomization_file: Option<PathBuf>,
    /// Do not ask a cluster for anything
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
}

/// Kustomize, with kustomize's own words
#[derive(Debug, Args)]
pub(crate) struct Kustomize {
    #[command(subcommand)]
    pub(crate) what: KustomizeWhat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KustomizeWhat {
    Build(KustomizeBuild),
}

/// Build a kustomization directory and print the objects
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  weir kustomize build apps/podinfo
  weir kustomize build overlays/prod -o prod.yaml")]
pub(crate) struct KustomizeBuild {
    /// Directory with a kustomization
    #[arg(default_value = ".")]
    pub(crate) dir: PathBuf,
    /// Write to this file instead
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Which files may be read: LoadRestrictionsRootOnly or LoadRestrictionsNone
    #[arg(long, value_name = "RULE", default_value = "LoadRestrictionsRootOnly")]
    pub(crate) load_restrictor: String,
}

/// Show sources and units
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  weir get all
  weir get ks -A
  weir get sources git podinfo -o yaml")]
pub(crate) struct Get {
    #[command(subcommand)]
    pub(crate) what: GetWhat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum GetWhat {
    /// Sources
    #[command(visible_alias = "source")]
    Sources {
        #[command(subcommand)]
        what: GetSources,
    },
    /// Kustomizations
    #[command(visible_aliases = ["ks", "kustomization"])]
    Kustomizations(GetArgs),
    /// Everything
    All(GetArgs),
}

#[derive(Debug, Subcommand)]
pub(crate) enum GetSources {
    /// All sources
    All(GetArgs),
    /// Git repositories
    Git(GetArgs),
}

#[derive(Debug, Args)]
pub(crate) struct GetArgs {
    /// Only this one
    pub(crate) name: Option<String>,
    /// All namespaces
    #[arg(short = 'A', long)]
    pub(crate) all_namespaces: bool,
    /// Without the header
    #[arg(long)]
    pub(crate) no_header: bool,
    /// Label selector
    #[arg(short = 'l', long = "label-selector", value_name = "SELECTOR", default_value = "")]
    pub(crate) selector: String,
    /// Only those with this condition, as in Ready=false
    #[arg(long, value_name = "TYPE=STATUS")]
    pub(crate) status_selector: Option<String>,
    /// Output format
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
}

/// Ask for a reconciliation now and wait for it
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  weir reconcile kustomization apps --with-source
  weir reconcile source git flux-system")]
pub(crate) struct Reconcile {
    #[command(subcommand)]
    pub(crate) what: ReconcileWhat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ReconcileWhat {
    /// A Kustomization
    #[command(visible_alias = "ks")]
    Kustomization {
        /// Its name
        name: String,
        /// Its source first
        #[arg(long)]
        with_source: bool,
        #[command(flatten)]
        wait: WaitArgs,
    },
    /// A source
    Source {
        #[command(subcommand)]
        what: SourceWhat,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum SourceWhat {
    /// A Git repository
    Git {
        /// Its name
        name: String,
        #[command(flatten)]
        wait: WaitArgs,
    },
}

#[derive(Debug, Args)]
pub(crate) struct WaitArgs {
    /// How long to wait
    #[arg(long, value_name = "TIME", default_value = "5m")]
    pub(crate) timeout: String,
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
}

/// Suspend or resume the reconciliation of resources
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  weir suspend kustomization apps
  weir resume ks --all
  weir suspend source git flux-system")]
pub(crate) struct Toggle {
    #[command(subcommand)]
    pub(crate) what: ToggleWhat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ToggleWhat {
    /// Kustomizations
    #[command(visible_alias = "ks")]
    Kustomization(ToggleArgs),
    /// Sources
    Source {
        #[command(subcommand)]
        what: ToggleSource,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ToggleSource {
    /// Git repositories
    Git(ToggleArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ToggleArgs {
    /// Their names
    pub(crate) names: Vec<String>,
    /// All of the namespace
    #[arg(long)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) wait: WaitArgs,
}

/// Show what a unit owns
#[derive(Debug, Args)]
pub(crate) struct Tree {
    #[command(subcommand)]
    pub(crate) what: TreeWhat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TreeWhat {
    /// A Kustomization
    #[command(visible_alias = "ks", after_help = "Examples:\n  weir tree ks flux-system --compact")]
    Kustomization {
        /// Its name
        name: String,
        /// Only Flux resources
        #[arg(long)]
        compact: bool,
        #[command(flatten)]
        cluster: ClusterArgs,
    },
}

/// Show events of Flux resources
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  weir events
  weir events --for Kustomization/apps -A")]
pub(crate) struct Events {
    /// All namespaces
    #[arg(short = 'A', long)]
    pub(crate) all_namespaces: bool,
    /// Only of this kind, or this object
    #[arg(long = "for", value_name = "KIND[/NAME]")]
    pub(crate) object: Option<String>,
    /// Only these types: Normal, Warning
    #[arg(long, value_name = "TYPE", value_delimiter = ',')]
    pub(crate) types: Vec<String>,
    /// Without the header
    #[arg(long)]
    pub(crate) no_header: bool,
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
}

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
    /// Refuse references to other namespaces
    #[arg(long)]
    pub(crate) no_cross_namespace_refs: bool,
    /// What is logged: error, warn, info, debug
    #[arg(long, value_name = "LEVEL", default_value = "info")]
    pub(crate) log_level: String,
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
}

/// Print what a cluster needs to run Weir
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  weir install --export | kubectl apply --server-side -f -")]
pub(crate) struct Install {
    /// Print the manifests
    #[arg(long)]
    pub(crate) export: bool,
    /// Image of the controller
    #[arg(long, value_name = "IMAGE", default_value = concat!("ghcr.io/weir-gitops/weir:v", env!("CARGO_PKG_VERSION")))]
    pub(crate) image: String,
    /// Namespace to install into
    #[arg(short, long, value_name = "NAME", default_value = "flux-system")]
    pub(crate) namespace: String,
}

/// Print the version
#[derive(Debug, Args)]
pub(crate) struct Version {
    /// Only our own
    #[arg(long)]
    pub(crate) client: bool,
    /// Output format
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,
}

/// Print a completion script
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  weir completion bash > /etc/bash_completion.d/weir")]
pub(crate) struct Completion {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

/// The arguments; a link named `kustomize` means `weir kustomize`.
pub(crate) fn arguments() -> Vec<OsString> {
    let mut arguments: Vec<_> = std::env::args_os().collect();
    let name = arguments.first().and_then(|path| PathBuf::from(path).file_name().map(OsString::from));
    if name.is_some_and(|name| name == "kustomize") {
        arguments.insert(1, "kustomize".into());
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
