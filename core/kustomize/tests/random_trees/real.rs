//! The real kustomize beside ours.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use weir_files::{MemoryFiles, RootedPath};
use weir_kustomize::Options;

use crate::layers::Files;

/// The real binary and a directory for its trees.
pub(crate) struct Kustomize {
    binary: PathBuf,
    directory: PathBuf,
    count: AtomicUsize,
}

/// How the two builds compare.
pub(crate) enum Agreement {
    Same,
    BothFail(String),
    Different(Difference),
}

/// What differs: its kind stays the same while a tree is made smaller.
pub(crate) struct Difference {
    pub(crate) kind: Kind,
    pub(crate) text: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    Bytes,
    /// Only ours fails, with words like these.
    OursFails(String),
    TheirsFails(String),
    Panic,
}

impl Kustomize {
    pub(crate) fn find() -> Option<Self> {
        let usual = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache/weir-peers/bin/kustomize"));
        let binary = std::env::var_os("KUSTOMIZE").map(PathBuf::from).or_else(usual)?;
        if !binary.is_file() {
            _ = writeln!(std::io::stderr(), "skipped: random trees: no kustomize at {}", binary.display());
            return None;
        }
        let directory = std::env::temp_dir().join(format!("weir-random-trees-{}", std::process::id()));
        Some(Self { binary, directory, count: AtomicUsize::new(0) })
    }

    pub(crate) fn compare(&self, files: &Files) -> Agreement {
        let (ours, theirs) = (ours(files, "top"), self.theirs(files));
        let kind = match (&ours, &theirs) {
            (None, _) => Kind::Panic,
            (Some(Ok(ours)), Ok(theirs)) if ours == theirs => return Agreement::Same,
            (Some(Err(_)), Err(error)) => return Agreement::BothFail(error.clone()),
            // Who falls over has no answer to compare with.
            (Some(Ok(_)), Err(error)) if error.lines().any(|line| line.starts_with("panic: ")) => {
                return Agreement::BothFail(error.clone());
            }
            (Some(Ok(_)), Ok(_)) => Kind::Bytes,
            (Some(Ok(_)), Err(error)) => Kind::TheirsFails(words(error)),
            (Some(Err(error)), Ok(_)) => Kind::OursFails(words(error)),
        };
        let text = match (&ours, &theirs) {
            (Some(Ok(ours)), Ok(theirs)) => lines_that_differ(ours, theirs),
            (Some(Err(error)), _) => format!("ours fails: {error}"),
            (_, Err(error)) => format!("theirs fails: {}", error.chars().take(1500).collect::<String>()),
            _ => "panic".to_string(),
        };
        Agreement::Different(Difference { kind, text })
    }

    fn theirs(&self, files: &Files) -> Result<String, String> {
        let dir = self.directory.join(self.count.fetch_add(1, Ordering::Relaxed).to_string());
        write(files, &dir);
        let output = Command::new(&self.binary).arg("build").arg(dir.join("top")).output().unwrap();
        std::fs::remove_dir_all(&dir).unwrap();
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).replace(dir.to_str().unwrap(), ""))
        }
    }
}

impl Drop for Kustomize {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

/// What we give for a directory; nothing is a panic.
pub(crate) fn ours(files: &Files, dir: &str) -> Option<Result<String, String>> {
    let tree =
        files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect::<MemoryFiles>().tree();
    let built = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let built = weir_kustomize::build(&tree, &RootedPath::new(dir).unwrap(), &Options::default());
        built.and_then(|built| built.to_yaml().map_err(|problem| vec![problem]))
    }));
    let shown = |problems: Vec<weir_files::Diagnostic>| {
        problems.iter().map(|problem| format!("{problem}\n")).collect::<String>()
    };
    built.ok().map(|built| built.map_err(shown))
}

/// Writes a tree to the disk.
pub(crate) fn write(files: &Files, dir: &Path) {
    std::fs::create_dir_all(dir).unwrap();
    for (path, text) in files {
        let path = dir.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

/// The words of an error that do not name something of the tree.
fn words(error: &str) -> String {
    let is_word = |word: &&str| word.len() > 3 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    // Warnings come before what went wrong.
    let is_error = |line: &&str| line.starts_with("Error:") || line.starts_with("error:");
    let line = error.lines().find(is_error).or(error.lines().next()).unwrap_or("");
    line.split(' ').filter(is_word).take(8).collect::<Vec<_>>().join(" ")
}

fn lines_that_differ(ours: &str, theirs: &str) -> String {
    let (ours, theirs): (Vec<_>, Vec<_>) = (ours.lines().collect(), theirs.lines().collect());
    let at = ours.iter().zip(&theirs).take_while(|(one, other)| one == other).count();
    let part = |lines: &[&str]| {
        lines
            .iter()
            .skip(at.saturating_sub(6))
            .take(14)
            .map(|line| format!("    {line}\n"))
            .collect::<String>()
    };
    format!("line {}:\n  ours:\n{}  theirs:\n{}", at + 1, part(&ours), part(&theirs))
}
