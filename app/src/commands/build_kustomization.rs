//! `weir build kustomization`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use weir_api::Kustomization;
use weir_delivery::{Keys, Known};
use weir_files::RootedPath;
use weir_yaml::{Dialect, Value, from_yaml, to_yaml};
use zeroize::Zeroizing;

use super::kind::KUSTOMIZATION;
use super::remotes::answered;
use super::resource::read_one;
use super::secrets::keyring;
use super::variables::{self, Sources};
use crate::cli::BuildKustomization;
use crate::connect::ClusterArgs;
use crate::exit::Failure;
use crate::output::{print, say};

pub(super) fn run(args: &BuildKustomization, cluster: &ClusterArgs) -> Result<(), Failure> {
    if !args.path.is_dir() {
        return Err(Failure::new(format!(
            "invalid resource path '{}': no such directory",
            args.path.display()
        )));
    }
    let (unit, live) = match &args.kustomization_file {
        Some(file) => (from_file(file, &args.name, &cluster.namespace)?, None),
        None if args.dry_run => {
            return Err(Failure::usage(
                "--dry-run needs --kustomization-file: nothing else names the Kustomization",
            ));
        }
        None => cluster.run(|connected| async move {
            let unit = read_one(&connected, &KUSTOMIZATION, &cluster.namespace, &args.name).await?;
            let sources = variables::live(&connected, &unit).await?;
            Ok((unit, Some(sources)))
        })?,
    };
    let keys = if args.decrypt { keys(args.age_key_file.as_deref())? } else { Keys::default() };
    let mut unit: Kustomization = weir_controllers::typed(&unit).map_err(Failure::new)?;
    let (root, dir) = repository(&args.path)?;
    unit.spec.path = dir.as_str().to_string();
    let mut recipe = weir_controllers::recipe(&unit).map_err(Failure::new)?;
    let tree = weir_fetch::local_directory(&root);
    if let Some(substitution) = &mut recipe.substitution {
        substitution.lenient = args.dry_run && !args.strict_substitute;
    }
    if let Some(decryption) = &mut recipe.decryption {
        // What is printed is read by others: nothing is opened for it, unless they say so.
        decryption.masks = !args.decrypt;
    }
    let sources = match live {
        _ if args.dry_run => Sources::None,
        Some(live) => Sources::Cluster(live),
        None => Sources::Repository(&tree, args.decrypt.then_some(&keys)),
    };
    let values = variables::of(&recipe, sources)?;
    let rendered = answered(|answers| {
        let known = Known { remotes: answers.clone(), variables: values.clone(), keys: keys.clone() };
        weir_delivery::render(&recipe, &tree, &known)
    })?;
    for warning in &rendered.warnings {
        say(&warning.to_string());
    }
    let mut text = String::new();
    for desired in &rendered.objects {
        text.push_str("---\n");
        text.push_str(&to_yaml(&desired.object).map_err(|e| Failure::new(e.to_string()))?);
    }
    print(&text)
}

/// Keys at hand, and that of a file.
fn keys(file: Option<&Path>) -> Result<Keys, Failure> {
    let mut keys = keyring::at_hand(&BTreeSet::new());
    if let Some(file) = file {
        let shown = |cause: &dyn std::fmt::Display| Failure::new(format!("{}: {cause}", file.display()));
        let text = std::fs::read_to_string(file).map(Zeroizing::new).map_err(|error| shown(&error))?;
        keys.add_age(&text).map_err(|error| shown(&error))?;
    }
    Ok(keys)
}

fn from_file(file: &Path, wanted: &str, namespace: &str) -> Result<Value, Failure> {
    let text =
        std::fs::read_to_string(file).map_err(|e| Failure::new(format!("'{}': {e}", file.display())))?;
    let shown = file.display().to_string();
    let objects =
        from_yaml(&text, Dialect::V3).map_err(|error| Failure::from(error.diagnostic(shown.as_str())))?;
    let is_it = |object: &&Value| {
        object.str_at(&["kind"]) == Some("Kustomization")
            && object.str_at(&["metadata", "name"]) == Some(wanted)
    };
    let mut unit = objects
        .iter()
        .find(is_it)
        .cloned()
        .ok_or_else(|| Failure::new(format!("failed to find kustomization '{wanted}' in '{shown}'")))?;
    if unit.at(&["metadata", "namespace"]).is_none() {
        unit.set_at(&["metadata", "namespace"], namespace);
    }
    Ok(unit)
}

/// The root of the repository that holds a directory, and the directory in it. Without one, the directory itself.
pub(super) fn repository(dir: &Path) -> Result<(PathBuf, RootedPath), Failure> {
    let real = std::fs::canonicalize(dir).map_err(|e| Failure::new(format!("'{}': {e}", dir.display())))?;
    let root =
        real.ancestors().find(|ancestor| ancestor.join(".git").exists()).unwrap_or(&real).to_path_buf();
    let below = real.strip_prefix(&root).unwrap_or(Path::new("")).to_string_lossy().into_owned();
    let below = RootedPath::new(&below).map_err(|e| Failure::new(e.to_string()))?;
    Ok((root, below))
}
