//! Watching the files of the repository.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc;
use weir_controllers::Running;

/// Files are looked at this long after the last change, so that what is written together is seen together.
const QUIET: Duration = Duration::from_millis(100);
/// So long at most.
const PATIENCE: Duration = Duration::from_secs(2);
/// Without news files are looked at this often: some file systems tell of nothing.
const NET: Duration = Duration::from_secs(60);
/// The same where the system cannot watch at all.
const POLL: Duration = Duration::from_secs(1);

/// Tells each time that something below the directory has changed.
pub(super) fn watch(root: PathBuf) -> mpsc::Receiver<()> {
    let (sender, receiver) = mpsc::channel(1);
    // A thread of its own: the runtime would wait for it when it ends.
    std::thread::spawn(move || {
        let (watcher, news) = watcher(&root);
        let period = if watcher.is_some() { NET } else { POLL };
        let mut known = weir_fetch::local_identity(&root).unwrap_or_default();
        while !sender.is_closed() {
            await_news(&news, period);
            let now = weir_fetch::local_identity(&root).unwrap_or_default();
            if now != known {
                known = now;
                // One waiting message says as much as two.
                _ = sender.try_send(());
            }
        }
    });
    receiver
}

/// What the system tells of the directory, if it can.
fn watcher(root: &std::path::Path) -> (Option<RecommendedWatcher>, Receiver<()>) {
    let (sender, news) = channel();
    let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        // That somebody reads is no news; that something was missed is.
        if event.map_or(true, |event| !event.kind.is_access()) {
            _ = sender.send(());
        }
    });
    let watched = watcher.and_then(|mut watcher| {
        watcher.watch(root, RecursiveMode::Recursive)?;
        Ok(watcher)
    });
    match watched {
        Ok(watcher) => (Some(watcher), news),
        Err(error) => {
            tracing::warn!(%error, "the files cannot be watched; they are looked at each second");
            (None, news)
        }
    }
}

/// Returns when there was news and then none for a moment, or after the period.
fn await_news(news: &Receiver<()>, period: Duration) {
    match news.recv_timeout(period) {
        Ok(()) => {}
        Err(RecvTimeoutError::Timeout) => return,
        Err(RecvTimeoutError::Disconnected) => return std::thread::sleep(period),
    }
    let first = Instant::now();
    while first.elapsed() < PATIENCE && news.recv_timeout(QUIET).is_ok() {}
}

/// Hands changes to the controllers for good.
pub(super) async fn tell(mut changes: mpsc::Receiver<()>, running: &Running) {
    while changes.recv().await.is_some() {
        running.local_changed();
    }
}
