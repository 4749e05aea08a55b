//! `weir helm package`.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use weir_helm::check_dependencies;
use weir_semver::Version;

use super::chart::{absolute, load_whole};
use super::dependency;
use super::paths::{self, Paths};
use super::provenance::Signer;
use crate::cli::helm::HelmPackage;
use crate::exit::Failure;
use crate::output::print;

pub(super) fn run(paths: &Paths, args: &HelmPackage) -> Result<(), Failure> {
    let signer = match (args.sign, args.key.as_deref().filter(|key| !key.is_empty())) {
        (false, _) => None,
        (true, None) => return Err(said("--key is required for signing a package")),
        (true, Some(key)) => {
            Some(Signer::new(key, args.keyring.as_deref(), args.passphrase_file.as_deref())?)
        }
    };
    for name in &args.charts {
        let directory = absolute(Path::new(name));
        if !directory.exists() {
            return Err(said(format!("stat {name}: no such file or directory")));
        }
        if !directory.is_dir() {
            return Err(said(format!("{name} is no directory of a chart")));
        }
        if args.dependency_update {
            dependency::update_quietly(paths, &directory)?;
        }
        let saved = package(&directory, args, signer.as_ref())?;
        print(&format!("Successfully packaged chart and saved it to: {saved}\n"))?;
    }
    Ok(())
}

fn package(directory: &Path, args: &HelmPackage, signer: Option<&Signer<'_>>) -> Result<String, Failure> {
    let mut chart = load_whole(directory)?;
    if let Some(version) = &args.chart_version {
        chart.metadata.version.clone_from(version);
    }
    if let Some(version) = &args.app_version {
        chart.metadata.app_version.clone_from(version);
    }
    Version::parse(&chart.metadata.version).map_err(said)?;
    check_dependencies(&chart).map_err(said)?;
    let archive = chart.package(now()).map_err(said)?;
    let folder =
        if args.destination == Path::new(".") { std::env::current_dir()? } else { args.destination.clone() };
    let file = folder.join(format!("{}-{}.tgz", chart.name(), chart.metadata.version));
    paths::write(&file, &archive, 0o644)?;
    if let Some(signer) = signer {
        let metadata = weir_yaml::to_yaml(&chart.metadata.to_value()).map_err(said)?;
        signer.sign(&file, &metadata)?;
    }
    Ok(file.display().to_string())
}

/// Seconds since 1970.
pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

fn said(cause: impl std::fmt::Display) -> Failure {
    Failure::said(format!("Error: {cause}"))
}
