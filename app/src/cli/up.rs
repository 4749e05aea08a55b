//! `weir up`.

use std::path::PathBuf;

use clap::Args;

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
    /// Sandbox: images that match never start (`*` stands for anything); may be repeated
    #[arg(long, value_name = "PATTERN")]
    pub(crate) fail_image: Vec<String>,
    /// Sandbox: key of age for Secrets with keys that units name and the repository does not hold (default: age.agekey or age.key in PATH, or where sops looks)
    #[arg(long, value_name = "FILE")]
    pub(crate) age_key_file: Option<PathBuf>,
    /// Sandbox: where to write the kubeconfig (default: a file below the temporary directory)
    #[arg(long, value_name = "FILE")]
    pub(crate) write_kubeconfig: Option<PathBuf>,
    /// Sandbox: port on loopback (default: any free one)
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub(crate) port: u16,
}
