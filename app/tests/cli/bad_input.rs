//! Input that is wrong or hostile: all causes with their places, exit code 1, no panic, no hang.

use crate::up::config_map;
use crate::weir::{Directory, Ended, weir};

fn up(directory: &Directory) -> Ended {
    weir(directory, &["up", "--sandbox", "--once", "--timeout", "40s"])
}

#[test]
fn three_broken_files_are_named_with_line_and_column() {
    let directory = Directory::new();
    directory
        .write("a.yaml", "apiVersion: v1\nkind: ConfigMap\n  metadata: x\n")
        .write("b.yaml", "key: [1, 2\n")
        .write("c.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x\n")
        .write("good.yaml", &config_map("good"));
    up(&directory).with(1).says(&["a.yaml:3:11: ", "b.yaml:2:1: ", "c.yaml:4:1: "]);
}

#[test]
fn an_unknown_kind_is_named() {
    let directory = Directory::new();
    directory.write("good.yaml", &config_map("good"));
    directory.write(
        "n.yaml",
        "apiVersion: example.com/v1\nkind: Nothing\nmetadata: {name: n, namespace: default}\n",
    );
    up(&directory).with(1).says(&["n.yaml:1:1: ", "no matches for kind \"Nothing\""]);
}

#[test]
fn a_duplicate_object_is_named() {
    let directory = Directory::new();
    directory.write("a.yaml", &config_map("same")).write("b.yaml", &config_map("same"));
    up(&directory).with(1).says(&["b.yaml:1:1: ", "already registered id"]);
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_repository_is_refused() {
    let directory = Directory::new();
    directory.write("kustomization.yaml", "resources: [secret.yaml]\n");
    let outside = Directory::new();
    outside.write("secret.yaml", &config_map("outside"));
    std::os::unix::fs::symlink(outside.path().join("secret.yaml"), directory.path().join("secret.yaml"))
        .unwrap();
    let ended = up(&directory).with(1).says(&["secret.yaml", "outside of the source"]);
    assert!(!ended.stderr.contains("name: outside"));
}

#[test]
fn a_file_of_a_hundred_megabytes_is_refused() {
    let directory = Directory::new();
    directory.write("big.yaml", &config_map("big"));
    let file = std::fs::OpenOptions::new().write(true).open(directory.path().join("big.yaml")).unwrap();
    file.set_len(100 << 20).unwrap();
    up(&directory).with(1).says(&["big.yaml", "104857600 bytes"]);
}

#[test]
fn a_yaml_bomb_is_refused() {
    let mut text = config_map("bomb") + "a: &a [x, x, x, x, x, x, x, x, x]\n";
    for pair in ["ab", "bc", "cd", "de", "ef", "fg", "gh", "hi"] {
        let (old, new) = pair.split_at(1);
        text += &format!("{new}: &{new} [{}]\n", vec![format!("*{old}"); 9].join(", "));
    }
    let directory = Directory::new();
    directory.write("bomb.yaml", &text);
    up(&directory).with(1).says(&["bomb.yaml:", "excessive aliasing"]);
}

#[test]
fn an_empty_directory_says_what_to_do() {
    up(&Directory::new()).with(1).says(&["nothing to apply", "hint: "]);
}

#[test]
fn kustomize_build_names_the_place_too() {
    let directory = Directory::new();
    directory.write("kustomization.yaml", "resources: [a.yaml, absent.yaml]\n").write("a.yaml", "a: [\n");
    let ended = weir(&directory, &["kustomize", "build"]).with(1);
    assert_eq!(ended.stdout, "");
    ended.says(&["a.yaml:", "absent.yaml"]);
}
