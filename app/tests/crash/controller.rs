//! The real `weir controller` as a child that can be killed.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

/// How to start it.
pub(crate) struct Controller {
    directory: PathBuf,
    namespace: String,
    kubeconfig: PathBuf,
}

/// It runs.
pub(crate) struct Running(Child);

impl Controller {
    pub(crate) fn new(directory: &Path, namespace: &str, kubeconfig: PathBuf) -> Self {
        Self { directory: directory.to_path_buf(), namespace: namespace.to_string(), kubeconfig }
    }

    pub(crate) fn start(&self) -> Running {
        let log = File::options().create(true).append(true).open(self.log()).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_weir"))
            .args(["controller", "--no-leader-election", "--watch-own-namespace"])
            .args(["--storage-addr", "127.0.0.1:0", "--health-addr", "127.0.0.1:0"])
            .args(["--metrics-addr", "127.0.0.1:0", "--storage-path"])
            .arg(self.storage())
            .arg("--kubeconfig")
            .arg(&self.kubeconfig)
            .env("RUNTIME_NAMESPACE", &self.namespace)
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn();
        Running(child.unwrap())
    }

    fn log(&self) -> PathBuf {
        self.directory.join("log")
    }

    fn storage(&self) -> PathBuf {
        self.directory.join("storage")
    }

    /// As when a pod starts on another node.
    pub(crate) fn lose_storage(&self) {
        _ = std::fs::remove_dir_all(self.storage());
    }

    /// What it logged last.
    pub(crate) fn last_words(&self) -> String {
        let log = std::fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        lines[lines.len().saturating_sub(80)..].join("\n")
    }
}

impl Running {
    /// It must still have been running: what ends by itself is no victim.
    pub(crate) fn kill(mut self) {
        assert!(self.0.try_wait().unwrap().is_none(), "it ended by itself");
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}
