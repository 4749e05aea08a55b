//! Flags that name a cluster, and the connection.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use weir_api::GoDuration;
use weir_cluster::Cluster;

use crate::exit::Failure;

const TIMEOUT: Duration = Duration::from_secs(300);

/// Which cluster, where in it, and how long it may take. Accepted before and after the name of any command.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Cluster")]
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
    /// How long it may take (default: 5m; watching has no end)
    #[arg(long, value_name = "TIME", value_parser = duration, global = true)]
    timeout: Option<Duration>,
}

fn duration(text: &str) -> Result<Duration, String> {
    GoDuration::parse(text).map(|duration| duration.0)
}

impl ClusterArgs {
    pub(crate) async fn connect(&self) -> Result<Cluster, Failure> {
        install_crypto();
        Ok(Cluster::connect(self.kubeconfig.as_deref(), self.context.as_deref()).await?)
    }

    pub(crate) fn timeout(&self) -> Duration {
        self.timeout.unwrap_or(TIMEOUT)
    }

    /// The time that was asked for, if any was.
    pub(crate) fn timeout_asked(&self) -> Option<Duration> {
        self.timeout
    }

    /// Connects, and does work that has to be done within the time.
    pub(crate) fn run<T, W: Future<Output = Result<T, Failure>>>(
        &self,
        work: impl FnOnce(Cluster) -> W,
    ) -> Result<T, Failure> {
        self.run_within(self.timeout(), work)
    }

    /// The same for work that goes on until it is told to stop.
    pub(crate) fn watch<W: Future<Output = Result<(), Failure>>>(
        &self,
        work: impl FnOnce(Cluster) -> W,
    ) -> Result<(), Failure> {
        match self.timeout_asked() {
            Some(limit) => self.run_within(limit, work),
            None => block_on(async { work(self.connect().await?).await }),
        }
    }

    fn run_within<T, W: Future<Output = Result<T, Failure>>>(
        &self,
        limit: Duration,
        work: impl FnOnce(Cluster) -> W,
    ) -> Result<T, Failure> {
        block_on(async {
            let done = async { work(self.connect().await?).await };
            tokio::time::timeout(limit, done)
                .await
                .unwrap_or_else(|_| Err(Failure::new(format!("timed out after {}", GoDuration(limit)))))
        })
    }
}

/// TLS needs to be told once which cryptography it uses.
pub(crate) fn install_crypto() {
    // A second call finds the first one's choice, which is the same.
    _ = rustls::crypto::ring::default_provider().install_default();
}

/// Runs a command that needs to wait for others.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.enable_all().on_thread_park(weir_memory::wipe_stack).build()?;
    runtime.block_on(work)
}
