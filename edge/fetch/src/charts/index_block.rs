//! An index that is written in block style, split by indentation into charts and their versions.

use std::io::BufRead;

use weir_yaml::Dialect;

use super::index::{Part, Take, Wanted};

/// Splits an index, without ever holding more than one version of a chart. False if it is written in another way.
pub(super) fn read(mut lines: impl BufRead, wanted: Wanted<'_>, take: Take<'_>) -> Result<bool, String> {
    let mut line = Vec::new();
    let (mut has_version, mut inside, mut indent) = (false, false, 0);
    let mut current: Option<Current> = None;
    loop {
        line.clear();
        if lines.read_until(b'\n', &mut line).map_err(|error| error.to_string())? == 0 {
            break;
        }
        let text = std::str::from_utf8(&line).map_err(|_| "it is not UTF-8".to_string())?;
        let content = text.trim_start_matches(' ');
        let at = text.len() - content.len();
        if content.trim_end().is_empty() || content.starts_with('#') {
            if let Some(current) = &mut current {
                current.text.push_str(text);
            }
            continue;
        }
        if at == 0 && !(inside && content.starts_with('-')) {
            if let Some(current) = current.take() {
                current.end(take)?;
            }
            has_version |= text.starts_with("apiVersion:");
            let rest = text.strip_prefix("entries:").map(str::trim);
            if rest.is_some_and(|rest| !rest.is_empty() && rest != "{}" && !rest.starts_with('#')) {
                return Ok(false);
            }
            inside = rest.is_some();
            indent = 0;
            continue;
        }
        if !inside {
            continue;
        }
        if indent == 0 {
            indent = at;
        }
        if at == indent && !content.starts_with('-') {
            if let Some(current) = current.take() {
                current.end(take)?;
            }
            let Some((name, is_plain)) = chart_name(content) else {
                return Err(format!("no chart: {}", content.trim_end()));
            };
            current = wanted(&name).then(|| Current::new(name, is_plain, text));
        } else if let Some(current) = &mut current {
            current.line(at, content, text, take)?;
        }
    }
    if let Some(current) = current.take() {
        current.end(take)?;
    }
    if has_version { Ok(true) } else { Err("no API version specified".into()) }
}

/// The chart that is read.
struct Current {
    name: String,
    /// The lines of a version, or of the chart if its versions are not written one below the other.
    text: String,
    is_whole: bool,
    /// The column in which versions begin.
    column: Option<usize>,
}

impl Current {
    fn new(name: String, is_plain: bool, line: &str) -> Self {
        let text = if is_plain { String::new() } else { line.to_string() };
        Self { name, text, is_whole: !is_plain, column: None }
    }

    fn line(&mut self, at: usize, content: &str, line: &str, take: Take<'_>) -> Result<(), String> {
        if !self.is_whole && content.starts_with('-') && *self.column.get_or_insert(at) == at {
            self.flush(take)?;
        }
        self.text.push_str(line);
        Ok(())
    }

    fn flush(&mut self, take: Take<'_>) -> Result<(), String> {
        if !self.text.trim().is_empty() {
            take(
                &self.name,
                if self.is_whole { Part::Chart(&self.text) } else { Part::Versions(&self.text) },
            )?;
        }
        self.text.clear();
        Ok(())
    }

    fn end(mut self, take: Take<'_>) -> Result<(), String> {
        self.flush(take)?;
        take(&self.name, Part::End)
    }
}

/// The key that a line begins with, and whether nothing is behind it.
fn chart_name(line: &str) -> Option<(String, bool)> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    if let Some(key) = line.trim_end().strip_suffix(':').filter(|key| key.chars().all(is_plain)) {
        return Some((key.to_string(), true));
    }
    let parsed = weir_yaml::first_from_yaml(line, Dialect::Sigs).ok()?;
    Some((parsed.as_map()?.keys().next()?.as_str().to_string(), false))
}
