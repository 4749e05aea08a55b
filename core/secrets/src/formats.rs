//! Files that sops writes, by their format, to the bytes they had before.

use weir_yaml::{Dialect, Map, Value};
use zeroize::Zeroizing;

use crate::cipher::{is_ciphertext, open};
use crate::decrypt::{Integrity, decrypt};
use crate::error::SecretError;
use crate::keys::Keys;
use crate::metadata::Metadata;

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// The bytes of a file before it was encrypted, written in a format that may be another one.
pub fn decrypt_bytes(
    bytes: &[u8],
    (from, to): (Format, Format),
    keys: &Keys,
) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    let text = std::str::from_utf8(bytes).map_err(|_| unreadable("it is not UTF-8"))?;
    if from == Format::Ini || to == Format::Ini {
        return Err(unreadable("not supported yet: files of kind INI"));
    }
    if from == Format::Dotenv {
        let lines = dotenv(text, keys)?;
        return match to {
            Format::Dotenv | Format::Binary => Ok(lines),
            _ => Err(unreadable("not supported yet: a dotenv file written as something else")),
        };
    }
    let dialect = if from == Format::Yaml { Dialect::V3 } else { Dialect::Sigs };
    let document =
        weir_yaml::first_from_yaml(text, dialect).map_err(|error| unreadable(&error.to_string()))?;
    if to == Format::Binary {
        return binary(&document, keys);
    }
    let plain = decrypt(&document, keys, Integrity::Unchecked)?;
    let text = match to {
        Format::Yaml => {
            weir_yaml::to_yaml_v3(&plain, 4, false).map_err(|error| unreadable(&error.to_string()))?
        }
        Format::Dotenv => as_dotenv(&plain)?,
        _ => format!("{}\n", weir_yaml::to_json_pretty(&plain).trim_end().replace("  ", "\t")),
    };
    Ok(Zeroizing::new(text.into_bytes()))
}

fn unreadable(cause: &str) -> SecretError {
    SecretError::Metadata(cause.to_string())
}

/// What was kept as a text, which may be any bytes.
fn binary(document: &Value, keys: &Keys) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    let metadata = Metadata::of(document.get("sops").ok_or(SecretError::NotEncrypted)?)?;
    let text = document.str_at(&["data"]).ok_or_else(|| unreadable("no binary data found in tree"))?;
    let key = keys.data_key(&metadata)?;
    let plain =
        open(text, &key, "data:").map_err(|cause| SecretError::Value { path: "data".to_string(), cause })?;
    Ok(plain.bytes)
}

fn as_dotenv(plain: &Value) -> Result<String, SecretError> {
    let mut text = String::new();
    for (name, value) in plain.as_map().into_iter().flat_map(Map::iter) {
        let value = match value {
            Value::Map(_) | Value::List(_) => {
                let cause =
                    format!("cannot use complex value in dotenv file; offending key {}", name.as_str());
                return Err(unreadable(&cause));
            }
            Value::String(text) => text.replace('\n', "\\n"),
            other => weir_yaml::to_json(other),
        };
        text.push_str(&format!("{}={value}\n", name.as_str()));
    }
    Ok(text)
}

/// Names that hold what sops keeps in such a file.
const OWN: &str = "sops_";

fn dotenv(text: &str, keys: &Keys) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    let mut own = Value::Map(Map::new());
    let pair =
        |line: &str| line.split_once('=').map(|(name, value)| (name.to_string(), value.replace("\\n", "\n")));
    let lines: Vec<_> = text.split('\n').filter(|line| !line.is_empty()).collect();
    for (name, value) in lines.iter().filter(|line| !line.starts_with('#')).filter_map(|line| pair(line)) {
        if let Some(way) = name.strip_prefix(OWN) {
            put(&mut own, way, &value);
        }
    }
    let metadata = Metadata::of(&own)?;
    let key = keys.data_key(&metadata)?;
    let mut out = Zeroizing::new(Vec::with_capacity(text.len()));
    for line in lines {
        if let Some(comment) = line.strip_prefix('#') {
            // A comment that was never encrypted stays.
            let plain = open(comment, &key, ":").ok().filter(|_| is_ciphertext(comment));
            out.push(b'#');
            out.extend_from_slice(plain.as_ref().map_or(comment.as_bytes(), |plain| &plain.bytes));
            out.push(b'\n');
            continue;
        }
        let Some((name, value)) = pair(line) else {
            return Err(unreadable("a line of the dotenv file is none"));
        };
        if name.starts_with(OWN) {
            continue;
        }
        out.extend_from_slice(name.as_bytes());
        out.push(b'=');
        if metadata.rule.covers(&[&name]) {
            let plain = open(&value, &key, &format!("{name}:"))
                .map_err(|cause| SecretError::Value { path: name.clone(), cause })?;
            let text = Zeroizing::new(String::from_utf8_lossy(&plain.bytes).replace('\n', "\\n"));
            out.extend_from_slice(text.as_bytes());
        } else {
            out.extend_from_slice(value.replace('\n', "\\n").as_bytes());
        }
        out.push(b'\n');
    }
    Ok(out)
}

/// `age__list_0__map_enc` is the way to a value in maps and lists.
fn put(own: &mut Value, way: &str, text: &str) {
    let mut at = own;
    let mut steps = way.split("__").peekable();
    while let Some(step) = steps.next() {
        let name = step.strip_prefix("map_").unwrap_or(step);
        if let Some(index) = step.strip_prefix("list_").and_then(|index| index.parse::<usize>().ok()) {
            if at.as_list().is_none() {
                *at = Value::List(Vec::new().into());
            }
            let Some(list) = at.as_list_mut().filter(|list| index <= list.len()) else { return };
            if index == list.len() {
                list.push(Value::Null);
            }
            at = &mut list[index];
        } else {
            at = at.make_map().entry(name);
        }
        if steps.peek().is_none() {
            *at = match text {
                "true" => Value::from(true),
                "false" => Value::from(false),
                number if name == "shamir_threshold" => {
                    Value::from(number.parse::<i64>().unwrap_or_default())
                }
                text => Value::from(text),
            };
        }
    }
}
