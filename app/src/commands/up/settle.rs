//! Waiting until all is settled, and showing how it goes.

use std::time::Duration;

use tokio::time::Instant;
use weir_cluster::{Scope, follow};
use weir_controllers::Running;

use super::screen::Screen;
use super::units::{self, Progress, State, Unit};
use crate::commands::kind::{GIT_REPOSITORY, KUSTOMIZATION};

/// Controllers that were idle this long have seen everything they did to each other.
const QUIET: Duration = Duration::from_millis(300);
/// In a sandbox nothing takes time: what units still wait for after so much idleness never comes.
const STILL: Duration = Duration::from_secs(2);
/// The same for units that have not seen yet that what they wait for is ready: a machine may be busy with other things.
const BEHIND: Duration = Duration::from_secs(10);
const STEP: Duration = Duration::from_millis(50);
/// Units are looked at this often at most while controllers work,
const PERIOD: Duration = Duration::from_millis(250);
/// and this often while nothing changes.
const SLOW: Duration = Duration::from_secs(1);
/// The tree is drawn no more often than this,
const REDRAW: Duration = Duration::from_millis(250);
/// and looked at this often where nothing is said to have changed.
const LOOK: Duration = Duration::from_secs(5);

/// Waits until nothing more will happen by itself. False if time was up before.
pub(super) async fn wait(
    progress: &mut Progress,
    running: &Running,
    limit: Duration,
    screen: &Screen,
) -> bool {
    let deadline = Instant::now() + limit;
    let mut look = Look::new();
    let mut quiet_since = None;
    while Instant::now() < deadline {
        tokio::time::sleep(STEP).await;
        let quiet = running.is_idle().then(|| *quiet_since.get_or_insert_with(Instant::now));
        quiet_since = quiet;
        let is_quiet = quiet.is_some_and(|since| since.elapsed() >= QUIET);
        if look.is_due(is_quiet) {
            look.take(progress, screen).await;
            let is_still = quiet.is_some_and(|since| since.elapsed() >= STILL) && look.is_still();
            if is_quiet && !look.is_working() || progress.is_sandbox() && is_still {
                if !progress.help(true).await {
                    return true;
                }
                (quiet_since, look) = (None, Look::new());
            }
        }
    }
    false
}

/// How the units were the last time, and since when.
struct Look {
    units: Vec<Unit>,
    since: Instant,
    next: Instant,
    /// Whether controllers were idle.
    was_quiet: bool,
}

impl Look {
    fn new() -> Self {
        Self { units: Vec::new(), since: Instant::now(), next: Instant::now() + PERIOD, was_quiet: false }
    }

    /// At its hour, and as soon as controllers have become idle.
    fn is_due(&mut self, is_quiet: bool) -> bool {
        let was_quiet = std::mem::replace(&mut self.was_quiet, is_quiet);
        is_quiet && !was_quiet || Instant::now() >= self.next
    }

    async fn take(&mut self, progress: &mut Progress, screen: &Screen) {
        let started = Instant::now();
        let goes_on = progress.help(false).await;
        let Ok(units) = progress.units().await else { return };
        if screen.is_live() {
            screen.draw(&units::tree(&units));
        }
        if goes_on || units != self.units {
            (self.units, self.since) = (units, Instant::now());
        }
        let pause = if self.since.elapsed() > SLOW { SLOW } else { PERIOD };
        // Looking must not take a share of the work that counts.
        let share = if self.was_quiet { Duration::ZERO } else { started.elapsed() * 20 };
        self.next = Instant::now() + pause.max(share);
    }

    fn is_working(&self) -> bool {
        self.units.iter().any(|unit| unit.state == State::Working) || units::is_one_behind(&self.units)
    }

    /// Nothing has changed for a while, and no unit is still to be begun.
    fn is_still(&self) -> bool {
        let long = if units::is_one_behind(&self.units) { BEHIND } else { STILL };
        self.since.elapsed() >= long && !self.units.iter().any(Unit::is_new)
    }
}

/// Shows how it goes for good: again when a unit or source has changed, and now and then for the kinds nobody acts on.
pub(super) async fn show(progress: &mut Progress, screen: &Screen) {
    let mut changes = Vec::new();
    for kind in [GIT_REPOSITORY, KUSTOMIZATION] {
        if let Ok(resource) = kind.served(&progress.cluster).await {
            changes.push(follow(
                progress.cluster.clone(),
                resource,
                Scope { metadata_only: true, ..Scope::default() },
            ));
        }
    }
    let [sources, units] = changes.as_mut_slice() else { return std::future::pending().await };
    let mut last = String::new();
    loop {
        progress.help(true).await;
        if let Ok(units) = progress.units().await {
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
