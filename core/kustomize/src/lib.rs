//! Kustomize: a kustomization in a tree to objects, with the bytes that kustomize v5.8.1 prints.
//!
//! It reads through a [`Tree`] only. It does not fetch remote bases, run programs or know Flux; `COMPATIBILITY.md` lists
//! what it refuses and where it differs.

mod accumulate;
mod configuration;
mod context;
mod crds;
pub mod edit;
mod explain;
mod fault;
mod fields;
mod folded;
mod generate;
mod history;
mod kustomization;
mod loader;
pub mod localize;
mod name_index;
mod name_reference;
mod objects;
mod open_api;
mod operation;
mod origin;
mod places;
mod plugin;
mod print;
mod reader;
mod remote;
mod resource;
mod resources;
mod select;
mod shared;
mod sort;
mod source;
mod specs;
mod transform;
mod vars;

use std::collections::BTreeMap;
use std::sync::Arc;

use weir_files::{Diagnostic, Place, ReadError, RootedPath, Tree};
use weir_yaml::Value;

pub use explain::FieldOrigin;
pub use remote::{Answer, Need, Template, repository};

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
    /// What was found for the needs that an earlier build named.
    pub answers: BTreeMap<Need, Answer>,
    /// All objects get the label `app.kubernetes.io/managed-by`, as with the option `--enable-managedby-label`.
    pub managed_by_label: bool,
    /// How charts are rendered. Without it they are refused, as kustomize does without `--enable-helm`.
    pub charts: Option<ChartOptions>,
    /// Remembers which step set which field, for [`Resource::explain`].
    pub explain: bool,
}

/// What charts see where the kustomization does not say it.
#[derive(Debug, Clone, Default)]
pub struct ChartOptions {
    /// The version of Kubernetes; empty for the usual one.
    pub kube_version: String,
    /// API versions besides those of Kubernetes.
    pub api_versions: Vec<String>,
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
    history: history::History,
}

/// So long are the pieces of a long output about.
const PIECE: usize = 64 << 10;

impl Built {
    /// The objects as `kustomize build` prints them.
    pub fn to_yaml(&self) -> Result<String, Diagnostic> {
        let mut text = String::new();
        self.resources.iter().try_for_each(|resource| resource.print(&mut text, true))?;
        Ok(text)
    }

    /// The same in pieces to be put together; objects go as soon as they are printed.
    pub fn into_yaml(self) -> Result<Vec<String>, Diagnostic> {
        let mut pieces = Vec::new();
        let mut text = String::new();
        for resource in self.resources {
            resource.print(&mut text, pieces.is_empty())?;
            if text.len() >= PIECE {
                pieces.push(std::mem::replace(&mut text, String::with_capacity(PIECE + PIECE / 8)));
            }
        }
        pieces.push(text);
        Ok(pieces)
    }
}

impl Resource {
    /// Appends the object to others. At the very start there are none.
    fn print(&self, text: &mut String, at_start: bool) -> Result<(), Diagnostic> {
        if !(at_start && text.is_empty()) {
            text.push_str("---\n");
        }
        weir_yaml::append_yaml(&self.object, text).map_err(|error| {
            let problem = Diagnostic::error(error.to_string());
            self.origin.clone().map_or_else(|| problem.clone(), |place| problem.clone().at(place))
        })
    }
}

/// Why a build gives no objects.
#[derive(Debug, Clone)]
pub enum Stop {
    /// It has to be done again with the answers to these.
    Needs(Vec<Need>),
    /// All problems that can be found.
    Failed(Vec<Diagnostic>),
}

/// Builds a directory, and asks for what lies outside of the tree.
pub fn build_or_ask(tree: &Tree, dir: &RootedPath, options: &Options) -> Result<Built, Stop> {
    let remotes = Arc::new(remote::Remotes::new(options.answers.clone()));
    let built = build_with(tree, dir, options, &remotes);
    let needs = remotes.needs();
    if needs.is_empty() { built.map_err(Stop::Failed) } else { Err(Stop::Needs(needs)) }
}

/// Builds a directory. All problems that can be found are given; what lies outside of the tree is one of them.
pub fn build(tree: &Tree, dir: &RootedPath, options: &Options) -> Result<Built, Vec<Diagnostic>> {
    build_with(tree, dir, options, &Arc::new(remote::Remotes::new(options.answers.clone())))
}

fn build_with(
    tree: &Tree,
    dir: &RootedPath,
    options: &Options,
    remotes: &Arc<remote::Remotes>,
) -> Result<Built, Vec<Diagnostic>> {
    let mut context = context::Context {
        options,
        problems: Vec::new(),
        warnings: Vec::new(),
        trail: Vec::new(),
        tracks_origins: false,
        namespace: weir_yaml::Text::from(""),
        known: open_api::Known::default(),
    };
    let loader = loader::Loader::new(tree, dir, options.load_restriction, remotes)
        .map_err(|message| vec![Diagnostic::error(message)])?;
    let loaded = accumulate::load(&mut context, &loader, options.root.as_ref())?;
    if let Err(message) = context.known.set(&loader, loaded.kustomization.open_api.as_ref()) {
        let at = loaded.kustomization.open_api.as_ref().map_or(&[][..], |field| &field.at);
        return Err(vec![Diagnostic::error(message).at(loaded.source.place(at))]);
    }
    if let Some(sort) = &loaded.kustomization.sort
        && let Err(message) = sort.check()
    {
        context.report(Diagnostic::error(message).at(loaded.source.place(&sort.at)));
    }
    context.tracks_origins = !loaded.kustomization.build_metadata.is_empty();
    let mut resources = accumulate::carry_out(
        &mut context,
        &loader,
        &loaded,
        resources::Resources::default(),
        &origin::Way::default(),
    );
    let note = |resources: &mut resources::Resources, transformer: &str| {
        if options.explain {
            let cause = history::Cause::new(transformer, &loaded.source, &[]);
            history::record(&mut resources.list, &cause, None);
        }
    };
    if context.problems.is_empty() {
        transform::hash::run(&mut resources);
        note(&mut resources, "HashTransformer");
        name_reference::run(&mut context, &mut resources);
        note(&mut resources, "NameReferenceTransformer");
    }
    if context.problems.is_empty() {
        vars::resolve(&mut context, &mut resources);
        note(&mut resources, "RefVarTransformer");
        print::check(&mut context, &mut resources);
    }
    if !context.problems.is_empty() {
        return Err(context.problems);
    }
    print::finish(&mut context, &loaded.kustomization, &mut resources);
    note(&mut resources, "buildMetadata");
    if !context.problems.is_empty() {
        return Err(context.problems);
    }
    let resources = resources
        .list
        .into_iter()
        .map(|resource| Resource {
            object: resource.object,
            origin: resource.place,
            history: resource.history,
        })
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
