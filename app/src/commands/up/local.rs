//! Watching the files of the repository.

use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::mpsc;
use weir_controllers::Running;

/// Files are looked at this often: names, sizes and times only.
const PERIOD: Duration = Duration::from_millis(500);

/// Tells each time that something below the directory has changed.
pub(super) fn watch(root: PathBuf) -> mpsc::Receiver<()> {
    let (sender, receiver) = mpsc::channel(1);
    tokio::task::spawn_blocking(move || {
        let mut known = weir_fetch::local_identity(&root).unwrap_or_default();
        while !sender.is_closed() {
            std::thread::sleep(PERIOD);
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

/// Hands changes to the controllers for good.
pub(super) async fn tell(mut changes: mpsc::Receiver<()>, running: &Running) {
    while changes.recv().await.is_some() {
        running.local_changed();
    }
}
