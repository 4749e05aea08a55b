//! Random rows of what Go's libraries answer. The folder is `$WEIR_VECTORS` or `../shared/conformance/vectors`.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests read files and say what they compared"
)]

mod scalars;

use std::io::Write as _;
use std::path::PathBuf;

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

/// An answer as bytes, which stand coded where they are no UTF-8.
fn bytes(row: &Value, key: &str) -> Option<Vec<u8>> {
    if let Some(text) = row.str_at(&[key]) {
        return Some(text.as_bytes().to_vec());
    }
    let text = row.str_at(&[&format!("{key}_b64")])?;
    let mut bits = 0_u32;
    let mut out = Vec::new();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (at, letter) in text.trim_end_matches('=').chars().enumerate() {
        bits = bits << 6 | alphabet.find(letter).unwrap() as u32;
        if at % 4 > 0 {
            out.push((bits >> (6 - at % 4 * 2) & 0xff) as u8);
        }
    }
    Some(out)
}

#[test]
fn vectors_scalars() {
    let Some(rows) = rows("scalars") else { return };
    let mut bad = Vec::new();
    let mut good = 0;
    for row in &rows {
        let wrong = scalars::differences(row);
        good += usize::from(wrong.is_empty());
        let input = weir_yaml::to_json(row.get("in").unwrap());
        bad.extend(
            wrong
                .into_iter()
                .map(|(key, ours, theirs)| format!("{input}\n  {key}\n  ours   {ours}\n  theirs {theirs}\n")),
        );
    }
    println!("vectors scalars: {good} of {} rows agree", rows.len());
    assert!(
        bad.is_empty(),
        "{} rows differ:\n{}",
        bad.len(),
        bad.iter().take(20).cloned().collect::<String>()
    );
}
