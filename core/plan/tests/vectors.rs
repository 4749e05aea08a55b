//! Random rows of what kstatus answers. The folder is `$WEIR_VECTORS` or `../shared/conformance/vectors`.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests read files and say what they compared"
)]

use std::io::Write as _;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use weir_plan::health::{Health, health};
use weir_yaml::{Value, from_json, to_json};

/// Pods of the rows were created in 2020 or will be in 2299.
const NOW: Duration = Duration::from_secs(1_800_000_000);

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

fn ours(row: &Value) -> String {
    match health(row.at(&["in", "object"]).unwrap(), SystemTime::UNIX_EPOCH + NOW) {
        Err(error) => format!("error: {error}"),
        Ok(Health { status, message, conditions }) => {
            let conditions: Vec<_> = conditions
                .iter()
                .map(|one| format!("{} True {} {}", one.kind, one.reason, one.message))
                .collect();
            format!("{status}: {message}: {conditions:?}")
        }
    }
}

fn theirs(row: &Value) -> String {
    if let Some(error) = row.str_at(&["error"]) {
        return format!("error: {error}");
    }
    let text = |value: &Value, key: &str| value.str_at(&[key]).unwrap_or("").to_string();
    let conditions = row.get("conditions").and_then(Value::as_list).unwrap();
    let conditions: Vec<_> = conditions
        .iter()
        .map(|one| ["type", "status", "reason", "message"].map(|key| text(one, key)).join(" "))
        .collect();
    format!("{}: {}: {conditions:?}", text(row, "status"), text(row, "message"))
}

#[test]
fn vectors_kstatus() {
    let Some(rows) = rows("kstatus") else { return };
    let wrong: Vec<_> = rows.iter().filter(|row| ours(row) != theirs(row)).collect();
    println!("vectors kstatus: {} of {} rows agree", rows.len() - wrong.len(), rows.len());
    for row in wrong.iter().take(10) {
        println!("{}\n  ours   {}\n  theirs {}", to_json(row), ours(row), theirs(row));
    }
    assert!(wrong.is_empty());
}
