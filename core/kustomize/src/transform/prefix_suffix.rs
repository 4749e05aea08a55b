//! `namePrefix` and `nameSuffix`. Definitions, API services and namespaces keep their names.

use std::sync::Arc;

use weir_manifest::field_spec::{Create, FieldSpec};
use weir_yaml::{Text, Value};

use super::Step;
use crate::fields::scalar_text;
use crate::resource::{Key, Res, name_anew};
use crate::source::Step as At;

pub(super) fn run_prefix(step: &mut Step<'_, '_>, prefix: &Text) {
    if prefix.is_empty() {
        return;
    }
    let configuration = Arc::clone(&step.resources.configuration);
    let at = [At::Field("namePrefix".into())];
    set(step, prefix, &Text::from(""), &configuration.name_prefix, &at);
    step.done("PrefixTransformer", &at);
}

pub(super) fn run_suffix(step: &mut Step<'_, '_>, suffix: &Text) {
    if suffix.is_empty() {
        return;
    }
    let configuration = Arc::clone(&step.resources.configuration);
    let at = [At::Field("nameSuffix".into())];
    set(step, &Text::from(""), suffix, &configuration.name_suffix, &at);
    step.done("SuffixTransformer", &at);
}

/// An affix for chosen fields.
pub(super) fn set(step: &mut Step<'_, '_>, prefix: &Text, suffix: &Text, specs: &[FieldSpec], at: &[At]) {
    for resource in &mut step.resources.list {
        if keeps_name(resource) {
            continue;
        }
        for spec in specs {
            if &*spec.path == "metadata/name" && is_selected(resource.first_key(), spec) {
                for (affix, affixes) in [(prefix, &mut resource.prefixes), (suffix, &mut resource.suffixes)] {
                    if !affix.is_empty() {
                        affixes.reserve_exact(1);
                        affixes.push(affix.clone());
                    }
                }
                resource.store_previous();
            }
            let renamed = spec.visit(&mut resource.object, Some(Create::Scalar), &mut |_, value| {
                if matches!(value, Value::Map(_) | Value::List(_)) {
                    return Err(format!("a text is expected, not a {}", value.kind()));
                }
                let text = format!("{prefix}{}{suffix}", scalar_text(value));
                *value = name_anew(&text, Some(&*value));
                Ok(())
            });
            if let Err(error) = renamed {
                step.context.report_at(step.here, at, error.to_string());
            }
        }
    }
    step.resources.changed();
}

fn is_selected(key: Key<'_>, spec: &FieldSpec) -> bool {
    let fits = |wanted: &str, own: &str| wanted.is_empty() || wanted == own;
    fits(&spec.gvk.group, key.group) && fits(&spec.gvk.version, key.version) && fits(&spec.gvk.kind, key.kind)
}

fn keeps_name(resource: &Res) -> bool {
    let first = resource.first_key();
    match first.kind {
        "CustomResourceDefinition" | "Namespace" => true,
        "APIService" => first.group == "apiregistration.k8s.io",
        _ => false,
    }
}
