//! Kustomize: a kustomization in a tree to objects, with the bytes that kustomize v5.8.1 prints.
//!
//! It reads through a [`Tree`] only. It does not fetch remote bases, run programs or know Flux; `COMPATIBILITY.md` lists
//! what it refuses and where it differs.

mod accumulate;
mod configuration;
mod context;
mod fields;
mod folded;
mod generate;
mod kustomization;
mod loader;
mod name_reference;
mod objects;
mod origin;
mod plugin;
mod print;
mod reader;
mod resource;
mod resources;
mod select;
mod sort;
mod source;
mod specs;
mod transform;

use weir_files::{Diagnostic, Place, ReadError, RootedPath, Tree};
use weir_yaml::Value;

/// The names that a kustomization file may have.
pub(crate) const FILE_NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// How to build.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Which files a kustomization may read.
    pub load_restriction: LoadRestriction,
    /// Used in place of the kustomization file of the directory to build.
    pub root: Option<Value>,
    /// The order of the objects where the kustomization has no `sortOptions`.
    pub reorder: Reorder,
    /// All objects get the label `app.kubernetes.io/managed-by`, as with the option `--enable-managedby-label`.
    pub managed_by_label: bool,
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

/// The order of the objects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reorder {
    /// Namespaces and definitions first, webhooks last: what `kustomize build` does.
    #[default]
    Legacy,
    /// As they come: what Flux does.
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
            let yaml = weir_yaml::to_yaml(&resource.object).map_err(|error| {
                let problem = Diagnostic::error(error.to_string());
                resource.origin.clone().map_or_else(|| problem.clone(), |place| problem.clone().at(place))
            })?;
            text.push_str(&yaml);
        }
        Ok(text)
    }
}

/// Builds a directory. All problems that can be found are given.
pub fn build(tree: &Tree, dir: &RootedPath, options: &Options) -> Result<Built, Vec<Diagnostic>> {
    let mut context = context::Context {
        options,
        problems: Vec::new(),
        warnings: Vec::new(),
        trail: Vec::new(),
        tracks_origins: false,
    };
    let loader = loader::Loader::new(tree, dir, options.load_restriction)
        .map_err(|message| vec![Diagnostic::error(message)])?;
    let loaded = accumulate::load(&mut context, &loader, options.root.as_ref())?;
    context.tracks_origins = !loaded.kustomization.build_metadata.is_empty();
    let mut resources =
        accumulate::carry_out(&mut context, &loader, &loaded, resources::Resources::default(), "");
    if context.problems.is_empty() {
        transform::hash::run(&mut resources);
        name_reference::run(&mut context, &mut resources);
    }
    if !context.problems.is_empty() {
        return Err(context.problems);
    }
    print::finish(&mut context, &loaded.kustomization, &mut resources);
    let resources = resources
        .list
        .into_iter()
        .map(|resource| Resource { object: resource.object, origin: resource.place })
        .collect();
    Ok(Built { resources, warnings: context.warnings })
}

/// The kustomization file of a directory, if it has one.
pub fn kustomization_file(tree: &Tree, dir: &RootedPath) -> Result<Option<RootedPath>, ReadError> {
    for name in FILE_NAMES {
        let path = dir.child(name);
        if tree.is_file(&path)? {
            return Ok(Some(path));
        }
    }
    Ok(None)
}
