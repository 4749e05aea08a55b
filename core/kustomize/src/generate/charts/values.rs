//! The values of a chart: a file or the chart's own, merged with those that stand in the kustomization, then more files.

use weir_files::Bytes;
use weir_manifest::merge::kustomize::{MergeOptions, merge};
use weir_yaml::{Dialect, Map, Value, first_from_yaml, from_json, from_yaml, to_json, to_yaml};

use super::Chart;
use super::directory::Directory;
use crate::context::Here;
use crate::fault::Fault;

/// The largest whole number of which Go's JSON decoder loses nothing.
const EXACT: u64 = 1 << 53;
/// Deeper values are refused by all that walks them.
const DEEPEST: usize = 600;
/// What opaque scalars begin with.
const OPAQUE: &str = "json ";

/// Files with values in their order, each with a name for messages.
pub(super) fn of(
    here: &Here<'_>,
    chart: &Chart,
    directory: &Directory,
) -> Result<Vec<(String, Bytes)>, Fault> {
    let name = if chart.values_file.is_empty() { "values.yaml" } else { &chart.values_file };
    let file = || match chart.values_file.is_empty() {
        true => directory.own_values(here),
        false => directory.named(here, &chart.values_file),
    };
    let inline = exact(&Value::Map(chart.values_inline.clone()), 0);
    let first = match (&*chart.values_merge, chart.values_inline.is_empty()) {
        ("" | "override" | "merge" | "replace", true) => file()?,
        ("replace", false) => printed(&inline)?,
        (mode @ ("" | "override" | "merge"), false) => printed(&merged(&file()?, &inline, mode == "merge")?)?,
        _ => return Err("valuesMerge must be one of [merge override replace]".into()),
    };
    let mut all = vec![(name.to_string(), first)];
    for file in &chart.more_values_files {
        let content = directory
            .named(here, file)
            .map_err(|fault| fault.within("could not load additionalValuesFile"))?;
        all.push((file.to_string(), content));
    }
    Ok(all)
}

/// Both together. Those of the kustomization win, unless they only fill in what the file leaves out.
fn merged(file: &[u8], inline: &Value, file_wins: bool) -> Result<Value, Fault> {
    let text = std::str::from_utf8(file).map_err(|_| "the file with values is not UTF-8 text")?;
    let file = opaque_of(text).map_err(|why| format!("could not parse values file: {why}"))?;
    // Kustomize writes them as YAML and reads them again, which makes written nulls of nulls.
    let inline = opaque_of(&to_yaml(inline).map_err(|error| error.to_string())?)?;
    let (target, patch) = if file_wins { (inline, file) } else { (file, inline) };
    let merged = merge(&target, &patch, MergeOptions::default());
    let merged = merged.map_err(|error| format!("could not merge values: {error}"))?;
    let mut merged = merged.unwrap_or_else(|| Value::Map(Map::new()));
    merged.forget_spelling();
    Ok(plain(merged, 0))
}

/// Values whose scalars are texts that nobody takes for something else. Merging objects carries quotes from old values to
/// new ones; here kustomize looks at the types alone.
fn opaque_of(text: &str) -> Result<Value, String> {
    let spelled = from_yaml(text, Dialect::Spelled).map_err(|error| error.to_string())?;
    let spelled = spelled.into_iter().next().ok_or("there is nothing in it")?;
    let typed = first_from_yaml(text, Dialect::V3).map_err(|error| error.to_string())?;
    Ok(opaque(spelled, &typed, 0))
}

/// Nulls stay as they are written: one that is, `null`, counts for more than an empty place.
fn opaque(spelled: Value, typed: &Value, depth: usize) -> Value {
    match (spelled, typed) {
        (Value::Map(spelled), Value::Map(typed)) if depth < DEEPEST => {
            let inner = spelled.iter().map(|(key, value)| {
                let typed = typed.get(key).unwrap_or(&Value::Null);
                let is_directive = key == "$patch";
                (
                    key.clone(),
                    if is_directive { value.clone() } else { opaque(value.clone(), typed, depth + 1) },
                )
            });
            Value::Map(inner.collect())
        }
        (Value::List(spelled), Value::List(typed)) if depth < DEEPEST => {
            let inner = spelled.iter().zip(typed.iter());
            Value::from(
                inner.map(|(value, typed)| opaque(value.clone(), typed, depth + 1)).collect::<Vec<_>>(),
            )
        }
        (spelled, Value::Null) => spelled,
        (_, typed) => Value::from(format!("{OPAQUE}{}", to_json(typed))),
    }
}

/// The values that were made opaque.
fn plain(value: Value, depth: usize) -> Value {
    match value {
        Value::Map(map) if depth < DEEPEST => Value::Map(
            map.iter().map(|(key, value)| (key.clone(), plain(value.clone(), depth + 1))).collect(),
        ),
        Value::List(list) if depth < DEEPEST => {
            Value::from(list.iter().map(|value| plain(value.clone(), depth + 1)).collect::<Vec<_>>())
        }
        other => {
            let json = other.as_str().and_then(|text| text.strip_prefix(OPAQUE));
            json.and_then(|json| from_json(json.as_bytes()).ok()).unwrap_or(other)
        }
    }
}

fn printed(value: &Value) -> Result<Bytes, Fault> {
    let text = to_yaml(value).map_err(|error| error.to_string())?;
    Ok(Bytes::from(text.into_bytes()))
}

/// Values as Go's JSON decoder gives them, for which all numbers are floats.
fn exact(value: &Value, depth: usize) -> Value {
    #[expect(clippy::cast_precision_loss, reason = "losing digits is the point")]
    match value {
        Value::Int(number) if number.unsigned_abs() > EXACT => Value::Float(*number as f64),
        Value::UInt(number) if *number > EXACT => Value::Float(*number as f64),
        Value::Map(map) if depth < DEEPEST => {
            Value::Map(map.iter().map(|(key, value)| (key.clone(), exact(value, depth + 1))).collect())
        }
        Value::List(list) => {
            Value::from(list.iter().map(|value| exact(value, depth + 1)).collect::<Vec<_>>())
        }
        other => other.clone(),
    }
}
