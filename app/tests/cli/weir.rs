//! Running `weir` in a directory of its own.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// No command of these tests takes longer on a machine that is not dead.
const PATIENCE: Duration = Duration::from_secs(60);

/// A directory that goes when this is dropped.
pub(crate) struct Directory(PathBuf);

impl Directory {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("weir-cli-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file.
    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) -> &Self {
        let file = self.0.join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
        self
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.0);
    }
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// The most memory that was seen in use, in KiB; zero where the system does not tell.
    pub(crate) peak: u64,
}

impl Ended {
    /// Fails unless it ended so.
    pub(crate) fn with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "\nstdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        self
    }

    /// Fails unless the talk has all of these.
    pub(crate) fn says(self, texts: &[&str]) -> Self {
        for text in texts {
            assert!(self.stderr.contains(text), "it does not say '{text}':\n{}", self.stderr);
        }
        self
    }
}

fn command(directory: &Directory, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_weir"));
    command.args(arguments).current_dir(directory.path()).env_remove("KUBECONFIG").env("NO_COLOR", "1");
    command.stdin(Stdio::null());
    command
}

/// Runs a command to its end.
pub(crate) fn weir(directory: &Directory, arguments: &[&str]) -> Ended {
    weir_with(directory, arguments, &[("NO_COLOR", "1")])
}

/// The same with variables of the environment.
pub(crate) fn weir_with(
    directory: &Directory,
    arguments: &[&str],
    variables: &[(&str, impl AsRef<std::ffi::OsStr>)],
) -> Ended {
    let out = Directory::new();
    let file = |name| std::fs::File::create(out.path().join(name)).unwrap();
    let mut child = command(directory, arguments)
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .stdout(file("stdout"))
        .stderr(file("stderr"))
        .spawn()
        .unwrap();
    let (started, mut peak) = (Instant::now(), 0);
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if started.elapsed() > PATIENCE {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("weir {arguments:?} does not end");
        }
        peak = peak.max(peak_of(child.id()));
        std::thread::sleep(Duration::from_millis(5));
    };
    let text = |name| String::from_utf8(std::fs::read(out.path().join(name)).unwrap()).unwrap();
    Ended { code: status.code().unwrap_or(-1), stdout: text("stdout"), stderr: text("stderr"), peak }
}

/// What a process has used at most so far.
fn peak_of(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

/// A command that goes on until this is dropped.
pub(crate) struct Going(Child);

/// Starts a command.
pub(crate) fn start(directory: &Directory, arguments: &[&str]) -> Going {
    Going(command(directory, arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
}

impl Drop for Going {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// Tries until it gives something.
pub(crate) fn until<T>(what: &str, mut attempt: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(done) = attempt() {
            return done;
        }
        assert!(started.elapsed() < PATIENCE, "{what} did not come");
        std::thread::sleep(Duration::from_millis(20));
    }
}
