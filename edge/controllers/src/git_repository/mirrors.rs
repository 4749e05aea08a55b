//! Which mirrors are in use. One that no repository names any more is deleted.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use weir_delivery::UnitId;
use weir_fetch::Mirror;

use super::remote;
use crate::context::Context;

/// Who uses which mirror. Cloning shares it.
#[derive(Clone)]
pub(super) struct Mirrors(Arc<Shared>);

struct Shared {
    context: Context,
    used: Mutex<Used>,
}

#[derive(Default)]
struct Used {
    by: HashMap<UnitId, PathBuf>,
    /// All repositories are known: whoever is not named is not used.
    is_whole: bool,
}

impl Mirrors {
    pub(super) fn new(context: Context) -> Self {
        Self(Arc::new(Shared { context, used: Mutex::default() }))
    }

    fn used(&self) -> MutexGuard<'_, Used> {
        self.0.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A repository has this URL.
    pub(super) fn note(&self, key: &UnitId, url: &str) {
        let place = remote::mirror(&self.0.context, url);
        let before = self.used().by.insert(key.clone(), place.clone());
        if before.is_some_and(|before| before != place) {
            self.sweep();
        }
    }

    /// A repository is gone.
    pub(super) fn forget(&self, key: &UnitId) {
        if self.used().by.remove(key).is_some() {
            self.sweep();
        }
    }

    /// All repositories have been noted.
    pub(super) fn listed(&self) {
        self.used().is_whole = true;
        self.sweep();
    }

    /// Deletes what nobody uses, on a thread of its own.
    fn sweep(&self) {
        if self.0.context.settings.own_storage && self.used().is_whole {
            let mirrors = self.clone();
            tokio::task::spawn_blocking(move || mirrors.sweep_blocking());
        }
    }

    fn sweep_blocking(&self) {
        let all = match Mirror::all(&remote::mirrors(&self.0.context)) {
            Ok(all) => all,
            Err(error) => return tracing::warn!(%error, "mirrors cannot be listed"),
        };
        for mirror in all {
            // Asked for each: a repository may come meanwhile.
            let used: HashSet<_> = self.used().by.values().cloned().collect();
            if used.contains(mirror.directory()) {
                continue;
            }
            match mirror.remove() {
                Ok(()) => {
                    tracing::info!(mirror = %mirror.directory().display(), "an unused mirror was deleted")
                }
                Err(error) => tracing::warn!(%error, "an unused mirror could not be deleted"),
            }
        }
    }
}
