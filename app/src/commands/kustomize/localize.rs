//! `weir kustomize localize`.

use std::fs;
use std::path::{Path, PathBuf};

use weir_files::RootedPath;
use weir_kustomize::Options;
use weir_kustomize::localize::{Localized, localize};

use super::files::{on_disk, tree_and_directory};
use crate::cli::kustomize::KustomizeLocalize;
use crate::exit::Failure;
use crate::output::say;

pub(super) fn run(args: &KustomizeLocalize) -> Result<(), Failure> {
    let shown = args.target.display();
    let (tree, target) = tree_and_directory(&args.target)?;
    let (_, scope) = tree_and_directory(args.scope.as_deref().unwrap_or(&args.target))?;
    if !target.is_within(&scope) {
        return Err(Failure::new(format!(
            "localize scope '{}' does not contain target '{shown}'",
            on_disk(&scope).display()
        )));
    }
    let destination = args.destination.clone().unwrap_or_else(|| default_destination(&target));
    if fs::symlink_metadata(&destination).is_ok() {
        return Err(Failure::new(format!("localize destination '{}' already exists", destination.display())));
    }
    let files = localize(&tree, &target, &scope)?;
    write(&destination, &files)?;
    if !args.no_verify {
        let (_, copy) = tree_and_directory(&destination.join(target.relative_to(&scope)))?;
        let build = |dir: &RootedPath| -> Result<String, Failure> {
            Ok(weir_kustomize::build(&tree, dir, &Options::default())?.to_yaml()?)
        };
        if build(&target)? != build(&copy)? {
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
