//! Cases of the functions from the suites of sprig and Helm, checked against the real helm. Those that need Helm's own
//! functions are left to the Helm crate.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "tests read files and say what they compared"
)]

use std::cell::Cell;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use weir_template::{Env, Functions, MissingKey, Random, Set, Value, Zones};
use weir_yaml as yaml;

/// Names of Helm's own functions, and of objects that only Helm gives.
const LEFT: [&str; 14] = [
    "include",
    "tpl",
    "required",
    "toYaml",
    "fromYaml",
    "Toml",
    "lookup",
    "fromJson",
    "Files",
    "Capabilities",
    "Release",
    "Chart",
    "Subcharts",
    "fail",
];

struct Xorshift(Cell<u64>);

impl Random for Xorshift {
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

struct System;

impl Zones for System {
    fn load(&self, name: &str) -> Option<Vec<u8>> {
        std::fs::read(format!("/usr/share/zoneinfo/{name}")).ok()
    }
}

fn render(template: &str, data: Value) -> Result<String, String> {
    let mut set = Set::new(Arc::new(Functions::sprig())).with_missing_key(MissingKey::Zero);
    set.parse("t", template).map_err(|error| error.to_string())?;
    let random = Xorshift(Cell::new(0x2545_f491_4f6c_dd1d));
    let env = Env { zones: Some(&System), random: Some(&random), now: (1_790_000_000, 0), ..Env::default() };
    let mut out = Vec::new();
    match Arc::new(set).execute("t", data, &mut out, &env) {
        Ok(()) => Ok(String::from_utf8_lossy(&out).into_owned()),
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn rows_that_need_only_these_functions() {
    let shared = std::env::var_os("WEIR_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let file = shared.join("conformance/helm/functions.json");
    let Ok(text) = std::fs::read(&file) else {
        let demanded = std::env::var_os("WEIR_REQUIRE_SHARED").is_some_and(|value| value == "1");
        assert!(!demanded, "{} is absent", file.display());
        _ = writeln!(std::io::stderr(), "skipped: functions: ../shared is absent");
        return;
    };
    let rows = yaml::from_json(&text).unwrap();
    let (mut good, mut left, mut bad) = (0, 0, Vec::new());
    for row in rows.as_list().unwrap() {
        let template = row.str_at(&["template"]).unwrap();
        let holds = matches!(row.str_at(&["oracle"]), Some("exact" | "ok"));
        if !holds || LEFT.iter().any(|name| template.contains(name)) {
            left += 1;
            continue;
        }
        let data = Value::from_yaml(row.get("values").unwrap_or(&yaml::Value::Null));
        let ours = render(template, data);
        let contains = row.get("contains").and_then(yaml::Value::as_list).unwrap_or_default();
        let fits = match (&ours, row.str_at(&["expect"]), row.str_at(&["error"])) {
            (Ok(out), Some(expected), _) => out == expected,
            (Ok(out), None, None) => contains.iter().all(|part| out.contains(part.as_str().unwrap())),
            (Err(error), None, Some(expected)) => error.contains(expected),
            _ => false,
        };
        if fits {
            good += 1;
        } else {
            bad.push(format!("{}\n  ours {ours:?}\n", yaml::to_json(row)));
        }
    }
    println!("functions: {good} rows agree, {left} left out");
    assert!(bad.is_empty(), "{} rows differ:\n{}", bad.len(), bad.concat());
}

/// Prints keys and certificates, for other tools to look at.
#[test]
fn certificates_are_made() {
    let template = "{{ $ca := genCA \"my ca\" 365 }}{{ $ca.Cert }}{{ $ca.Key }}\
        {{ $cert := genSignedCert \"host*\" (list \"10.0.0.1\" \"::1\") (list \"a.example\") 30 $ca }}\
        {{ $cert.Cert }}{{ $cert.Key }}\
        {{ $key := genPrivateKey \"ecdsa\" }}{{ $key }}\
        {{ $ec := genSelfSignedCertWithKey \"ec\" nil (list \"b.example\") 30 $key }}{{ $ec.Cert }}\
        {{ $key := genPrivateKey \"ed25519\" }}{{ $key }}\
        {{ $ed := genSelfSignedCertWithKey \"ed\" nil nil 30000 $key }}{{ $ed.Cert }}";
    let out = render(template, Value::Nil).unwrap();
    assert_eq!(out.matches("-----BEGIN CERTIFICATE-----").count(), 4);
    if let Some(file) = std::env::var_os("WEIR_KEYS") {
        std::fs::write(file, out).unwrap();
    }
}
