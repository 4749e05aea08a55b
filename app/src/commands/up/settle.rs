//! Waiting until all is settled, and showing how it goes.

use std::time::Duration;

use tokio::time::Instant;
use weir_cluster::{Cluster, Scope, follow};
use weir_controllers::Running;

use super::screen::Screen;
use super::units::{self, State};
use crate::commands::kind::{GIT_REPOSITORY, KUSTOMIZATION};

/// Controllers that were idle this long have seen everything they did to each other.
const QUIET: Duration = Duration::from_millis(300);
const STEP: Duration = Duration::from_millis(50);
/// The tree is drawn no more often than this,
const REDRAW: Duration = Duration::from_millis(250);
/// and looked at this often where nothing is said to have changed.
const LOOK: Duration = Duration::from_secs(5);

/// Waits until nothing more will happen by itself. False if time was up before.
pub(super) async fn wait(cluster: &Cluster, running: &Running, limit: Duration, screen: &Screen) -> bool {
    let deadline = Instant::now() + limit;
    let mut quiet_since = None;
    loop {
        tokio::time::sleep(STEP).await;
        if Instant::now() >= deadline {
            return false;
        }
        if !running.is_idle() {
            quiet_since = None;
        } else if quiet_since.get_or_insert_with(Instant::now).elapsed() >= QUIET {
            let units = units::read(cluster).await.unwrap_or_default();
            if !units.is_empty() && units.iter().all(|unit| unit.state != State::Working) {
                return true;
            }
            quiet_since = None;
        }
        if screen.is_due()
            && let Ok(units) = units::read(cluster).await
        {
            screen.draw(&units::tree(&units));
        }
    }
}

/// Shows how it goes for good: again when a unit or source has changed, and now and then for the kinds nobody acts on.
pub(super) async fn show(cluster: &Cluster, screen: &Screen) {
    let mut changes = Vec::new();
    for kind in [GIT_REPOSITORY, KUSTOMIZATION] {
        if let Ok(resource) = kind.served(cluster).await {
            changes.push(follow(
                cluster.clone(),
                resource,
                Scope { metadata_only: true, ..Scope::default() },
            ));
        }
    }
    let [sources, units] = changes.as_mut_slice() else { return std::future::pending().await };
    let mut last = String::new();
    loop {
        if let Ok(units) = units::read(cluster).await {
            let now = units::tree(&units);
            if now != last {
                screen.draw(&now);
                if !screen.is_live() {
                    screen.log(&last, &now);
                }
                last = now;
            }
        }
        tokio::time::sleep(REDRAW).await;
        // All that came meanwhile is shown at once.
        if sources.try_recv().is_ok() | units.try_recv().is_ok() {
            while sources.try_recv().is_ok() || units.try_recv().is_ok() {}
            continue;
        }
        tokio::select! {
            _ = sources.recv() => {}
            _ = units.recv() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}
