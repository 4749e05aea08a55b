//! What kustomize knows about scopes: only the kinds of Kubernetes 1.21, by their exact version.
//!
//! The list is that of kyaml 0.21.1. It decides what gets a namespace in a build, so younger kinds must stay unknown.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::Scope;

/// Scopes by version and kind: each object of a build is looked up.
static SCOPES: LazyLock<HashMap<(&str, &str), Scope>> = LazyLock::new(|| {
    let scope = |line: &'static str| {
        let mut words = line.split(' ');
        let scope = |word| if word == Some("C") { Scope::Cluster } else { Scope::Namespaced };
        Some(((words.next()?, words.next()?), scope(words.next())))
    };
    include_str!("kustomize.txt").lines().filter_map(scope).collect()
});

/// The scope of a kind as kustomize knows it; all that it does not know it takes to live in namespaces.
pub fn kustomize_scope(api_version: &str, kind: &str) -> Option<Scope> {
    SCOPES.get(&(api_version, kind)).copied()
}
