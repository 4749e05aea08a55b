//! Flags that several commands of helm take.

use std::path::PathBuf;

use clap::{Args, FromArgMatches as _};

/// Flags before or after any command.
#[derive(Debug, Args, Default)]
pub(crate) struct Global {
    /// Namespace of the release
    #[arg(short, long, global = true, value_name = "NAME", env = "HELM_NAMESPACE")]
    pub(crate) namespace: Option<String>,
    /// Print texts that are no objects too
    #[arg(long, global = true)]
    pub(crate) debug: bool,
    /// Taken and not needed: no cluster is asked
    #[arg(long, global = true, value_name = "FILE", hide = true)]
    pub(crate) kubeconfig: Option<PathBuf>,
    /// Taken and not needed: no cluster is asked
    #[arg(long, global = true, value_name = "NAME", hide = true)]
    pub(crate) kube_context: Option<String>,
    /// Taken and not needed: no cluster is asked
    #[arg(long, global = true, value_name = "TOKEN", hide = true)]
    pub(crate) kube_token: Option<String>,
    /// Taken and not needed: no cluster is asked
    #[arg(long, global = true, value_name = "USER", hide = true)]
    pub(crate) kube_as_user: Option<String>,
    /// Taken and not needed: no cluster is asked
    #[arg(long, global = true, value_name = "GROUP", hide = true)]
    pub(crate) kube_as_group: Vec<String>,
    /// Taken and not needed: no cluster is asked
    #[arg(long, global = true, value_name = "URL", hide = true)]
    pub(crate) kube_apiserver: Option<String>,
    /// Taken and not needed: no cluster is asked
    #[arg(long, global = true, value_name = "FILE", hide = true)]
    pub(crate) kube_ca_file: Option<String>,
    /// Taken and not needed: no cluster is asked
    #[arg(long, global = true, value_name = "NAME", hide = true)]
    pub(crate) kube_tls_server_name: Option<String>,
    /// Taken and not needed: no cluster is asked
    #[arg(long, global = true, hide = true)]
    pub(crate) kube_insecure_skip_tls_verify: bool,
    /// File with logins at registries [default: registry/config.json in Helm's configuration]
    #[arg(long, global = true, value_name = "FILE", env = "HELM_REGISTRY_CONFIG", hide_env = true)]
    pub(crate) registry_config: Option<PathBuf>,
    /// File with the repositories that have a name [default: repositories.yaml in Helm's configuration]
    #[arg(long, global = true, value_name = "FILE", env = "HELM_REPOSITORY_CONFIG", hide_env = true)]
    pub(crate) repository_config: Option<PathBuf>,
    /// Directory with indexes of repositories [default: repository in Helm's cache]
    #[arg(long, global = true, value_name = "DIR", env = "HELM_REPOSITORY_CACHE", hide_env = true)]
    pub(crate) repository_cache: Option<PathBuf>,
    /// Get what begins with FROM from TO instead
    #[arg(
        long,
        global = true,
        value_name = "FROM=TO",
        env = "WEIR_MIRROR",
        value_delimiter = ',',
        hide_env = true
    )]
    pub(crate) mirror: Vec<String>,
    /// Taken and not needed: charts have a cache of our own
    #[arg(long, global = true, value_name = "DIR", hide = true)]
    pub(crate) content_cache: Option<PathBuf>,
    /// Taken and not needed: no cluster is asked
    #[arg(long, global = true, value_name = "COUNT", hide = true)]
    pub(crate) burst_limit: Option<u32>,
    /// Taken and not needed: no cluster is asked
    #[arg(long, global = true, value_name = "COUNT", hide = true)]
    pub(crate) qps: Option<f32>,
    /// Taken and not needed: output has no colours
    #[arg(long, alias = "colour", global = true, value_name = "WHEN", hide = true)]
    pub(crate) color: Option<String>,
}

impl Global {
    /// What the environment says where nobody gives flags.
    pub(crate) fn of_environment() -> Self {
        let command = Self::augment_args(clap::Command::new("helm"));
        let matches = command.try_get_matches_from(["helm"]);
        let found = matches.and_then(|matches| Self::from_arg_matches(&matches));
        found.expect("all flags are optional, and take any text")
    }
}

/// Where values come from.
#[derive(Debug, Args, Default)]
pub(crate) struct ValueArgs {
    /// Files with values, or - for standard input; later ones count
    #[arg(short = 'f', long = "values", value_name = "FILE", value_delimiter = ',')]
    pub(crate) files: Vec<String>,
    /// Values: key1=val1,key2=val2
    #[arg(long, value_name = "VALUES", allow_hyphen_values = true)]
    pub(crate) set: Vec<String>,
    /// Values that are texts: key1=val1,key2=val2
    #[arg(long, value_name = "VALUES", allow_hyphen_values = true)]
    pub(crate) set_string: Vec<String>,
    /// Values that are what files hold: key1=path1,key2=path2
    #[arg(long, value_name = "VALUES", allow_hyphen_values = true)]
    pub(crate) set_file: Vec<String>,
    /// Values in JSON: key1=json1,key2=json2 or {"key1":json1}
    #[arg(long, value_name = "VALUES", allow_hyphen_values = true)]
    pub(crate) set_json: Vec<String>,
    /// A value that is a text, to the last character
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
    pub(crate) set_literal: Vec<String>,
}

/// Where charts come from, if not from here.
#[derive(Debug, Args, Default)]
pub(crate) struct ChartArgs {
    /// Version of the chart, or a range of versions [default: the newest release]
    #[arg(long, value_name = "RANGE")]
    pub(crate) version: Option<String>,
    /// Repository to look in instead of those that have a name
    #[arg(long, value_name = "URL")]
    pub(crate) repo: Option<String>,
    /// Verify the signature of the package before it is used
    #[arg(long)]
    pub(crate) verify: bool,
    /// Public keys to verify it by [default: pubring.gpg in the home of GnuPG]
    #[arg(long, value_name = "FILE")]
    pub(crate) keyring: Option<PathBuf>,
    /// Take development versions too, as with --version '>0.0.0-0'
    #[arg(long)]
    pub(crate) devel: bool,
    /// User at the repository
    #[arg(long, value_name = "NAME")]
    pub(crate) username: Option<String>,
    /// Password at the repository
    #[arg(long, value_name = "PASSWORD")]
    pub(crate) password: Option<String>,
    /// Certificate to show to the repository
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
    /// Speak to the registry without TLS
    #[arg(long)]
    pub(crate) plain_http: bool,
    /// Give the password to other hosts that the index names too
    #[arg(long)]
    pub(crate) pass_credentials: bool,
}
