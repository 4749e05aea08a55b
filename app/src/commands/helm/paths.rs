//! Where Helm keeps what it knows, and where we keep charts.

use std::path::{Path, PathBuf};
use std::time::Duration;

use weir_fetch::{Charts, ChartsSettings, Credentials, Mirrors, Patience};

use crate::cli::helm::Global;
use crate::exit::Failure;
use crate::whole;

/// Files and folders.
pub(super) struct Paths {
    /// Names and URLs of repositories.
    pub(super) repositories: PathBuf,
    /// Their indexes.
    pub(super) indexes: PathBuf,
    /// Logins at registries.
    pub(super) logins: PathBuf,
    mirrors: Vec<String>,
}

/// What is kept in one of Helm's homes.
enum Home {
    Cache,
    Config,
    Data,
}

/// Where Helm has plug-ins and charts to begin with.
pub(super) fn data() -> PathBuf {
    Home::Data.folder("HELM", "helm")
}

impl Paths {
    pub(super) fn of(settings: &Global) -> Self {
        let or = |given: &Option<PathBuf>, home: Home, name: &str| {
            given.clone().unwrap_or_else(|| home.folder("HELM", "helm").join(name))
        };
        Self {
            repositories: or(&settings.repository_config, Home::Config, "repositories.yaml"),
            indexes: or(&settings.repository_cache, Home::Cache, "repository"),
            logins: or(&settings.registry_config, Home::Config, "registry/config.json"),
            mirrors: settings.mirror.clone(),
        }
    }

    /// The way to charts: logins of Helm first, then those of docker.
    pub(super) fn charts(&self, timeout: Duration) -> Result<Charts, Failure> {
        let mirrors: Result<_, _> = self.mirrors.iter().map(|mirror| mirror.parse()).collect();
        let mut files = vec![self.logins.clone()];
        files.extend(docker());
        Ok(Charts::new(ChartsSettings {
            cache: Home::Cache.folder("WEIR", "weir").join("charts"),
            credentials: Credentials { files, ..Credentials::default() },
            mirrors: Mirrors::new(mirrors.map_err(Failure::usage)?),
            patience: Patience { timeout, ..Patience::default() },
            fresh: Duration::MAX,
        }))
    }

    /// The index of a repository that has a name.
    pub(super) fn index(&self, name: &str) -> PathBuf {
        self.indexes.join(format!("{name}-index.yaml"))
    }

    /// The names of its charts, for completion.
    pub(super) fn names(&self, name: &str) -> PathBuf {
        self.indexes.join(format!("{name}-charts.txt"))
    }
}

impl Home {
    fn folder(&self, own: &str, below: &str) -> PathBuf {
        let (kind, default) = match (self, cfg!(target_os = "macos")) {
            (Self::Cache, false) => ("CACHE", ".cache"),
            (Self::Cache, true) => ("CACHE", "Library/Caches"),
            (Self::Config, false) => ("CONFIG", ".config"),
            (Self::Config, true) => ("CONFIG", "Library/Preferences"),
            (Self::Data, false) => ("DATA", ".local/share"),
            (Self::Data, true) => ("DATA", "Library"),
        };
        let set = |name: String| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        if let Some(folder) = set(format!("{own}_{kind}_HOME")) {
            return folder;
        }
        let home = || std::env::home_dir().unwrap_or_default().join(default);
        set(format!("XDG_{kind}_HOME")).unwrap_or_else(home).join(below)
    }
}

fn docker() -> Option<PathBuf> {
    let folder = match std::env::var_os("DOCKER_CONFIG").filter(|value| !value.is_empty()) {
        Some(folder) => PathBuf::from(folder),
        None => std::env::home_dir()?.join(".docker"),
    };
    Some(folder.join("config.json"))
}

/// Writes a file in one step, and its folders.
pub(super) fn write(path: &Path, content: &[u8], mode: u32) -> Result<(), Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let made = folder.map_or(Ok(()), std::fs::create_dir_all);
    made.and_then(|()| whole::write(path, content, mode))
        .map_err(|error| Failure::said(format!("Error: {}: {error}", path.display())))
}
