//! Who may use whom: the table of the architecture, checked against what cargo says. And every file says what it is for.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::{Path, PathBuf};
use std::process::Command;

use weir_yaml::{Value, from_json};

/// What each crate may use of ours, in code and in tests.
const TABLE: [(&str, &[&str]); 18] = [
    ("files", &[]),
    ("yaml", &["files"]),
    ("semver", &[]),
    ("template", &["files", "yaml", "semver"]),
    ("manifest", &["yaml", "files"]),
    ("kustomize", &["manifest", "yaml", "files"]),
    ("secrets", &["yaml"]),
    ("helm", &["template", "semver", "yaml", "files"]),
    ("plan", &["manifest", "yaml", "files"]),
    ("delivery", &["kustomize", "secrets", "plan", "manifest", "yaml", "files"]),
    ("api", &[]),
    ("lanes", &["template"]),
    ("math", &[]),
    ("memory", &[]),
    ("fetch", &["files", "secrets", "semver", "yaml"]),
    ("apiserver", &["manifest", "yaml"]),
    ("cluster", &["yaml"]),
    ("controllers", &["api", "delivery", "fetch", "cluster", "memory", "plan", "manifest", "yaml", "files"]),
];

/// What tests may use besides: recorded answers are JSON, and controllers run against the embedded server.
const IN_TESTS: [(&str, &[&str]); 4] = [
    ("files", &["yaml"]),
    ("semver", &["yaml"]),
    ("apiserver", &["cluster"]),
    ("controllers", &["apiserver"]),
];

/// Crates that bring a runtime, the network or a client with them.
const NOT_IN_CORE: [&str; 12] = [
    "tokio",
    "kube",
    "k8s-openapi",
    "hyper",
    "hyper-util",
    "http",
    "tower",
    "rustls",
    "socket2",
    "mio",
    "async-std",
    "reqwest",
];

struct Crate {
    name: String,
    /// The folder below the root: core/yaml.
    folder: String,
    normal: Vec<String>,
    tests: Vec<String>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

fn crates() -> Vec<Crate> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata = from_json(&output.stdout).unwrap();
    let packages = metadata.at(&["packages"]).and_then(Value::as_list).unwrap();
    packages.iter().map(read).collect()
}

fn read(package: &Value) -> Crate {
    let manifest = Path::new(package.str_at(&["manifest_path"]).unwrap());
    let root = root().canonicalize().unwrap();
    let folder = manifest.parent().unwrap().canonicalize().unwrap();
    let folder = folder.strip_prefix(root).unwrap().to_str().unwrap().to_string();
    let dependencies = package.at(&["dependencies"]).and_then(Value::as_list).unwrap_or_default();
    let of_kind = |is_test: bool| {
        let chosen = dependencies.iter().filter(|one| (one.str_at(&["kind"]) == Some("dev")) == is_test);
        chosen.map(|one| one.str_at(&["name"]).unwrap().to_string()).collect()
    };
    Crate {
        name: package.str_at(&["name"]).unwrap().to_string(),
        folder,
        normal: of_kind(false),
        tests: of_kind(true),
    }
}

fn row<'a>(table: &[(&str, &'a [&'a str])], name: &str) -> &'a [&'a str] {
    table.iter().find(|(crate_, _)| *crate_ == name).map_or(&[], |(_, uses)| uses)
}

fn ours(dependencies: &[String]) -> impl Iterator<Item = &str> {
    dependencies.iter().filter_map(
        |name| {
            if name == "weir" { Some("app") } else { name.strip_prefix("weir-") }
        },
    )
}

#[test]
fn no_crate_uses_what_the_table_does_not_name() {
    let mut wrong = Vec::new();
    for one in crates().iter().filter(|one| one.folder != "app") {
        let name = one.name.strip_prefix("weir-").unwrap_or(&one.name);
        if !TABLE.iter().any(|(known, _)| *known == name) {
            wrong.push(format!("{name} is not in the table"));
            continue;
        }
        let (may, may_in_tests) = (row(&TABLE, name), row(&IN_TESTS, name));
        wrong.extend(
            ours(&one.normal).filter(|used| !may.contains(used)).map(|used| format!("{name} -> {used}")),
        );
        let tests = ours(&one.tests).filter(|used| !may.contains(used) && !may_in_tests.contains(used));
        wrong.extend(tests.map(|used| format!("tests of {name} -> {used}")));
    }
    assert!(wrong.is_empty(), "not allowed:\n{}", wrong.join("\n"));
}

#[test]
fn core_uses_no_edge_and_no_runtime() {
    let crates = crates();
    let edge: Vec<_> =
        crates.iter().filter(|one| !one.folder.starts_with("core/")).map(|one| &one.name).collect();
    let mut wrong = Vec::new();
    for one in crates.iter().filter(|one| one.folder.starts_with("core/")) {
        let all = one.normal.iter().chain(&one.tests);
        let banned = all.filter(|used| edge.contains(used) || NOT_IN_CORE.contains(&used.as_str()));
        wrong.extend(banned.map(|used| format!("{} -> {used}", one.folder)));
    }
    assert!(wrong.is_empty(), "not allowed:\n{}", wrong.join("\n"));
}

#[test]
fn each_crate_is_named_after_its_folder() {
    for one in crates() {
        let (parent, folder) = one.folder.rsplit_once('/').unwrap_or(("", &one.folder));
        let expected = if folder == "app" { "weir".to_string() } else { format!("weir-{folder}") };
        assert_eq!(one.name, expected, "in {parent}");
    }
}

/// Folders whose Rust files are looked at.
const SOURCES: [&str; 3] = ["core", "edge", "app"];

#[test]
fn every_file_says_what_it_is_for() {
    let mut silent = Vec::new();
    for folder in SOURCES {
        visit(&root().join(folder), &mut |file| {
            let text = std::fs::read_to_string(file).unwrap();
            if !text.starts_with("//! ") {
                silent.push(file.display().to_string());
            }
        });
    }
    assert!(silent.is_empty(), "these do not open with a module doc (//!):\n{}", silent.join("\n"));
}

fn visit(folder: &Path, look: &mut impl FnMut(&Path)) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() && path.file_name().is_none_or(|name| name != "target") {
            visit(&path, look);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            look(&path);
        }
    }
}
