//! `weir kustomize build`.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use weir_files::{Diagnostic, Tree};
use weir_kustomize::{Answer, Built, ChartOptions, LoadRestriction, Need, Options, Reorder, Stop};
use weir_manifest::kinds::{Scope, kustomize_scope};
use weir_manifest::{object, split_api_version};
use weir_yaml::Value;

use super::explain;
use super::files::{from_here, problem_from_here, tree_and_directory};
use crate::cli::kustomize::KustomizeBuild;
use crate::commands::remotes::{answer, answered};
use crate::exit::Failure;
use crate::output::{print, say};

/// With `on` in it, all objects are labelled.
const MANAGED_BY: &str = "KUSTOMIZE_ENABLE_MANAGEDBY_LABEL";

pub(super) fn run(args: &KustomizeBuild) -> Result<(), Failure> {
    let dir = one_directory(&args.dir)?;
    let options = options(args)?;
    let remote = dir.to_str().filter(|_| !dir.exists()).and_then(|url| weir_kustomize::repository(url).ok());
    let is_here = remote.is_none();
    let named = |problem: Diagnostic| if is_here { problem_from_here(problem) } else { problem };
    let (tree, dir) = match remote {
        Some((need, below)) => (fetched(&need)?, below),
        None => tree_and_directory(dir)?,
    };
    let built = answered(|answers| {
        let options = Options { answers: answers.clone(), ..options.clone() };
        weir_kustomize::build_or_ask(&tree, &dir, &options).map_err(|stop| match stop {
            Stop::Failed(problems) => Stop::Failed(problems.into_iter().map(named).collect()),
            needs @ Stop::Needs(_) => needs,
        })
    })?;
    for warning in &built.warnings {
        say(&named(warning.clone()).to_string());
    }
    if let Some(object) = &args.explain {
        let place = |place| if is_here { from_here(place) } else { place };
        return print(&explain::table(&tree, &built, object, place)?);
    }
    match &args.output {
        Some(path) if path.is_dir() => write_each(path, &built),
        Some(path) => write(path, &built.into_yaml()?),
        None => built.into_yaml()?.iter().try_for_each(|piece| print(piece)),
    }
}

fn one_directory(dirs: &[PathBuf]) -> Result<&Path, Failure> {
    let dir = match dirs {
        [] => Path::new("."),
        [dir] => dir,
        _ => return Err(Failure::new("specify one path to kustomization.yaml")),
    };
    if dir.is_file() {
        return Err(Failure::new(format!("must build at directory: '{}' is a file", dir.display())));
    }
    Ok(dir)
}

/// The files of a repository behind a URL.
pub(super) fn fetched(need: &Need) -> Result<Tree, Failure> {
    match answer(need) {
        Answer::Tree(tree) => Ok(tree),
        Answer::Failed(cause) => Err(Failure::new(cause)),
        Answer::File(_) | Answer::Manifests(_) => Err(Failure::new("the URL is not that of a repository")),
    }
}

fn options(args: &KustomizeBuild) -> Result<Options, Failure> {
    if !args.mount.is_empty() {
        return Err(Failure::new(
            "--mount is for functions in containers, which are never run\n  \
             hint: run the function beforehand and put what it gives into the repository",
        ));
    }
    let load_restriction = match args.load_restrictor.as_str() {
        "LoadRestrictionsRootOnly" | "rootOnly" | "" => LoadRestriction::Root,
        "LoadRestrictionsNone" | "none" => LoadRestriction::None,
        other => {
            return Err(Failure::new(format!(
                "illegal flag value --load-restrictor {other}; legal values: [LoadRestrictionsRootOnly LoadRestrictionsNone]"
            )));
        }
    };
    if args.reorder.is_some() {
        say(
            "Flag --reorder has been deprecated, use the new 'sortOptions' field in kustomization.yaml instead.",
        );
    }
    let reorder = match args.reorder.as_deref() {
        None | Some("legacy") => Reorder::Legacy,
        Some("none") => Reorder::None,
        Some(other) => {
            return Err(Failure::new(format!(
                "illegal flag value --reorder {other}; legal values: [legacy none]"
            )));
        }
    };
    if args.enable_managedby_label {
        say(
            "Flag --enable-managedby-label has been deprecated, use 'managedByLabel' in the field 'buildMetadata' instead.",
        );
    }
    let managed_by_label =
        args.enable_managedby_label || std::env::var_os(MANAGED_BY).is_some_and(|value| value == "on");
    let explain = args.explain.is_some();
    let charts = args.enable_helm.then(|| ChartOptions {
        kube_version: args.helm_kube_version.clone().unwrap_or_default(),
        api_versions: args.helm_api_versions.clone(),
    });
    Ok(Options { load_restriction, reorder, managed_by_label, charts, explain, ..Options::default() })
}

fn write(path: &Path, pieces: &[impl AsRef<str>]) -> Result<(), Failure> {
    let written = std::fs::File::create(path)
        .and_then(|mut file| pieces.iter().try_for_each(|piece| file.write_all(piece.as_ref().as_bytes())));
    written.map_err(|e| Failure::new(format!("cannot write '{}': {e}", path.display())))
}

/// A file for each object, named by its kind and name, and by its namespace where there are several.
fn write_each(dir: &Path, built: &Built) -> Result<(), Failure> {
    let objects = || built.resources.iter().map(|resource| &resource.object);
    let namespaces: BTreeSet<&str> = objects().filter_map(namespace).collect();
    for object in objects() {
        let name = file_name(object, namespaces.len() > 1);
        let text = weir_yaml::to_yaml(object).map_err(|e| Failure::new(e.to_string()))?;
        write(&dir.join(name), &[text])?;
    }
    Ok(())
}

/// None for kinds that live in no namespace.
fn namespace(object: &Value) -> Option<&str> {
    let (api_version, kind) = (object::api_version(object)?, object::kind(object)?);
    match kustomize_scope(api_version, kind) {
        Some(Scope::Cluster) => None,
        _ => Some(object::namespace(object).filter(|name| !name.is_empty()).unwrap_or("default")),
    }
}

fn file_name(object: &Value, with_namespace: bool) -> String {
    let (group, version) = split_api_version(object::api_version(object).unwrap_or(""));
    let namespace = namespace(object).filter(|_| with_namespace);
    let parts = [
        namespace.unwrap_or(""),
        group,
        version,
        object::kind(object).unwrap_or(""),
        object::name(object).unwrap_or(""),
    ];
    let said: Vec<String> =
        parts.iter().filter(|part| !part.is_empty()).map(|part| part.to_lowercase()).collect();
    // A name is one part of a path, whatever stands in it.
    format!("{}.yaml", said.join("_").replace('/', "_"))
}
