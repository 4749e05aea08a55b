//! What all controllers of one process share.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::Semaphore;
use weir_cluster::Cluster;
use weir_fetch::ArtifactStore;

use crate::events::Recorder;
use crate::objects::Objects;
use crate::settings::Settings;
use crate::sources::Sources;

/// Shared by all controllers. Cloning shares it.
#[derive(Clone)]
pub(crate) struct Context(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) cluster: Cluster,
    pub(crate) settings: Settings,
    pub(crate) sources: Sources,
    pub(crate) objects: Objects,
    pub(crate) recorder: Recorder,
    pub(crate) artifacts: ArtifactStore,
    /// Rendering takes a core: no more at a time than there are.
    pub(crate) rendering: Semaphore,
    /// Requests about applied objects.
    pub(crate) requests: Semaphore,
    seed: AtomicU64,
}

impl std::ops::Deref for Context {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Context {
    pub(crate) fn new(cluster: Cluster, settings: Settings) -> std::io::Result<Self> {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let seed = jiff::Timestamp::now().as_nanosecond() as u64;
        let artifacts = ArtifactStore::open(&settings.storage, &settings.advertised)?;
        Ok(Self(Arc::new(Inner {
            artifacts,
            sources: Sources::new(),
            objects: Objects::new(cluster.clone()),
            recorder: Recorder::new(cluster.clone()),
            rendering: Semaphore::new(cores),
            requests: Semaphore::new(settings.concurrency.max(1)),
            seed: AtomicU64::new(seed | 1),
            cluster,
            settings,
        })))
    }

    /// The interval, a little shorter or longer: units made together must not stay in step.
    pub(crate) fn jittered(&self, interval: Duration) -> Duration {
        let mut bits = self.seed.load(Ordering::Relaxed);
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        self.seed.store(bits, Ordering::Relaxed);
        let unit = (bits >> 11) as f64 / (1_u64 << 53) as f64;
        let share = f64::from(self.settings.jitter_percent) / 100.0;
        interval.mul_f64(1.0 + share * (2.0 * unit - 1.0))
    }
}
