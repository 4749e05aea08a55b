//! `weir kustomize build`.

use std::path::{Path, PathBuf};

use weir_files::RootedPath;
use weir_kustomize::{LoadRestriction, Options};

use crate::cli::KustomizeBuild;
use crate::exit::Failure;
use crate::output::{print, say};

pub(super) fn run(args: &KustomizeBuild) -> Result<(), Failure> {
    let load_restriction = match args.load_restrictor.as_str() {
        "LoadRestrictionsRootOnly" | "rootOnly" => LoadRestriction::Root,
        "LoadRestrictionsNone" | "none" => LoadRestriction::None,
        other => {
            let message = format!(
                "--load-restrictor '{other}': write LoadRestrictionsRootOnly or LoadRestrictionsNone"
            );
            return Err(Failure::usage(message));
        }
    };
    let (root, dir) = root_and_directory(&args.dir)?;
    let tree = weir_fetch::local_directory(&root);
    let options = Options { load_restriction, ..Options::default() };
    let built = weir_kustomize::build(&tree, &dir, &options)?;
    for warning in &built.warnings {
        say(&warning.to_string());
    }
    let text = built.to_yaml()?;
    match &args.output {
        Some(file) => Ok(std::fs::write(file, text)?),
        None => print(&text),
    }
}

/// Bases may lie anywhere on this machine, so the tree begins at the root of the file system.
fn root_and_directory(dir: &Path) -> Result<(PathBuf, RootedPath), Failure> {
    let real = std::fs::canonicalize(dir).map_err(|e| Failure::new(format!("'{}': {e}", dir.display())))?;
    let text = real.to_str().ok_or_else(|| Failure::new(format!("'{}' is no text", real.display())))?;
    let dir = RootedPath::new(text).map_err(|e| Failure::new(e.to_string()))?;
    Ok((PathBuf::from("/"), dir))
}
