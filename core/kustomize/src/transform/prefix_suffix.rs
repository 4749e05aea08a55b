//! `namePrefix` and `nameSuffix`. Definitions, API services and namespaces keep their names.

use weir_yaml::Text;

use super::Step;
use crate::resource::Res;

pub(super) fn run_prefix(step: &mut Step<'_, '_>, prefix: &Text) {
    if prefix.is_empty() {
        return;
    }
    rename(step, |resource| {
        resource.prefixes.push(prefix.clone());
        format!("{prefix}{}", resource.name())
    });
    step.done("PrefixTransformer");
}

pub(super) fn run_suffix(step: &mut Step<'_, '_>, suffix: &Text) {
    if suffix.is_empty() {
        return;
    }
    rename(step, |resource| {
        resource.suffixes.push(suffix.clone());
        format!("{}{suffix}", resource.name())
    });
    step.done("SuffixTransformer");
}

fn rename(step: &mut Step<'_, '_>, mut name: impl FnMut(&mut Res) -> String) {
    for resource in &mut step.resources.list {
        if keeps_name(resource) {
            continue;
        }
        resource.store_previous();
        let name = name(resource);
        resource.object.set_at(&["metadata", "name"], name);
    }
    step.resources.changed();
}

fn keeps_name(resource: &Res) -> bool {
    let first = resource.first_key();
    match first.kind {
        "CustomResourceDefinition" | "Namespace" => true,
        "APIService" => first.group == "apiregistration.k8s.io",
        _ => false,
    }
}
