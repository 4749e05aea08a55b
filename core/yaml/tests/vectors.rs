//! Rows of what the real Go libraries answer, recorded by the project's vector tool.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test may look for its vectors, say what it counted and give up"
)]

use std::io::Write as _;
use std::path::PathBuf;

use weir_yaml::{
    Dialect, Value, YamlError, first_from_yaml, from_json, json_to_yaml, to_json, to_yaml, to_yaml_v3,
};

/// The folder of vectors: `WEIR_VECTORS`, or the shared one beside the workspace.
fn folder() -> Option<PathBuf> {
    let shared = || {
        let beside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared"));
        std::env::var_os("WEIR_SHARED").map_or(beside, PathBuf::from).join("conformance/vectors")
    };
    let folder = std::env::var_os("WEIR_VECTORS").map_or_else(shared, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var_os("WEIR_REQUIRE_SHARED").is_none(), "{} is absent", folder.display());
    _ = writeln!(std::io::stderr(), "skipped: yaml vectors: ../shared is absent");
    None
}

fn rows(kind: &str) -> Vec<Value> {
    let Some(path) = folder().map(|folder| folder.join(format!("{kind}.jsonl"))) else { return Vec::new() };
    let Ok(text) = std::fs::read_to_string(&path) else { return Vec::new() };
    text.lines().skip(1).map(|line| from_json(line.as_bytes()).unwrap()).collect()
}

/// Compares all rows of a kind; `differs` says how a row differs, if it does.
fn run(kind: &str, differs: impl Fn(&Value) -> Vec<String>) {
    let rows = rows(kind);
    let mut bad = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let found = differs(row);
        if !found.is_empty() {
            bad.push(format!(
                "row {}: {}\n  {}",
                at + 1,
                to_json(row.get("in").unwrap()),
                found.join("\n  ")
            ));
        }
    }
    println!("vectors {kind}: {} of {} rows agree", rows.len() - bad.len(), rows.len());
    assert!(bad.is_empty(), "{} rows differ:\n{}", bad.len(), bad[..bad.len().min(10)].join("\n"));
}

/// One answer of ours against the recorded one: `want` is none where the library failed.
fn check(name: &str, want: Option<&str>, got: Result<String, impl std::fmt::Display>) -> Option<String> {
    match (want, got) {
        (Some(want), Ok(got)) if want == got => None,
        (None, Err(_)) => None,
        (want, Ok(got)) => Some(format!("{name}: want {want:?}\n   got  {got:?}")),
        (want, Err(error)) => Some(format!("{name}: want {want:?}\n   got error {error}")),
    }
}

fn read(text: &str, dialect: Dialect) -> Result<String, YamlError> {
    first_from_yaml(text, dialect).map(|value| to_json(&value))
}

/// Compares what is said of a text that cannot be read.
fn check_words(want: Option<&str>, got: Result<String, YamlError>) -> Option<String> {
    let (want, got) = (want?, got.err()?.in_words_of_v2());
    // Of several values that JSON has not, Go names any.
    let is_any = |words: &str| words.starts_with("unsupported map key") || words.starts_with("json: ");
    (want != got && !(is_any(want) && is_any(&got)))
        .then(|| format!("json_error: want {want}\n   got  {got}"))
}

/// Recorded JSON in our spelling.
fn canonical(json: Option<&str>) -> Option<String> {
    json.map(|json| to_json(&from_json(json.as_bytes()).unwrap()))
}

#[test]
fn vectors_of_parsing() {
    run("yaml-parse", |row| {
        let text = row.str_at(&["in", "yaml"]).unwrap();
        let json = canonical(row.str_at(&["json"]));
        let strict = match (row.str_at(&["strict_json"]), row.get("strict_error")) {
            (None, None) => json.clone(),
            (strict, _) => canonical(strict),
        };
        let v3 = canonical(row.str_at(&["v3_json"]));
        [
            check("json", json.as_deref(), read(text, Dialect::Sigs)),
            check("strict_json", strict.as_deref(), read(text, Dialect::SigsStrict)),
            check("v3_json", v3.as_deref(), read(text, Dialect::V3)),
            check_words(row.str_at(&["json_error"]), read(text, Dialect::Sigs)),
        ]
        .into_iter()
        .flatten()
        .collect()
    });
}

/// As Helm reads values: all numbers are floats.
fn with_floats(value: &Value) -> Value {
    match value {
        Value::Int(number) => Value::Float(*number as f64),
        Value::UInt(number) => Value::Float(*number as f64),
        Value::List(list) => list.iter().map(with_floats).collect(),
        Value::Map(map) => {
            Value::Map(map.iter().map(|(key, value)| (key.clone(), with_floats(value))).collect())
        }
        other => other.clone(),
    }
}

#[test]
fn vectors_of_emitting() {
    run("yaml-emit", |row| {
        let text = row.str_at(&["in", "value"]).unwrap();
        let value = from_json(text.as_bytes()).unwrap();
        let yaml = row.str_at(&["yaml"]);
        let direct = match row.get("json_to_yaml_error") {
            Some(_) => None,
            None => row.str_at(&["json_to_yaml"]).or(yaml),
        };
        let kyaml = match value {
            Value::Map(_) | Value::List(_) => check("kyaml", row.str_at(&["kyaml"]), to_yaml(&value)),
            _ => None,
        };
        [
            check("yaml", yaml, to_yaml(&with_floats(&value))),
            check("json_to_yaml", direct, json_to_yaml(text)),
            kyaml,
            check("v3_4", row.str_at(&["v3_4"]), to_yaml_v3(&value, 4, false)),
            check("v3_2", row.str_at(&["v3_2"]), to_yaml_v3(&value, 2, false)),
        ]
        .into_iter()
        .flatten()
        .collect()
    });
}

#[test]
fn vectors_of_later_issues() {
    for kind in ["gotemplate", "scalars"] {
        println!("vectors {kind}: not yet (comes with a later issue)");
    }
}
