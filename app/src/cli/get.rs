//! `weir get`.

use clap::{Args, Subcommand};

use crate::output::Format;

/// Show sources and units
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  weir get all
  weir get ks -A --status-selector ready=false
  weir get sources git podinfo -o yaml
  weir get ks --watch")]
pub(crate) struct Get {
    /// All namespaces
    #[arg(short = 'A', long, global = true)]
    pub(crate) all_namespaces: bool,
    /// Without the header
    #[arg(long, global = true)]
    pub(crate) no_header: bool,
    /// Label selector
    #[arg(short = 'l', long = "label-selector", value_name = "SELECTOR", default_value = "", global = true)]
    pub(crate) selector: String,
    /// Only those with this condition, as in ready=false or ready!=true
    #[arg(long, value_name = "TYPE=STATUS", global = true)]
    pub(crate) status_selector: Option<String>,
    /// Go on with every change
    #[arg(short, long, global = true)]
    pub(crate) watch: bool,
    /// Output format
    #[arg(short, long, value_enum, default_value_t, global = true)]
    pub(crate) output: Format,
    #[command(subcommand)]
    pub(crate) what: GetWhat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum GetWhat {
    /// Everything
    All,
    /// Sources
    #[command(visible_alias = "source")]
    Sources {
        #[command(subcommand)]
        what: GetSources,
    },
    /// Kustomizations
    #[command(visible_aliases = ["ks", "kustomization"])]
    Kustomizations {
        #[command(flatten)]
        name: GetName,
        /// With the source of each
        #[arg(long)]
        show_source: bool,
    },
    /// Helm releases
    #[command(name = "helmreleases", visible_aliases = ["hr", "helmrelease"])]
    HelmReleases {
        #[command(flatten)]
        name: GetName,
        /// With the source of each
        #[arg(long)]
        show_source: bool,
    },
    /// Image repositories, policies and update automations
    #[command(visible_alias = "image")]
    Images {
        #[command(subcommand)]
        what: GetImages,
    },
    /// Receivers
    #[command(visible_alias = "receiver")]
    Receivers(GetName),
    /// Alerts
    #[command(visible_alias = "alert")]
    Alerts(GetName),
    /// Providers of alerts
    #[command(visible_alias = "alert-provider")]
    AlertProviders(GetName),
    /// What makes artifacts of artifacts
    #[command(visible_alias = "artifact")]
    Artifacts {
        #[command(subcommand)]
        what: GetArtifacts,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum GetSources {
    /// All sources
    All,
    /// Git repositories
    Git(GetName),
    /// OCI repositories
    Oci(GetName),
    /// Buckets
    Bucket(GetName),
    /// Helm repositories
    Helm(GetName),
    /// Helm charts
    Chart(GetName),
    /// External artifacts
    External(GetName),
}

#[derive(Debug, Subcommand)]
pub(crate) enum GetImages {
    /// Everything about images
    All,
    /// Image repositories
    Repository(GetName),
    /// Image policies
    Policy(GetName),
    /// Image update automations
    Update(GetName),
}

#[derive(Debug, Subcommand)]
pub(crate) enum GetArtifacts {
    /// Artifact generators
    #[command(visible_alias = "generator")]
    Generators(GetName),
}

#[derive(Debug, Args)]
pub(crate) struct GetName {
    /// Only this one
    pub(crate) name: Option<String>,
}
