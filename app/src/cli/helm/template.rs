//! `weir helm template`.

use std::path::PathBuf;

use clap::Args;

use super::{ChartArgs, ValueArgs};

/// Render a chart and print the objects
#[derive(Debug, Args, Default)]
#[command(
    override_usage = "weir helm template [OPTIONS] [NAME] CHART",
    after_help = "Examples:
  weir helm template podinfo ./charts/podinfo
  weir helm template podinfo ./podinfo-6.9.0.tgz -n apps -f values.yaml --set replicaCount=2
  weir helm template podinfo ./charts/podinfo --show-only templates/deployment.yaml
  weir helm template podinfo ./charts/podinfo --kube-version 1.33 --api-versions monitoring.coreos.com/v1"
)]
#[command(disable_version_flag = true)]
pub(crate) struct HelmTemplate {
    /// Name of the release, then the chart: a directory or an archive
    #[arg(value_name = "NAME CHART")]
    pub(crate) words: Vec<String>,
    #[command(flatten)]
    pub(crate) values: ValueArgs,
    /// Print only what these templates give; patterns are taken
    #[arg(short, long, value_name = "TEMPLATE")]
    pub(crate) show_only: Vec<String>,
    /// Print the line of a template that each line comes from, and the file or flag that set each value
    #[arg(long, conflicts_with = "output_dir")]
    pub(crate) explain: bool,
    /// Write a file for each template below this directory
    #[arg(long, value_name = "DIR")]
    pub(crate) output_dir: Option<PathBuf>,
    /// The name of the release is a directory below that directory
    #[arg(long)]
    pub(crate) release_name: bool,
    /// Print the definitions in crds/ too
    #[arg(long)]
    pub(crate) include_crds: bool,
    /// Leave out tests
    #[arg(long)]
    pub(crate) skip_tests: bool,
    /// Leave out hooks
    #[arg(long)]
    pub(crate) no_hooks: bool,
    /// Set .Release.IsUpgrade instead of .Release.IsInstall
    #[arg(long)]
    pub(crate) is_upgrade: bool,
    /// Kubernetes version that templates see
    #[arg(long, value_name = "VERSION")]
    pub(crate) kube_version: Option<String>,
    /// API versions that templates see besides those of Kubernetes
    #[arg(short, long, value_name = "VERSIONS", value_delimiter = ',')]
    pub(crate) api_versions: Vec<String>,
    /// Make up a name; then there is only the chart
    #[arg(short, long)]
    pub(crate) generate_name: bool,
    /// Template for the name
    #[arg(long, value_name = "TEMPLATE")]
    pub(crate) name_template: Option<String>,
    /// Do not hold values against schemas
    #[arg(long)]
    pub(crate) skip_schema_validation: bool,
    /// Hold objects against the schemas of Kubernetes 1.37 that are built in: unknown kinds, unknown and missing fields, types.
    /// No cluster is asked; objects of other groups are named and not looked at
    #[arg(long)]
    pub(crate) validate: bool,
    /// client, or server (not supported yet)
    #[arg(long, value_name = "WHERE", num_args = 0..=1, default_missing_value = "unset", require_equals = true)]
    pub(crate) dry_run: Option<String>,
    /// File with postRenderers as a HelmRelease of Flux has them: patches and images of Kustomize. Plug-ins are not run
    #[arg(long, value_name = "FILE")]
    pub(crate) post_renderer: Option<String>,
    /// Words for a plug-in; taken and not needed
    #[arg(long, hide = true, value_name = "WORDS", allow_hyphen_values = true)]
    pub(crate) post_renderer_args: Vec<String>,
    /// Get what the chart needs and does not hold, before
    #[arg(long)]
    pub(crate) dependency_update: bool,
    #[command(flatten)]
    pub(crate) path: ChartArgs,
    #[command(flatten)]
    pub(crate) unused: InstallArgs,
}

/// Flags of an installation, which `helm template` takes and has no use for.
#[derive(Debug, Args, Default)]
pub(crate) struct InstallArgs {
    #[arg(long, hide = true)]
    pub(crate) create_namespace: bool,
    #[arg(long, hide = true, alias = "force")]
    pub(crate) force_replace: bool,
    #[arg(long, hide = true)]
    pub(crate) force_conflicts: bool,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true)]
    pub(crate) server_side: Option<Option<String>>,
    #[arg(long, hide = true)]
    pub(crate) replace: bool,
    #[arg(long, hide = true)]
    pub(crate) timeout: Option<String>,
    #[arg(long, hide = true)]
    pub(crate) wait_for_jobs: bool,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true)]
    pub(crate) wait: Option<Option<String>>,
    #[arg(long, hide = true)]
    pub(crate) description: Option<String>,
    #[arg(long, hide = true)]
    pub(crate) disable_openapi_validation: bool,
    #[arg(long, hide = true, alias = "atomic")]
    pub(crate) rollback_on_failure: bool,
    #[arg(long, hide = true)]
    pub(crate) skip_crds: bool,
    #[arg(long, hide = true)]
    pub(crate) render_subchart_notes: bool,
    #[arg(short, long, hide = true)]
    pub(crate) labels: Vec<String>,
    #[arg(long, hide = true)]
    pub(crate) enable_dns: bool,
    #[arg(long, hide = true)]
    pub(crate) hide_notes: bool,
    #[arg(long, hide = true)]
    pub(crate) take_ownership: bool,
}
