//! `replicas`.

use std::sync::Arc;

use weir_manifest::Gvk;
use weir_manifest::field_spec::{Create, FieldSpec};
use weir_yaml::Value;

use super::Step;
use crate::kustomization::Replicas;
use crate::resource::{Key, Res};

pub(super) fn run(step: &mut Step<'_, '_>, all: &[Replicas]) {
    let configuration = Arc::clone(&step.resources.configuration);
    for replicas in all {
        run_one(step, replicas, &configuration.replicas);
        step.done("ReplicaCountTransformer", &replicas.at);
    }
}

pub(super) fn run_one(step: &mut Step<'_, '_>, replicas: &Replicas, specs: &[FieldSpec]) {
    let mut found = false;
    for spec in specs {
        let fits = |key: Key<'_>| key.name == &*replicas.name && is_selected(key, &spec.gvk);
        let matching = |resource: &&mut Res| resource.all_keys().any(fits);
        for resource in step.resources.list.iter_mut().filter(matching) {
            found = true;
            let set = spec.visit(&mut resource.object, Some(Create::Scalar), &mut |_, value| match value {
                Value::Map(_) | Value::List(_) => {
                    Err(format!("a number is expected, not a {}", value.kind()))
                }
                scalar => {
                    let count = Value::Int(replicas.count);
                    *scalar =
                        if scalar.is_quoted() { Value::quoted(&weir_yaml::to_json(&count)) } else { count };
                    Ok(())
                }
            });
            if let Err(error) = set {
                step.context.report_at(step.here, &replicas.at, error.to_string());
            }
        }
    }
    if !found {
        let or =
            |part: &str, nothing: &str| if part.is_empty() { nothing.to_string() } else { part.to_string() };
        let kind = |gvk: &Gvk| {
            let parts = [or(&gvk.kind, "[noKind]"), or(&gvk.version, "[noVer]"), or(&gvk.group, "[noGrp]")];
            parts.join(".")
        };
        let kinds: Vec<_> = specs.iter().map(|spec| kind(&spec.gvk)).collect();
        let message = format!(
            "resource with name {} does not match a config with the following GVK [{}]",
            replicas.name,
            kinds.join(", ")
        );
        step.context.report_at(step.here, &replicas.at, message);
    }
}

fn is_selected(key: Key<'_>, by: &Gvk) -> bool {
    let fits = |wanted: &str, own: &str| wanted.is_empty() || wanted == own;
    fits(&by.group, key.group) && fits(&by.version, key.version) && fits(&by.kind, key.kind)
}
