//! The files of a chart, made into a chart, and its sub-charts with it.

use std::sync::Arc;

use weir_files::{RootedPath, Tree};
use weir_template::{Helpers, each};
use weir_yaml::{Map, Value};

use super::archive::{Unpack, ensure_archive, unpack};
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

/// To read values of so many bytes takes longer than another thread takes to begin.
const SHARE: usize = 32 << 10;

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
        let files = directory::files(tree, dir, &description, reading, helpers)?;
        from_files(files, generation, (0, helpers))
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
        from_files(files, generation, (0, None))
    }
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

/// What can be made of the files of a chart apart from the rest of it.
enum Piece<'f> {
    Values(&'f File),
    Subchart { name: &'f str, files: &'f [File] },
}

enum Made {
    Values(Result<Map, Error>),
    Subchart(Result<Arc<Chart>, Error>),
}

fn from_files(
    files: Vec<File>,
    generation: Generation,
    (depth, helpers): (usize, Option<&dyn Helpers>),
) -> Result<Chart, Error> {
    if depth > DEEPEST {
        return Err(Error::new("charts are nested too deeply"));
    }
    let mut loader = Loader { chart: Chart::default(), described: false, subcharts: Vec::new(), generation };
    for file in files.iter().filter(|file| file.name == "Chart.yaml") {
        loader.described = true;
        loader.describe(file).map_err(|error| error.within("cannot load Chart.yaml"))?;
    }
    let mut values = None;
    for file in &files {
        if file.name == "values.yaml" {
            // Archives may have two: the last counts, and each has to be sound.
            if let Some(before) = values.replace(file) {
                values_of(before)?;
            }
        } else if let Err(error) = loader.file(file) {
            // What is wrong with a file before comes first.
            return Err(values.and_then(|file| values_of(file).err()).unwrap_or(error));
        }
    }
    let Loader { mut chart, described, subcharts, .. } = loader;
    let subcharts = subcharts.iter().filter(|(name, _)| !name.starts_with(['_', '.']));
    let pieces: Vec<_> = values
        .into_iter()
        .map(Piece::Values)
        .chain(subcharts.map(|(name, files)| Piece::Subchart { name, files }))
        .collect();
    let parent = &chart.metadata.name;
    let made = each(&pieces, (helpers, length(&pieces) / SHARE), |piece| match piece {
        Piece::Values(file) => Made::Values(values_of(file)),
        Piece::Subchart { name, files } => {
            Made::Subchart(subchart(name, files, parent, generation, depth + 1).map(Arc::new))
        }
    });
    let mut below = Vec::with_capacity(made.len());
    for made in made {
        match made {
            Made::Values(values) => chart.values = Some(values?),
            Made::Subchart(subchart) => below.push(subchart),
        }
    }
    chart.raw = Arc::new(files);
    if !described {
        return Err(Error::new("Chart.yaml file is missing"));
    }
    chart.metadata.validate()?;
    chart.dependencies = below.into_iter().collect::<Result<_, _>>()?;
    Ok(chart)
}

fn values_of(file: &File) -> Result<Map, Error> {
    values::load(&file.data).map_err(|error| error.within("cannot load values.yaml"))
}

/// How many bytes of values there are to be read in these, about.
fn length(pieces: &[Piece<'_>]) -> usize {
    let of_piece = |piece: &Piece<'_>| match piece {
        Piece::Values(file) => file.data.len(),
        Piece::Subchart { files, .. } => {
            // The others may be files that nobody has read yet.
            let is_read = |file: &&File| match file.name.split_once('/') {
                Some((_, inner)) => inner == "values.yaml",
                None => path::extension(&file.name) == ".tgz",
            };
            files.iter().filter(is_read).map(|file| file.data.len()).sum()
        }
    };
    match pieces {
        [] | [_] => 0,
        pieces => pieces.iter().map(of_piece).sum(),
    }
}

fn subchart(
    name: &str,
    files: &[File],
    parent: &str,
    generation: Generation,
    depth: usize,
) -> Result<Chart, Error> {
    let loaded = if path::extension(name) == ".tgz" {
        match files.first() {
            Some(file) if file.name == name => match unpack(&file.data) {
                Ok(files) => from_files(files, generation, (depth, None)),
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
        // A file in charts/ that is no chart is left out.
        let inside = files.iter().filter_map(|file| {
            let (_, inner) = file.name.split_once('/')?;
            Some(File { name: inner.to_string(), data: file.data.clone() })
        });
        from_files(inside.collect(), generation, (depth, None))
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
