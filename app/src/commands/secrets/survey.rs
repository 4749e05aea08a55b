//! A look at the files of a repository: which are encrypted, which should be. No key is needed for it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use weir_secrets::{Config, CreationRule, Document, Format, Sealed, SecretError};

use super::rules;

/// The rules of all directories, each read once.
#[derive(Default)]
pub(super) struct AllRules {
    named: Option<PathBuf>,
    read: Mutex<HashMap<PathBuf, Option<Arc<Found>>>>,
}

/// Rules that were found.
pub(super) struct Found {
    pub(super) file: PathBuf,
    pub(super) config: Result<Config, String>,
}

impl AllRules {
    pub(super) fn new(named: Option<PathBuf>) -> Self {
        Self { named, read: Mutex::default() }
    }

    /// The nearest rules above a file.
    pub(super) fn above(&self, path: &Path) -> Option<Arc<Found>> {
        let directory = path.parent().unwrap_or(Path::new(".")).to_path_buf();
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = read.get(&directory) {
            return known.clone();
        }
        let file = self.named.clone().or_else(|| rules::above(&directory));
        let found = file.map(|file| {
            let known = read.values().flatten().find(|known| known.file == file).cloned();
            known.unwrap_or_else(|| {
                let config = rules::read(&file).map_err(|failure| failure.message().to_string());
                Arc::new(Found { file, config })
            })
        });
        read.insert(directory, found.clone());
        found
    }

    /// All that were read.
    pub(super) fn all(&self) -> Vec<Arc<Found>> {
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<Arc<Found>> = read.values().flatten().cloned().collect();
        all.sort_by(|one, other| one.file.cmp(&other.file));
        all.dedup_by(|one, other| one.file == other.file);
        all
    }
}

/// What a file is, as far as secrets go.
pub(super) enum Kind {
    /// Nobody's business.
    Other,
    /// Encrypted.
    Sealed(Box<Sealed>),
    /// It looks encrypted and cannot be read as that.
    Broken(String),
    /// In plain, though a rule wants it encrypted: the ways to values.
    Plain(Vec<String>),
    /// A Secret in plain that no rule is for.
    Missed,
    /// A private key.
    Key(u32),
}

/// Looks at one file.
pub(super) fn look(path: &Path, bytes: &[u8], rules: &AllRules) -> Kind {
    let name = path.to_string_lossy();
    let format = Format::of_path(&name);
    if path.file_name().is_some_and(|own| own == rules::NAME) {
        return Kind::Other;
    }
    if let Some(line) = key_in(bytes) {
        return Kind::Key(line);
    }
    // What has no format of its own is kept in JSON: a text about sops is none.
    let is_marked =
        format.marks(bytes) && (format != Format::Binary || bytes.trim_ascii_start().starts_with(b"{"));
    if is_marked || has_metadata_of_sops(bytes, format) {
        match Sealed::parse(bytes, format) {
            Ok(sealed) => return Kind::Sealed(Box::new(sealed)),
            Err(SecretError::NotEncrypted) => {}
            Err(error) => return Kind::Broken(error.to_string()),
        }
    }
    let is_secret = format == Format::Yaml && contains(bytes, b"kind: Secret");
    let found = rules.above(path);
    let rule = found.as_ref().and_then(|found| {
        let config = found.config.as_ref().ok()?;
        let rule = config.rule_for(&rules::below(&found.file, path)).ok().flatten()?;
        Some((rule, is_broad(config, rule, &found.file, path)))
    });
    match rule {
        Some((rule, is_broad)) if !is_broad || is_secret => wanted(bytes, format, rule, is_broad),
        None if is_secret && !secrets_of(bytes, true).is_empty() => Kind::Missed,
        _ => Kind::Other,
    }
}

/// A rule that is for every manifest is no word about this one.
fn is_broad(config: &Config, rule: &CreationRule, file: &Path, path: &Path) -> bool {
    let beside = path.with_file_name("kustomization.yaml");
    let other = config.rule_for(&rules::below(file, &beside)).ok().flatten();
    other.is_some_and(|other| other.line == rule.line)
}

/// What a rule wants encrypted. Of a rule for everything, only Secrets are believed to be meant.
fn wanted(bytes: &[u8], format: Format, rule: &CreationRule, is_broad: bool) -> Kind {
    let values = if is_broad {
        secrets_of(bytes, false)
    } else {
        let covered = Document::parse(bytes, format).and_then(|document| document.covered(&rule.recipe.rule));
        covered.unwrap_or_default()
    };
    if values.is_empty() { Kind::Other } else { Kind::Plain(values) }
}

/// The ways to what Secrets hold in plain. What comes from elsewhere is no secret. Where no rule says anything, other values
/// beside such ones are believed to be settings, unless their names say something else.
fn secrets_of(bytes: &[u8], believes: bool) -> Vec<String> {
    let Ok(text) = std::str::from_utf8(bytes) else { return Vec::new() };
    let Ok(documents) = weir_yaml::from_yaml(text, weir_yaml::Dialect::V3) else { return Vec::new() };
    let mut ways = Vec::new();
    for document in documents.iter().filter(|document| document.str_at(&["kind"]) == Some("Secret")) {
        let entries: Vec<_> = ["data", "stringData"]
            .into_iter()
            .filter_map(|field| Some((field, document.get(field)?.as_map()?)))
            .flat_map(|(field, map)| map.iter().map(move |(key, value)| (field, key.as_str(), value)))
            .collect();
        let is_filled_in =
            believes && entries.iter().any(|(.., value)| value.as_str().is_some_and(comes_from_elsewhere));
        let is_plain = |key: &str, value: &weir_yaml::Value| match value.as_str() {
            Some(text) if text.is_empty() || weir_secrets::is_ciphertext(text) => false,
            Some(text) if comes_from_elsewhere(text) => false,
            _ => !is_filled_in || sounds_secret(key),
        };
        let plain = entries.iter().filter(|(_, key, value)| is_plain(key, value));
        ways.extend(plain.map(|(field, key, _)| format!("[\"{field}\"][\"{key}\"]")));
    }
    ways
}

/// Nothing but variables of post-build substitution, a template, or a reference that an operator or a tool resolves.
fn comes_from_elsewhere(text: &str) -> bool {
    let text = text.trim();
    let is_reference = ["op://", "ref+", "vault:", "<path:"].iter().any(|mark| text.starts_with(mark));
    is_reference || is_filled(text, "${", "}") || is_filled(text, "{{", "}}")
}

/// Whether there is nothing but marks around and between what is filled in.
fn is_filled(text: &str, open: &str, close: &str) -> bool {
    let mut rest = text;
    let is_mark = |text: &str| !text.contains(char::is_alphanumeric);
    while let Some((before, behind)) = rest.split_once(open) {
        let Some((_, after)) = behind.split_once(close) else { return false };
        if !is_mark(before) {
            return false;
        }
        rest = after;
    }
    rest.len() < text.len() && is_mark(rest)
}

fn sounds_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    ["pass", "secret", "token", "key", "credential", "private", "auth"].iter().any(|word| key.contains(word))
}

fn has_metadata_of_sops(bytes: &[u8], format: Format) -> bool {
    match format {
        Format::Yaml => bytes.starts_with(b"sops:") || contains(bytes, b"\nsops:"),
        Format::Json => contains(bytes, b"\"sops\":"),
        Format::Dotenv => contains(bytes, b"sops_version="),
        Format::Ini | Format::Binary => false,
    }
}

/// The line of a private key of age, if there is one.
fn key_in(bytes: &[u8]) -> Option<u32> {
    const MARK: &[u8] = b"AGE-SECRET-KEY-1";
    if !contains(bytes, MARK) {
        return None;
    }
    let text = String::from_utf8_lossy(bytes);
    let is_key = |line: &str| {
        line.find("AGE-SECRET-KEY-1").is_some_and(|at| {
            let key: String =
                line[at..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
            weir_secrets::Keys::public_of(&key).is_some()
        })
    };
    text.lines().zip(1..).find(|(line, _)| is_key(line)).map(|(_, at)| at)
}

/// Quick enough for every byte of a repository.
pub(super) fn contains(bytes: &[u8], mark: &[u8]) -> bool {
    memchr::memmem::find(bytes, mark).is_some()
}
