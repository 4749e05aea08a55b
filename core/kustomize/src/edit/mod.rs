//! `kustomize edit` and `kustomize create`: a kustomization file in, the file with one change out.
//!
//! The new file means what the real tool would have written, deprecated fields moved and empty ones left out. Unlike
//! there, comments and layout stay. Nothing is written here, and no URL is looked at.

mod add;
mod change;
mod create;
mod deprecated;
mod draft;
mod fix;
mod generators;
mod glob;
mod images;
mod pairs;
mod patches;
mod remove;
mod set;
pub(crate) mod shape;
mod vars;

use weir_files::{Diagnostic, RootedPath, Tree};

pub use change::{Add, Edit, GeneratorSources, PatchChoice, Remove, Set};
pub use create::{Create, create};

/// All problems that were found.
type Result<T> = std::result::Result<T, Vec<Diagnostic>>;

/// What an edit comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edited {
    /// The files with their new text, the kustomization first; none where nothing was to be done.
    pub files: Vec<(RootedPath, String)>,
    /// What deserves a word.
    pub notes: Vec<String>,
}

/// The kustomization file of this directory after an edit.
pub fn edit(tree: &Tree, dir: &RootedPath, edit: &Edit) -> Result<Edited> {
    let mut draft = draft::Draft::new(tree, dir);
    match edit {
        Edit::Add(what) => add::run(&mut draft, what)?,
        Edit::Set(what) => set::run(&mut draft, what)?,
        Edit::Remove(what) => remove::run(&mut draft, what)?,
        Edit::Fix { vars } => fix::run(&mut draft, *vars)?,
    }
    draft.finish()
}

/// One problem.
fn problem<T>(message: impl Into<String>) -> Result<T> {
    Err(vec![Diagnostic::error(message)])
}

/// The same problems with what could not be done before them.
fn because(what: &str, mut problems: Vec<Diagnostic>) -> Vec<Diagnostic> {
    for problem in &mut problems {
        problem.message = format!("{what}: {}", problem.message);
    }
    problems
}

/// True for what kustomize would fetch.
pub(crate) fn is_remote(path: &str) -> bool {
    path.contains("://")
        || ["git@", "git::", "github.com/", "gh:"].iter().any(|start| path.starts_with(start))
}
