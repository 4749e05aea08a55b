//! The values that a command line gives: files first, then the flags, each kind of flag in its turn.

use weir_files::Bytes;
use weir_yaml::{Map, Value, from_json};

use super::file::{floats, load, merge};
use super::set::Kind;
use super::{literal, set};
use crate::error::Error;

/// What the flags say.
#[derive(Debug, Clone, Default)]
pub struct ValueOptions {
    /// `-f`: files, or URLs, or `-`.
    pub files: Vec<String>,
    /// `--set-json`.
    pub json: Vec<String>,
    /// `--set`.
    pub set: Vec<String>,
    /// `--set-string`.
    pub strings: Vec<String>,
    /// `--set-file`.
    pub set_files: Vec<String>,
    /// `--set-literal`.
    pub literals: Vec<String>,
}

/// One source of values, for messages that name the one that set something.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// A file or a flag.
    pub source: String,
    /// What it gave.
    pub values: Map,
}

impl ValueOptions {
    /// All values together. `read` gives what is in a file, or why not.
    pub fn merged(&self, read: &mut dyn FnMut(&str) -> Result<Bytes, String>) -> Result<Map, Error> {
        let mut values = Map::new();
        for file in &self.files {
            let bytes = read(file).map_err(Error::new)?;
            let loaded = load(&bytes).map_err(|error| error.within(format!("failed to parse {file}")))?;
            values = merge(values, loaded);
        }
        for text in &self.json {
            values = with_json(values, text)?;
        }
        for text in &self.set {
            set::parse_into(text, &mut values, Kind::Typed)
                .map_err(|error| error.within("failed parsing --set data"))?;
        }
        for text in &self.strings {
            set::parse_into(text, &mut values, Kind::Text)
                .map_err(|error| error.within("failed parsing --set-string data"))?;
        }
        for text in &self.set_files {
            let mut content = |file: &str| {
                let bytes = read(file).map_err(Error::new)?;
                Ok(Value::from(String::from_utf8_lossy(&bytes).into_owned()))
            };
            set::parse_into(text, &mut values, Kind::File(&mut content))
                .map_err(|error| error.within("failed parsing --set-file data"))?;
        }
        for text in &self.literals {
            literal::parse_into(text, &mut values)
                .map_err(|error| error.within("failed parsing --set-literal data"))?;
        }
        Ok(values)
    }

    /// Each source by itself, the last one first: the first that has a value is the one that set it.
    pub fn given(&self, read: &mut dyn FnMut(&str) -> Result<Bytes, String>) -> Vec<Given> {
        let only = |flag: &str,
                    text: &String,
                    options: Self,
                    read: &mut dyn FnMut(&str) -> Result<Bytes, String>| {
            let values = options.merged(read).ok()?;
            Some(Given { source: format!("{flag}{text}"), values })
        };
        let mut given = Vec::new();
        for file in &self.files {
            given.extend(only("", file, Self { files: vec![file.clone()], ..Self::default() }, read));
        }
        for text in &self.json {
            given.extend(only(
                "--set-json ",
                text,
                Self { json: vec![text.clone()], ..Self::default() },
                read,
            ));
        }
        for text in &self.set {
            given.extend(only("--set ", text, Self { set: vec![text.clone()], ..Self::default() }, read));
        }
        for text in &self.strings {
            let options = Self { strings: vec![text.clone()], ..Self::default() };
            given.extend(only("--set-string ", text, options, read));
        }
        for text in &self.set_files {
            let options = Self { set_files: vec![text.clone()], ..Self::default() };
            given.extend(only("--set-file ", text, options, read));
        }
        for text in &self.literals {
            let options = Self { literals: vec![text.clone()], ..Self::default() };
            given.extend(only("--set-literal ", text, options, read));
        }
        given.reverse();
        given
    }
}

fn with_json(mut values: Map, text: &str) -> Result<Map, Error> {
    if text.trim().starts_with('{') {
        return match from_json(text.trim().as_bytes()) {
            Ok(Value::Map(map)) => match floats(Value::Map(map)) {
                Value::Map(map) => Ok(merge(values, map)),
                _ => Ok(values),
            },
            _ => Err(Error::new(format!("failed parsing --set-json data JSON: {text}"))),
        };
    }
    match set::parse_into(text, &mut values, Kind::Json) {
        Ok(()) => Ok(values),
        Err(_) => Err(Error::new(format!("failed parsing --set-json data {text}"))),
    }
}
