//! A directory for what must not be left behind: in memory where there is such a place, for nobody else, and taken away
//! also if this process is killed.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use weir_secrets::Entropy as _;

use super::entropy::System;
use super::user::User;
use crate::exit::Failure;

/// How such directories are named, with sixteen random digits behind it.
const PREFIX: &str = "weir-private-";

/// The directory. It goes when this is dropped.
pub(super) struct Private {
    path: PathBuf,
    /// Waits for the end of this process, however that comes, and takes the directory away.
    sweeper: Child,
    /// Closed by the system when this process ends.
    alive: Option<ChildStdin>,
    /// Others need it longer than this process.
    stays: bool,
}

impl Private {
    /// One that only this user can look into.
    pub(super) fn new() -> Result<Self, Failure> {
        let named = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
        Self::at(place(named.into_iter().chain(shared())))
    }

    /// One for another user.
    pub(super) fn for_another(user: &User) -> Result<Self, Failure> {
        // Nobody else gets into the directory of XDG.
        let private = Self::at(place(shared()))?;
        user.own(&private.path)?;
        Ok(private)
    }

    fn at(place: PathBuf) -> Result<Self, Failure> {
        let mut bytes = [0; 8];
        System::open()?.fill(&mut bytes);
        let name = format!("{PREFIX}{:016x}", u64::from_le_bytes(bytes));
        let path = place.join(name);
        let failed = |error: std::io::Error| {
            Failure::with_code(3, format!("{}: no private directory: {error}", path.display()))
        };
        // Before the directory: a sweeper without anything to sweep does no harm.
        let mut sweeper = sweeper(&path).map_err(failed)?;
        let alive = sweeper.stdin.take();
        DirBuilder::new().mode(0o700).create(&path).map_err(failed)?;
        Ok(Self { path: path.clone(), sweeper, alive, stays: false })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Leaves it to commands that are started from now on: it goes when the last of them ends.
    pub(super) fn leave(&mut self) -> Result<(), Failure> {
        if let Some(alive) = &self.alive {
            rustix::io::fcntl_setfd(alive, rustix::io::FdFlags::empty())
                .map_err(|error| Failure::new(format!("{}: cannot stay: {error}", self.path.display())))?;
        }
        self.stays = true;
        Ok(())
    }

    /// A file that only we can read.
    pub(super) fn file(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, Failure> {
        let path = self.path.join(name);
        let mut options = OpenOptions::new();
        let made = options.write(true).create_new(true).mode(0o600).open(&path);
        made.and_then(|mut file: File| file.write_all(bytes)).map_err(|error| {
            Failure::with_code(3, format!("{}: cannot be written: {error}", path.display()))
        })?;
        Ok(path)
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        if self.stays {
            return;
        }
        _ = fs::remove_dir_all(&self.path);
        self.alive = None;
        _ = self.sweeper.wait();
    }
}

/// Where all users have files in memory.
fn shared() -> Option<PathBuf> {
    Some(PathBuf::from("/dev/shm"))
}

/// Memory, if there is a place for files in it.
fn place(usual: impl IntoIterator<Item = PathBuf>) -> PathBuf {
    let found = usual.into_iter().find(|path| path.is_dir() && is_memory(path));
    found.unwrap_or_else(std::env::temp_dir)
}

#[cfg(target_os = "linux")]
fn is_memory(path: &Path) -> bool {
    const TMPFS: u64 = 0x0102_1994;
    let is_ours = rustix::fs::access(path, rustix::fs::Access::WRITE_OK).is_ok();
    is_ours
        && rustix::fs::statfs(path)
            .is_ok_and(|known| u64::try_from(known.f_type).is_ok_and(|own| own == TMPFS))
}

#[cfg(not(target_os = "linux"))]
fn is_memory(_: &Path) -> bool {
    false
}

fn sweeper(path: &Path) -> std::io::Result<Child> {
    let own = PathBuf::from("/proc/self/exe");
    let program = if own.exists() { own } else { std::env::current_exe()? };
    Command::new(program)
        .args(["secrets", "sweep"])
        .arg(path)
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // What is sent to our group is not for it.
        .process_group(0)
        .spawn()
}

/// Waits until nobody holds the other end, then takes the directory away.
pub(super) fn sweep(directory: &Path) -> Result<(), Failure> {
    let name = directory.file_name().unwrap_or_default().to_string_lossy();
    let is_random = |digits: &str| digits.len() == 16 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let named = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let places = [place(named.into_iter().chain(shared())), place(shared())];
    let is_ours = name.strip_prefix(PREFIX).is_some_and(is_random)
        && directory.parent().is_some_and(|parent| places.iter().any(|place| place == parent));
    if !is_ours {
        return Err(Failure::usage(format!("{}: not a directory of weir", directory.display())));
    }
    _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
    _ = fs::remove_dir_all(directory);
    Ok(())
}
