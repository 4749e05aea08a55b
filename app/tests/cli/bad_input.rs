//! Input that is wrong or hostile: all causes with their places, exit code 1, no panic, no hang.

use crate::up::config_map;
use crate::weir::{Directory, Ended, weir};

/// No input may cost more memory than this, in KiB.
const MOST_MEMORY: u64 = 300 * 1024;

fn up(directory: &Directory) -> Ended {
    let ended = weir(directory, &["up", "--sandbox", "--once", "--timeout", "40s"]);
    assert!(ended.peak < MOST_MEMORY, "{} KiB were used", ended.peak);
    ended
}

#[test]
fn three_broken_files_are_named_with_line_and_column() {
    let directory = Directory::new();
    directory
        .write("a.yaml", "apiVersion: v1\nkind: ConfigMap\n  metadata: x\n")
        .write("b.yaml", "key: [1, 2\n")
        .write("c.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x\n")
        .write("good.yaml", config_map("good"));
    up(&directory).with(1).says(&["a.yaml:3:11: ", "b.yaml:2:1: ", "c.yaml:4:1: "]);
}

#[test]
fn an_unknown_kind_is_named() {
    let directory = Directory::new();
    directory.write("good.yaml", config_map("good"));
    directory.write(
        "n.yaml",
        "apiVersion: example.com/v1\nkind: Nothing\nmetadata: {name: n, namespace: default}\n",
    );
    up(&directory).with(1).says(&["n.yaml:1:1: ", "no matches for kind \"Nothing\""]);
}

#[test]
fn a_duplicate_object_is_named() {
    let directory = Directory::new();
    directory.write("a.yaml", config_map("same")).write("b.yaml", config_map("same"));
    up(&directory).with(1).says(&["b.yaml:1:1: ", "already registered id"]);
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_repository_is_refused() {
    let directory = Directory::new();
    directory.write("kustomization.yaml", "resources: [secret.yaml]\n");
    let outside = Directory::new();
    outside.write("secret.yaml", config_map("outside"));
    std::os::unix::fs::symlink(outside.path().join("secret.yaml"), directory.path().join("secret.yaml"))
        .unwrap();
    let ended = up(&directory).with(1).says(&["secret.yaml", "outside of the source"]);
    assert!(!ended.stderr.contains("name: outside"));
}

#[test]
fn a_file_of_a_hundred_megabytes_is_refused() {
    let directory = Directory::new();
    directory.write("big.yaml", config_map("big"));
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

/// A repository whose only unit applies `apps`, where all is well.
fn sound() -> Directory {
    let directory = Directory::new();
    directory.write("flux.yaml", crate::up::unit("flux-system", "./apps", ""));
    directory.write("apps/good.yaml", config_map("good"));
    directory
}

#[cfg(unix)]
fn link(directory: &Directory, from: &str, to: &str) {
    std::os::unix::fs::symlink(to, directory.path().join(from)).unwrap();
}

#[cfg(target_os = "linux")]
fn pipe(directory: &Directory, path: &str) {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    mknodat(CWD, directory.path().join(path), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
}

/// Apple's libc makes pipes with a call of its own only.
#[cfg(all(unix, not(target_os = "linux")))]
fn pipe(directory: &Directory, path: &str) {
    let made = std::process::Command::new("mkfifo").arg(directory.path().join(path)).status().unwrap();
    assert!(made.success());
}

#[cfg(unix)]
#[test]
fn what_lies_in_unrelated_directories_does_not_matter() {
    let directory = sound();
    directory
        .write("docs/broken.yaml", "a: [\n")
        .write("docs/binary.yaml", [0xff, 0xfe, 0])
        .write("docs/big.yaml", "");
    let big = std::fs::OpenOptions::new().write(true).open(directory.path().join("docs/big.yaml")).unwrap();
    big.set_len(100 << 20).unwrap();
    for (from, to) in [
        ("docs/dangling.yaml", "/nowhere"),
        ("docs/one.yaml", "two.yaml"),
        ("docs/two.yaml", "one.yaml"),
        ("docs/up", ".."),
        ("docs/self", "."),
        ("docs/out.yaml", "/etc/passwd"),
        ("docs/zero.yaml", "/dev/zero"),
    ] {
        link(&directory, from, to);
    }
    pipe(&directory, "docs/pipe.yaml");
    up(&directory).with(0);
}

#[cfg(unix)]
#[test]
fn links_in_circles_have_an_end_where_all_files_are_applied() {
    let directory = Directory::new();
    directory.write("a/good.yaml", config_map("good"));
    for (from, to) in [("a/up", ".."), ("a/self", "."), ("a/x.yaml", "y.yaml"), ("a/y.yaml", "x.yaml")] {
        link(&directory, from, to);
    }
    pipe(&directory, "a/pipe.yaml");
    std::fs::create_dir(directory.path().join("a/directory.yaml")).unwrap();
    up(&directory).with(0).says(&["✔ 2 ready"]);
}

#[cfg(unix)]
#[test]
fn what_cannot_be_read_is_named_where_it_is_asked_for() {
    let directory = Directory::new();
    let names = "resources:\n- good.yaml\n- loop.yaml\n- ./gone.yaml\n- out.yaml\n- big.yaml\n- pipe.yaml\n- latin.yaml\n";
    directory.write("kustomization.yaml", names).write("good.yaml", config_map("good")).write("big.yaml", "");
    directory.write("latin.yaml", b"a: \xe9\n");
    let big = std::fs::OpenOptions::new().write(true).open(directory.path().join("big.yaml")).unwrap();
    big.set_len(100 << 20).unwrap();
    for (from, to) in [("loop.yaml", "loop.yaml"), ("gone.yaml", "/nowhere"), ("out.yaml", "/etc/passwd")] {
        link(&directory, from, to);
    }
    pipe(&directory, "pipe.yaml");
    up(&directory).with(1).says(&[
        "kustomization.yaml:3:3: ",
        "kustomization.yaml:4:3: ",
        "kustomization.yaml:5:3: ",
        "kustomization.yaml:6:3: ",
        "kustomization.yaml:7:3: ",
        "kustomization.yaml:8:3: ",
    ]);
}

#[test]
fn nesting_has_an_end() {
    let directory = Directory::new();
    directory.write("a.yaml", config_map("a") + "x: " + &"[".repeat(100_000));
    directory.write("b.yaml", config_map("b") + "x: " + &"{a: ".repeat(50_000));
    directory.write("c.yaml", (0..3000).map(|at| " ".repeat(at) + "a:\n").collect::<String>());
    up(&directory).with(1).says(&["a.yaml:5:", "b.yaml:5:", "c.yaml:1001:", "exceeded max depth"]);
}

#[test]
fn a_line_of_twenty_megabytes_is_refused_by_the_server() {
    let directory = Directory::new();
    directory.write("a.yaml", config_map("a") + "x: " + &"x".repeat(20 << 20) + "\n");
    up(&directory).with(1).says(&["a.yaml:1:1: ConfigMap/default/a"]);
}

#[test]
fn bytes_that_are_no_text_are_named() {
    let directory = Directory::new();
    let wide: Vec<u8> = config_map("wide").encode_utf16().flat_map(u16::to_le_bytes).collect();
    directory
        .write("nul.yaml", config_map("nul") + "x: a\0b\n")
        .write("latin.yaml", b"a: \xe9\n")
        .write("wide.yaml", wide);
    up(&directory).with(1).says(&["nul.yaml:5:", "latin.yaml:1:1: ", "wide.yaml:1:2: "]);
}

#[test]
fn odd_but_sound_files_are_read() {
    let directory = Directory::new();
    directory
        .write("mark.yaml", "\u{feff}".to_string() + &config_map("mark"))
        .write("carriage.yaml", config_map("carriage").replace('\n', "\r\n"))
        .write("empty.yaml", "")
        .write("comments.yaml", "---\n# nothing\n---\n");
    up(&directory).with(0);
}

#[test]
fn the_first_of_two_kustomizations_counts() {
    let directory = Directory::new();
    directory.write("a.yaml", config_map("a")).write("kustomization.yaml", "resources: [a.yaml]\n");
    directory.write("kustomization.yml", "resources: [absent.yaml]\n");
    up(&directory).with(0);
}
