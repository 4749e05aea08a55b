//! What to render, in the terms of `helm template`.

use weir_files::Bytes;

/// A chart, and how a kustomization wants it rendered.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Template {
    /// All files of its directory by their paths in it; `.helmignore` was not looked at.
    pub files: Vec<(String, Bytes)>,
    /// The name of the release; empty if none is given.
    pub release_name: String,
    /// A template for that name; empty for none.
    pub name_template: String,
    /// The namespace of the release; empty for the one that Helm takes by itself.
    pub namespace: String,
    /// Files with values by their names in the order in which they count; later ones win.
    pub values: Vec<(String, Bytes)>,
    /// API versions that templates see besides those of Kubernetes.
    pub api_versions: Vec<String>,
    /// The version of Kubernetes that templates see; empty for the usual one.
    pub kube_version: String,
    /// The definitions in `crds/` are wanted too.
    pub include_crds: bool,
    /// Tests are left out.
    pub skip_tests: bool,
    /// Hooks are left out.
    pub skip_hooks: bool,
}
