//! `weir helm dependency`.

mod list;
mod refresh;

use std::path::{Path, PathBuf};

use weir_fetch::{ChartQuery, ChartSource, Charts, Reference};
use weir_helm::Chart;
use weir_helm::chart::{Dependency, Lock};
use weir_semver::{Range, Version};

use super::chart::{absolute, load};
use super::fetch;
use super::paths::{self, Paths};
use super::repo::failure;
use super::repositories::{Repositories, Repository};
use crate::cli::helm::{ChartArgs, DependencyGet};
use crate::exit::Failure;
use crate::output::print;

pub(super) use list::list;
use list::{fits, sorted};

/// A chart whose dependencies are being got.
struct Manager<'a> {
    directory: PathBuf,
    charts: Charts,
    repositories: Repositories,
    path: &'a ChartArgs,
    /// Where Helm keeps indexes, if they are to be got anew.
    refreshed: Option<&'a Paths>,
    out: &'a mut dyn FnMut(&str) -> Result<(), Failure>,
}

impl<'a> Manager<'a> {
    fn new(
        paths: &Paths,
        directory: &Path,
        path: &'a ChartArgs,
        out: &'a mut dyn FnMut(&str) -> Result<(), Failure>,
    ) -> Result<Self, Failure> {
        let directory = absolute(directory);
        if !directory.exists() {
            let shown = directory.display();
            return Err(said(format!("could not find {shown}: stat {shown}: no such file or directory")));
        }
        if !directory.is_dir() {
            return Err(said("only unpacked charts can be updated"));
        }
        let charts = paths.charts(fetch::TIMEOUT)?;
        let repositories = Repositories::read(&paths.repositories)?;
        Ok(Self { directory, charts, repositories, path, refreshed: None, out })
    }

    /// The dependencies with names of repositories turned into their URLs.
    fn resolved(&self, chart: &Chart) -> Result<Vec<Dependency>, Failure> {
        let mut missing = Vec::new();
        let mut all: Vec<_> = chart.metadata.dependencies().cloned().collect();
        for one in &mut all {
            let name = one.repository.strip_prefix('@').or_else(|| one.repository.strip_prefix("alias:"));
            if let Some(name) = name {
                match self.repositories.get(name) {
                    Some(repository) => one.repository.clone_from(&repository.url),
                    None => missing.push(one.repository.clone()),
                }
            } else if let Some(path) = one.repository.strip_prefix("file://") {
                let path = self.directory.join(path);
                if !path.exists() {
                    return Err(said(format!("directory {} not found", absolute(&path).display())));
                }
            } else if !one.repository.is_empty() && !one.repository.contains("://") {
                missing.push(one.repository.clone());
            }
        }
        if missing.is_empty() {
            return Ok(all);
        }
        let mut text = format!(
            "no repository definition for {}. Please add them via 'helm repo add'",
            missing.join(", ")
        );
        if missing.iter().any(|one| !one.starts_with('@') && !one.starts_with("alias:")) {
            text.push_str(
                "\nNote that repositories must be URLs or aliases. For example, to refer to the \"example\"\n\
                 repository, use \"https://charts.example.com/\" or \"@example\" instead of\n\
                 \"example\". Don't forget to add the repo, too ('helm repo add').",
            );
        }
        Err(said(text))
    }

    fn known(&self, url: &str) -> Option<&Repository> {
        let same = |one: &&Repository| one.url.trim_end_matches('/') == url.trim_end_matches('/');
        self.repositories.all.iter().find(same)
    }

    fn source(&self, url: &str) -> Result<ChartSource, Failure> {
        match self.known(url) {
            Some(repository) => repository.source(),
            None => Ok(ChartSource { url: url.to_string(), ..fetch::source(self.path)? }),
        }
    }

    /// Each dependency with the version that is taken.
    fn choose(&self, asked: &[Dependency]) -> Result<Vec<Dependency>, Failure> {
        let (mut chosen, mut missing) = (Vec::new(), Vec::new());
        for one in asked {
            let range = Range::parse(&one.version).map_err(|error| {
                said(format!("dependency {:?} has an invalid version/constraint format: {error}", one.name))
            })?;
            let found = if one.repository.is_empty() {
                let folder = self.directory.join("charts").join(&one.name);
                if !folder.exists() {
                    return Err(said(format!("directory {} not found", folder.display())));
                }
                Some(one.version.clone())
            } else if let Some(path) = one.repository.strip_prefix("file://") {
                let version = load(&absolute(&self.directory.join(path)))?.metadata.version;
                Version::parse(&version).is_ok_and(|parsed| range.contains(&parsed)).then_some(version)
            } else {
                self.newest(one, &range)?
            };
            match found {
                Some(version) => chosen.push(Dependency {
                    name: one.name.clone(),
                    repository: one.repository.clone(),
                    version,
                    ..Dependency::default()
                }),
                None => missing.push(format!(
                    "{:?} (repository {:?}, version {:?})",
                    one.name, one.repository, one.version
                )),
            }
        }
        if missing.is_empty() {
            return Ok(chosen);
        }
        Err(said(format!(
            "can't get a valid version for {} subchart(s): {}. Make sure a matching chart version exists in the repo, \
             or change the version constraint in Chart.yaml",
            missing.len(),
            missing.join(", ")
        )))
    }

    fn newest(&self, one: &Dependency, range: &Range) -> Result<Option<String>, Failure> {
        let source = self.source(&one.repository)?;
        let mut versions: Vec<Version> = if one.repository.starts_with("oci://") {
            if Version::parse(&one.version).is_ok() {
                return Ok(Some(one.version.clone()));
            }
            let reference: Reference =
                format!("{}/{}", one.repository.trim_end_matches('/'), one.name).parse().map_err(said)?;
            let tags = self.charts.registry(&source).map_err(failure)?.tags(&reference).map_err(|error| {
                said(format!("could not retrieve list of tags for repository {}: {error}", one.repository))
            })?;
            tags.iter().filter_map(|tag| Version::parse_strict(&tag.replace('_', "+")).ok()).collect()
        } else {
            let entries =
                self.charts.index(&source).map_err(failure)?.versions(&one.name).map_err(failure)?;
            let entries = entries
                .ok_or_else(|| said(format!("{} chart not found in repo {}", one.name, one.repository)))?;
            let entries = entries.iter().filter(|entry| !entry.urls.is_empty());
            entries.filter_map(|entry| Version::parse(&entry.version).ok()).collect()
        };
        versions.sort_by(|a, b| b.cmp(a));
        Ok(versions
            .iter()
            .find(|version| range.contains(version))
            .map(|version| version.original().to_string()))
    }

    /// Puts all charts into charts/, or none.
    fn save(&mut self, chosen: &mut [Dependency]) -> Result<(), Failure> {
        (self.out)(&format!("Saving {} charts\n", chosen.len()))?;
        let mut new: Vec<(String, Vec<u8>)> = Vec::new();
        for one in chosen.iter_mut() {
            if let Err(error) = self.get(one, &mut new) {
                let cause = error.message().trim_start_matches("Error: ").to_string();
                (self.out)(&format!("Save error occurred:  {cause}\n"))?;
                return Err(error);
            }
        }
        let folder = self.directory.join("charts");
        for (name, content) in &new {
            paths::write(&folder.join(name), content, 0o644)?;
        }
        std::fs::create_dir_all(&folder)?;
        (self.out)("Deleting outdated charts\n")?;
        for path in sorted(&folder) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() || new.iter().any(|(kept, _)| *kept == name) {
                continue;
            }
            // Only what is a chart and is not a local one is ours to delete.
            let Ok(chart) = load(&path) else { continue };
            if !chosen.iter().any(|one| one.repository.is_empty() && one.name == chart.name()) {
                std::fs::remove_file(&path)?;
            }
        }
        Ok(())
    }

    fn get(&mut self, one: &mut Dependency, new: &mut Vec<(String, Vec<u8>)>) -> Result<(), Failure> {
        let Dependency { name, repository, version, .. } = &*one;
        if repository.is_empty() {
            (self.out)(&format!(
                "Dependency {name} did not declare a repository. Assuming it exists in the charts directory\n"
            ))?;
            let chart = load(&self.directory.join("charts").join(name))?;
            return match fits(&chart.metadata.version, version) {
                None => Ok(()),
                Some(_) => Err(said(format!(
                    "dependency {name} at version {} does not satisfy the constraint {version}",
                    chart.metadata.version
                ))),
            };
        }
        if let Some(path) = repository.strip_prefix("file://") {
            let chart = load(&absolute(&self.directory.join(path)))?;
            if fits(&chart.metadata.version, version).is_some() {
                return Err(said(format!("can't get a valid version for dependency {name}")));
            }
            let archive = chart.package(crate::commands::helm::package::now()).map_err(said)?;
            new.push((format!("{}-{}.tgz", chart.name(), chart.metadata.version), archive));
            one.version = chart.metadata.version;
            return Ok(());
        }
        let source = self.source(repository)?;
        let found = self.charts.get(ChartQuery { source: &source, name, version });
        let found =
            found.map_err(|error| said(format!("could not download {repository}/{name}: {error}")))?;
        let file = crate::commands::helm::pull::file_name(&found.url);
        if new.iter().any(|(known, _)| *known == file) {
            return (self.out)(&format!("Already downloaded {name} from repo {repository}\n"));
        }
        (self.out)(&format!("Downloading {name} from repo {repository}\n"))?;
        if self.path.verify {
            let provenance = self.charts.provenance(&source, &found).map_err(|_| {
                let url = format!("{}.prov", found.url);
                said(format!("could not download {repository}/{name}: failed to fetch provenance {url:?}"))
            })?;
            crate::commands::helm::provenance::check(&found, &provenance, self.path.keyring.as_deref())?;
            new.push((format!("{file}.prov"), provenance));
        }
        new.push((file, std::fs::read(&found.file)?));
        Ok(())
    }

    fn update(&mut self) -> Result<(), Failure> {
        let chart = load(&self.directory)?;
        if chart.metadata.dependencies.is_none() {
            return Ok(());
        }
        let asked = self.resolved(&chart)?;
        self.refresh_unknown(&asked)?;
        self.refresh_known()?;
        let mut chosen = self.choose(&asked)?;
        self.save(&mut chosen)?;
        let digest = Lock::digest_of(&asked, &chosen);
        if chart.lock.as_ref().is_some_and(|lock| lock.digest == digest) {
            return Ok(());
        }
        let generated = jiff::Timestamp::now().to_string();
        let lock = Lock { generated, digest, dependencies: Some(chosen.into_iter().map(Some).collect()) };
        let name = if chart.metadata.api_version == "v1" { "requirements.lock" } else { "Chart.lock" };
        let file = self.directory.join(name);
        if file.is_symlink() {
            let target = std::fs::read_link(&file).unwrap_or_default();
            return Err(said(format!("the {name} file is a symlink to {:?}", target.display().to_string())));
        }
        paths::write(&file, lock.to_yaml().map_err(said)?.as_bytes(), 0o644)
    }

    fn build(&mut self) -> Result<(), Failure> {
        let chart = load(&self.directory)?;
        let Some(lock) = chart.lock.clone() else { return self.update() };
        let mut locked: Vec<_> = lock.dependencies.into_iter().flatten().flatten().collect();
        let old: Vec<_> = chart.metadata.dependencies().cloned().collect();
        let is_old = chart.metadata.api_version == "v1" && Lock::old_digest_of(&old) == lock.digest;
        let asked = self.resolved(&chart)?;
        if !is_old && Lock::digest_of(&asked, &locked) != lock.digest {
            return Err(said(if chart.metadata.api_version == "v1" {
                "the lock file (requirements.lock) is out of sync with the dependencies file (requirements.yaml). Please \
                 update the dependencies"
            } else {
                "the lock file (Chart.lock) is out of sync with the dependencies file (Chart.yaml). Please update the \
                 dependencies with 'helm dependency update'"
            }));
        }
        let is_fetched = |one: &&Dependency| one.repository.starts_with("http");
        let missing: Vec<_> =
            locked.iter().filter(is_fetched).filter(|one| self.known(&one.repository).is_none()).collect();
        if !missing.is_empty() {
            let missing: Vec<_> = missing.iter().map(|one| one.repository.as_str()).collect();
            return Err(said(format!(
                "no repository definition for {}. Please add the missing repos via 'helm repo add'",
                missing.join(", ")
            )));
        }
        self.refresh_known()?;
        self.save(&mut locked)
    }
}

fn said(cause: impl std::fmt::Display) -> Failure {
    Failure::said(format!("Error: {cause}"))
}

/// What Chart.lock names.
pub(super) fn build(paths: &Paths, args: &DependencyGet) -> Result<(), Failure> {
    with_words(paths, args, |manager| manager.build())
}

/// What Chart.yaml names, chosen anew.
pub(super) fn update(paths: &Paths, args: &DependencyGet) -> Result<(), Failure> {
    with_words(paths, args, |manager| manager.update())
}

fn with_words(
    paths: &Paths,
    args: &DependencyGet,
    work: fn(&mut Manager<'_>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let directory = args.chart.clone().unwrap_or_else(|| ".".to_string());
    let mut out = |text: &str| print(text);
    let mut manager = Manager::new(paths, Path::new(&directory), &args.path, &mut out)?;
    manager.refreshed = Some(paths).filter(|_| !args.skip_refresh);
    work(&mut manager)
}

/// The same without a word.
pub(super) fn update_quietly(paths: &Paths, directory: &Path) -> Result<(), Failure> {
    Manager::new(paths, directory, &ChartArgs::default(), &mut |_| Ok(()))?.update()
}
