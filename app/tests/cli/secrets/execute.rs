//! Commands that are run with values or files: in the background, and as somebody else.

use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::bed::{Bed, SECRET};
use crate::weir::until;

const NOBODY: u32 = 65534;

fn is_root() -> bool {
    rustix::process::getuid().is_root()
}

#[test]
fn a_file_stays_as_long_as_the_command_in_the_background() {
    let bed = Bed::new();
    bed.sealed("x.sops.env", "A=one\n");
    let wait = "while [ ! -e go ]; do sleep 0.02; done";
    let line = format!("{wait}; cat {{}} > part; echo {{}} >> part; mv part seen");
    bed.weir(&["secrets", "exec-file", "--background", "x.sops.env", &line]).with(0);
    let line = format!("{wait}; echo $A > other; mv other env");
    bed.weir(&["secrets", "exec-env", "--background", "x.sops.env", &line]).with(0);
    bed.directory.write("go", "");
    let seen = |name: &'static str| {
        let path = bed.directory.path().join(name);
        move || std::fs::read_to_string(&path).ok()
    };
    assert_eq!(until("the variable", seen("env")), "one\n");
    let text = until("the file", seen("seen"));
    let place = text.strip_prefix("A=one\n").expect("the file is whole").trim_end();
    let directory = PathBuf::from(place).parent().expect("it is in a directory").to_path_buf();
    until("the end of the file", || (!directory.exists()).then_some(()));
    let both = ["secrets", "exec-env", "--background", "--same-process", "x.sops.env", "true"];
    bed.weir(&both).with(8).says(&["--same-process", "--background"]);
}

#[test]
fn commands_are_run_as_somebody_else() {
    let bed = Bed::new();
    bed.sealed("x.sops.env", "A=one\n");
    let unknown = ["secrets", "exec-env", "--user", "nobody-at-all", "x.sops.env", "true"];
    bed.weir(&unknown).with(1).says(&["unknown user nobody-at-all"]);
    if !is_root() {
        bed.weir(&["secrets", "exec-env", "--user", "root", "x.sops.env", "true"]).with(1);
        return;
    }
    let who = "id -u; id -un; echo $USER $LOGNAME $A; grep -c CapEff:.0000000000000000 /proc/self/status";
    let expected = "65534\nnobody\nnobody nobody one\n1\n";
    for flags in [&["--pristine"][..], &["--same-process"], &[]] {
        let words = [&["secrets", "exec-env", "--user", "nobody"][..], flags, &["x.sops.env", who]].concat();
        assert_eq!(bed.weir(&words).with(0).stdout, expected, "{flags:?}");
    }
    for flags in [&["--no-fifo"][..], &[]] {
        let line = "cat {}; id -un; echo $HOME; touch {}.new && echo {}";
        let words =
            [&["secrets", "exec-file", "--user", "nobody"][..], flags, &["x.sops.env", line]].concat();
        let said = bed.weir(&words).with(0).stdout;
        let (before, place) = said.trim_end().rsplit_once('\n').unwrap();
        assert!(before.starts_with("A=one\nnobody\n/"), "{said}");
        assert!(!Path::new(place).parent().unwrap().exists(), "{place}");
    }
}

#[test]
fn what_cannot_be_read_is_said_once_the_others_are_done() {
    let bed = Bed::new();
    bed.sealed("a.sops.yaml", SECRET).sealed("b.sops.yaml", SECRET);
    bed.directory.write("closed/c.sops.yaml", "");
    let directory = bed.directory.path();
    for (name, mode) in [("b.sops.yaml", 0o000), ("closed", 0o000)] {
        std::fs::set_permissions(directory.join(name), std::fs::Permissions::from_mode(mode)).unwrap();
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_weir"));
    command.args(["secrets", "decrypt", "."]).current_dir(directory).envs(bed.variables());
    if is_root() {
        // Root reads everything.
        let key = bed.key_file();
        for path in key.ancestors().take(4).chain([directory]) {
            chown(path, Some(NOBODY), None).unwrap();
        }
        chown(directory.join("a.sops.yaml"), Some(NOBODY), None).unwrap();
        command.uid(NOBODY).gid(NOBODY);
    }
    let output = command.output().unwrap();
    let (said, told) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(said.contains("hunter2"), "{said}");
    for text in ["./b.sops.yaml: cannot be read", "./closed: cannot be read"] {
        assert!(told.contains(text), "{told}");
    }
    std::fs::set_permissions(directory.join("closed"), std::fs::Permissions::from_mode(0o700)).unwrap();
}
