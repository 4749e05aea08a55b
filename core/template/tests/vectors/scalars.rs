//! The kind `scalars`: formats, numbers, quotes and dates.

use std::sync::Arc;

use weir_template::{Env, Functions, IntKind, Map, Set, Str, Type, Value, Zones};
use weir_yaml as yaml;

/// The zone files of the system, or of the Go distribution.
pub(crate) struct System;

impl Zones for System {
    fn load(&self, name: &str) -> Option<Vec<u8>> {
        std::fs::read(format!("/usr/share/zoneinfo/{name}")).ok()
    }
}

/// What the template writes with this data; an error gives its text.
fn render(template: &str, data: Map) -> Result<Vec<u8>, String> {
    thread_local! {
        static FUNCTIONS: Arc<Functions> = Arc::new(Functions::sprig());
    }
    let mut set = Set::new(FUNCTIONS.with(Arc::clone));
    set.parse("t", template).map_err(|error| error.to_string())?;
    let env = Env { zones: Some(&System), ..Env::default() };
    let mut out = Vec::new();
    match Arc::new(set).execute("t", data.into(), &mut out, &env) {
        Ok(()) => Ok(out),
        Err(error) => Err(error.to_string()),
    }
}

fn one(template: &str, key: &str, value: Value) -> Result<Vec<u8>, String> {
    let data = Map::new();
    data.set(key, value);
    render(template, data)
}

/// What differs in a row: field, ours, theirs.
pub(crate) fn differences(row: &yaml::Value) -> Vec<(String, String, String)> {
    let input = row.get("in").unwrap();
    let expected = |key: &str| super::bytes(row, key);
    let mut wrong = Vec::new();
    let mut compare = |key: &str, ours: Result<Vec<u8>, String>| {
        let theirs = match expected(key) {
            Some(theirs) => Ok(theirs),
            None => {
                let error = if key == "out" { "error".to_string() } else { format!("{key}_error") };
                match row.str_at(&[&error]) {
                    Some(error) => Err(error.to_string()),
                    None => return,
                }
            }
        };
        if ours != theirs {
            let shown = |result: Result<Vec<u8>, String>| {
                format!("{:?}", result.map(|text| String::from_utf8_lossy(&text).into_owned()))
            };
            wrong.push((key.to_string(), shown(ours), shown(theirs)));
        }
    };
    let text = |key: &str| input.str_at(&[key]).unwrap_or_default().to_string();
    match text("type").as_str() {
        "float" => {
            let bits = u64::from_str_radix(text("bits").trim_start_matches("0x"), 16).unwrap();
            let value = Value::Float(f64::from_bits(bits));
            for (key, format) in
                [("v", "%v"), ("g", "%g"), ("e", "%e"), ("f", "%f"), ("f2", "%.2f"), ("plus_v", "%+v")]
            {
                compare(key, one(&format!("{{{{ printf \"{format}\" .x }}}}"), "x", value.clone()));
            }
            compare("json", value.to_json().map_err(|error| error.to_string()));
            if let Ok(plain) = value.to_yaml()
                && f64::from_bits(bits).is_finite()
            {
                compare(
                    "yaml",
                    yaml::to_yaml(&plain).map(String::into_bytes).map_err(|error| error.to_string()),
                );
            }
        }
        "printf" => {
            let data = Map::new();
            data.set("f", text("format"));
            data.set("x", typed(&text("kind"), input.get("value").unwrap_or(&yaml::Value::Null)));
            compare("out", render("{{ printf .f .x }}", data));
        }
        "parse" => {
            for function in ["atoi", "int", "int64", "float64", "toDecimal"] {
                let ours = one(&format!("{{{{ {function} .x }}}}"), "x", text("text").into());
                let theirs = row.str_at(&["sprig", function]).map(|text| Ok(text.as_bytes().to_vec()));
                if let Some(theirs) = theirs
                    && ours != theirs
                {
                    wrong.push((function.to_string(), format!("{ours:?}"), format!("{theirs:?}")));
                }
            }
        }
        "string" => {
            let value = Value::Str(text_or_bytes(input, "text"));
            compare("quote", one("{{ printf \"%q\" .x }}", "x", value.clone()));
            compare("quote_ascii", one("{{ printf \"%+q\" .x }}", "x", value.clone()));
            compare("x", one("{{ printf \"%x\" .x }}", "x", value.clone()));
            compare("json", value.to_json().map_err(|error| error.to_string()));
            compare("json_raw", one("{{ toRawJson .x }}", "x", value.clone()));
            let functions = row.get("sprig").and_then(yaml::Value::as_map);
            for (name, theirs) in functions.iter().flat_map(|functions| functions.iter()) {
                let name = name.as_str();
                let (name, coded) = name.strip_suffix("_b64").map_or((name, false), |name| (name, true));
                let call = match name {
                    "abbrev9" => "abbrev 9",
                    "trunc5" => "trunc 5",
                    "trunc_3" => "trunc -3",
                    "wrap20" => "wrap 20",
                    name => name,
                };
                let ours = one(&format!("{{{{ {call} .x }}}}"), "x", value.clone()).unwrap();
                let theirs = if coded {
                    let mut coded = yaml::Value::Null;
                    coded.set_at(&["t_b64"], theirs.clone());
                    super::bytes(&coded, "t").unwrap()
                } else {
                    theirs.as_str().unwrap().as_bytes().to_vec()
                };
                if ours != theirs {
                    let shown = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
                    wrong.push((name.to_string(), shown(&ours), shown(&theirs)));
                }
            }
        }
        "date" => {
            let data = Map::new();
            for key in ["time", "layout", "zone", "delta"] {
                data.set(key, text(key));
            }
            let time = "(toDate \"2006-01-02T15:04:05.999999999Z07:00\" .time)";
            let function = text("fn");
            let template = match function.as_str() {
                "date" => format!("{{{{ date .layout {time} }}}}"),
                "dateInZone" => format!("{{{{ dateInZone .layout {time} .zone }}}}"),
                "htmlDate" | "unixEpoch" => format!("{{{{ {function} {time} }}}}"),
                "htmlDateInZone" => format!("{{{{ htmlDateInZone {time} .zone }}}}"),
                name => {
                    format!("{{{{ ({name} .delta {time}).Format \"2006-01-02T15:04:05.999999999Z07:00\" }}}}")
                }
            };
            // Where the rows have a time, this has a text that is read first: the error stands elsewhere.
            let place = |error: String| {
                let why = error.split_once("error calling ").unwrap().1.to_string();
                format!("template: t:1:3: executing \"t\" at <mustDateModify .delta .t>: error calling {why}")
            };
            compare("out", render(&template, data).map_err(place));
        }
        "toDate" => {
            let data = Map::new();
            data.set("layout", text("layout"));
            data.set("text", text("text"));
            let function = text("fn");
            let checked = render(&format!("{{{{ $x := {function} .layout .text }}}}"), data.clone());
            let ours = checked.map_err(|error| error.replace("t:1:9:", "t:1:3:")).and_then(|_| {
                let format = "\"2006-01-02T15:04:05.999999999Z07:00\"";
                render(&format!("{{{{ ({function} .layout .text).Format {format} }}}}"), data)
            });
            compare("out", ours);
        }
        "duration" => {
            let function = text("fn");
            let value = input.get("arg").map_or(Value::Nil, Value::from_yaml);
            if function == "duration" || function == "durationRound" {
                compare("out", one(&format!("{{{{ {function} .x }}}}"), "x", value));
            }
        }
        other => panic!("unknown type {other}"),
    }
    wrong
}

fn text_or_bytes(input: &yaml::Value, key: &str) -> Str {
    super::bytes(input, key).unwrap().into()
}

/// A value of a Go type, as the rows name it.
fn typed(kind: &str, value: &yaml::Value) -> Value {
    let int = |kind| {
        Value::Int(kind, value.as_i64().or_else(|| value.as_f64().map(|number| number as i64)).unwrap())
    };
    match kind {
        "int" => int(IntKind::Int),
        "int64" => int(IntKind::Int64),
        "uint8" => int(IntKind::Uint8),
        "uint64" | "uint" => match value {
            yaml::Value::UInt(bits) => Value::Int(IntKind::Uint64, *bits as i64),
            _ => int(IntKind::Uint64),
        },
        "float64" => Value::Float(value.as_f64().unwrap()),
        "[]string" => {
            let items = value.as_list().unwrap().iter().map(|item| item.as_str().unwrap());
            Value::strings(items)
        }
        "map[string]string" => {
            let map = Map::of(Type::StringMap);
            for (key, value) in value.as_map().unwrap().iter() {
                map.set(key.as_str(), value.as_str().unwrap());
            }
            map.into()
        }
        _ => Value::from_yaml(value),
    }
}
