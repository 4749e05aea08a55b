//! `weir helm dependency list`: what a chart needs, and what of it is there.

use std::path::{Path, PathBuf};

use weir_helm::Chart;
use weir_helm::chart::Dependency;
use weir_semver::{Range, Version};

use crate::cli::helm::DependencyList;
use crate::commands::helm::chart::{absolute, load};
use crate::commands::helm::table::table;
use crate::exit::Failure;
use crate::output::print;

pub(in crate::commands::helm) fn list(args: &DependencyList) -> Result<(), Failure> {
    let shown = args.chart.clone().unwrap_or_else(|| ".".to_string());
    let directory = absolute(Path::new(&shown));
    let chart = load(&directory)?;
    let needed: Vec<_> = chart.metadata.dependencies().cloned().collect();
    if chart.metadata.dependencies.is_none() {
        return print(&format!(
            "WARNING: no dependencies at {}\n",
            Path::new(&shown).join("charts").display()
        ));
    }
    let mut rows = vec![["NAME", "VERSION", "REPOSITORY", "STATUS"].map(str::to_string).to_vec()];
    rows.extend(needed.iter().map(|one| {
        let status = status(&directory, one, &chart).to_string();
        vec![one.name.clone(), one.version.clone(), one.repository.clone(), status]
    }));
    let mut text = table(&rows, args.max_col_width);
    text.push('\n');
    for path in sorted(&directory.join("charts")) {
        let is_archive = path.extension().is_some_and(|extension| extension == "tgz");
        if !path.is_dir() && !is_archive {
            continue;
        }
        let below = Path::new(&shown).join("charts").join(path.file_name().unwrap_or_default());
        match load(&path) {
            Err(_) => text.push_str(&format!("WARNING: {:?} is not a chart.\n", below.display().to_string())),
            Ok(chart) if !needed.iter().any(|one| one.name == chart.name()) => {
                text.push_str(&format!("WARNING: {:?} is not in Chart.yaml.\n", below.display().to_string()));
            }
            Ok(_) => {}
        }
    }
    print(&text)
}

pub(super) fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut all: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    all.sort();
    all
}

/// What of a dependency is there, in Helm's words.
fn status(directory: &Path, needed: &Dependency, parent: &Chart) -> &'static str {
    let prefix = format!("{}-", needed.name);
    let mut archives: Vec<_> = sorted(&directory.join("charts"))
        .into_iter()
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(&prefix) && name.ends_with(".tgz")
        })
        .collect();
    if archives.len() > 1 {
        archives.retain(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let version = name.trim_start_matches(&prefix).trim_end_matches(".tgz").to_string();
            Version::parse_strict(&version).is_ok()
        });
        if archives.len() > 1 {
            return "too many matches";
        }
    }
    if let Some(archive) = archives.first() {
        let Ok(chart) = load(archive) else { return "corrupt" };
        if chart.name() != needed.name {
            return "misnamed";
        }
        return fits(&chart.metadata.version, &needed.version).unwrap_or("ok");
    }
    match parent.dependencies.iter().rfind(|chart| chart.name() == needed.name) {
        None => "missing",
        Some(chart) => fits(&chart.metadata.version, &needed.version).unwrap_or("unpacked"),
    }
}

/// What is wrong with a version, if anything is.
pub(super) fn fits(version: &str, wanted: &str) -> Option<&'static str> {
    if version == wanted {
        return None;
    }
    match (Range::parse(wanted), Version::parse(version)) {
        (Ok(range), Ok(version)) if range.contains(&version) => None,
        (Ok(_), Ok(_)) => Some("wrong version"),
        _ => Some("invalid version"),
    }
}
