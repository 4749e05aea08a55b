//! Files to trees and back, as sops's stores do it: one file per format.

mod dotenv;
mod flatten;
mod ini;
mod json;
mod yaml;

use zeroize::Zeroizing;

use crate::error::SecretError;
use crate::metadata::Metadata;
use crate::tree::{Branch, Item, Node};

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// YAML.
    Yaml,
    /// JSON.
    Json,
    /// `NAME=value`, a line each.
    Dotenv,
    /// Sections of `name = value`.
    Ini,
    /// Anything, kept as a text in JSON while it is encrypted.
    Binary,
}

impl Format {
    /// All, by the names that sops gives them.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Yaml, "yaml"),
        (Self::Json, "json"),
        (Self::Dotenv, "dotenv"),
        (Self::Ini, "ini"),
        (Self::Binary, "binary"),
    ];

    /// By the name that sops gives it. What it does not know is binary for it, too.
    #[must_use]
    pub fn of_name(name: &str) -> Self {
        Self::ALL.iter().find(|(_, own)| *own == name).map_or(Self::Binary, |(format, _)| *format)
    }

    /// The name that sops gives it.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(format, _)| *format == self).map_or("", |(_, name)| name)
    }

    /// By the end of a name.
    #[must_use]
    pub fn of_path(path: &str) -> Self {
        let is = |end: &str| path.ends_with(end);
        if is(".yaml") || is(".yml") {
            Self::Yaml
        } else if is(".json") || is(".dockerconfigjson") {
            Self::Json
        } else if is(".env") {
            Self::Dotenv
        } else if is(".ini") {
            Self::Ini
        } else {
            Self::Binary
        }
    }

    /// The format of encrypted bytes, if that is what they are.
    #[must_use]
    pub fn detect(bytes: &[u8]) -> Option<Self> {
        [Self::Json, Self::Dotenv, Self::Ini, Self::Yaml].into_iter().find(|format| format.marks(bytes))
    }

    /// Whether bytes of this format are encrypted.
    #[must_use]
    pub fn marks(self, bytes: &[u8]) -> bool {
        let mark: &[u8] = match self {
            Self::Json | Self::Binary => b"\"mac\": \"ENC[",
            Self::Dotenv => b"sops_mac=ENC[",
            Self::Ini => b"[sops]",
            Self::Yaml => b"mac: ENC[",
        };
        bytes.windows(mark.len()).any(|window| window == mark)
    }
}

/// How far things are moved in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Spaces in YAML.
    pub yaml_indent: usize,
    /// Spaces in JSON; nothing for a tab.
    pub json_indent: Option<usize>,
    /// The same for what is binary and so kept in JSON.
    pub json_binary_indent: Option<usize>,
}

impl Default for Layout {
    fn default() -> Self {
        Self { yaml_indent: 4, json_indent: None, json_binary_indent: None }
    }
}

impl Layout {
    /// The same number of spaces everywhere, as `--indent` asks for.
    #[must_use]
    pub fn with_indent(indent: usize) -> Self {
        let yaml_indent = if indent == 0 { 4 } else { indent };
        Self { yaml_indent, json_indent: Some(indent), json_binary_indent: Some(indent) }
    }
}

/// The documents of a file that is not encrypted, or as if it were not.
pub(crate) fn plain(bytes: &[u8], format: Format) -> Result<Vec<Branch>, SecretError> {
    if format == Format::Binary {
        return Ok(vec![vec![Item::Entry("data".to_string(), Node::Text(bytes.to_vec().into()))]]);
    }
    encrypted(bytes, format)
}

/// The documents of an encrypted file, with their metadata among them.
pub(crate) fn encrypted(bytes: &[u8], format: Format) -> Result<Vec<Branch>, SecretError> {
    match format {
        Format::Yaml => yaml::parse(text(bytes)?),
        Format::Json | Format::Binary => Ok(vec![json::parse(bytes)?]),
        Format::Dotenv => Ok(vec![dotenv::parse(bytes)?]),
        Format::Ini => Ok(vec![ini::parse(text(bytes)?)?]),
    }
}

fn text(bytes: &[u8]) -> Result<&str, SecretError> {
    std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
        SecretError::Unreadable(format!("line {line}: it is not UTF-8"))
    })
}

/// Documents as a file.
pub(crate) fn emit(
    branches: &[Branch],
    format: Format,
    layout: &Layout,
) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    let first = || branches.first().ok_or(SecretError::Empty);
    match format {
        Format::Yaml => yaml::emit(branches, layout.yaml_indent),
        Format::Json => json::emit(first()?, layout.json_indent),
        Format::Dotenv => dotenv::emit(first()?),
        Format::Ini => ini::emit(branches),
        Format::Binary => binary(branches),
    }
}

/// What was kept as a text, which may be any bytes.
fn binary(branches: &[Branch]) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    let wrong = |cause: &str| Err(SecretError::Emit(format!("error emitting binary store: {cause}")));
    let [branch] = branches else { return wrong("there must be exactly one tree branch") };
    match crate::tree::find(branch, "data") {
        Some(Node::Text(text)) => Ok(Zeroizing::new(text.bytes().to_vec())),
        Some(_) => wrong("'data' key in tree does not have a string value"),
        None => wrong("no binary data found in tree"),
    }
}

/// One value as a file of this format would have it.
pub(crate) fn emit_value(
    value: &Node,
    format: Format,
    layout: &Layout,
) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    match format {
        Format::Yaml => yaml::emit_value(value),
        Format::Json => json::emit_value(value, layout.json_indent),
        Format::Ini => json::emit_compact(value),
        Format::Dotenv => match value {
            Node::Text(text) => Ok(Zeroizing::new(text.bytes().to_vec())),
            other => Err(SecretError::Emit(format!(
                "the dotenv store only supports emitting strings, got {}",
                other.kind()
            ))),
        },
        Format::Binary => Err(SecretError::Emit(
            "Binary files are not structured and extracting a single value is not possible".to_string(),
        )),
    }
}

/// A value in JSON, as `set` takes it.
pub(crate) fn json_value(bytes: &[u8]) -> Result<Node, SecretError> {
    json::parse_value(bytes)
}

/// A JSON object with one field, as short as it gets.
pub(crate) fn json_object(field: &str, value: Node) -> Zeroizing<Vec<u8>> {
    json::emit_compact(&Node::Map(vec![Item::Entry(field.to_string(), value)])).unwrap_or_default()
}

/// A JSON object that somebody answers.
pub(crate) fn json_answer(bytes: &[u8]) -> Result<Node, SecretError> {
    json::parse(bytes).map(Node::Map)
}

/// What sops keeps its metadata under.
const OWN: &str = "sops";
/// What it begins the keys with where everything is in one level.
const OWN_PREFIX: &str = "sops_";

/// Whether there is something that only encrypted files have.
pub(crate) fn has_metadata(branch: &Branch, format: Format) -> bool {
    branch
        .iter()
        .filter_map(Item::entry)
        .any(|(key, _)| if format == Format::Dotenv { key.starts_with(OWN_PREFIX) } else { key == OWN })
}

/// Takes the metadata out of documents.
pub(crate) fn extract(
    mut branches: Vec<Branch>,
    format: Format,
) -> Result<(Vec<Branch>, Metadata), SecretError> {
    let wrong = |cause: String| SecretError::Metadata(cause);
    let mut found: Option<Branch> = None;
    let only_first = if format == Format::Dotenv { 1 } else { branches.len() };
    for (at, branch) in branches.iter_mut().enumerate().take(only_first) {
        let mut kept = Branch::with_capacity(branch.len());
        for item in std::mem::take(branch) {
            match item {
                Item::Entry(key, value) if format == Format::Dotenv && key.starts_with(OWN_PREFIX) => {
                    let key = key[OWN_PREFIX.len()..].to_string();
                    found.get_or_insert_default().push(Item::Entry(key, value));
                }
                Item::Entry(key, value) if format != Format::Dotenv && key == OWN => match value {
                    _ if at > 0 => {}
                    _ if found.is_some() => return Err(wrong("Found duplicate sops entry".to_string())),
                    Node::Map(own) => found = Some(own),
                    _ => return Err(wrong("Found sops entry that is not a mapping".to_string())),
                },
                other => kept.push(other),
            }
        }
        *branch = kept;
    }
    let mut own = found.ok_or(SecretError::NotEncrypted)?;
    if format == Format::Ini {
        with_newlines(&mut own, "\\n", "\n");
    }
    if matches!(format, Format::Dotenv | Format::Ini) {
        own = flatten::unflatten(own).map_err(wrong)?;
    }
    Ok((branches, Metadata::of(&own)?))
}

/// Puts the metadata into every document.
pub(crate) fn embed(
    branches: &[Branch],
    metadata: &Metadata,
    format: Format,
) -> Result<Vec<Branch>, SecretError> {
    let mut own = metadata.branch();
    if matches!(format, Format::Dotenv | Format::Ini) {
        own = flatten::flatten(&own, if format == Format::Dotenv { OWN_PREFIX } else { "" });
    }
    if format == Format::Ini {
        with_newlines(&mut own, "\n", "\\n");
    }
    if format != Format::Dotenv {
        own = vec![Item::Entry(OWN.to_string(), Node::Map(own))];
    }
    let embedded = |branch: &Branch| {
        if has_metadata(branch, format) {
            return Err(SecretError::Emit(
                "Found key \"sops\" in encrypted data, which is a reserved key used for SOPS metadata"
                    .to_string(),
            ));
        }
        Ok(branch.iter().chain(&own).cloned().collect())
    };
    branches.iter().map(embedded).collect()
}

fn with_newlines(branch: &mut Branch, from: &str, to: &str) {
    for item in branch {
        if let Item::Entry(_, value @ Node::Text(_)) = item
            && let Some(text) = value.as_str()
        {
            *value = Node::from(text.replace(from, to));
        }
    }
}

/// A simple value as a text, for formats that have nothing else.
pub(crate) fn as_text(value: &Node) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(match value {
        Node::Text(text) => text.bytes().to_vec(),
        Node::Bool(flag) => flag.to_string().into_bytes(),
        Node::Int(number) => number.to_string().into_bytes(),
        Node::Float(number) => float(*number).into_bytes(),
        Node::Time(text) => {
            let text = text.as_str().unwrap_or_default();
            crate::time::without_fraction(text).unwrap_or_else(|| text.to_string()).into_bytes()
        }
        Node::Null => b"<nil>".to_vec(),
        Node::Comment(_) | Node::List(_) | Node::Map(_) => Vec::new(),
    })
}

/// In Go's general form with a capital E, and never to be taken for a whole number.
fn float(number: f64) -> String {
    let text = match number {
        f64::INFINITY => "+Inf".to_string(),
        f64::NEG_INFINITY => "-Inf".to_string(),
        number if number.is_nan() => "NaN".to_string(),
        number => {
            let text = weir_yaml::to_yaml_v3(&weir_yaml::Value::Float(number), 2, false).unwrap_or_default();
            text.trim_end().to_uppercase()
        }
    };
    if text.contains(['.', 'E']) || !number.is_finite() { text } else { format!("{text}.0") }
}
