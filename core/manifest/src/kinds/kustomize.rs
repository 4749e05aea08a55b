//! What kustomize knows about scopes: only the kinds of Kubernetes 1.21, by their exact version.
//!
//! The list is that of kyaml 0.21.1. It decides what gets a namespace in a build, so younger kinds must stay unknown.

use super::Scope;

/// The scope of a kind as kustomize knows it; all that it does not know it takes to live in namespaces.
pub fn kustomize_scope(api_version: &str, kind: &str) -> Option<Scope> {
    include_str!("kustomize.txt").lines().find_map(|line| {
        let mut words = line.split(' ');
        let is_it = words.next() == Some(api_version) && words.next() == Some(kind);
        is_it.then(|| if words.next() == Some("C") { Scope::Cluster } else { Scope::Namespaced })
    })
}
