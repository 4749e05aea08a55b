//! `weir helm repo index`: an index over packed charts.

use std::path::{Path, PathBuf};

use weir_fetch::{Entry, Index, join_url};
use weir_helm::Chart;
use weir_semver::Version;
use weir_yaml::{Map, Value};

use super::paths;
use crate::cli::helm::RepoIndex;
use crate::exit::Failure;

pub(super) fn run(args: &RepoIndex) -> Result<(), Failure> {
    let now = jiff::Timestamp::now().to_string();
    let mut charts: Vec<(String, Value)> = Vec::new();
    for (archive, below) in archives(&args.directory)? {
        let bytes = std::fs::read(&archive)?;
        // What is no chart is passed over.
        let Ok(chart) = Chart::from_archive(&bytes, &archive.to_string_lossy()) else { continue };
        let file = archive.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let path = if below.is_empty() { file } else { format!("{below}/{file}") };
        let url = if args.url.is_empty() { path } else { join_url(&args.url, &path) };
        let mut entry = chart.metadata.to_value();
        entry.set_at(&["urls"], Value::from(vec![Value::from(url)]));
        entry.set_at(&["created"], now.as_str());
        entry.set_at(&["digest"], weir_fetch::sha256(&bytes));
        charts.push((chart.name().to_string(), entry));
    }
    if let Some(merge) = &args.merge {
        add_old(merge, &mut charts)?;
    }
    let text = index(charts, &now, args.json)?;
    paths::write(&args.directory.join("index.yaml"), text.as_bytes(), 0o644)
}

/// Archives in a folder and in those in it, with the name of that.
fn archives(folder: &Path) -> Result<Vec<(PathBuf, String)>, Failure> {
    let read = |folder: &Path| -> Result<Vec<PathBuf>, Failure> {
        let entries = std::fs::read_dir(folder)
            .map_err(|error| Failure::said(format!("Error: {}: {error}", folder.display())))?;
        let mut all: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        all.sort();
        Ok(all)
    };
    let is_archive = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "tgz");
    let here = read(folder)?;
    let mut found: Vec<_> =
        here.iter().filter(|path| is_archive(path)).map(|path| (path.clone(), String::new())).collect();
    for below in here.iter().filter(|path| path.is_dir()) {
        let name = below.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let inside = read(below)?.into_iter().filter(|path| is_archive(path));
        found.extend(inside.map(|path| (path, name.clone())));
    }
    Ok(found)
}

/// What another index knows and this one does not.
fn add_old(file: &Path, charts: &mut Vec<(String, Value)>) -> Result<(), Failure> {
    if !file.exists() {
        return Ok(());
    }
    let mut old: Vec<Entry> = Vec::new();
    Index::new(file, &file.to_string_lossy())
        .for_each_whole(|_, entries| old.extend(entries))
        .map_err(|error| Failure::said(format!("Error: merge failed: {error}")))?;
    for entry in old {
        let is_known = |(name, known): &(String, Value)| {
            *name == entry.name && known.str_at(&["version"]) == Some(&entry.version)
        };
        if !charts.iter().any(is_known) {
            charts.push((entry.name, entry.metadata));
        }
    }
    Ok(())
}

fn index(mut charts: Vec<(String, Value)>, now: &str, as_json: bool) -> Result<String, Failure> {
    let version = |value: &Value| Version::parse(value.str_at(&["version"]).unwrap_or_default()).ok();
    charts.sort_by(|(name, a), (other, b)| name.cmp(other).then_with(|| version(b).cmp(&version(a))));
    let mut entries = Map::new();
    for chart in charts.chunk_by(|(name, _), (other, _)| name == other) {
        let Some((name, _)) = chart.first() else { continue };
        entries.insert(name.as_str(), chart.iter().map(|(_, entry)| entry.clone()).collect::<Value>());
    }
    let mut all = Value::from([("apiVersion", "v1")]);
    all.set_at(&["entries"], entries);
    all.set_at(&["generated"], now);
    if as_json {
        return Ok(weir_yaml::to_json_pretty(&all));
    }
    weir_yaml::to_yaml(&all).map_err(|error| Failure::said(format!("Error: {error}")))
}
