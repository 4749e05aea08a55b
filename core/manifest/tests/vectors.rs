//! Random rows of what the real libraries answer. The folder is `$WEIR_VECTORS` or `../shared/conformance/vectors`.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests read files and say what they compared"
)]

use std::path::PathBuf;

use weir_manifest::selector::{FieldSelector, LabelSelector};
use weir_yaml::{Value, from_json, to_json};

/// The rows of a kind, or nothing where the folder is absent and nobody demands it.
fn rows(kind: &str) -> Option<Vec<Value>> {
    let shared = std::env::var_os("WEIR_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let folder =
        std::env::var_os("WEIR_VECTORS").map_or_else(|| shared.join("conformance/vectors"), PathBuf::from);
    let file = folder.join(format!("{kind}.jsonl"));
    let Ok(text) = std::fs::read_to_string(&file) else {
        let demanded = std::env::var_os("WEIR_REQUIRE_SHARED").is_some_and(|value| value == "1");
        assert!(!demanded, "{} is absent", file.display());
        println!("skipped: vectors {kind}: ../shared is absent");
        return None;
    };
    Some(text.lines().skip(1).map(|line| from_json(line.as_bytes()).unwrap()).collect())
}

/// Runs all rows of a kind; each gives what ours answers, and what it should.
fn run(kind: &str, check: impl Fn(&Value) -> Vec<(String, String)>) {
    let Some(rows) = rows(kind) else { return };
    let mut wrong = Vec::new();
    for row in &rows {
        let found: Vec<_> = check(row).into_iter().filter(|(ours, theirs)| ours != theirs).collect();
        if !found.is_empty() {
            wrong.push((row, found));
        }
    }
    println!("vectors {kind}: {} of {} rows agree", rows.len() - wrong.len(), rows.len());
    for (row, found) in wrong.iter().take(10) {
        println!("{}", to_json(row));
        for (ours, theirs) in found {
            println!("  ours   {ours}\n  theirs {theirs}");
        }
    }
    assert!(wrong.is_empty());
}

fn selector(row: &Value) -> Vec<(String, String)> {
    let text = row.str_at(&["in", "selector"]).unwrap();
    let set = row.at(&["in", "set"]).and_then(Value::as_map);
    let look_up = |key: &str| set?.get(key)?.as_str();
    let ours = match row.str_at(&["in", "type"]) {
        Some("labels") => {
            LabelSelector::parse(text).map(|it| (it.to_string(), it.matches(look_up), it.is_empty()))
        }
        _ => FieldSelector::parse(text).map(|it| (it.to_string(), it.matches(look_up), it.is_empty())),
    };
    let theirs = match row.str_at(&["error"]) {
        Some(error) => Err(error.to_string()),
        None => {
            let flag = |key| row.get(key).and_then(Value::as_bool).unwrap();
            Ok((row.str_at(&["out"]).unwrap().to_string(), flag("match"), flag("empty")))
        }
    };
    vec![(format!("{:?}", ours.map_err(|error| error.0)), format!("{theirs:?}"))]
}

#[test]
fn vectors_selectors() {
    run("selectors", selector);
}
