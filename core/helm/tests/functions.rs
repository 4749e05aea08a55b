//! Functions of templates beside what the real helm answers: `../shared/conformance/helm/functions.json`, and a table of all
//! functions that helm 4.2.3 has.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "tests read files and say what they compared"
)]

use std::cell::Cell;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use weir_helm::functions;
use weir_template::{Env, MissingKey, Set, Value};
use weir_yaml::from_json;

/// The functions of helm 4.2.3: those of the language, of sprig 3.3.0 and its own.
const THEIRS: &str = include_str!("functions.txt");

/// The same bytes in each run, and good enough to find primes by.
struct Bytes(Cell<u64>);

impl weir_template::Random for Bytes {
    fn fill(&self, buffer: &mut [u8]) {
        for byte in buffer {
            let mut state = self.0.get();
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            self.0.set(state);
            *byte = (state >> 32) as u8;
        }
    }
}

fn executed(template: &str, dot: Value) -> Result<String, String> {
    let mut set = Set::new(functions()).with_missing_key(MissingKey::Zero);
    set.parse("test", template).map_err(|error| error.to_string())?;
    let mut output = Vec::new();
    let random = Bytes(Cell::new(0x9e37_79b9_7f4a_7c15));
    let env = Env { now: (1_700_000_000, 0), random: Some(&random), ..Env::default() };
    Arc::new(set).execute("test", dot, &mut output, &env).map_err(|error| error.to_string())?;
    Ok(String::from_utf8_lossy(&output).into_owned())
}

#[test]
fn functions_answer_as_those_of_helm() {
    let shared = std::env::var_os("WEIR_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let Ok(text) = std::fs::read(shared.join("conformance/helm/functions.json")) else {
        let demanded = std::env::var_os("WEIR_REQUIRE_SHARED").is_some_and(|value| value == "1");
        assert!(!demanded, "functions.json is absent");
        _ = writeln!(std::io::stderr(), "skipped: helm functions: ../shared is absent");
        return;
    };
    let rows = from_json(&text).unwrap();
    let (mut count, mut wrong) = (0, Vec::new());
    for row in rows.as_list().unwrap() {
        if !matches!(row.str_at(&["oracle"]), Some("exact" | "ok")) {
            continue;
        }
        count += 1;
        let template = row.str_at(&["template"]).unwrap();
        let ours = executed(template, row.get("values").map_or(Value::Nil, Value::from_yaml));
        let contains = row.get("contains").and_then(weir_yaml::Value::as_list).unwrap_or_default();
        let good = match (&ours, row.str_at(&["expect"]), row.get("error")) {
            (Ok(ours), Some(theirs), _) => ours == theirs,
            (Ok(ours), None, None) => contains.iter().all(|part| ours.contains(part.as_str().unwrap())),
            (Err(_), None, Some(_)) => true,
            _ => false,
        };
        if !good {
            wrong.push(format!("{template}\n  theirs {row:?}\n  ours   {ours:?}"));
        }
    }
    println!("functions: {} of {count} rows agree", count - wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_function_of_helm_is_missing() {
    let ours = functions();
    let missing: Vec<_> = THEIRS.lines().filter(|name| ours.get(name).is_none()).collect();
    let more: Vec<_> =
        ours.names().into_iter().filter(|name| !THEIRS.lines().any(|other| other == *name)).collect();
    println!("functions: {} of {}", THEIRS.lines().count() - missing.len(), THEIRS.lines().count());
    assert!(missing.is_empty(), "missing: {missing:?}");
    assert!(more.is_empty(), "not in helm: {more:?}");
}

#[test]
fn what_is_a_text_by_itself_is_one_in_toml() {
    let toml = |value: &str| executed(&format!("{{{{ mustToToml {value} }}}}"), Value::Nil);
    assert_eq!(toml("(dict \"v\" (semver \"v1.2.3\"))").unwrap(), "v = \"1.2.3\"\n");
    assert_eq!(toml("(semver \"1.2.3\")").unwrap(), "\"1.2.3\"");
    assert_eq!(toml("(dict \"t\" now)").unwrap(), "t = 2023-11-14T22:13:20Z\n");
    let error = toml("nil").unwrap_err();
    assert!(
        error.ends_with("error calling mustToToml: reflect: call of reflect.Value.Type on zero Value"),
        "{error}"
    );
}
