//! `weir helm`, in helm's own words. A link named `helm` takes the same.

mod common;
mod dependency;
mod plain;
mod registry;
mod repo;
mod template;
mod transfer;

use std::ffi::OsString;

use clap::{Args, FromArgMatches as _, Subcommand};

pub(crate) use common::{ChartArgs, Global, ValueArgs};
pub(crate) use dependency::{
    DependencyGet, DependencyList, DependencyWhat, HelmCreate, HelmDependency, HelmPackage, HelmVerify,
};
pub(crate) use registry::{Login, Logout, Registry, RegistryWhat};
pub(crate) use repo::{
    Repo, RepoAdd, RepoIndex, RepoList, RepoRemove, RepoUpdate, RepoWhat, Search, SearchRepo, SearchWhat,
    TableFormat,
};
pub(crate) use template::HelmTemplate;
pub(crate) use transfer::{Pull, Push};

/// Helm, with helm's own words
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  weir helm template podinfo ./charts/podinfo -f values.yaml
  weir helm lint ./charts/podinfo
  weir helm show values ./charts/podinfo")]
pub(crate) struct Helm {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) what: HelmWhat,
}

impl Helm {
    /// The command with nothing else around it.
    pub(crate) fn command(name: &'static str) -> clap::Command {
        let command = clap::Command::new("helm").bin_name(name).max_term_width(100);
        Self::augment_args(command).arg_required_else_help(true)
    }

    /// What is most often said, understood without making up the whole command line, which takes longer than a small
    /// chart. Nothing if it is anything else, or wrong: then the whole has the right words.
    pub(crate) fn template_alone(arguments: &[OsString]) -> Option<Self> {
        if arguments.get(1).is_none_or(|word| word != "template") {
            return None;
        }
        plain::template(arguments).or_else(|| Self::template_with_flags(arguments))
    }

    fn template_with_flags(arguments: &[OsString]) -> Option<Self> {
        let template = HelmTemplate::augment_args(clap::Command::new("template"));
        let command = Global::augment_args(clap::Command::new("helm")).subcommand(template);
        Self::from_arg_matches(&command.try_get_matches_from(arguments).ok()?).ok()
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum HelmWhat {
    Template(Box<HelmTemplate>),
    Lint(HelmLint),
    Show(HelmShow),
    Pull(Pull),
    Push(Push),
    Create(HelmCreate),
    Dependency(HelmDependency),
    Package(HelmPackage),
    Verify(HelmVerify),
    Repo(Repo),
    Search(Search),
    Registry(Registry),
    Version(HelmVersion),
    Completion(super::Completion),
    /// What needs a cluster or a repository
    #[command(external_subcommand)]
    Other(Vec<String>),
}

/// Examine a chart for possible issues
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  weir helm lint ./charts/podinfo
  weir helm lint --strict --with-subcharts ./charts/podinfo -f values.yaml")]
pub(crate) struct HelmLint {
    /// Charts: directories or archives
    #[arg(required = true)]
    pub(crate) paths: Vec<String>,
    /// Fail on warnings
    #[arg(long)]
    pub(crate) strict: bool,
    /// Lint the charts in the charts too
    #[arg(long)]
    pub(crate) with_subcharts: bool,
    /// Print only warnings and errors
    #[arg(long)]
    pub(crate) quiet: bool,
    /// Do not hold values against schemas
    #[arg(long)]
    pub(crate) skip_schema_validation: bool,
    /// Kubernetes version that templates see, and that deprecations are looked up for
    #[arg(long, value_name = "VERSION")]
    pub(crate) kube_version: Option<String>,
    #[command(flatten)]
    pub(crate) values: ValueArgs,
}

/// Show information of a chart
#[derive(Debug, Args)]
#[command(
    visible_alias = "inspect",
    after_help = "Examples:
  weir helm show chart ./charts/podinfo
  weir helm show values ./charts/podinfo > values.yaml
  weir helm show all ./podinfo-6.9.0.tgz"
)]
pub(crate) struct HelmShow {
    #[command(subcommand)]
    pub(crate) what: HelmShowWhat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum HelmShowWhat {
    /// All that there is to show
    All(ShowArgs),
    /// What Chart.yaml says
    Chart(ShowArgs),
    /// values.yaml
    Values(ShowArgs),
    /// The README
    Readme(ShowArgs),
    /// The definitions in crds/
    Crds(ShowArgs),
}

/// What is shown.
#[derive(Debug, Args)]
#[command(disable_version_flag = true)]
pub(crate) struct ShowArgs {
    /// The chart: a directory or an archive
    pub(crate) chart: String,
    /// Only what this JSONPath template finds in the values (show values): '{.image.tag}'
    #[arg(long, value_name = "PATH")]
    pub(crate) jsonpath: Option<String>,
    #[command(flatten)]
    pub(crate) path: ChartArgs,
}

/// Print the version of helm whose output is printed
#[derive(Debug, Args)]
pub(crate) struct HelmVersion {
    /// Only the number
    #[arg(long)]
    pub(crate) short: bool,
    /// A template for the output
    #[arg(long, value_name = "TEMPLATE")]
    pub(crate) template: Option<String>,
    /// Of old; taken and not needed
    #[arg(short, long, hide = true)]
    pub(crate) client: bool,
}
