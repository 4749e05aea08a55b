//! What templates gave: notes, texts, and texts that are no objects.

use super::Failure;
use super::engine::Files;
use crate::chart::Chart;
use crate::error::Error;
use crate::{path, typed};

/// True for files that are told and not installed.
pub(super) fn is_notes(name: &str) -> bool {
    name.ends_with("NOTES.txt")
}

/// The notes of the chart, and all files that are no notes.
pub(super) fn without_notes(files: Files, chart: &Chart, sub_notes: bool) -> (String, Files) {
    let own = path::join(&path::join(chart.name(), "templates"), "NOTES.txt");
    let (notes, others): (Vec<_>, Vec<_>) = files.into_iter().partition(|(name, _)| is_notes(name));
    let wanted = notes.iter().filter(|(name, _)| sub_notes || *name == own);
    let texts: Vec<_> = wanted.map(|(_, text)| String::from_utf8_lossy(text)).collect();
    (texts.join("\n"), others)
}

pub(super) type Texts = Vec<(String, String)>;

/// The text, with whatever is no UTF-8 replaced.
pub(super) fn text_of(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// The files as texts; what is no UTF-8 is no YAML either.
pub(super) fn texts(files: Files) -> Result<Texts, (Error, Texts)> {
    let mut problem = None;
    let mut texts = Vec::with_capacity(files.len());
    for (name, bytes) in files {
        let text = String::from_utf8(bytes).unwrap_or_else(|error| {
            let place = format!("YAML parse error on {name}");
            problem.get_or_insert_with(|| typed::no_utf8().within(place));
            String::from_utf8_lossy(error.as_bytes()).into_owned()
        });
        texts.push((name, text));
    }
    match problem {
        Some(problem) => Err((problem, texts)),
        None => Ok(texts),
    }
}

pub(super) fn failed_texts(error: Error, files: &[(String, String)]) -> Box<Failure> {
    let mut sorted: Vec<_> = files.iter().filter(|(_, text)| !text.trim().is_empty()).collect();
    sorted.sort();
    let texts = sorted.iter().map(|(name, text)| format!("---\n# Source: {name}\n{text}\n")).collect();
    let mut failure = Failure::rendering(error);
    failure.texts = Some(texts);
    failure
}
