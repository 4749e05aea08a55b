//! The files of a chart, made into a chart, and its sub-charts with it.

use std::sync::Arc;

use weir_files::{RootedPath, Tree};
use weir_template::Helpers;
use weir_yaml::Value;

use super::archive::{Unpack, unpack};
use super::dependency::{LOCK, Lock};
use super::directory::Reading;
use super::metadata::METADATA;
use super::{Chart, File, directory};
use crate::error::Error;
use crate::path;
use crate::quote::quoted;
use crate::typed::{self, Record, Shape};
use crate::values;

/// Charts in charts in charts: deeper ones are refused.
const DEEPEST: usize = 64;

static VERSION: Record =
    Record { name: "chartBase", type_name: "loader.chartBase", fields: &[("apiVersion", Shape::Text)] };

/// Which loader Helm takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Generation {
    /// `v1` and `v2`.
    Second,
    /// `v3`, which knows no requirements.yaml.
    Third,
}

impl Chart {
    /// The chart in a directory. `shown` is what messages call the directory.
    pub fn from_directory(tree: &Tree, dir: &RootedPath, shown: &str) -> Result<Self, Error> {
        Self::of_directory(tree, dir, shown, (Reading::AtOnce, None))
    }

    /// The same for a tree that stays as it is: large files, and those that are seldom needed, are only read when somebody looks
    /// at them. Threads that help read the others.
    pub fn opened(
        tree: &Tree,
        dir: &RootedPath,
        shown: &str,
        helpers: Option<&dyn Helpers>,
    ) -> Result<Self, Error> {
        Self::of_directory(tree, dir, shown, (Reading::WhenNeeded, helpers))
    }

    fn of_directory(
        tree: &Tree,
        dir: &RootedPath,
        shown: &str,
        (reading, helpers): (Reading, Option<&dyn Helpers>),
    ) -> Result<Self, Error> {
        let description = tree.read(&dir.child("Chart.yaml")).map_err(|_| {
            let file = format!("{shown}/Chart.yaml");
            Error::new(format!("unable to detect chart at {file}: open {file}: no such file or directory"))
        })?;
        let generation = generation(&description)?;
        from_files(directory::files(tree, dir, &description, reading, helpers)?, generation, 0)
    }

    /// The chart in an archive. `shown` is what messages call the file.
    pub fn from_archive(archive: &[u8], shown: &str) -> Result<Self, Error> {
        ensure_archive(archive, shown)?;
        let files = unpack(archive).map_err(|why| match why {
            Unpack::NoGzip => {
                let details = "gzip: invalid header";
                Error::new(format!(
                    "file '{shown}' does not appear to be a valid chart file (details: {details})"
                ))
            }
            Unpack::Other(_) => Error::new("unable to load chart archive"),
        })?;
        Self::from_files(files)
    }

    /// The chart that these files make up.
    pub fn from_files(files: Vec<File>) -> Result<Self, Error> {
        let Some(description) = files.iter().find(|file| file.name == "Chart.yaml") else {
            return Err(Error::new("unable to detect chart version, no Chart.yaml found"));
        };
        let generation = generation(&description.data)?;
        from_files(files, generation, 0)
    }
}

/// The files of an archive, without the directory that holds them all.
pub fn archive_files(archive: &[u8]) -> Result<Vec<File>, Error> {
    unpack(archive).map_err(|why| match why {
        Unpack::NoGzip => Error::new("gzip: invalid header"),
        Unpack::Other(error) => error,
    })
}

/// Says so where a file is something else than an archive.
fn ensure_archive(bytes: &[u8], shown: &str) -> Result<(), Error> {
    if bytes.starts_with(b"\x1f\x8b\x08") {
        return Ok(());
    }
    if shown.ends_with(".yml") || shown.ends_with(".yaml") {
        return Err(Error::new(format!(
            "file '{shown}' seems to be a YAML file, but expected a gzipped archive"
        )));
    }
    let is_text = bytes.iter().take(512).all(|byte| *byte >= 0x20 || b"\t\n\r\x0c\x1b".contains(byte));
    // Go reads into a buffer of 512 bytes, and what is not filled makes a short text binary.
    let kind =
        if is_text && bytes.len() >= 512 { "text/plain; charset=utf-8" } else { "application/octet-stream" };
    Err(Error::new(format!("file '{shown}' does not appear to be a gzipped archive; got '{kind}'")))
}

fn generation(description: &[u8]) -> Result<Generation, Error> {
    let fields = typed::read(description, &VERSION)
        .and_then(typed::Read::whole)
        .map_err(|error| error.within("cannot load Chart.yaml"))?;
    match fields.get("apiVersion").and_then(Value::as_str).unwrap_or_default() {
        "v1" | "v2" | "" => Ok(Generation::Second),
        "v3" => Ok(Generation::Third),
        _ => Err(Error::new("unsupported chart version")),
    }
}

fn from_files(files: Vec<File>, generation: Generation, depth: usize) -> Result<Chart, Error> {
    if depth > DEEPEST {
        return Err(Error::new("charts are nested too deeply"));
    }
    let mut loader = Loader { chart: Chart::default(), described: false, subcharts: Vec::new(), generation };
    for file in files.iter().filter(|file| file.name == "Chart.yaml") {
        loader.described = true;
        loader.describe(file).map_err(|error| error.within("cannot load Chart.yaml"))?;
    }
    for file in &files {
        loader.file(file)?;
    }
    let Loader { mut chart, described, subcharts, .. } = loader;
    chart.raw = Arc::new(files);
    if !described {
        return Err(Error::new("Chart.yaml file is missing"));
    }
    chart.metadata.validate()?;
    for (name, files) in subcharts {
        if name.starts_with(['_', '.']) {
            continue;
        }
        let subchart = subchart(&name, files, &chart.metadata.name, generation, depth + 1)?;
        chart.dependencies.push(Arc::new(subchart));
    }
    Ok(chart)
}

fn subchart(
    name: &str,
    mut files: Vec<File>,
    parent: &str,
    generation: Generation,
    depth: usize,
) -> Result<Chart, Error> {
    let loaded = if path::extension(name) == ".tgz" {
        match files.first() {
            Some(file) if file.name == name => match unpack(&file.data) {
                Ok(files) => from_files(files, generation, depth),
                Err(Unpack::NoGzip) => Err(Error::new("gzip: invalid header")),
                Err(Unpack::Other(error)) => Err(error),
            },
            file => {
                let got = file.map_or("", |file| file.name.as_str());
                return Err(Error::new(format!(
                    "error unpacking subchart tar in {parent}: expected {name}, got {got}"
                )));
            }
        }
    } else {
        files.retain_mut(|file| match file.name.split_once('/') {
            Some((_, inner)) => {
                file.name = inner.to_string();
                true
            }
            // A file in charts/ that is no chart.
            None => false,
        });
        from_files(files, generation, depth)
    };
    loaded.map_err(|error| error.within(format!("error unpacking subchart {name} in {parent}")))
}

struct Loader {
    chart: Chart,
    described: bool,
    /// By the name of the entry in charts/, in the order in which they are met.
    subcharts: Vec<(String, Vec<File>)>,
    generation: Generation,
}

impl Loader {
    fn describe(&mut self, file: &File) -> Result<(), Error> {
        let read = typed::read(&file.data, &METADATA)?;
        self.chart.metadata.take(&read.whole()?);
        let version = &mut self.chart.metadata.api_version;
        if version.is_empty() {
            *version = match self.generation {
                Generation::Second => "v1".to_string(),
                Generation::Third => "v3".to_string(),
            };
        }
        Ok(())
    }

    fn file(&mut self, file: &File) -> Result<(), Error> {
        let chart = &mut self.chart;
        match file.name.as_str() {
            "Chart.yaml" => {}
            "Chart.lock" => chart.lock = lock(file)?,
            "values.yaml" => {
                let values = values::load(&file.data);
                chart.values = Some(values.map_err(|error| error.within("cannot load values.yaml"))?);
            }
            "values.schema.json" => chart.schema = Some(Arc::clone(file.data.bytes())),
            "requirements.yaml" if self.generation == Generation::Second => self.requirements(file)?,
            "requirements.lock" if self.generation == Generation::Second => {
                chart.lock = lock(file)?;
                self.keep_of_first_generation(
                    file,
                    "Dependency locking is handled in Chart.lock",
                    "to Chart.lock",
                );
            }
            name if name.starts_with("templates/") => Arc::make_mut(&mut chart.templates).push(file.clone()),
            name if name.starts_with("charts/") && path::extension(name) != ".prov" => {
                self.below_charts(file)
            }
            _ => Arc::make_mut(&mut chart.files).push(file.clone()),
        }
        Ok(())
    }

    fn requirements(&mut self, file: &File) -> Result<(), Error> {
        self.described = true;
        let read = typed::read(&file.data, &METADATA).and_then(typed::Read::whole);
        let fields = read.map_err(|error| error.within("cannot load requirements.yaml"))?;
        self.keep_of_first_generation(
            file,
            "Dependencies are handled in Chart.yaml",
            "dependencies to Chart.yaml",
        );
        self.chart.metadata.take(&fields);
        Ok(())
    }

    /// Charts of `v1` show these files to templates; others are told that they are of old.
    fn keep_of_first_generation(&mut self, file: &File, what: &str, where_to: &str) {
        if self.chart.metadata.api_version == "v1" {
            Arc::make_mut(&mut self.chart.files).push(file.clone());
        } else {
            self.chart.warnings.push(format!(
                "Warning: {what} since apiVersion {}. We recommend migrating {where_to}.",
                quoted("v2")
            ));
        }
    }

    fn below_charts(&mut self, file: &File) {
        let inner = &file.name["charts/".len()..];
        let name = inner.split('/').next().unwrap_or(inner);
        let file = File { name: inner.to_string(), data: file.data.clone() };
        match self.subcharts.iter_mut().find(|(other, _)| other == name) {
            Some((_, files)) => files.push(file),
            None => self.subcharts.push((name.to_string(), vec![file])),
        }
    }
}

fn lock(file: &File) -> Result<Option<Lock>, Error> {
    let read = typed::read(&file.data, &LOCK).and_then(typed::Read::whole);
    let fields = read.map_err(|error| error.within(format!("cannot load {}", file.name)))?;
    Ok(Some(Lock::of(&fields)))
}
