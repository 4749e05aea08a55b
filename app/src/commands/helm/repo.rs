//! `weir helm repo`.

use std::time::Duration;

use weir_fetch::{ChartError, Charts};
use weir_yaml::{Map, Value};

use super::paths::{self, Paths};
use super::repositories::{Repositories, Repository};
use super::table::table;
use crate::cli::helm::{RepoAdd, RepoList, RepoRemove, RepoUpdate, TableFormat};
use crate::exit::Failure;
use crate::output::{print, say};

/// Repositories that were closed, and where their charts went.
const CLOSED: [(&str, &str); 2] = [
    ("//kubernetes-charts.storage.googleapis.com", "https://charts.helm.sh/stable"),
    ("//kubernetes-charts-incubator.storage.googleapis.com", "https://charts.helm.sh/incubator"),
];

pub(super) fn add(paths: &Paths, args: RepoAdd) -> Result<(), Failure> {
    let closed = CLOSED.iter().find(|(url, _)| args.url.contains(url) && !args.allow_deprecated_repos);
    if let Some((_, instead)) = closed {
        return Err(Failure::said(format!(
            "Error: repo \"{}\" is no longer available; try \"{instead}\" instead",
            args.url
        )));
    }
    let name = args.name.clone();
    if name.contains('/') {
        return Err(Failure::said(format!(
            "Error: repository name ({name}) contains '/', please specify a different name without '/'"
        )));
    }
    let timeout = duration(&args.timeout)?;
    let force = args.force_update;
    let new = repository(args)?;
    let _held = Repositories::hold(&paths.repositories)?;
    let mut all = Repositories::read(&paths.repositories)?;
    match all.get(&name) {
        Some(old) if !force && *old == new => {
            return print(&format!("\"{name}\" already exists with the same configuration, skipping\n"));
        }
        Some(_) if !force => {
            return Err(Failure::said(format!(
                "Error: repository name ({name}) already exists, please specify a different name"
            )));
        }
        _ => {}
    }
    fetch(paths, &paths.charts(timeout)?, &new)?;
    all.put(new);
    all.write(&paths.repositories)?;
    print(&format!("\"{name}\" has been added to your repositories\n"))
}

fn repository(args: RepoAdd) -> Result<Repository, Failure> {
    let password = match (&*args.username, &*args.password) {
        (user, "") if !user.is_empty() => super::registry::secret(args.password_stdin, "Password: ")?,
        (_, password) => password.to_string(),
    };
    Ok(Repository {
        name: args.name,
        url: args.url,
        username: args.username,
        password,
        cert_file: RepoAdd::absolute(&args.cert_file),
        key_file: RepoAdd::absolute(&args.key_file),
        ca_file: RepoAdd::absolute(&args.ca_file),
        insecure_skip_tls_verify: args.insecure_skip_tls_verify,
        pass_credentials_all: args.pass_credentials,
    })
}

/// Gets the index of a repository into Helm's cache.
pub(super) fn fetch(paths: &Paths, charts: &Charts, repository: &Repository) -> Result<(), Failure> {
    if repository.url.starts_with("oci://") {
        return Err(Failure::said(format!(
            "Error: {} is a registry: its charts need no repository, name them as {}/CHART",
            repository.url, repository.url
        )));
    }
    let index = charts.index(&repository.source()?).map_err(failure)?;
    let mut names = String::new();
    index
        .for_each(|name, _| {
            names.push_str(name);
            names.push('\n');
        })
        .map_err(failure)?;
    let content = std::fs::read(index.file())?;
    paths::write(&paths.names(&repository.name), names.as_bytes(), 0o644)?;
    paths::write(&paths.index(&repository.name), &content, 0o644)
}

pub(super) fn list(paths: &Paths, args: &RepoList) -> Result<(), Failure> {
    let all = Repositories::read(&paths.repositories)?.all;
    if args.output == TableFormat::Table {
        if all.is_empty() {
            say("no repositories to show");
            return Ok(());
        }
        let header = (!args.no_headers).then(|| vec!["NAME".to_string(), "URL".to_string()]);
        let rows = all.into_iter().map(|one| vec![one.name, one.url]);
        return print(&table(&header.into_iter().chain(rows).collect::<Vec<_>>(), usize::MAX));
    }
    let all: Vec<_> = all.iter().map(|one| vec![("name", &*one.name), ("url", &*one.url)]).collect();
    machine(args.output, &all)
}

/// A list for machines; JSON keeps the order of the fields.
pub(super) fn machine(format: TableFormat, list: &[Vec<(&str, &str)>]) -> Result<(), Failure> {
    if format == TableFormat::Yaml {
        let list: Value = list.iter().map(|fields| fields.iter().copied().collect::<Map>()).collect();
        let text = weir_yaml::to_yaml(&list);
        return print(&text.map_err(|error| Failure::said(format!("Error: {error}")))?);
    }
    let json = |text: &str| weir_yaml::to_json(&Value::from(text));
    let object = |fields: &Vec<(&str, &str)>| {
        let fields = fields.iter().map(|(name, text)| format!("{}:{}", json(name), json(text)));
        format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
    };
    print(&format!("[{}]\n", list.iter().map(object).collect::<Vec<_>>().join(",")))
}

pub(super) fn update(paths: &Paths, args: &RepoUpdate) -> Result<(), Failure> {
    let all = Repositories::read(&paths.repositories)?.all;
    if all.is_empty() {
        return Err(Failure::said("Error: no repositories found. You must add one before updating"));
    }
    if let Some(unknown) = args.names.iter().find(|name| !all.iter().any(|one| one.name == **name)) {
        return Err(Failure::said(format!(
            "Error: no repositories found matching '{unknown}'.  Nothing will be updated"
        )));
    }
    let chosen: Vec<_> =
        all.iter().filter(|one| args.names.is_empty() || args.names.contains(&one.name)).collect();
    print("Hang tight while we grab the latest from your chart repositories...\n")?;
    let charts = paths.charts(duration(&args.timeout)?)?;
    let failed: Vec<_> = std::thread::scope(|scope| {
        let fetched: Vec<_> =
            chosen.iter().map(|one| (one, scope.spawn(|| fetch(paths, &charts, one)))).collect();
        let mut failed = Vec::new();
        for (one, done) in fetched {
            let (name, url) = (&one.name, &one.url);
            let told = match done.join() {
                Ok(Ok(())) => {
                    print(&format!("...Successfully got an update from the \"{name}\" chart repository\n"))
                }
                Ok(Err(error)) => {
                    failed.push(url.clone());
                    let cause = error.message();
                    print(&format!(
                        "...Unable to get an update from the \"{name}\" chart repository ({url}):\n\t{cause}\n"
                    ))
                }
                Err(panic) => std::panic::resume_unwind(panic),
            };
            if told.is_err() {
                break;
            }
        }
        failed
    });
    if failed.is_empty() {
        return print("Update Complete. ⎈Happy Helming!⎈\n");
    }
    Err(Failure::said(format!("Error: failed to update the following repositories: [{}]", failed.join(" "))))
}

pub(super) fn remove(paths: &Paths, args: &RepoRemove) -> Result<(), Failure> {
    let _held = Repositories::hold(&paths.repositories)?;
    let mut all = Repositories::read(&paths.repositories)?;
    if all.all.is_empty() {
        return Err(Failure::said("Error: no repositories configured"));
    }
    for name in &args.names {
        let before = all.all.len();
        all.all.retain(|one| one.name != *name);
        if all.all.len() == before {
            return Err(Failure::said(format!("Error: no repo named \"{name}\" found")));
        }
        all.write(&paths.repositories)?;
        for file in [paths.names(name), paths.index(name)] {
            match std::fs::remove_file(&file) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Failure::said(format!(
                        "Error: can't remove index file {}: {error}",
                        file.display()
                    )));
                }
                _ => {}
            }
        }
        print(&format!("\"{name}\" has been removed from your repositories\n"))?;
    }
    Ok(())
}

/// A duration as people write it, `2m30s`.
pub(super) fn duration(text: &str) -> Result<Duration, Failure> {
    let parsed = weir_api::GoDuration::parse(text);
    parsed
        .map(|duration| duration.0)
        .map_err(|_| Failure::usage(format!("`{text}` is no duration, write `2m30s`")))
}

pub(super) fn failure(error: ChartError) -> Failure {
    Failure::said(format!("Error: {error}"))
}
