//! What Go answers to random small templates, recorded by `corpus/template/record`. `WEIR_TEMPLATE_ROWS` names a file of
//! other rows.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "tests read files and say what they compared"
)]

use std::sync::Arc;

use weir_template::{Env, Functions, Limits, MissingKey, Set, Value};
use weir_yaml as yaml;

const DATA: &[u8] =
    br#"{"m":{"x":1,"y":{"z":[true]}},"l":[1,"two",null,[3]],"n":null,"s":"str","t":true,"f":false,"a":{"b":null}}"#;

fn run(functions: &Arc<Functions>, template: &str, missing: &str) -> Result<Vec<u8>, String> {
    let missing = match missing {
        "zero" => MissingKey::Zero,
        "error" => MissingKey::Error,
        _ => MissingKey::Default,
    };
    let mut set = Set::new(Arc::clone(functions)).with_missing_key(missing);
    set.parse("t", template).map_err(|error| error.to_string())?;
    let data = Value::from_json(DATA).map_err(|error| error.to_string())?;
    // What is no date is shown as today.
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |now| now.as_secs() as i64);
    let env =
        Env { limits: Limits { output: 1 << 24, ..Limits::default() }, now: (now, 0), ..Env::default() };
    let mut out = Vec::new();
    Arc::new(set).execute("t", data, &mut out, &env).map_err(|error| error.to_string())?;
    Ok(out)
}

/// What Go gave, where it is no UTF-8 by base64.
fn expected(row: &yaml::Value) -> Result<Vec<u8>, String> {
    match (row.str_at(&["out"]), row.str_at(&["out_b64"])) {
        (Some(out), _) => Ok(out.as_bytes().to_vec()),
        (None, Some(coded)) => {
            let functions = Arc::new(Functions::sprig());
            run(&functions, &format!("{{{{ b64dec \"{coded}\" }}}}"), "")
        }
        (None, None) => Err(row.str_at(&["error"]).unwrap_or_default().to_string()),
    }
}

#[test]
fn recorded_rows_agree() {
    let file = std::env::var("WEIR_TEMPLATE_ROWS").unwrap_or_else(|_| {
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../corpus/template/rows.jsonl").to_string()
    });
    let text = std::fs::read_to_string(&file).unwrap();
    let functions = Arc::new(Functions::sprig());
    let (mut good, mut bad) = (0, Vec::new());
    for line in text.lines() {
        let row = yaml::from_json(line.as_bytes()).unwrap();
        let template = row.str_at(&["template"]).unwrap();
        let missing = row.str_at(&["missingkey"]).unwrap();
        let (ours, theirs) = (run(&functions, template, missing), expected(&row));
        if ours == theirs {
            good += 1;
            continue;
        }
        let shown = |result: Result<Vec<u8>, String>| {
            format!("{:?}", result.map(|text| String::from_utf8_lossy(&text).into_owned()))
        };
        bad.push(format!("{template}\n  ours   {}\n  theirs {}\n", shown(ours), shown(theirs)));
    }
    println!("recorded templates: {good} agree");
    assert!(
        bad.is_empty(),
        "{} rows differ:\n{}",
        bad.len(),
        bad.iter().take(60).cloned().collect::<String>()
    );
}
