//! Packages, and the charts that charts need.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::ChartArgs;

/// Get the charts that a chart needs
#[derive(Debug, Args)]
#[command(
    visible_aliases = ["dep", "dependencies"],
    after_help = "Examples:
  weir helm dependency list ./charts/podinfo
  weir helm dependency update ./charts/podinfo
  weir helm dependency build ./charts/podinfo"
)]
pub(crate) struct HelmDependency {
    #[command(subcommand)]
    pub(crate) what: DependencyWhat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DependencyWhat {
    List(DependencyList),
    /// Get what Chart.lock names
    Build(DependencyGet),
    /// Choose versions anew, get them, and write Chart.lock
    #[command(visible_alias = "up")]
    Update(DependencyGet),
}

/// List what a chart needs, and what of it is there
#[derive(Debug, Args)]
#[command(visible_alias = "ls")]
pub(crate) struct DependencyList {
    /// The chart [default: .]
    pub(crate) chart: Option<String>,
    /// The widest a column gets
    #[arg(long, value_name = "N", default_value_t = 80)]
    pub(crate) max_col_width: usize,
}

/// Which chart, and how its repositories are reached.
#[derive(Debug, Args)]
#[command(disable_version_flag = true)]
pub(crate) struct DependencyGet {
    /// The chart [default: .]
    pub(crate) chart: Option<String>,
    /// Do not ask for indexes anew
    #[arg(long)]
    pub(crate) skip_refresh: bool,
    #[command(flatten)]
    pub(crate) path: ChartArgs,
}

/// Create a chart to begin with
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  weir helm create podinfo")]
pub(crate) struct HelmCreate {
    /// Its name, or a path that ends with it
    pub(crate) name: String,
    /// A chart to copy instead: a path, or a name in starters/ in Helm's data; `<CHARTNAME>` becomes the name
    #[arg(short = 'p', long, value_name = "NAME")]
    pub(crate) starter: Option<String>,
}

/// Pack a chart into an archive
#[derive(Debug, Args)]
#[command(
    disable_version_flag = true,
    after_help = "Examples:
  weir helm package ./charts/podinfo
  weir helm package ./charts/podinfo --version 1.2.3 --app-version 6.9.0 -d dist"
)]
pub(crate) struct HelmPackage {
    /// Directories of charts
    #[arg(required = true)]
    pub(crate) charts: Vec<String>,
    /// Directory to write into
    #[arg(short, long, value_name = "DIR", default_value = ".")]
    pub(crate) destination: PathBuf,
    /// The version that the package gets
    #[arg(long = "version", value_name = "VERSION")]
    pub(crate) chart_version: Option<String>,
    /// The appVersion that the package gets
    #[arg(long, value_name = "VERSION")]
    pub(crate) app_version: Option<String>,
    /// Get what the chart needs before
    #[arg(short = 'u', long)]
    pub(crate) dependency_update: bool,
    /// Sign the package: NAME.tgz.prov is written beside it
    #[arg(long)]
    pub(crate) sign: bool,
    /// The key to sign with: what the name of its owner is or holds
    #[arg(long, value_name = "NAME")]
    pub(crate) key: Option<String>,
    /// File with secret keys [default: pubring.gpg in the home of GnuPG]
    #[arg(long, value_name = "FILE")]
    pub(crate) keyring: Option<PathBuf>,
    /// File whose first line opens the key, or - for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
}

/// Verify that a chart is signed, and is what was signed
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gpg --export maintainer@example.com > keys.gpg
  weir helm verify podinfo-6.9.0.tgz --keyring keys.gpg")]
pub(crate) struct HelmVerify {
    /// The archive; NAME.tgz.prov is beside it
    pub(crate) chart: String,
    /// Public keys [default: pubring.gpg in the home of GnuPG]
    #[arg(long, value_name = "FILE")]
    pub(crate) keyring: Option<PathBuf>,
}
