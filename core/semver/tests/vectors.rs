//! Random rows of what `Masterminds/semver` answers. The folder is `$WEIR_VECTORS` or `../shared/conformance/vectors`.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests read files and say what they compared"
)]

use std::cmp::Ordering;
use std::io::Write as _;
use std::path::PathBuf;

use weir_semver::{Range, Version};
use weir_yaml::{Value, from_json};

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
        _ = writeln!(std::io::stderr(), "skipped: vectors {kind}: ../shared is absent");
        return None;
    };
    Some(text.lines().skip(1).map(|line| from_json(line.as_bytes()).unwrap()).collect())
}

fn text(row: &Value, path: &[&str]) -> Option<String> {
    row.str_at(path).map(str::to_string)
}

fn compare<T: PartialEq + std::fmt::Debug>(what: &str, ours: T, theirs: T, problems: &mut Vec<String>) {
    if ours != theirs {
        problems.push(format!("{what}: ours {ours:?}, theirs {theirs:?}"));
    }
}

fn version_problems(row: &Value, version: &Version, problems: &mut Vec<String>) {
    let parts = row.get("parts").and_then(Value::as_list).unwrap();
    let parts: Vec<_> = parts.iter().map(|part| part.as_str().unwrap().to_string()).collect();
    let own = [version.major(), version.minor(), version.patch()].map(|number| number.to_string());
    let own = [&own[..], &[version.pre().to_string(), version.metadata().to_string()]].concat();
    compare("parts", own, parts, problems);
    compare("string", Some(version.to_string()), text(row, &["string"]), problems);
    compare("original", Some(version.original().to_string()), text(row, &["original"]), problems);
    if let Ok(other) = Version::parse(row.str_at(&["in", "other"]).unwrap()) {
        let order = match version.cmp(&other) {
            Ordering::Less => -1,
            Ordering::Equal => 0,
            Ordering::Greater => 1,
        };
        compare("compare", Some(order), row.get("compare").and_then(Value::as_i64), problems);
        compare("equal", Some(*version == other), row.get("equal").and_then(Value::as_bool), problems);
    }
}

fn range_problems(row: &Value, range: &Range, version: &Version, problems: &mut Vec<String>) {
    let reasons = row.get("reasons").and_then(Value::as_list).unwrap_or_default();
    let reasons: Vec<_> = reasons.iter().map(|reason| reason.as_str().unwrap().to_string()).collect();
    let checked = range.check(version);
    compare("ok", Some(checked.is_ok()), row.get("ok").and_then(Value::as_bool), problems);
    let own = checked.err().unwrap_or_default().iter().map(ToString::to_string).collect();
    compare("reasons", own, reasons, problems);
    compare("check", Some(range.contains(version)), row.get("check").and_then(Value::as_bool), problems);
}

fn problems(row: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    let input = |key| row.str_at(&["in", key]).unwrap();
    let version = Version::parse(input("version"));
    let error = version.as_ref().err().map(ToString::to_string);
    compare("version_error", error, text(row, &["version_error"]), &mut problems);
    let strict = Version::parse_strict(input("version")).err().map(|error| error.to_string());
    compare("strict", strict, text(row, &["strict"]), &mut problems);
    if let Ok(version) = &version {
        version_problems(row, version, &mut problems);
    }
    match (Range::parse(input("constraint")), version) {
        (Err(error), _) => {
            compare(
                "constraint_error",
                Some(error.to_string()),
                text(row, &["constraint_error"]),
                &mut problems,
            );
        }
        (Ok(range), version) => {
            compare("constraint", Some(range.to_string()), text(row, &["constraint_string"]), &mut problems);
            if let Ok(version) = version {
                range_problems(row, &range, &version, &mut problems);
            }
        }
    }
    problems
}

#[test]
fn vectors_semver() {
    let Some(rows) = rows("semver") else { return };
    let failed: Vec<_> =
        rows.iter().map(|row| (row, problems(row))).filter(|(_, found)| !found.is_empty()).collect();
    println!("vectors semver: {} of {} rows agree", rows.len() - failed.len(), rows.len());
    for (row, problems) in failed.iter().take(20) {
        println!("{}\n  {}", weir_yaml::to_json(row), problems.join("\n  "));
    }
    assert!(failed.is_empty());
}
