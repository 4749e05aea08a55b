//! Random templates beside what Helm's engine makes of them. The folder is `$WEIR_VECTORS` or `../shared/conformance/vectors`.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests read files and say what they compared"
)]

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use weir_helm::chart::{Chart, File, Metadata};
use weir_helm::{Options, Release, World, render_files};
use weir_yaml::{Map, Value, from_json};

fn rows(kind: &str) -> Option<Vec<Value>> {
    let shared = std::env::var_os("WEIR_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let folder =
        std::env::var_os("WEIR_VECTORS").map_or_else(|| shared.join("conformance/vectors"), PathBuf::from);
    let Ok(text) = std::fs::read_to_string(folder.join(format!("{kind}.jsonl"))) else {
        let demanded = std::env::var_os("WEIR_REQUIRE_SHARED").is_some_and(|value| value == "1");
        assert!(!demanded, "{kind} is absent");
        _ = writeln!(std::io::stderr(), "skipped: vectors {kind}: ../shared is absent");
        return None;
    };
    Some(text.lines().map(|line| from_json(line.as_bytes()).unwrap()).collect())
}

fn file(name: &str, text: &str) -> File {
    File { name: name.to_string(), data: text.as_bytes().into() }
}

/// The chart that the recorder made in memory.
fn chart(helpers: &str, template: &str) -> Chart {
    Chart {
        metadata: Metadata {
            name: "vectors".to_string(),
            version: "1.2.3".to_string(),
            app_version: "4.5".to_string(),
            api_version: "v2".to_string(),
            ..Metadata::default()
        },
        templates: Arc::new(vec![
            file("templates/_helpers.tpl", helpers),
            file("templates/main.yaml", template),
        ]),
        ..Chart::default()
    }
}

fn floats(value: &Value) -> Value {
    match value {
        Value::Int(number) => Value::Float(*number as f64),
        Value::UInt(number) => Value::Float(*number as f64),
        Value::List(items) => Value::from(items.iter().map(floats).collect::<Vec<_>>()),
        Value::Map(map) => {
            Value::from(map.iter().map(|(key, value)| (key.clone(), floats(value))).collect::<Map>())
        }
        other => other.clone(),
    }
}

/// Some functions show the present day.
fn world() -> World<'static> {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    World { now: (now.as_secs() as i64, 0), ..World::default() }
}

fn ours(helpers: &str, row: &Value) -> Result<String, String> {
    let chart = chart(helpers, row.str_at(&["in", "template"]).unwrap());
    let values = row.at(&["in", "values"]).map(floats).unwrap_or_default();
    let values = values.as_map().cloned().unwrap_or_default();
    let files = render_files(&chart, &values, &Release::new("rel", "ns"), &Options::default(), &world());
    let files = files.map_err(|failure| failure.error.message)?;
    let (_, text) = files.into_iter().find(|(name, _)| name.ends_with("main.yaml")).unwrap();
    Ok(String::from_utf8_lossy(&text).into_owned())
}

#[test]
fn templates_give_what_helm_gives() {
    let Some(rows) = rows("gotemplate") else { return };
    let (header, rows) = rows.split_first().unwrap();
    let helpers = header.str_at(&["helpers"]).unwrap();
    let mut wrong = Vec::new();
    for row in rows {
        let theirs = match row.str_at(&["out"]) {
            Some(out) => Ok(out.to_string()),
            None => Err(row.str_at(&["error"]).unwrap_or_default().to_string()),
        };
        if row.get("out_b64").is_some() || row.get("error_b64").is_some() {
            continue;
        }
        let ours = ours(helpers, row);
        if ours != theirs {
            let template = row.str_at(&["in", "template"]).unwrap();
            wrong.push(format!("{template:?}\n  theirs {theirs:?}\n  ours   {ours:?}"));
        }
    }
    println!("gotemplate: {} of {} rows agree", rows.len() - wrong.len(), rows.len());
    assert!(wrong.is_empty(), "{}", wrong.iter().take(20).cloned().collect::<Vec<_>>().join("\n"));
}
