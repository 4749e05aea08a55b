//! What `helm show` prints of a chart.

use crate::chart::{Chart, File};
use crate::error::Error;

/// What is to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    All,
    /// What Chart.yaml says.
    Chart,
    /// values.yaml.
    Values,
    /// The README.
    Readme,
    /// The files in crds/.
    Crds,
}

/// The text that shows this part of a chart.
pub fn show(chart: &Chart, part: Part) -> Result<String, Error> {
    let wants = |other: Part| part == Part::All || part == other;
    let mut text = String::new();
    if wants(Part::Chart) {
        let about =
            weir_yaml::to_yaml(&chart.metadata.to_value()).map_err(|error| Error::new(error.to_string()))?;
        text.push_str(&format!("{about}\n"));
    }
    if wants(Part::Values) && chart.values.is_some() {
        if part == Part::All {
            text.push_str("---\n");
        }
        for file in chart.raw.iter().filter(|file| file.name == "values.yaml") {
            text.push_str(&format!("{}\n", content(file)));
        }
    }
    if wants(Part::Readme)
        && let Some(file) = chart.files.iter().find(|file| is_readme(&file.name))
    {
        if part == Part::All {
            text.push_str("---\n");
        }
        text.push_str(&format!("{}\n", content(file)));
    }
    if wants(Part::Crds) {
        for crd in chart.crds() {
            if !crd.data.starts_with(b"---") {
                text.push_str("---\n");
            }
            text.push_str(&format!("{}\n", String::from_utf8_lossy(&crd.data)));
        }
    }
    Ok(text)
}

fn is_readme(name: &str) -> bool {
    ["readme.md", "readme.txt", "readme"].iter().any(|readme| name.eq_ignore_ascii_case(readme))
}

fn content(file: &File) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(&file.data)
}
