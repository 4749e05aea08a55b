//! What a set of controllers is told when it starts. Defaults are those of the Flux controllers.

use std::path::PathBuf;
use std::time::Duration;

use weir_delivery::SourceId;

use crate::remit::Remit;

/// Settings of all controllers.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Namespace to look at; all if empty.
    pub namespace: String,
    /// Label selector of the resources to look at.
    pub selector: String,
    /// What of it to act on.
    pub remit: Remit,
    /// How many requests for objects are on their way at a time.
    pub concurrency: usize,
    /// How long something that is waited for is believed not to need another look.
    pub requeue_dependency: Duration,
    /// No unit gets less time than this, whatever its `spec.timeout` says.
    pub least_timeout: Duration,
    /// Intervals are spread by this many percent.
    pub jitter_percent: u32,
    /// Where artifacts and mirrors are kept.
    pub storage: PathBuf,
    /// Nobody else uses the storage: what no source names any more is deleted there.
    pub own_storage: bool,
    /// Under which address artifacts are served.
    pub advertised: String,
    /// Sources whose files come from directories of this machine.
    pub local: Vec<LocalSource>,
    /// Who fetches.
    pub runner: weir_fetch::Runner,
    /// Kustomizations must not name files and repositories behind URLs.
    pub no_remote_bases: bool,
    /// Namespace and name of the Secret with keys of age for units that name none.
    pub age_secret: Option<(String, String)>,
    /// A variable of `spec.postBuild` without a value is empty, not an error.
    pub lenient_variables: bool,
    /// References to other namespaces are refused.
    pub no_cross_namespace_refs: bool,
}

/// A source whose files come from a directory of this machine.
#[derive(Debug, Clone)]
pub struct LocalSource {
    /// The source; its kind, namespace and name.
    pub source: SourceId,
    /// The directory.
    pub path: PathBuf,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            namespace: String::new(),
            selector: String::new(),
            remit: Remit::Everything,
            concurrency: 32,
            requeue_dependency: Duration::from_secs(30),
            least_timeout: Duration::from_secs(30),
            jitter_percent: 5,
            storage: PathBuf::from("/data"),
            own_storage: true,
            advertised: String::new(),
            local: Vec::new(),
            runner: weir_fetch::Runner::default(),
            no_remote_bases: false,
            age_secret: None,
            lenient_variables: false,
            no_cross_namespace_refs: false,
        }
    }
}
