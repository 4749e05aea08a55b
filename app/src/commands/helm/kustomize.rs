//! What kustomizations ask of Helm: a chart, and what its templates give. They get what `weir helm pull` and
//! `weir helm template` give.

use std::collections::VecDeque;

use weir_files::{MemoryFiles, RootedPath, Tree};
use weir_helm::values::{Given, ValueOptions};
use weir_helm::{Chart, Options, Release};
use weir_kustomize::Template;
use weir_yaml::Map;

use super::fetch;
use super::paths::Paths;
use super::template::{DEFAULT_NAMESPACE, capabilities, hooks, made_up_name, render, text};
use super::world::Machine;
use crate::cli::helm::{ChartArgs, Global};
use crate::exit::Failure;
use crate::output::say;

/// The files of a chart in a repository or registry.
pub(in crate::commands) fn fetched(
    repository: &str,
    name: &str,
    version: &str,
    devel: bool,
) -> Result<Tree, String> {
    let version = Some(version.to_string()).filter(|version| !version.is_empty());
    let mut how = ChartArgs { version, devel, ..ChartArgs::default() };
    let name = if repository.starts_with("oci://") {
        format!("{}/{name}", repository.strip_suffix('/').unwrap_or(repository))
    } else {
        how.repo = Some(repository.to_string());
        name.to_string()
    };
    let (chart, _) = fetch::find(&Paths::of(&Global::of_environment()), &name, &how).map_err(plain)?;
    let archive = std::fs::read(&chart.file).map_err(|error| format!("{}: {error}", chart.file.display()))?;
    let mut files = MemoryFiles::new();
    for file in weir_helm::archive_files(&archive).map_err(|error| error.to_string())? {
        let path = RootedPath::new(&file.name).map_err(|error| error.to_string())?;
        files = files.file(&path, &*file.data);
    }
    Ok(files.tree())
}

/// What the templates of a chart give.
pub(in crate::commands) fn rendered(template: &Template) -> Result<String, String> {
    let machine = Machine::new();
    let name = match (&*template.release_name, &*template.name_template) {
        ("", "") => made_up_name(None, &machine),
        ("", words) => made_up_name(Some(words), &machine),
        (name, "") => Ok(name.to_string()),
        _ => Err(Failure::said("cannot set --name-template and also specify a name")),
    };
    let (name, values, chart) = (name.map_err(plain)?, values(template)?, chart(template)?);
    let or_none = |text: &str| Some(text.to_string()).filter(|text| !text.is_empty());
    let namespace = or_none(&template.namespace).or_else(|| Global::of_environment().namespace);
    let release = Release::new(&name, namespace.unwrap_or_else(|| DEFAULT_NAMESPACE.to_string()));
    // One flag of helm takes several with commas between.
    let versions = template.api_versions.iter().flat_map(|words| words.split(','));
    let versions: Vec<String> = versions.map(str::to_string).collect();
    let kube_version = or_none(&template.kube_version);
    let mut options = Options {
        capabilities: capabilities(kube_version.as_deref(), &versions).map_err(plain)?,
        include_crds: template.include_crds,
        ..Options::default()
    };
    chart.warnings.iter().for_each(|warning| say(warning));
    let rendered = render(&chart, &values, &release, &mut options, &machine).map_err(plain)?;
    let rendered = rendered.map_err(|failure| {
        format!("{}{}", failure.error, weir_helm::explain(&failure, &chart, &given(template)))
    })?;
    Ok(text(&rendered, &hooks(&rendered, template.skip_hooks, template.skip_tests)))
}

/// The words of a failure without the mark that commands put before them.
fn plain(failure: Failure) -> String {
    let words = failure.message();
    words.strip_prefix("Error: ").unwrap_or(words).to_string()
}

/// The chart that the files make up, without those that it ignores.
fn chart(template: &Template) -> Result<Chart, String> {
    let mut files = MemoryFiles::new();
    for (name, content) in &template.files {
        let path = RootedPath::new(name).map_err(|error| error.to_string())?;
        files = files.file(&path, content);
    }
    Chart::from_directory(&files.tree(), &RootedPath::root(), ".").map_err(|error| error.to_string())
}

fn names(template: &Template) -> ValueOptions {
    ValueOptions {
        files: template.values.iter().map(|(name, _)| name.clone()).collect(),
        ..Default::default()
    }
}

fn values(template: &Template) -> Result<Map, String> {
    let mut contents: VecDeque<_> = template.values.iter().map(|(_, content)| content.clone()).collect();
    let mut read = |name: &str| contents.pop_front().ok_or_else(|| format!("'{name}' is not there"));
    names(template).merged(&mut read).map_err(|error| error.to_string())
}

/// Each file by itself, the one that counts most first.
fn given(template: &Template) -> Vec<Given> {
    let mut contents: VecDeque<_> = template.values.iter().map(|(_, content)| content.clone()).collect();
    names(template).given(&mut |name| contents.pop_front().ok_or_else(|| format!("'{name}' is not there")))
}
