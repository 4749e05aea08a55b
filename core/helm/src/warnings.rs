//! What Helm tells on the way, in the lines in which its program writes them to standard error.

use crate::quote::{is_print, quoted};

/// Lines, in the order in which they were told.
#[derive(Debug, Clone, Default)]
pub struct Warnings(Vec<String>);

impl Warnings {
    /// A line of the plain log, which the program passes on as information.
    pub(crate) fn add(&mut self, message: impl AsRef<str>) {
        self.log("INFO", message.as_ref(), &[]);
    }

    /// A line of the structured log.
    pub(crate) fn log(&mut self, level: &str, message: &str, fields: &[(&str, &str)]) {
        let mut line = format!("level={level} msg={}", field(message));
        for (name, value) in fields {
            line.push_str(&format!(" {name}={}", field(value)));
        }
        self.0.push(line);
    }

    /// The lines.
    pub fn lines(&self) -> &[String] {
        &self.0
    }
}

/// A value as Go's `slog` writes it: in quotes where it needs some.
fn field(text: &str) -> String {
    let is_plain = |c: char| c != ' ' && c != '"' && c != '=' && is_print(c);
    if !text.is_empty() && text.chars().all(is_plain) { text.to_string() } else { quoted(text) }
}
