//! Killed at any moment: a file is the old or the new one, whole, and nothing in plain is left anywhere.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::bed::{Bed, SECRET};
use crate::weir::until;

/// Runs a command and kills it after a while.
fn kill_after(bed: &Bed, arguments: &[&str], pause: Duration) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_weir"))
        .args(arguments)
        .current_dir(bed.directory.path())
        .envs(bed.variables())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(pause);
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Files below a directory that hold a text.
fn holding(directory: &Path, text: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(holding(&path, text));
        } else if std::fs::read(&path).is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains(text)) {
            found.push(path);
        }
    }
    found
}

#[test]
fn files_are_whole() {
    let bed = Bed::new();
    let value = "planted-e3b0c44298fc";
    let text = SECRET.replace("hunter2", value);
    for (round, pause) in (0..20).map(|round| (round, Duration::from_micros(900 * round))) {
        bed.directory.write("db.sops.yaml", &text);
        kill_after(&bed, &["secrets", "encrypt", "-i", "db.sops.yaml"], pause);
        let after = bed.text("db.sops.yaml");
        if after != text {
            assert_eq!(bed.plain("db.sops.yaml"), text, "round {round}");
        }
        let sealed =
            if after == text { bed.sealed("db.sops.yaml", &text).text("db.sops.yaml") } else { after };
        kill_after(&bed, &["secrets", "rotate", "-i", "db.sops.yaml"], pause);
        let rotated = bed.text("db.sops.yaml");
        assert!(rotated == sealed || bed.plain("db.sops.yaml") == text, "round {round}");
        assert_eq!(holding(bed.directory.path(), value), Vec::<PathBuf>::new());
    }
}

#[test]
fn an_editor_that_is_killed_leaves_nothing() {
    let mut bed = Bed::new();
    let value = format!("planted-{}", std::process::id());
    let text = SECRET.replace("hunter2", &value);
    bed.sealed("db.sops.yaml", &text);
    let sealed = bed.text("db.sops.yaml");
    // The editor tells where its file is, and stays.
    bed.directory.write("editor", "#!/bin/sh\necho \"$1\" > place\nexec sleep 60\n");
    bed.set("EDITOR", "sh editor");
    let mut child = Command::new(env!("CARGO_BIN_EXE_weir"))
        .args(["secrets", "edit", "db.sops.yaml"])
        .current_dir(bed.directory.path())
        .envs(bed.variables())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let place = until("the place of the file", || {
        let text = std::fs::read_to_string(bed.directory.path().join("place")).ok()?;
        text.ends_with('\n').then(|| PathBuf::from(text.trim()))
    });
    assert!(std::fs::read_to_string(&place).unwrap().contains(&value));
    child.kill().unwrap();
    child.wait().unwrap();
    until("the end of the file", || (!place.parent().unwrap().exists()).then_some(()));
    assert_eq!(bed.text("db.sops.yaml"), sealed);
    assert_eq!(holding(bed.directory.path(), &value), Vec::<PathBuf>::new());
}

#[test]
fn nothing_else_is_swept_away() {
    let bed = Bed::new();
    for name in ["weir-data", "weir-private-0123456789abcdef"] {
        bed.directory.write(&format!("{name}/file"), "mine");
        bed.weir(&["secrets", "sweep", name]).with(2).says(&["not a directory of weir"]);
        assert_eq!(bed.text(&format!("{name}/file")), "mine");
    }
}
