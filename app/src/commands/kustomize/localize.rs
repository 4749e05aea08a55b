//! `weir kustomize localize`.

use std::fs;
use std::path::{Path, PathBuf};

use weir_files::{RootedPath, Tree};
use weir_kustomize::Options;
use weir_kustomize::localize::{self, Localized, localize};

use super::build::fetched;
use super::files::{on_disk, tree_and_directory};
use crate::cli::kustomize::KustomizeLocalize;
use crate::commands::remotes::answered;
use crate::exit::Failure;
use crate::output::say;

pub(super) fn run(args: &KustomizeLocalize) -> Result<(), Failure> {
    let shown = args.target.display();
    let Origin { tree, target, scope, name } = origin(args)?;
    let destination = args.destination.clone().unwrap_or(name);
    if fs::symlink_metadata(&destination).is_ok() {
        return Err(Failure::new(format!("localize destination '{}' already exists", destination.display())));
    }
    let files = answered(|answers| localize(&tree, &target, &scope, answers))?;
    write(&destination, &files)?;
    if !args.no_verify {
        let (disk, copy) = tree_and_directory(&destination.join(target.relative_to(&scope)))?;
        if built(&tree, &target)? != built(&disk, &copy)? {
            let place = destination.display();
            return Err(Failure::new(format!(
                "VERIFICATION FAILED: '{shown}' and '{place}' build to different objects"
            )));
        }
        say(&format!("✔ '{shown}' and '{}' build to the same objects", destination.display()));
    }
    say(&format!("✔ localized '{shown}' to '{}'", destination.display()));
    Ok(())
}

/// What is copied.
struct Origin {
    tree: Tree,
    target: RootedPath,
    scope: RootedPath,
    /// Of the new directory where the user gives none.
    name: PathBuf,
}

fn origin(args: &KustomizeLocalize) -> Result<Origin, Failure> {
    let url = args.target.to_str().filter(|_| !args.target.exists());
    if let Some(url) = url.filter(|url| weir_kustomize::repository(url).is_ok()) {
        let found = localize::target(url).map_err(Failure::new)?;
        if let Some(scope) = &args.scope {
            let scope = scope.display();
            return Err(Failure::new(format!(
                "scope '{scope}' specified for remote localize target '{url}'"
            )));
        }
        let (tree, name) = (fetched(&found.need)?, PathBuf::from(found.name));
        return Ok(Origin { tree, target: found.dir, scope: RootedPath::root(), name });
    }
    let (tree, target) = tree_and_directory(&args.target)?;
    let (_, scope) = tree_and_directory(args.scope.as_deref().unwrap_or(&args.target))?;
    if !target.is_within(&scope) {
        return Err(Failure::new(format!(
            "localize scope '{}' does not contain target '{}'",
            on_disk(&scope).display(),
            args.target.display()
        )));
    }
    let name = default_destination(&target);
    Ok(Origin { tree, target, scope, name })
}

fn built(tree: &Tree, dir: &RootedPath) -> Result<String, Failure> {
    let built = answered(|answers| {
        let options = Options { answers: answers.clone(), ..Options::default() };
        weir_kustomize::build_or_ask(tree, dir, &options)
    })?;
    Ok(built.to_yaml()?)
}

fn default_destination(target: &RootedPath) -> PathBuf {
    PathBuf::from(if target.is_root() {
        "localized".to_string()
    } else {
        format!("localized-{}", target.name())
    })
}

/// What could not be finished is taken away again.
fn write(destination: &Path, files: &Localized) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        Failure::new(format!("cannot write localize destination '{}': {error}", destination.display()))
    };
    fs::create_dir(destination).map_err(failed)?;
    let written = files.iter().try_for_each(|(path, content)| {
        let file = destination.join(path.as_str());
        file.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(file, content)
    });
    if written.is_err() {
        // The first error is the one to report.
        _ = fs::remove_dir_all(destination);
    }
    written.map_err(failed)
}
