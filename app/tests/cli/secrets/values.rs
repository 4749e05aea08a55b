//! What sops does too.

use super::bed::{Bed, SECRET};

#[test]
fn what_is_encrypted_comes_back() {
    let bed = Bed::new();
    bed.sealed("db.sops.yaml", SECRET);
    let sealed = bed.text("db.sops.yaml");
    assert!(!sealed.contains("hunter2") && sealed.contains("kind: Secret"), "{sealed}");
    assert_eq!(bed.plain("db.sops.yaml"), SECRET);
    let one = bed.weir(&["secrets", "decrypt", "--extract", "[\"stringData\"][\"user\"]", "db.sops.yaml"]);
    assert_eq!(one.with(0).stdout, "me");
    let json = bed.weir(&["secrets", "decrypt", "--output-type", "json", "db.sops.yaml"]).with(0);
    assert!(json.stdout.contains("\"password\": \"hunter2\""), "{}", json.stdout);
    assert_eq!(bed.weir(&["secrets", "filestatus", "db.sops.yaml"]).with(0).stdout, "{\"encrypted\":true}\n");
    bed.weir(&["secrets", "encrypt", "db.sops.yaml"]).with(203).says(&["already being encrypted"]);
}

#[test]
fn all_files_are_encrypted_or_none() {
    let bed = Bed::new();
    let names = ["a/x.sops.yaml", "b/x.sops.yaml", "c/x.sops.yaml"];
    for name in names {
        bed.directory.write(name, SECRET);
    }
    bed.directory.write("d/x.sops.yaml", "a: [\n");
    bed.weir(&["secrets", "encrypt", "-i", "*/x.sops.yaml"]).with(2).says(&["d/x.sops.yaml"]);
    assert!(names.iter().all(|name| bed.text(name) == SECRET));
    bed.directory.write("d/x.sops.yaml", SECRET);
    bed.weir(&["secrets", "encrypt", "-i", "*/x.sops.yaml"]).with(0);
    assert!(names.iter().all(|name| !bed.text(name).contains("hunter2")));
    let all = bed.weir(&["secrets", "decrypt", "."]).with(0).stdout;
    assert_eq!(all.matches("hunter2").count(), 4);
    assert!(all.contains("---\n# Source: ./a/x.sops.yaml\n"), "{all}");
    // What is encrypted already is not meant by a directory.
    bed.weir(&["secrets", "encrypt", "-i", "."]).with(0);
    assert_eq!(bed.weir(&["secrets", "decrypt", "."]).with(0).stdout, all);
}

#[test]
fn a_change_leaves_the_other_values_as_they_are() {
    let bed = Bed::new();
    bed.sealed("db.sops.yaml", SECRET);
    let before = bed.text("db.sops.yaml");
    bed.weir(&["secrets", "set", "db.sops.yaml", "[\"stringData\"][\"user\"]", "\"you\""]).with(0);
    let after = bed.text("db.sops.yaml");
    let changed: Vec<_> = before.lines().zip(after.lines()).filter(|(one, other)| one != other).collect();
    let is_meant =
        |line: &str| ["user:", "mac:", "lastmodified:"].iter().any(|key| line.trim().starts_with(key));
    assert!(changed.iter().all(|(line, _)| is_meant(line)), "{changed:?}");
    assert_eq!(bed.plain("db.sops.yaml"), SECRET.replace("user: me", "user: you"));
    bed.weir(&["secrets", "unset", "db.sops.yaml", "[\"stringData\"][\"user\"]"]).with(0);
    assert_eq!(bed.plain("db.sops.yaml"), SECRET.replace("    user: me\n", ""));
    let again = ["secrets", "unset", "--idempotent", "db.sops.yaml", "[\"stringData\"][\"user\"]"];
    let text = bed.text("db.sops.yaml");
    bed.weir(&again).with(0);
    assert_eq!(bed.text("db.sops.yaml"), text);
    bed.weir(&["secrets", "set", "db.sops.yaml", "[\"a\"]", "{"]).with(7);
}

#[test]
fn keys_come_and_go() {
    let bed = Bed::new();
    bed.sealed("db.sops.yaml", SECRET);
    let other = Bed::new();
    let (ours, theirs) = (bed.public(), other.public());
    bed.weir(&["secrets", "rotate", "-i", "--add-age", &theirs, "db.sops.yaml"]).with(0);
    let table = bed.weir(&["secrets", "keys", "db.sops.yaml"]).with(0).stdout;
    assert!(table.contains(&ours) && table.contains(&theirs), "{table}");
    other.directory.write("db.sops.yaml", bed.text("db.sops.yaml"));
    assert_eq!(other.plain("db.sops.yaml"), SECRET);
    // The rules still name one key.
    bed.weir(&["secrets", "doctor"]).with(1);
    bed.weir(&["secrets", "updatekeys", "-y", "db.sops.yaml"]).with(0);
    bed.weir(&["secrets", "doctor"]).with(0);
    other.directory.write("db.sops.yaml", bed.text("db.sops.yaml"));
    other
        .weir(&["secrets", "decrypt", "db.sops.yaml"])
        .with(128)
        .says(&[&format!("encrypted for {ours}"), &theirs]);
}

#[test]
fn a_wrong_file_says_what_is_wrong() {
    let bed = Bed::new();
    bed.sealed("db.sops.yaml", SECRET);
    let sealed = bed.text("db.sops.yaml");
    let changed = sealed.replace("name: db", "name: other");
    bed.directory.write("changed.yaml", &changed);
    bed.weir(&["secrets", "decrypt", "changed.yaml"]).with(51).says(&["MAC mismatch"]);
    bed.weir(&["secrets", "decrypt", "--ignore-mac", "changed.yaml"]).with(0);
    bed.directory.write("plain.yaml", SECRET);
    bed.weir(&["secrets", "decrypt", "plain.yaml"]).with(1).says(&["sops metadata not found"]);
    bed.weir(&["secrets", "decrypt", "missing.yaml"]).with(100).says(&["there is no such file"]);
    bed.weir(&["secrets", "decrypt", "-i"]).with(8);
    bed.weir(&["secrets", "encrypt"]).with(8);
    let ended = bed.weir(&["secrets", "decrypt", "--input-type", "toml", "db.sops.yaml"]);
    ended.with(2).says(&["yaml, json, dotenv, ini, binary"]);
}

#[test]
fn commands_get_values_and_files() {
    let bed = Bed::new();
    bed.sealed("x.sops.env", "A=one two\nB=\"3\"\n");
    let ended = bed.weir(&["secrets", "exec-env", "x.sops.env", "echo $A $B; exit 7"]).with(7);
    assert_eq!(ended.stdout, "one two \"3\"\n");
    let ended = bed.weir(&["secrets", "exec-file", "x.sops.env", "cat {}; echo {}"]).with(0);
    let (text, place) = ended.stdout.trim_end().rsplit_once('\n').unwrap();
    assert_eq!(text, "A=one two\nB=\"3\"");
    assert!(!std::path::Path::new(place).exists(), "{place}");
    let twice = ["secrets", "exec-file", "--no-fifo", "x.sops.env", "cat {} {} | grep -c A="];
    assert_eq!(bed.weir(&twice).with(0).stdout, "2\n");
    bed.weir(&["secrets", "exec-file", "--filename", "../x", "x.sops.env", "cat {}"]).with(1);
}

#[test]
fn an_editor_sees_values_and_nothing_stays() {
    let mut bed = Bed::new();
    bed.sealed("db.sops.yaml", SECRET);
    bed.set("EDITOR", "sed -i s/hunter2/sesame/");
    bed.weir(&["secrets", "edit", "db.sops.yaml"]).with(0);
    assert_eq!(bed.plain("db.sops.yaml"), SECRET.replace("hunter2", "sesame"));
    bed.weir(&["secrets", "edit", "db.sops.yaml"]).with(200).says(&["File has not changed"]);
    bed.set("EDITOR", "false");
    bed.weir(&["secrets", "edit", "db.sops.yaml"]).with(201);
    bed.set("EDITOR", "sed -i s/example_value/mine/");
    bed.weir(&["secrets", "edit", "new.sops.yaml"]).with(0);
    assert!(bed.text("new.sops.yaml").contains("sops:"));
    // What cannot be read is asked for again, and nobody is there.
    bed.set("EDITOR", "sed -i 1i[");
    let before = bed.text("db.sops.yaml");
    bed.weir(&["secrets", "edit", "db.sops.yaml"]).with(2);
    assert_eq!(bed.text("db.sops.yaml"), before);
}

#[test]
fn an_editor_changes_keys_and_rules_too() {
    let (mut bed, other) = (Bed::new(), Bed::new());
    bed.sealed("db.sops.yaml", SECRET);
    let sealed = bed.text("db.sops.yaml");
    let add = format!("s/^    age:/    age:\\n        - recipient: {}/", other.public());
    bed.directory
        .write("editor", format!("grep -q hunter2 \"$1\" && sed -i '{add}; s/: me$/: you/' \"$1\"\n"));
    bed.set("EDITOR", "sh editor");
    bed.weir(&["secrets", "edit", "-s", "db.sops.yaml"]).with(0);
    let expected = SECRET.replace(": me", ": you");
    assert_eq!(bed.plain("db.sops.yaml"), expected);
    // What nobody touched is as it was, the key of who was there included.
    let after = bed.text("db.sops.yaml");
    for line in sealed.lines().filter(|line| line.contains("password") || line.trim_start().len() == 64) {
        assert!(after.contains(line), "{line}");
    }
    other.directory.write("db.sops.yaml", &after);
    assert_eq!(other.plain("db.sops.yaml"), expected);
    // Without us: then we cannot open it any more.
    let drop = format!(
        "/^    age:/,/^    lastmodified/c\\    age:\\n        - recipient: {}\\n    lastmodified: \"2026-01-01T00:00:00Z\"",
        other.public()
    );
    bed.directory.write("editor", format!("sed -i '{drop}' \"$1\"\n"));
    bed.weir(&["secrets", "edit", "--show-master-keys", "db.sops.yaml"]).with(0);
    bed.weir(&["secrets", "decrypt", "db.sops.yaml"]).with(128);
    other.directory.write("db.sops.yaml", bed.text("db.sops.yaml"));
    assert_eq!(other.plain("db.sops.yaml"), expected);
    // A new file has them as well.
    bed.set("EDITOR", "sed -i s/example_value/mine/");
    bed.weir(&["secrets", "edit", "-s", "new.sops.yaml"]).with(0);
    assert!(bed.plain("new.sops.yaml").contains("mine"));
}

#[test]
fn what_sops_has_and_we_have_not_is_said_so() {
    let bed = Bed::new();
    for words in [
        &["publish", "--yes", "x"][..],
        &["keyservice", "--net", "tcp"],
        &["decrypt", "--keyservice", "tcp://x", "x"],
        &["decrypt", "--enable-local-keyservice=false", "x"],
    ] {
        bed.weir(&[&["secrets"], words].concat()).with(2).says(&["not supported yet: "]);
    }
    bed.sealed("x.sops.env", "A=one\n");
    bed.weir(&["secrets", "--verbose", "decrypt", "--enable-local-keyservice", "x.sops.env"]).with(0);
    bed.directory.write("y.sops.env", "A=one\n");
    let key = "arn:aws:kms:eu-west-1:1:key/x";
    let words = ["secrets", "encrypt", "--kms", key, "--encryption-context", "a:b,c", "y.sops.env"];
    bed.weir(&words).with(6).says(&["Invalid KMS encryption context format"]);
    let words = [
        "secrets",
        "rotate",
        "--add-kms",
        key,
        "--encryption-context",
        "b:2,a:1",
        "--aws-profile",
        "p",
        "x.sops.env",
    ];
    bed.weir(&words).with(1).says(&["not supported yet: keys of AWS KMS", "|a:1,b:2|p"]);
    std::fs::copy(bed.directory.path().join("x.sops.env"), bed.directory.path().join("x.txt")).unwrap();
    bed.weir(&["secrets", "rotate", "--filename-override", "x.env", "x.txt"]).with(0);
}
