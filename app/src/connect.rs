//! Flags that name a cluster, and the connection.

use std::path::PathBuf;

use clap::Args;
use weir_cluster::Cluster;

use crate::exit::Failure;

/// Which cluster, and where in it.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ClusterArgs {
    /// Kubeconfig file (default: $KUBECONFIG, ~/.kube/config, or the cluster we run in)
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) kubeconfig: Option<PathBuf>,
    /// Context of the kubeconfig
    #[arg(long, value_name = "NAME", global = true)]
    pub(crate) context: Option<String>,
    /// Namespace of the resources
    #[arg(
        short,
        long,
        value_name = "NAME",
        default_value = "flux-system",
        env = "FLUX_SYSTEM_NAMESPACE",
        global = true
    )]
    pub(crate) namespace: String,
}

impl ClusterArgs {
    pub(crate) async fn connect(&self) -> Result<Cluster, Failure> {
        install_crypto();
        Ok(Cluster::connect(self.kubeconfig.as_deref(), self.context.as_deref()).await?)
    }
}

/// TLS needs to be told once which cryptography it uses.
pub(crate) fn install_crypto() {
    // A second call finds the first one's choice, which is the same.
    _ = rustls::crypto::ring::default_provider().install_default();
}

/// Runs a command that needs to wait for others.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(work)
}
