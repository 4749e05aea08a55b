//! Tables: objects as rows, as people see them.

mod age;
mod cells;
mod columns;
mod json_path;
mod pod;

use std::sync::Arc;

use weir_yaml::{Map, Value, to_json};

use crate::kinds::Kind;
use crate::store::Object;

/// How much of each object a row holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Include {
    /// Nothing.
    Nothing,
    /// Its metadata.
    Metadata,
    /// All of it.
    Whole,
}

/// Appends a table of these objects.
pub(crate) fn write(
    kind: &Kind,
    objects: &[Arc<Object>],
    head: &Value,
    include: Include,
    now: i64,
    out: &mut String,
) {
    out.push_str("{\"kind\":\"Table\",\"apiVersion\":\"meta.k8s.io/v1\",\"metadata\":");
    out.push_str(&to_json(head));
    out.push_str(",\"columnDefinitions\":");
    let columns = columns::builtin(kind);
    out.push_str(&to_json(&definitions(kind, columns)));
    out.push_str(",\"rows\":[");
    for (at, object) in objects.iter().enumerate() {
        out.push_str(if at > 0 { ",{\"cells\":" } else { "{\"cells\":" });
        let cells: Value = match &kind.custom {
            Some(custom) => {
                let name = std::iter::once(Value::from(object.meta("name")));
                name.chain(custom.columns.iter().map(|column| custom_cell(column, &object.value, now)))
                    .collect()
            }
            None => {
                let cells =
                    columns.split(' ').map(|column| cells::cell(kind, plain(column), &object.value, now));
                cells.collect()
            }
        };
        out.push_str(&to_json(&cells));
        match include {
            Include::Nothing => out.push_str(",\"object\":null"),
            Include::Metadata => {
                out.push_str(",\"object\":");
                object.write_partial_json(out);
            }
            Include::Whole => {
                out.push_str(",\"object\":");
                object.write_json(&kind.api_version, out);
            }
        }
        out.push('}');
    }
    out.push_str("]}");
}

/// The name of a column as it is written in the list: `_` is a space, `*` marks columns of wide tables.
fn plain(column: &str) -> &str {
    column.trim_end_matches('*')
}

fn definitions(kind: &Kind, columns: &str) -> Value {
    if let Some(custom) = &kind.custom {
        let name = definition("Name", "string", "name", 0, "");
        let rest = custom.columns.iter().map(|column| {
            definition(&column.name, &column.kind, &column.format, column.priority, &column.description)
        });
        return std::iter::once(name).chain(rest).collect();
    }
    let definitions = columns.split(' ').map(|column| {
        let name = plain(column).replace('_', " ");
        let (format, priority) = (if name == "Name" { "name" } else { "" }, i64::from(column.ends_with('*')));
        let number = matches!(
            name.as_str(),
            "Desired"
                | "Current"
                | "Up-to-date"
                | "Available"
                | "Data"
                | "Secrets"
                | "Webhooks"
                | "Allowed disruptions"
        );
        let kind = if number { "integer" } else { "string" };
        definition(&name, kind, format, priority, "")
    });
    definitions.collect()
}

fn definition(name: &str, kind: &str, format: &str, priority: i64, description: &str) -> Value {
    let mut out = Map::new();
    out.insert("name", name);
    out.insert("type", kind);
    out.insert("format", format);
    out.insert("description", description);
    out.insert("priority", priority);
    Value::Map(out)
}

fn custom_cell(column: &crate::kinds::Column, object: &Value, now: i64) -> Value {
    let found = json_path::find(object, &column.path);
    let Some(first) = found.first().filter(|value| !value.is_null()) else { return Value::Null };
    match column.kind.as_str() {
        "integer" | "number" if first.as_f64().is_some() => (*first).clone(),
        "boolean" if first.as_bool().is_some() => (*first).clone(),
        "date" => {
            Value::from(first.as_str().map_or_else(|| "<unknown>".to_owned(), |text| age::since(text, now)))
        }
        "string" => {
            let words: Vec<String> = found.iter().map(|value| shown(value)).collect();
            Value::from(words.join(","))
        }
        _ => Value::Null,
    }
}

/// A value as text: strings without quotes.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        other => to_json(other),
    }
}
