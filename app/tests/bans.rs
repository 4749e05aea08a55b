//! What `deny.toml` says of dependencies, checked against what cargo says: banned crates and licences.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::{Path, PathBuf};
use std::process::Command;

use weir_yaml::{Value, from_json};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// The text of a section of `deny.toml`, without comments.
fn section(name: &str) -> String {
    let text = std::fs::read_to_string(root().join("deny.toml")).unwrap();
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    let mut here = false;
    let mut found = String::new();
    for line in lines {
        if line.starts_with('[') && line.ends_with(']') {
            here = line == format!("[{name}]");
        } else if here {
            found.push_str(line);
            found.push('\n');
        }
    }
    assert!(!found.is_empty(), "deny.toml has no section {name}");
    found
}

/// The quoted words of a list in a section.
fn list(section: &str, key: &str) -> Vec<String> {
    let (_, rest) = section.split_once(&format!("{key} = [")).unwrap();
    let (list, _) = rest.split_once("\n]").or_else(|| rest.split_once(']')).unwrap();
    list.split('"').skip(1).step_by(2).map(str::to_string).collect()
}

/// The packages of all targets that are built for, ours left out. Those of other targets are got where they are missing.
fn packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .args(list(&section("graph"), "targets").iter().flat_map(|target| ["--filter-platform", target]))
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata = from_json(&output.stdout).unwrap();
    let packages = metadata.at(&["packages"]).and_then(Value::as_list).unwrap().to_vec();
    packages.into_iter().filter(|package| package.str_at(&["source"]).is_some()).collect()
}

fn text<'a>(package: &'a Value, key: &str) -> &'a str {
    package.str_at(&[key]).unwrap_or_default()
}

#[test]
fn no_banned_crate_is_used() {
    let banned = list(&section("bans"), "deny");
    assert!(banned.iter().any(|name| name == "openssl-sys"), "{banned:?}");
    let packages = packages();
    let used: Vec<_> = packages
        .iter()
        .map(|package| text(package, "name"))
        .filter(|name| banned.iter().any(|one| one == name))
        .collect();
    assert!(used.is_empty(), "banned by deny.toml: {used:?}");
}

#[test]
fn every_licence_is_allowed() {
    let allowed = list(&section("licenses"), "allow");
    let wrong: Vec<_> = packages()
        .iter()
        .filter(|package| !is_allowed(text(package, "license"), &allowed))
        .map(|package| format!("{}: {}", text(package, "name"), text(package, "license")))
        .collect();
    assert!(wrong.is_empty(), "not allowed by deny.toml:\n{}", wrong.join("\n"));
}

#[test]
fn all_comes_from_the_registry() {
    let packages = packages();
    let elsewhere: Vec<_> = packages
        .iter()
        .filter(|package| {
            !text(package, "source").starts_with("registry+https://github.com/rust-lang/crates.io-index")
        })
        .map(|package| text(package, "id"))
        .collect();
    assert!(elsewhere.is_empty(), "{elsewhere:?}");
}

/// Whether an expression of licences can be fulfilled by those that are allowed. A slash is an old way to write OR.
fn is_allowed(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<_> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    any(&mut rest, allowed) && rest.is_empty()
}

fn any(rest: &mut &[&str], allowed: &[String]) -> bool {
    let mut good = all(rest, allowed);
    while let [word, behind @ ..] = rest
        && *word == "OR"
    {
        *rest = behind;
        good |= all(rest, allowed);
    }
    good
}

fn all(rest: &mut &[&str], allowed: &[String]) -> bool {
    let mut good = one(rest, allowed);
    while let [word, behind @ ..] = rest
        && *word == "AND"
    {
        *rest = behind;
        good &= one(rest, allowed);
    }
    good
}

fn one(rest: &mut &[&str], allowed: &[String]) -> bool {
    let is = |name: &str| allowed.iter().any(|one| one == name);
    match *rest {
        ["(", behind @ ..] => {
            *rest = behind;
            let good = any(rest, allowed);
            *rest = rest.get(1..).unwrap_or_default();
            good
        }
        [name, "WITH", exception, behind @ ..] => {
            *rest = behind;
            is(&format!("{name} WITH {exception}")) || is(name)
        }
        [name, behind @ ..] => {
            *rest = behind;
            is(name)
        }
        [] => false,
    }
}

#[test]
fn expressions_are_understood() {
    let allowed = ["MIT".to_string(), "Apache-2.0".to_string(), "Unicode-3.0".to_string()];
    for good in ["MIT", "MIT OR X", "X/MIT", "(MIT OR X) AND Unicode-3.0", "MIT AND (X OR Apache-2.0)"] {
        assert!(is_allowed(good, &allowed), "{good}");
    }
    for bad in ["", "X", "MIT AND X", "(MIT OR X) AND X", "MIT MIT"] {
        assert!(!is_allowed(bad, &allowed), "{bad}");
    }
}
