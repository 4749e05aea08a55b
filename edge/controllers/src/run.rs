//! Starting and stopping all controllers together.

use tokio::sync::watch;
use tokio::task::JoinHandle;
use weir_cluster::Cluster;

use crate::context::Context;
use crate::kind::{self, Kind as _};
use crate::settings::Settings;
use crate::{git_repository, kustomization};

/// Controllers at work. They stop when this is dropped.
pub struct Running {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
    local: git_repository::LocalChanges,
    git: git_repository::Controller,
    units: kustomization::Controller,
    context: Context,
}

/// Starts all controllers against a cluster. Fails if the storage cannot be used.
pub fn start(cluster: Cluster, settings: Settings) -> std::io::Result<Running> {
    let (stop, stopped) = watch::channel(false);
    let context = Context::new(cluster, settings)?;
    let (git, local) = git_repository::Controller::new(context.clone());
    let units = kustomization::Controller::new(context.clone());
    let tasks = vec![
        tokio::spawn(kind::run(git.clone(), stopped.clone())),
        tokio::spawn(kind::run(units.clone(), stopped)),
    ];
    Ok(Running { stop, tasks, local, git, units, context })
}

impl Running {
    /// Tells that the files of local sources have changed.
    pub fn local_changed(&self) {
        self.local.tell();
    }

    /// True if nothing is worked on or about to be; waits for health, for others and for hours do not count.
    pub fn is_idle(&self) -> bool {
        self.git.queue().is_idle() && self.units.queue().is_idle()
    }

    /// Lets all turns come to their end, but for those that wait, writes the events that are left, and ends.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        for task in self.tasks {
            _ = task.await;
        }
        self.context.recorder.flush().await;
    }
}
