//! Values to YAML text, byte for byte as Go's libraries print them.
//!
//! Two styles: yaml.v2, in which `helm`'s toYaml and `kustomize build` print, and yaml.v3, in which sops and
//! `kustomize edit` do. Comments are only printed by `noted`: other things that have some are edited in place, see `edit`.

mod analyze;
mod noted;
mod order;
mod printer;
mod styled;
mod text;
mod through_json;
mod writer;

use std::fmt;

use crate::scan::Generation;
use crate::value::Value;
pub use noted::{Noted, NotedContent, StyledScalar, to_yaml_noted};
pub use printer::Printer;
pub use styled::{to_written_value, to_yaml_styled};
use writer::Writer;

/// Deeper values are refused: nothing reads them back.
const MAX_DEPTH: usize = 1001;

/// Why a value cannot be printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmitError {
    /// What is wrong, in the words of Go's libraries.
    pub message: String,
}

impl EmitError {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

impl fmt::Display for EmitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "yaml: {}", self.message)
    }
}

impl std::error::Error for EmitError {}

/// In the style of `sigs.k8s.io/yaml`: what `helm`'s toYaml and `kustomize build` print.
///
/// They pass values through JSON, so whole floats lose their dot and some characters are refused.
pub fn to_yaml(value: &Value) -> Result<String, EmitError> {
    SIGS.print(value)
}

/// The same behind another text, which stays as it is if this cannot be printed.
pub fn append_yaml(value: &Value, text: &mut String) -> Result<(), EmitError> {
    SIGS.append(value, text)
}

/// In the style of yaml.v3 with this indent (2 to 9); `compact` puts the dashes of a list below their key.
pub fn to_yaml_v3(value: &Value, indent: usize, compact: bool) -> Result<String, EmitError> {
    let indent = if (2..=9).contains(&indent) { indent } else { 2 };
    Style { generation: Generation::V3, indent, compact, through_json: false }.print(value)
}

/// JSON text, or any YAML document, in the style of [`to_yaml`], with floats as they were read.
pub fn json_to_yaml(text: &str) -> Result<String, EmitError> {
    let value = crate::decode::as_written(text).map_err(|error| EmitError::new(error.message))?;
    Style { through_json: false, ..SIGS }.print(&value)
}

/// What `sigs.k8s.io/yaml` writes.
const SIGS: Style = Style { generation: Generation::V2, indent: 2, compact: false, through_json: true };

#[derive(Clone, Copy)]
struct Style {
    generation: Generation,
    indent: usize,
    compact: bool,
    /// Strings and floats take the way through JSON and back first.
    through_json: bool,
}

impl Style {
    fn print(self, value: &Value) -> Result<String, EmitError> {
        let mut text = String::new();
        self.append(value, &mut text)?;
        Ok(text)
    }

    fn append(self, value: &Value, text: &mut String) -> Result<(), EmitError> {
        let before = text.len();
        let mut printer = Printer::behind(std::mem::take(text), self);
        let printed = printer.value(value);
        *text = printer.finish();
        if printed.is_err() {
            text.truncate(before);
        }
        printed
    }
}

/// True if this text is printed without quotes, and not on lines of its own.
pub(crate) fn is_printed_plain(text: &str) -> bool {
    let generation = Generation::V3;
    analyze::Analysis::new(text, generation).style(text, generation, false) == crate::scan::ScalarStyle::Plain
}

/// True if this text can stand without quotes wherever a scalar can, in brackets and as a key too.
pub(crate) fn is_plain_anywhere(text: &str) -> bool {
    let both = [Generation::V2, Generation::V3];
    let by_style = |generation| {
        let analysis = analyze::Analysis::new(text, generation);
        analysis.style(text, generation, true) == crate::scan::ScalarStyle::Plain
    };
    !text.is_empty() && !text.contains([',', '?', '[', ']', '{', '}', ':']) && both.into_iter().all(by_style)
        || is_plain_with_colons(text)
}

/// Image names, addresses and the like: a colon inside of a word is no indicator outside of brackets' keys.
fn is_plain_with_colons(text: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:@+".contains(&byte);
    text.contains(':')
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(word)
        && !text.ends_with(':')
        && !text.contains("::")
}

/// A string in double quotes on one line.
pub(crate) fn quoted(text: &str) -> String {
    let style = Style { generation: Generation::V3, indent: 2, compact: false, through_json: false };
    let mut writer = Writer::new(style);
    writer.double_quoted(text, false);
    writer.out
}

/// A null, boolean or number.
pub(crate) fn word(value: &Value) -> String {
    let text = to_yaml_v3(value, 2, false).unwrap_or_default();
    text.trim_end().to_string()
}
