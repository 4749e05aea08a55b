//! The simulated controllers' turn: after a write they look at what changed.

use std::sync::Arc;

use crate::server::Shared;
use crate::workloads;

/// So many objects are looked at under one lock.
const AT_ONCE: usize = 16;

/// Starts the controllers, unless they are at work already.
pub(crate) fn start(shared: &Arc<Shared>) {
    {
        let mut state = shared.state();
        if state.draining || state.pending.is_empty() {
            return;
        }
        state.draining = true;
    }
    let shared = Arc::clone(shared);
    tokio::spawn(async move {
        while some(&shared) {
            tokio::task::yield_now().await;
        }
    });
}

/// Looks at some objects. False if none is left.
pub(crate) fn some(shared: &Arc<Shared>) -> bool {
    let mut state = shared.state();
    for _ in 0..AT_ONCE {
        let Some((table, key)) = state.next_pending() else {
            state.draining = false;
            return false;
        };
        workloads::look(shared, &mut state, &table, &key);
    }
    true
}
