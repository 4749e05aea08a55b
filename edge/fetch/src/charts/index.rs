//! The index of a Helm repository, read chart by chart: it may have 20 MB, of which one chart is asked for.

use std::fs::File;
use std::io::{BufReader, Read, Seek as _};
use std::path::{Path, PathBuf};

use weir_semver::{Range, Version};
use weir_yaml::{Dialect, Map, Value};

use super::error::ChartError;

/// A version of a chart in an index.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The chart.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Where it is, the first is taken.
    pub urls: Vec<String>,
    /// The digest of the archive, without `sha256:`; empty if unknown.
    pub digest: String,
    /// What the index says: name, description, version of what is in it and keywords, or all.
    pub metadata: Value,
}

/// An index in a file.
#[derive(Debug, Clone)]
pub struct Index {
    file: PathBuf,
    url: String,
}

impl Index {
    /// The index of the repository at this URL, which is in this file.
    #[must_use]
    pub fn new(file: impl Into<PathBuf>, url: &str) -> Self {
        Self { file: file.into(), url: url.to_string() }
    }

    /// The file that it is in.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// All versions of a chart, newest first; none if the index does not know it.
    pub fn versions(&self, chart: &str) -> Result<Option<Vec<Entry>>, ChartError> {
        let mut found = None;
        self.each(&mut |name| name == chart, &mut |_, entries| found = Some(entries), false)?;
        Ok(found)
    }

    /// Goes through all charts in the order of the file.
    pub fn for_each(&self, mut visit: impl FnMut(&str, Vec<Entry>)) -> Result<(), ChartError> {
        self.each(&mut |_| true, &mut visit, false)
    }

    /// The same with all that the index says of them.
    pub fn for_each_whole(&self, mut visit: impl FnMut(&str, Vec<Entry>)) -> Result<(), ChartError> {
        self.each(&mut |_| true, &mut visit, true)
    }

    /// The version of a chart that is asked for: this one, or the newest in a range, or the newest release.
    pub fn pick(&self, chart: &str, version: &str) -> Result<Entry, ChartError> {
        let not_found = |what: &str| {
            let asked = if version.is_empty() { String::new() } else { format!(" version \"{version}\"") };
            ChartError::NotFound(format!(
                "chart \"{chart}\"{asked} not found in {} repository{what}",
                self.url
            ))
        };
        let versions = self.versions(chart)?.ok_or_else(|| not_found(": no chart name found"))?;
        if let Some(exact) = versions.iter().find(|entry| !version.is_empty() && entry.version == version) {
            return Ok(exact.clone());
        }
        let wanted = if version.is_empty() { "*" } else { version };
        let range =
            Range::parse(wanted).map_err(|error| ChartError::Wrong(format!("`{version}`: {error}")))?;
        let fits =
            |entry: &&Entry| Version::parse(&entry.version).is_ok_and(|version| range.contains(&version));
        versions.iter().find(fits).cloned().ok_or_else(|| {
            let newest: Vec<_> = versions.iter().take(3).map(|entry| &*entry.version).collect();
            not_found(&format!(": no chart version found; the newest are {}", newest.join(", ")))
        })
    }

    fn each(
        &self,
        wanted: &mut dyn FnMut(&str) -> bool,
        visit: &mut dyn FnMut(&str, Vec<Entry>),
        all: bool,
    ) -> Result<(), ChartError> {
        let wrong = |cause: String| ChartError::NoIndex { url: self.url.clone(), cause };
        let mut file = File::open(&self.file)
            .map_err(|error| ChartError::Cache(format!("{}: {error}", self.file.display())))?;
        let mut first = [0; 64];
        let read = file.read(&mut first).and_then(|read| file.rewind().map(|()| read));
        let first = &first[..read.map_err(|error| wrong(error.to_string()))?];
        let first = first.iter().find(|byte| !byte.is_ascii_whitespace());
        let mut chart = Vec::new();
        let mut take = |name: &str, part: Part<'_>| -> Result<(), String> {
            let list = match part {
                Part::Versions(text) => parsed(text, name)?,
                Part::Chart(text) => {
                    let chart = parsed(text, name)?;
                    chart.as_map().and_then(|map| map.values().next()).cloned().unwrap_or(Value::Null)
                }
                Part::End => {
                    visit(name, newest_first(std::mem::take(&mut chart)));
                    return Ok(());
                }
            };
            chart.extend(entries(&list, name, all));
            Ok(())
        };
        let done = match first {
            None => Err("empty index.yaml file".to_string()),
            Some(b'{') => super::index_json::read(file, wanted, &mut take),
            Some(b'<') => Err("it is a web page".to_string()),
            Some(_) => {
                super::index_block::read(BufReader::new(file), wanted, &mut take).and_then(|is_split| {
                    match is_split {
                        true => Ok(()),
                        false => whole(&self.file, wanted, visit, all),
                    }
                })
            }
        };
        done.map_err(wrong)
    }
}

pub(super) type Wanted<'a> = &'a mut dyn FnMut(&str) -> bool;
pub(super) type Take<'a> = &'a mut dyn FnMut(&str, Part<'_>) -> Result<(), String>;

/// A part of a chart in an index.
pub(super) enum Part<'t> {
    /// A map with the chart, in YAML.
    Chart(&'t str),
    /// A list with some of its versions, in YAML.
    Versions(&'t str),
    /// That was all.
    End,
}

fn parsed(text: &str, name: &str) -> Result<Value, String> {
    weir_yaml::first_from_yaml(text, Dialect::Sigs).map_err(|error| format!("chart {name}: {error}"))
}

fn entries<'v>(list: &'v Value, name: &'v str, all: bool) -> impl Iterator<Item = Entry> + 'v {
    list.as_list().unwrap_or_default().iter().filter_map(move |value| Entry::of(value, name, all))
}

fn newest_first(mut all: Vec<Entry>) -> Vec<Entry> {
    // What is no version goes last, as in Helm.
    all.sort_by_cached_key(|entry| std::cmp::Reverse(Version::parse(&entry.version).ok()));
    all
}

/// What is shown of a chart; the rest of an index is most of it.
const SHOWN: [&str; 4] = ["name", "description", "appVersion", "keywords"];

impl Entry {
    fn of(value: &Value, name: &str, all: bool) -> Option<Self> {
        let text = |key: &str| value.str_at(&[key]).unwrap_or_default().to_string();
        let version = text("version");
        // Helm leaves out what is no valid chart.
        if version.is_empty() || Version::parse(&version).is_err() || text("name").is_empty() {
            return None;
        }
        let urls = value.get("urls").and_then(Value::as_list).unwrap_or_default();
        Some(Self {
            name: name.to_string(),
            version,
            urls: urls.iter().filter_map(Value::as_str).map(str::to_string).collect(),
            digest: text("digest").trim_start_matches("sha256:").to_string(),
            metadata: match all {
                true => value.clone(),
                false => SHOWN
                    .iter()
                    .filter_map(|key| Some((*key, value.get(key)?.clone())))
                    .collect::<Map>()
                    .into(),
            },
        })
    }
}

/// An index that is written in an unusual way, all of it at once.
fn whole(
    file: &Path,
    wanted: Wanted<'_>,
    visit: &mut dyn FnMut(&str, Vec<Entry>),
    all: bool,
) -> Result<(), String> {
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    let index = weir_yaml::first_from_yaml(&text, Dialect::Sigs).map_err(|error| error.to_string())?;
    if index.str_at(&["apiVersion"]).is_none_or(str::is_empty) {
        return Err("no API version specified".into());
    }
    for (name, list) in index.get("entries").and_then(Value::as_map).into_iter().flat_map(|map| map.iter()) {
        if wanted(name.as_str()) {
            visit(name.as_str(), newest_first(entries(list, name.as_str(), all).collect()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const INDEX: &str = "apiVersion: v1\nentries:\n  \"a\":\n  - name: a\n    version: 1.0.0\n    urls:\n    - a-1.0.0.tgz\n    \
        description: |\n      entries:\n        x:\n  - name: a\n    version: 1.2.0-rc.1\n    urls: [a-1.2.0-rc.1.tgz]\n  \
        - name: a\n    version: 1.1.0\n    digest: sha256:ab\n    urls: [http://x/a]\n# a comment\n\n  b:\n    - name: b\n      version: 2.0.0\n  \
        c: []\ngenerated: \"2020\"\n";

    fn index(name: &str, text: &str) -> Index {
        let file = std::env::temp_dir().join(format!("weir-index-{name}-{}", std::process::id()));
        std::fs::write(&file, text).unwrap();
        Index::new(file, "https://charts.example.com")
    }

    fn shown(index: &Index) -> Vec<(String, Vec<String>)> {
        let mut all = Vec::new();
        let mut note = |name: &str, entries: Vec<Entry>| {
            all.push((name.to_string(), entries.into_iter().map(|entry| entry.version).collect()));
        };
        index.for_each(&mut note).unwrap();
        all
    }

    #[test]
    fn every_way_of_writing_gives_the_same() {
        let value = weir_yaml::first_from_yaml(INDEX, Dialect::Sigs).unwrap();
        let json = weir_yaml::to_json(&value);
        let flow = INDEX.replace("entries:\n  \"a\"", "entries: !!map\n  \"a\"");
        let expected = [
            ("a".to_string(), vec!["1.2.0-rc.1".to_string(), "1.1.0".into(), "1.0.0".into()]),
            ("b".into(), vec!["2.0.0".into()]),
            ("c".into(), vec![]),
        ];
        for (name, text) in [("block", INDEX), ("json", &*json), ("whole", &*flow)] {
            let index = index(name, text);
            assert_eq!(shown(&index), expected, "{name}");
            assert_eq!(index.pick("a", "").unwrap().version, "1.1.0");
            assert_eq!(index.pick("a", "").unwrap().digest, "ab");
            assert_eq!(index.pick("a", "1.2.0-rc.1").unwrap().version, "1.2.0-rc.1");
            assert_eq!(index.pick("a", "~1.0").unwrap().urls, ["a-1.0.0.tgz"]);
            let error = index.pick("a", "9").unwrap_err().to_string();
            assert!(
                error.starts_with("chart \"a\" version \"9\" not found in https://charts.example.com"),
                "{error}"
            );
            assert!(index.pick("zz", "").is_err());
            std::fs::remove_file(index.file()).unwrap();
        }
    }

    #[test]
    fn what_is_no_index_is_said_to_be_none() {
        for (name, text, cause) in [
            ("empty", "", "empty index.yaml"),
            ("page", "<html>", "web page"),
            ("other", "a: b\n", "no API version"),
            ("bad", "apiVersion: v1\nentries:\n  a:\n  - name: [\n", "chart a"),
            ("badjson", "{\"entries\": {\"a\": [1,", "EOF"),
            ("version", "{\"entries\": {}}", "no API version"),
        ] {
            let index = index(name, text);
            let error = index.for_each(|_, _| ()).unwrap_err().to_string();
            assert!(
                error.contains(cause) && error.contains("not a valid chart repository"),
                "{name}: {error}"
            );
            std::fs::remove_file(index.file()).unwrap();
        }
    }
}
