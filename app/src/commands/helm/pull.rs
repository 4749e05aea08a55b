//! `weir helm pull`.

use std::path::{Path, PathBuf};

use weir_fetch::{Chart, ChartSource};

use super::fetch;
use super::paths::{self, Paths};
use super::provenance::{beside, check, fetched, told};
use crate::cli::helm::Pull;
use crate::exit::Failure;
use crate::output::print;

pub(super) fn run(paths: &Paths, args: &Pull) -> Result<(), Failure> {
    for name in &args.charts {
        let (chart, source) = fetch::find(paths, name, &args.path)?;
        fetch::announce(&chart)?;
        let provenance = provenance(paths, args, name, (&chart, &source))?;
        if let Some(provenance) = provenance.as_ref().filter(|_| args.path.verify) {
            print(&told(&check(&chart, provenance, args.path.keyring.as_deref())?))?;
        }
        if args.untar {
            untar(args, name, &chart)?;
            continue;
        }
        let file = args.destination.join(file_name(&chart.url));
        paths::write(&file, &std::fs::read(&chart.file)?, 0o644)?;
        if let Some(provenance) = provenance {
            paths::write(&beside(&file), &provenance, 0o644)?;
        }
    }
    Ok(())
}

/// The provenance file, if it is wanted. It may be missing unless it is to be verified.
fn provenance(
    paths: &Paths,
    args: &Pull,
    name: &str,
    chart: (&Chart, &ChartSource),
) -> Result<Option<Vec<u8>>, Failure> {
    if !args.prov && !args.path.verify {
        return Ok(None);
    }
    match fetched(paths, chart) {
        Ok(provenance) => Ok(Some(provenance)),
        Err(_) if args.path.verify => {
            let url = format!("{}.prov", chart.0.url);
            Err(Failure::said(format!("Error: failed to fetch provenance {url:?}")))
        }
        Err(why) => {
            print(&format!("WARNING: Verification not found for {name}: {why}\n"))?;
            Ok(None)
        }
    }
}

/// What the archive is called: a registry knows no names of files.
pub(super) fn file_name(url: &str) -> String {
    let path = url.split('?').next().unwrap_or(url);
    let last = path.rsplit('/').next().unwrap_or(path);
    if !url.starts_with("oci://") {
        return last.to_string();
    }
    let last = last.split('@').next().unwrap_or(last);
    match last.split_once(':') {
        Some((name, tag)) => format!("{name}-{tag}.tgz"),
        None => format!("{last}.tgz"),
    }
}

fn untar(args: &Pull, name: &str, chart: &Chart) -> Result<(), Failure> {
    let folder = args.destination.join(&args.untardir);
    let base = name.rsplit('/').next().unwrap_or(name);
    let target = folder.join(base.split([':', '@']).next().unwrap_or(base));
    if target.exists() {
        return Err(Failure::said(format!(
            "Error: failed to untar: a file or directory with the name {} already exists",
            target.display()
        )));
    }
    let archive = std::fs::read(&chart.file)?;
    for file in weir_helm::archive_files(&archive)
        .map_err(|error| Failure::said(format!("Error: {name}: {error}")))?
    {
        paths::write(&inside(&target, &file.name)?, &file.data, 0o644)?;
    }
    Ok(())
}

/// No archive writes anywhere else.
fn inside(folder: &Path, path: &str) -> Result<PathBuf, Failure> {
    let is_plain = Path::new(path).components().all(|part| matches!(part, std::path::Component::Normal(_)));
    if is_plain {
        Ok(folder.join(path))
    } else {
        Err(Failure::said(format!("Error: chart illegally references parent directory: {path}")))
    }
}
