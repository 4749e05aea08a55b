//! What helps with an error of a template, besides Helm's words: the line itself, and who set the value in question.

use weir_template::At;
use weir_yaml::Map;

use crate::chart::Chart;
use crate::render::Failure;
use crate::values::Given;

/// Lines that follow Helm's words; nothing where there is nothing to add.
pub fn explain(failure: &Failure, chart: &Chart, given: &[Given]) -> String {
    let mut text = String::new();
    // The innermost place that stands in a file: texts of values have none.
    let shown = failure.places.iter().rev().find_map(|at| Some((at, line(chart, at)?)));
    if let Some((at, line)) = shown {
        let (file, number) = (&at.file, at.line.to_string());
        let margin = " ".repeat(number.len());
        let before: String = line.get(..at.column as usize).unwrap_or_default().to_string();
        let pad: String = before.chars().map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
        text.push_str(&format!("\n{margin}--> {file}:{number}:{}", at.column));
        text.push_str(&format!("\n{margin} |\n{number} | {line}\n{margin} | {pad}^"));
        for outer in failure.places.iter().rev().skip_while(|other| *other != at).skip(1) {
            text.push_str(&format!("\n{margin} in {}:{}:{}", outer.file, outer.line, outer.column));
        }
    }
    if let Some(path) = &failure.value_path {
        text.push_str(&format!("\n  hint: {}", origin(path, chart, given)));
    }
    text
}

/// The line of a template that a place is on.
fn line(chart: &Chart, at: &At) -> Option<String> {
    let data = file(chart, chart.name(), &at.file)?;
    let line = data.split(|byte| *byte == b'\n').nth(at.line.checked_sub(1)? as usize)?;
    Some(String::from_utf8_lossy(line).trim_end().to_string())
}

fn file<'c>(chart: &'c Chart, full_path: &str, name: &str) -> Option<&'c [u8]> {
    let inner = name.strip_prefix(full_path)?.strip_prefix('/')?;
    if let Some(file) = chart.templates.iter().find(|file| file.name == inner) {
        return Some(&file.data);
    }
    chart.dependencies.iter().find_map(|subchart| {
        // A chart under an alias is found by the path of any chart that has such a template.
        let below = inner.strip_prefix("charts/")?;
        let (alias, _) = below.split_once('/')?;
        file(subchart, &format!("{full_path}/charts/{alias}"), name)
    })
}

/// Who set a value: the last file or flag that has it, or the chart, or nobody.
fn origin(path: &str, chart: &Chart, given: &[Given]) -> String {
    let Some(keys) = path.trim_start_matches('$').strip_prefix(".Values.") else {
        return format!("'{path}' is nil or of another type than is needed here");
    };
    let keys: Vec<&str> = keys.split('.').collect();
    for length in (1..=keys.len()).rev() {
        let Some(keys) = keys.get(..length) else { continue };
        let name = keys.join(".");
        let rest = if length < path.matches('.').count() - 1 { ", but nothing below it" } else { "" };
        if let Some(source) = given.iter().find(|given| has(&given.values, keys)) {
            return format!("'{name}' is set by {}{rest}", source.source);
        }
        if chart.values.as_ref().is_some_and(|values| has(values, keys)) {
            return format!("'{name}' is set by values.yaml of the chart '{}'{rest}", chart.name());
        }
    }
    format!("no values set '{}'", keys.join("."))
}

fn has(values: &Map, keys: &[&str]) -> bool {
    match keys {
        [] => false,
        [key] => values.contains_key(key),
        [key, rest @ ..] => {
            values.get(key).and_then(|value| value.as_map()).is_some_and(|below| has(below, rest))
        }
    }
}
