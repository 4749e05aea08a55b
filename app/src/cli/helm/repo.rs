//! Repositories that were given a name.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// Give names to chart repositories
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  weir helm repo add podinfo https://stefanprodan.github.io/podinfo
  weir helm repo update
  weir helm repo list -o json")]
pub(crate) struct Repo {
    #[command(subcommand)]
    pub(crate) what: RepoWhat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RepoWhat {
    Add(RepoAdd),
    List(RepoList),
    Update(RepoUpdate),
    Remove(RepoRemove),
    Index(RepoIndex),
}

/// Add a repository
#[derive(Debug, Args)]
pub(crate) struct RepoAdd {
    /// The name
    pub(crate) name: String,
    /// The URL
    pub(crate) url: String,
    /// User
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub(crate) username: String,
    /// Password
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub(crate) password: String,
    /// Read the password from standard input
    #[arg(long)]
    pub(crate) password_stdin: bool,
    /// Replace a repository of that name
    #[arg(long)]
    pub(crate) force_update: bool,
    /// Certificate to show
    #[arg(long, value_name = "FILE", default_value = "", hide_default_value = true)]
    pub(crate) cert_file: String,
    /// Key of that certificate
    #[arg(long, value_name = "FILE", default_value = "", hide_default_value = true)]
    pub(crate) key_file: String,
    /// Certificate authorities to trust
    #[arg(long, value_name = "FILE", default_value = "", hide_default_value = true)]
    pub(crate) ca_file: String,
    /// Trust any certificate
    #[arg(long)]
    pub(crate) insecure_skip_tls_verify: bool,
    /// Take repositories that are known to be gone
    #[arg(long)]
    pub(crate) allow_deprecated_repos: bool,
    /// Give the password to other hosts that the index names too
    #[arg(long)]
    pub(crate) pass_credentials: bool,
    /// How long the index may take
    #[arg(long, value_name = "DURATION", default_value = "2m")]
    pub(crate) timeout: String,
}

/// List the repositories
#[derive(Debug, Args)]
#[command(visible_alias = "ls")]
pub(crate) struct RepoList {
    /// Output format
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: TableFormat,
    /// Leave the header out
    #[arg(long)]
    pub(crate) no_headers: bool,
}

/// Get the indexes of repositories anew
#[derive(Debug, Args)]
#[command(visible_alias = "up")]
pub(crate) struct RepoUpdate {
    /// The repositories [default: all]
    pub(crate) names: Vec<String>,
    /// How long an index may take
    #[arg(long, value_name = "DURATION", default_value = "2m")]
    pub(crate) timeout: String,
}

/// Remove repositories
#[derive(Debug, Args)]
#[command(visible_alias = "rm")]
pub(crate) struct RepoRemove {
    /// The repositories
    #[arg(required = true)]
    pub(crate) names: Vec<String>,
}

/// Write an index over packed charts
#[derive(Debug, Args)]
pub(crate) struct RepoIndex {
    /// Directory with the packages
    pub(crate) directory: PathBuf,
    /// URL of the repository
    #[arg(long, value_name = "URL", default_value = "", hide_default_value = true)]
    pub(crate) url: String,
    /// Index whose entries are added
    #[arg(long, value_name = "FILE")]
    pub(crate) merge: Option<PathBuf>,
    /// Write JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Search for charts
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  weir helm search repo podinfo
  weir helm search repo podinfo --versions -o json
  weir helm search repo --regexp '\\bpod' --version '>=6'")]
pub(crate) struct Search {
    #[command(subcommand)]
    pub(crate) what: SearchWhat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SearchWhat {
    Repo(SearchRepo),
    /// Search at artifacthub.io (not supported)
    #[command(hide = true)]
    Hub {
        /// Whatever it is
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<String>,
    },
}

/// Search in the repositories that were added
#[derive(Debug, Args)]
#[command(disable_version_flag = true)]
pub(crate) struct SearchRepo {
    /// Words to look for
    pub(crate) words: Vec<String>,
    /// The words are a regular expression
    #[arg(short, long)]
    pub(crate) regexp: bool,
    /// Show every version
    #[arg(short = 'l', long)]
    pub(crate) versions: bool,
    /// Show development versions too
    #[arg(long)]
    pub(crate) devel: bool,
    /// Show versions in this range only
    #[arg(long, value_name = "RANGE", default_value = "", hide_default_value = true)]
    pub(crate) version: String,
    /// The widest a column gets
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(crate) max_col_width: usize,
    /// Fail if nothing is found
    #[arg(long)]
    pub(crate) fail_on_no_result: bool,
    /// Output format
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: TableFormat,
}

/// How lists are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum TableFormat {
    /// Columns for people.
    #[default]
    Table,
    /// JSON.
    Json,
    /// YAML.
    Yaml,
}

impl RepoAdd {
    /// A path as it is kept: as seen from anywhere.
    pub(crate) fn absolute(path: &str) -> String {
        if path.is_empty() {
            return String::new();
        }
        std::path::absolute(PathBuf::from(path))
            .map_or_else(|_| path.to_string(), |path| path.display().to_string())
    }
}
