//! Charts as they are kept elsewhere.

use std::path::PathBuf;

use clap::Args;

use super::ChartArgs;

/// Download a chart, and unpack it if asked to
#[derive(Debug, Args)]
#[command(
    disable_version_flag = true,
    visible_alias = "fetch",
    after_help = "Examples:
  weir helm pull podinfo/podinfo --version 6.9.0
  weir helm pull oci://ghcr.io/stefanprodan/charts/podinfo --untar
  weir helm pull podinfo --repo https://stefanprodan.github.io/podinfo -d charts"
)]
pub(crate) struct Pull {
    /// URL, or name of a repository and a chart in it
    #[arg(required = true, value_name = "CHART")]
    pub(crate) charts: Vec<String>,
    #[command(flatten)]
    pub(crate) path: ChartArgs,
    /// Unpack the chart
    #[arg(long)]
    pub(crate) untar: bool,
    /// Directory to unpack into, below the destination
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) untardir: PathBuf,
    /// Get the provenance file too, without verifying
    #[arg(long)]
    pub(crate) prov: bool,
    /// Directory to write into
    #[arg(short, long, value_name = "DIR", default_value = ".")]
    pub(crate) destination: PathBuf,
}

/// Upload a packaged chart to a registry
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  weir helm push podinfo-6.9.0.tgz oci://ghcr.io/stefanprodan/charts
  weir helm push podinfo-6.9.0.tgz oci://localhost:5000/charts --plain-http")]
pub(crate) struct Push {
    /// The package
    pub(crate) chart: PathBuf,
    /// The registry, with a path: oci://HOST/PATH
    pub(crate) remote: String,
    /// User at the registry
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub(crate) username: String,
    /// Password at the registry
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub(crate) password: String,
    /// Certificate to show
    #[arg(long, value_name = "FILE")]
    pub(crate) cert_file: Option<PathBuf>,
    /// Key of that certificate
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// Certificate authorities to trust
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Trust any certificate
    #[arg(long)]
    pub(crate) insecure_skip_tls_verify: bool,
    /// Speak without TLS
    #[arg(long)]
    pub(crate) plain_http: bool,
}
