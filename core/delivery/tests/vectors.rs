//! Random rows of what Flux's envsubst answers. The folder is `$WEIR_VECTORS` or `../shared/conformance/vectors`.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests read files and say what they compared"
)]

use std::io::Write as _;
use std::path::PathBuf;

use base64::Engine as _;
use weir_delivery::envsubst::{Variables, envsubst};
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

/// What the row says: the text that comes out, or the error.
fn theirs(row: &Value, prefix: &str) -> Result<Vec<u8>, String> {
    if let Some(error) = row.str_at(&[&format!("{prefix}error")]) {
        return Err(error.to_string());
    }
    let plain = row.str_at(&[&format!("{prefix}out")]).map(|text| text.as_bytes().to_vec());
    let coded = || row.str_at(&[&format!("{prefix}out_b64")]).unwrap();
    Ok(plain.unwrap_or_else(|| base64::engine::general_purpose::STANDARD.decode(coded()).unwrap()))
}

#[test]
fn vectors_envsubst() {
    let Some(rows) = rows("envsubst") else { return };
    let mut failed = 0;
    for row in &rows {
        let text = row.str_at(&["in", "text"]).unwrap();
        let variables: Variables = row
            .at(&["in", "vars"])
            .and_then(Value::as_map)
            .into_iter()
            .flat_map(|map| map.iter())
            .map(|(name, value)| (name.as_str().to_string(), value.as_str().unwrap().as_bytes().to_vec()))
            .collect();
        for (prefix, strict) in [("", false), ("strict_", true)] {
            let ours = envsubst(text, &variables, strict).map_err(|error| error.to_string());
            let theirs = theirs(row, prefix);
            if ours != theirs {
                failed += 1;
                let show = |answer: Result<Vec<u8>, String>| {
                    answer.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
                };
                println!("{}\n  ours {:?}\n  theirs {:?}", weir_yaml::to_json(row), show(ours), show(theirs));
                break;
            }
        }
    }
    println!("vectors envsubst: {} of {} rows agree", rows.len() - failed, rows.len());
    assert_eq!(failed, 0);
}
