//! What templates need of this machine: the time, random bytes, time zones.

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use weir_helm::{PostRender, Random, Traces, World, Zones};

use super::post_renderer::PostRenderer;
use super::threads::Threads;

/// Where this machine keeps its time zones.
const ZONES: &str = "/usr/share/zoneinfo";

/// What this machine has for templates.
pub(super) struct Machine {
    zones: TimeZones,
    traces: Option<Traces>,
    /// What changes objects before they are sorted.
    pub(super) post_renderer: Option<PostRenderer>,
}

impl Machine {
    pub(super) fn new() -> Self {
        let named = std::env::var("TZ").ok().map(|name| name.trim_start_matches(':').to_string());
        let local = named.unwrap_or_else(|| {
            let link = fs::read_link("/etc/localtime").unwrap_or_default();
            link.strip_prefix(ZONES).ok().and_then(Path::to_str).unwrap_or("UTC").to_string()
        });
        Self {
            zones: TimeZones { local: if local.is_empty() { "UTC".to_string() } else { local } },
            traces: None,
            post_renderer: None,
        }
    }

    /// The same, which notes where lines come from.
    pub(super) fn noting(self) -> Self {
        Self { traces: Some(Traces::default()), ..self }
    }

    /// What was noted.
    pub(super) fn traces(&self) -> Option<&Traces> {
        self.traces.as_ref()
    }

    /// The world as it is now.
    pub(super) fn world(&self) -> World<'_> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let seconds = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        World {
            now: (seconds, now.subsec_nanos()),
            random: Some(&Urandom),
            helpers: Some(&Threads),
            powers: weir_lanes::powers(),
            zones: Some(&self.zones),
            traces: self.traces(),
            post_render: self.post_renderer.as_ref().map(|own| own as &dyn PostRender),
            ..World::default()
        }
    }
}

/// The random bytes of this machine.
struct Urandom;

impl Random for Urandom {
    fn fill(&self, buffer: &mut [u8]) {
        let read = fs::File::open("/dev/urandom").and_then(|mut source| source.read_exact(buffer));
        read.expect("every Linux and macOS has random bytes");
    }

    fn for_threads(&self) -> Option<&(dyn Random + Sync)> {
        Some(self)
    }
}

/// The time zones of this machine.
struct TimeZones {
    local: String,
}

impl Zones for TimeZones {
    fn load(&self, name: &str) -> Option<Vec<u8>> {
        let is_plain = name.split('/').all(|part| !part.is_empty() && !part.starts_with('.'));
        if !is_plain || name.contains('\\') {
            return None;
        }
        fs::read(Path::new(ZONES).join(name)).ok()
    }

    fn local(&self) -> &str {
        &self.local
    }
}
