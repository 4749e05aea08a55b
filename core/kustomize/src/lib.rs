//! Kustomize: a kustomization in a tree to objects.

use weir_files::{Diagnostic, Place, ReadError, RootedPath, Tree};
use weir_yaml::Value;

/// How to build.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Which files a kustomization may read.
    pub load_restriction: LoadRestriction,
    /// Used in place of the kustomization file of the directory to build.
    pub root: Option<Value>,
}

/// Which files a kustomization may read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LoadRestriction {
    /// Those in or below its own directory.
    #[default]
    Root,
    /// All of the tree.
    None,
}

/// What a build gives.
#[derive(Debug, Clone, Default)]
pub struct Built {
    /// The objects, in order.
    pub resources: Vec<Resource>,
    /// What deserves a look.
    pub warnings: Vec<Diagnostic>,
}

/// One object.
#[derive(Debug, Clone)]
pub struct Resource {
    /// The object.
    pub object: Value,
    /// Where it was written.
    pub origin: Option<Place>,
}

impl Built {
    /// The objects as `kustomize build` prints them.
    pub fn to_yaml(&self) -> Result<String, Diagnostic> {
        let mut text = String::new();
        for (at, resource) in self.resources.iter().enumerate() {
            if at > 0 {
                text.push_str("---\n");
            }
            let yaml = weir_yaml::to_yaml(&resource.object).map_err(|e| Diagnostic::error(e.to_string()))?;
            text.push_str(&yaml);
        }
        Ok(text)
    }
}

/// Builds a directory.
pub fn build(_tree: &Tree, dir: &RootedPath, _options: &Options) -> Result<Built, Vec<Diagnostic>> {
    Err(vec![Diagnostic::error(format!("not supported yet: kustomize build of {dir}"))])
}

/// The kustomization file of a directory, if it has one.
pub fn kustomization_file(tree: &Tree, dir: &RootedPath) -> Result<Option<RootedPath>, ReadError> {
    for name in ["kustomization.yaml", "kustomization.yml", "Kustomization"] {
        let path = dir.child(name);
        if tree.is_file(&path)? {
            return Ok(Some(path));
        }
    }
    Ok(None)
}
