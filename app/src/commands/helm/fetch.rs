//! Charts that are not on this machine.

use std::path::{Path, PathBuf};
use std::time::Duration;

use weir_fetch::{Chart, ChartQuery, ChartSource, Index};

use super::paths::Paths;
use super::provenance;
use super::repo::failure;
use super::repositories::{Repositories, Repository, access};
use crate::cli::helm::ChartArgs;
use crate::exit::Failure;
use crate::output::print;

pub(super) const TIMEOUT: Duration = Duration::from_secs(120);

/// Gets a chart that is not on this machine; its signature is verified if that is wanted.
pub(super) fn fetch(paths: &Paths, name: &str, how: &ChartArgs) -> Result<Chart, Failure> {
    let (chart, source) = find(paths, name, how)?;
    announce(&chart)?;
    if how.verify {
        provenance::of_fetched(paths, (&chart, &source), how.keyring.as_deref())?;
    }
    Ok(chart)
}

/// What comes from a registry is told on standard output, as Helm does.
pub(super) fn announce(chart: &Chart) -> Result<(), Failure> {
    match &chart.manifest {
        Some(manifest) => {
            print(&format!("Pulled: {}\nDigest: {manifest}\n", chart.url.trim_start_matches("oci://")))
        }
        None => Ok(()),
    }
}

/// Gets it in silence, and says which repository it is from.
pub(super) fn find(paths: &Paths, name: &str, how: &ChartArgs) -> Result<(Chart, ChartSource), Failure> {
    let charts = paths.charts(TIMEOUT)?;
    let version = match how.version.as_deref().unwrap_or_default() {
        "" if how.devel => ">0.0.0-0",
        version => version,
    };
    if let Some(url) = &how.repo {
        let source = ChartSource { url: url.clone(), ..source(how)? };
        let chart = charts.get(ChartQuery { source: &source, name, version }).map_err(failure)?;
        return Ok((chart, source));
    }
    if name.starts_with("oci://") {
        let source = ChartSource { url: name.to_string(), ..source(how)? };
        let chart = charts.get(ChartQuery { source: &source, name: "", version }).map_err(failure)?;
        return Ok((chart, source));
    }
    let repositories = Repositories::read(&paths.repositories)?;
    if name.contains("://") {
        let source = match owner(paths, &repositories, name)? {
            Some(repository) => repository.source()?,
            None => ChartSource { url: name.to_string(), ..source(how)? },
        };
        let chart = charts.archive(&source, name, None).map_err(failure)?;
        return Ok((chart, source));
    }
    let Some((repository, chart)) = name.split_once('/') else {
        return Err(Failure::said(format!(
            "Error: non-absolute URLs should be in form of repo_name/path_to_chart, got: {name}"
        )));
    };
    let known = repositories.get(repository).ok_or_else(|| {
        Failure::said(format!(
            "Error: repo {repository} not found (try 'weir helm repo add {repository} URL')"
        ))
    })?;
    let index = paths.index(repository);
    if !index.exists() {
        return Err(Failure::said("Error: no cached repo found. (try 'weir helm repo update')"));
    }
    let entry = Index::new(index, repository)
        .pick(chart, version)
        .map_err(|error| Failure::said(format!("Error: {error} (try 'weir helm repo update')")))?;
    let source = known.source()?;
    let chart = charts.of_entry(&source, &entry).map_err(failure)?;
    Ok((chart, source))
}

pub(super) fn source(how: &ChartArgs) -> Result<ChartSource, Failure> {
    let path = |file: &Option<PathBuf>| file.clone().unwrap_or_default();
    let text = |given: &Option<String>| given.clone().unwrap_or_default();
    let (certificate, key, ca) = (path(&how.cert_file), path(&how.key_file), path(&how.ca_file));
    let files: (&Path, &Path, &Path) = (&certificate, &key, &ca);
    Ok(ChartSource {
        url: String::new(),
        access: access((&text(&how.username), &text(&how.password)), files, how.insecure_skip_tls_verify)?,
        pass_credentials: how.pass_credentials,
        plain_http: how.plain_http,
    })
}

/// The repository whose index names a URL: its credentials are for it.
fn owner<'a>(
    paths: &Paths,
    repositories: &'a Repositories,
    url: &str,
) -> Result<Option<&'a Repository>, Failure> {
    for repository in &repositories.all {
        let mut is_its = false;
        let index = Index::new(paths.index(&repository.name), &repository.url);
        let searched = index.for_each(|_, entries| {
            is_its |= entries.iter().any(|entry| entry.urls.iter().any(|one| one == url));
        });
        searched.map_err(|error| {
            Failure::said(format!("Error: no cached repo found. (try 'weir helm repo update'): {error}"))
        })?;
        if is_its {
            return Ok(Some(repository));
        }
    }
    Ok(None)
}
