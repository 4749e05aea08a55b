//! `weir helm pull`.

use std::path::{Path, PathBuf};

use weir_fetch::Chart;

use super::fetch;
use super::paths::{self, Paths};
use crate::cli::helm::Pull;
use crate::exit::Failure;

pub(super) fn run(paths: &Paths, args: &Pull) -> Result<(), Failure> {
    if args.prov {
        return Err(Failure::said("Error: not supported yet: --prov (provenance files)"));
    }
    for name in &args.charts {
        let chart = fetch::fetch(paths, name, &args.path)?;
        if args.untar {
            untar(args, name, &chart)?;
        } else {
            let content = std::fs::read(&chart.file)?;
            paths::write(&args.destination.join(file_name(&chart.url)), &content, 0o644)?;
        }
    }
    Ok(())
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
