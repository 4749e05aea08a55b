//! Merges against what kustomize answered: `strategic/generate.py` draws the rows and `kustomize/record.go` records the
//! answers. `WEIR_KUSTOMIZE_MERGES` names another file of such rows.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests read files and say what they compared"
)]

use weir_manifest::merge::kustomize::{MergeOptions, merge};
use weir_yaml::{Value, from_json, to_json};

fn typed(row: &Value, key: &str) -> Value {
    let kind = row.str_at(&["kind"]).unwrap();
    let mut value = row.get(key).unwrap().clone();
    value.set_at(&["apiVersion"], if kind == "Deployment" { "apps/v1" } else { "v1" });
    value.set_at(&["kind"], kind);
    value
}

fn problem(row: &Value) -> Option<String> {
    let ours = merge(&typed(row, "object"), &typed(row, "patch"), MergeOptions::default());
    let ours = ours.map(Option::unwrap_or_default);
    match (ours, row.get("out"), row.get("error")) {
        (Ok(ours), Some(theirs), _) if ours.means(theirs) => None,
        (Err(_), _, Some(_)) => None,
        (ours, theirs, error) => Some(format!(
            "{}\n  ours   {}\n  theirs {}",
            to_json(row),
            ours.map_or_else(|error| error.to_string(), |ours| to_json(&ours)),
            to_json(theirs.or(error).unwrap()),
        )),
    }
}

#[test]
fn merges_as_kustomize_does() {
    let own = format!("{}/tests/kustomize/cases.jsonl", env!("CARGO_MANIFEST_DIR"));
    let file = std::env::var("WEIR_KUSTOMIZE_MERGES").unwrap_or(own);
    let text = std::fs::read_to_string(file).unwrap();
    let rows: Vec<_> = text.lines().map(|line| from_json(line.as_bytes()).unwrap()).collect();
    let problems: Vec<_> = rows.iter().filter_map(problem).collect();
    println!("kustomize merge: {} of {} rows agree", rows.len() - problems.len(), rows.len());
    problems.iter().take(5).for_each(|problem| println!("{problem}"));
    assert!(problems.is_empty());
}
