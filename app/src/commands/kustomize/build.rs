//! `weir kustomize build`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use weir_files::{MemoryFiles, RootedPath};
use weir_kustomize::{Built, LoadRestriction, Options, Reorder};
use weir_manifest::kinds::{Scope, kustomize_scope};
use weir_manifest::{object, split_api_version};
use weir_yaml::Value;

use super::files::tree_and_directory;
use crate::cli::kustomize::KustomizeBuild;
use crate::commands::remotes::answered;
use crate::exit::Failure;
use crate::output::{print, say};

/// With `on` in it, all objects are labelled.
const MANAGED_BY: &str = "KUSTOMIZE_ENABLE_MANAGEDBY_LABEL";

pub(super) fn run(args: &KustomizeBuild) -> Result<(), Failure> {
    let dir = one_directory(&args.dir)?;
    let options = options(args)?;
    let (tree, dir, options) = if is_url(dir) {
        (MemoryFiles::new().tree(), RootedPath::root(), Options { root: Some(only(dir)), ..options })
    } else {
        let (tree, dir) = tree_and_directory(dir)?;
        (tree, dir, options)
    };
    let built = answered(|answers| {
        weir_kustomize::build_or_ask(&tree, &dir, &Options { answers: answers.clone(), ..options.clone() })
    })?;
    for warning in &built.warnings {
        say(&warning.to_string());
    }
    match &args.output {
        Some(path) if path.is_dir() => write_each(path, &built),
        Some(path) => write(path, &built.to_yaml()?),
        None => print(&built.to_yaml()?),
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

fn is_url(dir: &Path) -> bool {
    let text = dir.to_string_lossy();
    let starts = ["git@", "git::", "gh:", "github.com/", "github.com:"];
    !dir.exists() && (text.contains("://") || starts.iter().any(|start| text.starts_with(start)))
}

/// A kustomization of nothing but what is behind a URL.
fn only(url: &Path) -> Value {
    let mut kustomization = Value::default();
    let resources: Value = [url.to_string_lossy().into_owned()].into_iter().collect();
    kustomization.set_at(&["resources"], resources);
    kustomization
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
    Ok(Options { load_restriction, reorder, managed_by_label, ..Options::default() })
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(|e| Failure::new(format!("cannot write '{}': {e}", path.display())))
}

/// A file for each object, named by its kind and name, and by its namespace where there are several.
fn write_each(dir: &Path, built: &Built) -> Result<(), Failure> {
    let objects = || built.resources.iter().map(|resource| &resource.object);
    let namespaces: BTreeSet<&str> = objects().filter_map(namespace).collect();
    for object in objects() {
        let name = file_name(object, namespaces.len() > 1);
        let text = weir_yaml::to_yaml(object).map_err(|e| Failure::new(e.to_string()))?;
        write(&dir.join(name), &text)?;
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
