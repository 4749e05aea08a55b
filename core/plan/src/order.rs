//! In which stage an object is applied, and in which order inside a stage.

use weir_manifest::Gvk;
use weir_manifest::order::flux;

use crate::Desired;

/// What is applied together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// What others need to exist: definitions, namespaces, cluster roles.
    Definitions,
    /// Classes.
    Classes,
    /// Everything else.
    Rest,
}

pub(crate) fn stage(gvk: &Gvk) -> Stage {
    match &*gvk.kind {
        "CustomResourceDefinition" if &*gvk.group == "apiextensions.k8s.io" => Stage::Definitions,
        "Namespace" if gvk.group.is_empty() => Stage::Definitions,
        "ClusterRole" if &*gvk.group == "rbac.authorization.k8s.io" => Stage::Definitions,
        kind if kind.ends_with("Class") => Stage::Classes,
        _ => Stage::Rest,
    }
}

/// Sorts as Flux does: the same whatever the order of the input.
pub(crate) fn sort(objects: &mut [Desired]) {
    objects.sort_by(|a, b| flux(&a.id, &b.id));
}
