//! Random rows of what the real libraries answer. The folder is `$WEIR_VECTORS` or `../shared/conformance/vectors`.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests read files and say what they compared"
)]

use std::io::Write as _;
use std::path::PathBuf;

use weir_manifest::merge::JsonPatch;
use weir_manifest::selector::{FieldSelector, LabelSelector};
use weir_yaml::{Dialect, Value, first_from_yaml, from_json, to_json};

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

/// A patch as the API server takes it: both texts as people write them.
fn plain_patch(doc: &str, patch: &str) -> Result<Value, (bool, String)> {
    let patch = from_json(patch.as_bytes()).map_err(|error| (false, error.to_string()))?;
    let patch = JsonPatch::new(&patch).map_err(|error| (false, error.0))?.literal();
    let mut doc = from_json(doc.as_bytes()).map_err(|error| (true, error.to_string()))?;
    patch.apply_to_literal(&mut doc).map_err(|error| (true, error.0))?;
    Ok(doc)
}

/// A patch as kustomize takes it: JSON if it begins as a list, else YAML.
fn kustomize_patch(doc: &str, patch: &str) -> Result<Value, String> {
    let is_json = patch.starts_with('[');
    let patch = if is_json {
        from_json(patch.as_bytes()).map_err(|error| error.to_string())?
    } else {
        first_from_yaml(patch, Dialect::Sigs).map_err(|error| error.to_string())?
    };
    let mut patch = JsonPatch::new(&patch).map_err(|error| error.0)?;
    if is_json {
        patch = patch.literal();
    }
    let mut doc = first_from_yaml(doc, Dialect::V3).map_err(|error| error.to_string())?;
    patch.apply_in_kustomize(&mut doc).map_err(|error| error.0)?;
    Ok(doc)
}

fn json_patch(row: &Value) -> Vec<(String, String)> {
    let (doc, patch) = (row.str_at(&["in", "doc"]).unwrap(), row.str_at(&["in", "patch"]).unwrap());
    let mut pairs = Vec::new();
    let ours = plain_patch(doc, patch);
    match (row.str_at(&["out"]), row.str_at(&["error"]), row.str_at(&["stage"])) {
        // No document at all is left as it is.
        (Some(""), ..) => assert_eq!(doc, ""),
        (Some(out), ..) => {
            let theirs = from_json(out.as_bytes()).unwrap();
            if !ours.as_ref().is_ok_and(|ours| ours.means(&theirs)) {
                pairs.push((format!("{ours:?}"), format!("{theirs:?}")));
            }
        }
        // Errors of decoding are in the words of Go's JSON.
        (None, Some(_), Some("decode")) => {
            pairs.push((ours.is_err_and(|error| !error.0).to_string(), "true".to_string()))
        }
        (None, Some(error), _) if error.starts_with("json: ") || error.starts_with("invalid character") => {
            pairs.push((ours.is_err().to_string(), "true".to_string()));
        }
        (None, error, _) => {
            pairs
                .push((format!("{:?}", ours.err()), format!("{:?}", error.map(|it| (true, it.to_string())))));
        }
    }
    if let Some(yaml) = row.str_at(&["kustomize"]) {
        let ours = kustomize_patch(doc, patch);
        let theirs = first_from_yaml(yaml, Dialect::Sigs).unwrap();
        if !ours.as_ref().is_ok_and(|ours| ours.means(&theirs)) {
            pairs.push((format!("kustomize {ours:?}"), format!("{theirs:?}")));
        }
    } else if let Some(error) = row.str_at(&["kustomize_error"]) {
        let ours = kustomize_patch(doc, patch);
        pairs.push((ours.is_err().to_string(), format!("true: {error}")[..4].to_string()));
    }
    pairs
}

#[test]
fn vectors_jsonpatch() {
    run("jsonpatch", json_patch);
}
