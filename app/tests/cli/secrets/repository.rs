//! Together with Git.

use super::bed::{Bed, SECRET};

fn committed() -> Bed {
    let bed = Bed::new();
    bed.git("init -q -b main", 0);
    bed.weir(&["secrets", "install-hooks"]).with(0);
    bed.sealed("db.sops.yaml", SECRET);
    bed.git("add -A", 0);
    bed.git("commit -qm one", 0);
    bed
}

fn set(bed: &Bed, key: &str, value: &str) {
    bed.weir(&[
        "secrets",
        "set",
        "db.sops.yaml",
        &format!("[\"stringData\"][\"{key}\"]"),
        &format!("\"{value}\""),
    ])
    .with(0);
    bed.git("commit -qam change", 0);
}

#[test]
fn nothing_in_plain_is_committed() {
    let bed = committed();
    bed.directory.write("other.sops.yaml", SECRET);
    bed.git("add -A", 0);
    bed.git("commit -qm two", 1);
    // The file may be encrypted by now: what counts is what is about to be committed.
    bed.weir(&["secrets", "encrypt", "-i", "other.sops.yaml"]).with(0);
    bed.git("commit -qm two", 1);
    bed.git("add -A", 0);
    bed.git("commit -qm two", 0);
}

#[test]
fn different_values_are_merged() {
    let bed = committed();
    bed.git("checkout -qb theirs", 0);
    set(&bed, "user", "you");
    set(&bed, "token", "new");
    bed.git("checkout -q main", 0);
    set(&bed, "password", "sesame");
    bed.git("merge -q -m merged theirs", 0);
    let plain = bed.plain("db.sops.yaml");
    let expected = SECRET.replace("user: me", "user: you").replace("hunter2\n", "sesame\n    token: new\n");
    assert_eq!(plain, expected);
}

#[test]
fn the_same_value_is_a_conflict() {
    let bed = committed();
    bed.git("checkout -qb theirs", 0);
    set(&bed, "user", "you");
    bed.git("checkout -q main", 0);
    set(&bed, "user", "us");
    bed.git("merge -q -m merged theirs", 1);
    assert_eq!(bed.plain("db.sops.yaml"), SECRET.replace("user: me", "user: us"));
}

#[test]
fn differences_are_those_of_values() {
    let bed = committed();
    bed.weir(&["secrets", "set", "db.sops.yaml", "[\"stringData\"][\"user\"]", "\"you\""]).with(0);
    let diff = bed.weir(&["secrets", "diff", "db.sops.yaml"]).with(0).stdout;
    assert!(diff.contains("-    user: me\n+    user: you\n") && !diff.contains("+    password"), "{diff}");
    let names = bed.weir(&["secrets", "diff", "--names-only", "db.sops.yaml"]).with(0);
    assert_eq!(names.stdout, "~ [\"stringData\"][\"user\"]\n");
}

#[test]
fn who_left_reads_nothing_new() {
    let bed = Bed::new();
    let (gone, ours) = (Bed::new(), bed.public());
    let both = format!("{ours},{}", gone.public());
    for name in ["a.sops.yaml", "deep/b.sops.yaml"] {
        bed.directory.write(name, SECRET);
        bed.weir(&[
            "secrets",
            "encrypt",
            "-i",
            "--age",
            &both,
            "--encrypted-regex",
            "^(data|stringData)$",
            name,
        ])
        .with(0);
    }
    bed.sealed("c.sops.yaml", SECRET);
    let untouched = bed.text("c.sops.yaml");
    let ended = bed.weir(&["secrets", "rotate", "--leaving", &gone.public(), "."]).with(0).says(&["2 files"]);
    assert_eq!(ended.stdout.matches("[\"stringData\"][\"password\"]").count(), 2, "{}", ended.stdout);
    assert!(!ended.stdout.contains("hunter2"));
    assert_eq!(bed.text("c.sops.yaml"), untouched);
    assert_eq!(bed.plain("deep/b.sops.yaml"), SECRET);
    gone.directory.write("a.sops.yaml", bed.text("a.sops.yaml"));
    gone.weir(&["secrets", "decrypt", "a.sops.yaml"]).with(128);
}
