//! Strategic merge patches against what k8s.io/apimachinery answered: `strategic/generate.py` draws the rows and
//! `strategic/record.go` records the answers. `WEIR_STRATEGIC` names another file of such rows.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests read files and say what they compared"
)]

use weir_manifest::merge::strategic_merge;
use weir_manifest::schema::of_api_version;
use weir_yaml::{Value, from_json, to_json};

fn problem(row: &Value) -> Option<String> {
    let kind = row.str_at(&["kind"]).unwrap();
    let version = if kind == "Deployment" { "apps/v1" } else { "v1" };
    let schema = of_api_version(version, kind).unwrap();
    let ours = strategic_merge(row.get("object").unwrap(), row.get("patch").unwrap(), schema);
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
fn merges_as_the_api_server_does() {
    let own = format!("{}/tests/strategic/cases.jsonl", env!("CARGO_MANIFEST_DIR"));
    let file = std::env::var("WEIR_STRATEGIC").unwrap_or(own);
    let text = std::fs::read_to_string(file).unwrap();
    let rows: Vec<_> = text.lines().map(|line| from_json(line.as_bytes()).unwrap()).collect();
    let problems: Vec<_> = rows.iter().filter_map(problem).collect();
    println!("strategic merge: {} of {} rows agree", rows.len() - problems.len(), rows.len());
    problems.iter().take(5).for_each(|problem| println!("{problem}"));
    assert!(problems.is_empty());
}
