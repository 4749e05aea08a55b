//! Charts from repositories and registries on loopback, with all that goes wrong there.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod fuzz;
mod registry;
mod repository;
mod server;

use std::path::PathBuf;
use std::time::Duration;

use weir_fetch::{Access, Auth, ChartSource, Charts, ChartsSettings, Credentials, Mirrors, Patience};

/// A cache of its own for each test.
pub(crate) struct Bed {
    pub(crate) folder: PathBuf,
}

impl Bed {
    pub(crate) fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("weir-charts-{name}-{}", std::process::id()));
        Self { folder }
    }

    pub(crate) fn charts(&self) -> Charts {
        self.charts_with(Credentials::default(), &[])
    }

    pub(crate) fn charts_with(&self, credentials: Credentials, mirrors: &[String]) -> Charts {
        Charts::new(ChartsSettings {
            cache: self.folder.clone(),
            credentials,
            mirrors: Mirrors::new(mirrors.iter().map(|mirror| mirror.parse().unwrap()).collect()),
            patience: Patience { timeout: Duration::from_secs(20), attempts: 3 },
            fresh: Duration::ZERO,
        })
    }

    /// How many files the cache holds.
    pub(crate) fn kept(&self) -> usize {
        std::fs::read_dir(self.folder.join("sha256")).map_or(0, Iterator::count)
    }
}

impl Drop for Bed {
    fn drop(&mut self) {
        let drafts = std::fs::read_dir(self.folder.join("drafts")).map_or(0, Iterator::count);
        if !std::thread::panicking() {
            assert_eq!(drafts, 0, "nothing half-done stays");
        }
        std::fs::remove_dir_all(&self.folder).unwrap();
    }
}

pub(crate) fn source(url: &str) -> ChartSource {
    ChartSource { url: url.to_string(), plain_http: url.starts_with("oci://"), ..ChartSource::default() }
}

pub(crate) fn source_as(url: &str, user: &str, password: &str) -> ChartSource {
    let auth = Auth::Basic { user: user.to_string(), password: password.to_string() };
    ChartSource { access: Access { auth, ..Access::default() }, ..source(url) }
}

pub(crate) fn digest(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    let hex: String = sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

/// Bytes that begin as an archive does.
pub(crate) fn archive(content: &str) -> Vec<u8> {
    [&[0x1f, 0x8b], content.as_bytes()].concat()
}
