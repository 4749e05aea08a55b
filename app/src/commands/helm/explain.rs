//! `weir helm template --explain`: each line with the line of the template that it comes from, and each value with who set it.

use std::fmt::Write as _;

use weir_helm::release::Hook;
use weir_helm::{Origin, Rendered, Traces, ValueOrigin};

/// Longer values are cut.
const LONGEST: usize = 60;
/// Templates with longer names push their lines to the right.
const WIDEST: usize = 50;

/// The objects with a margin that names templates.
pub(super) fn objects(rendered: &Rendered, hooks: &[&Hook], traces: &Traces) -> String {
    let manifests = rendered.manifests.iter().map(|one| (&*one.path, &*one.content));
    let hooks = hooks.iter().map(|one| (&*one.path, &*one.manifest));
    let mut parts = Vec::new();
    let definitions: Vec<_> = rendered.crds.iter().map(|one| String::from_utf8_lossy(&one.data)).collect();
    for (crd, content) in rendered.crds.iter().zip(&definitions) {
        let line =
            |at: usize| Origin { file: crd.source.as_str().into(), line: u32::try_from(at + 1).unwrap_or(0) };
        let margins = content.lines().enumerate().map(|(at, _)| margin(Some(&line(at))));
        parts.push((&*crd.source, &**content, margins.collect::<Vec<_>>()));
    }
    for (path, content) in manifests.chain(hooks) {
        let origins = traces.lines(path, content);
        let margins =
            content.lines().enumerate().map(|(at, _)| margin(origins.get(at).and_then(Option::as_ref)));
        parts.push((path, content, margins.collect::<Vec<_>>()));
    }
    let widths = parts.iter().flat_map(|(_, _, margins)| margins.iter().map(String::len));
    let width = widths.filter(|width| *width <= WIDEST).max().unwrap_or(0);
    let mut text = String::new();
    for (path, content, margins) in parts {
        let _ = writeln!(text, "---\n# Source: {path}");
        for (line, margin) in content.lines().zip(margins) {
            let _ = writeln!(text, "{}", format!("{margin:width$} | {line}").trim_end());
        }
    }
    text
}

fn margin(origin: Option<&Origin>) -> String {
    origin.map_or_else(String::new, |origin| {
        // All templates are in the chart.
        let (_, file) = origin.file.split_once('/').unwrap_or(("", &origin.file));
        format!("{file}:{}", origin.line)
    })
}

/// All values, a line each.
pub(super) fn values(values: &[ValueOrigin]) -> String {
    let lines: Vec<(String, &str)> = values
        .iter()
        .map(|one| {
            let value = weir_yaml::to_json(&one.value);
            let cut = value.char_indices().nth(LONGEST).map(|(at, _)| at);
            let value = cut.map_or(value.clone(), |at| format!("{}...", value.get(..at).unwrap_or("")));
            (format!("{} = {value}", one.path), one.source.as_str())
        })
        .collect();
    let width =
        lines.iter().map(|(line, _)| line.chars().count()).filter(|width| *width <= 80).max().unwrap_or(0);
    let mut text = "---\n# Values\n".to_string();
    for (line, source) in lines {
        let _ = writeln!(text, "{line:width$} | {source}");
    }
    text
}
