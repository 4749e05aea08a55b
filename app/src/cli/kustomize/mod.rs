//! `weir kustomize`, in kustomize's own words. A link named `kustomize` takes the same.

mod edit;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand};

pub(crate) use edit::{Edit, EditAdd, EditRemove, EditSet, EditWhat, PatchArgs, SetSources, Sources};

/// Kustomize, with kustomize's own words
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  weir kustomize build apps/podinfo
  weir kustomize edit set image podinfo=ghcr.io/stefanprodan/podinfo:6.9.0
  weir kustomize version")]
pub(crate) struct Kustomize {
    #[command(subcommand)]
    pub(crate) what: KustomizeWhat,
}

impl Kustomize {
    /// The command with nothing else around it.
    pub(crate) fn command(name: &'static str) -> clap::Command {
        let command = clap::Command::new("kustomize").bin_name(name).max_term_width(100);
        Self::augment_args(command).arg_required_else_help(true)
    }

    /// A build.
    pub(crate) fn build_alone(arguments: &[OsString]) -> Option<Self> {
        let build = ("build", KustomizeBuild::augment_args as fn(_) -> _);
        super::alone(clap::Command::new("kustomize"), &[build], arguments)
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum KustomizeWhat {
    Build(KustomizeBuild),
    Create(KustomizeCreate),
    Edit(Edit),
    Localize(KustomizeLocalize),
    Version(KustomizeVersion),
    Completion(super::Completion),
}

/// Build a kustomization directory and print the objects
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  weir kustomize build apps/podinfo
  weir kustomize build overlays/prod -o prod.yaml
  weir kustomize build overlays/prod -o objects/
  weir kustomize build overlays/prod --explain Deployment/web
  weir kustomize build 'https://github.com/stefanprodan/podinfo//kustomize?ref=6.9.0'")]
pub(crate) struct KustomizeBuild {
    /// Directory with a kustomization, or URL of one in a repository [default: .]
    pub(crate) dir: Vec<PathBuf>,
    /// Write to this file instead, or to a file for each object in this directory
    #[arg(short, long, value_name = "PATH")]
    pub(crate) output: Option<PathBuf>,
    /// Tell for each field of one object which file and which transformer set it: KIND/NAME or KIND/NAMESPACE/NAME
    #[arg(long, value_name = "OBJECT")]
    pub(crate) explain: Option<String>,
    /// Which files may be read: LoadRestrictionsRootOnly or LoadRestrictionsNone
    #[arg(long, value_name = "RULE", default_value = "LoadRestrictionsRootOnly")]
    pub(crate) load_restrictor: String,
    /// Order of the objects, legacy or none; deprecated, use 'sortOptions' in the kustomization
    #[arg(long, value_name = "ORDER")]
    pub(crate) reorder: Option<String>,
    /// Label all objects with app.kubernetes.io/managed-by; deprecated, use 'managedByLabel' in 'buildMetadata'
    #[arg(long)]
    pub(crate) enable_managedby_label: bool,
    /// Fetch and render charts
    #[arg(long)]
    pub(crate) enable_helm: bool,
    /// Taken and not needed: no helm program is run
    #[arg(long, value_name = "PROGRAM", default_value = "helm")]
    pub(crate) helm_command: String,
    /// API versions that charts see
    #[arg(long, value_name = "VERSION")]
    pub(crate) helm_api_versions: Vec<String>,
    /// Kubernetes version that charts see
    #[arg(long, value_name = "VERSION")]
    pub(crate) helm_kube_version: Option<String>,
    /// Taken and not needed
    #[arg(long)]
    pub(crate) helm_debug: bool,
    /// Taken and not needed: built-in plug-ins always work, programs and containers are never run
    #[arg(long)]
    pub(crate) enable_alpha_plugins: bool,
    /// Taken and not needed: programs are never run
    #[arg(long)]
    pub(crate) enable_exec: bool,
    /// Environment of functions; taken and not needed, functions are never run
    #[arg(short, long, value_name = "NAME[=VALUE]")]
    pub(crate) env: Vec<String>,
    /// User of functions; taken and not needed, functions are never run
    #[arg(long)]
    pub(crate) as_current_user: bool,
    /// Network of functions; taken and not needed, functions are never run
    #[arg(long)]
    pub(crate) network: bool,
    /// Network of functions; taken and not needed, functions are never run
    #[arg(long, value_name = "NAME", default_value = "bridge")]
    pub(crate) network_name: String,
    /// Files for functions; refused, functions are never run
    #[arg(long, value_name = "OPTIONS")]
    pub(crate) mount: Vec<String>,
}

/// Create a new kustomization in the current directory
#[derive(Debug, Args)]
#[command(
    visible_alias = "init",
    after_help = "Examples:
  weir kustomize create --resources ../base
  weir kustomize create --autodetect --recursive
  weir kustomize create --resources deployment.yaml,service.yaml,../base --namespace staging --nameprefix acme-"
)]
pub(crate) struct KustomizeCreate {
    /// Files, directories or patterns for 'resources', parted by commas
    #[arg(long, value_name = "PATHS", default_value = "", hide_default_value = true)]
    pub(crate) resources: String,
    /// Find files with objects in the current directory
    #[arg(long)]
    pub(crate) autodetect: bool,
    /// Find them in the directories below too
    #[arg(long)]
    pub(crate) recursive: bool,
    /// The field 'namespace'
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub(crate) namespace: String,
    /// The field 'namePrefix'
    #[arg(long = "nameprefix", value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub(crate) name_prefix: String,
    /// The field 'nameSuffix'
    #[arg(
        long = "namesuffix",
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true,
        allow_hyphen_values = true
    )]
    pub(crate) name_suffix: String,
    /// Common annotations, KEY:VALUE parted by commas
    #[arg(long, value_name = "PAIRS", default_value = "", hide_default_value = true)]
    pub(crate) annotations: String,
    /// Common labels, KEY:VALUE parted by commas
    #[arg(long, value_name = "PAIRS", default_value = "", hide_default_value = true)]
    pub(crate) labels: String,
}

/// Copy a kustomization and all that it reads into a new directory
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  weir kustomize localize
  weir kustomize localize overlays/prod /tmp/prod --scope .")]
pub(crate) struct KustomizeLocalize {
    /// Directory with a kustomization, or the URL of one with a ref
    #[arg(default_value = ".")]
    pub(crate) target: PathBuf,
    /// The new directory, in one that exists [default: localized-TARGET]
    pub(crate) destination: Option<PathBuf>,
    /// Directory that holds all that may be read [default: TARGET]
    #[arg(long, value_name = "DIR")]
    pub(crate) scope: Option<PathBuf>,
    /// Do not compare what both directories build to
    #[arg(long)]
    pub(crate) no_verify: bool,
}

/// Print the version of kustomize whose output is printed
#[derive(Debug, Args)]
pub(crate) struct KustomizeVersion {
    /// Deprecated
    #[arg(long)]
    pub(crate) short: bool,
    /// yaml or json
    #[arg(short, long, value_name = "FORMAT", default_value = "", hide_default_value = true)]
    pub(crate) output: String,
}
