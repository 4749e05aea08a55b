//! `namespace`.

use weir_manifest::field_spec::{Create, FieldError};
use weir_yaml::{Text, Value};

use super::Step;
use crate::resource::Res;
use crate::source::Step as At;
use crate::specs;

pub(super) fn run(step: &mut Step<'_, '_>, namespace: &Text) {
    if namespace.is_empty() {
        return;
    }
    let at = [At::Field("namespace".into())];
    for resource in &mut step.resources.list {
        resource.store_previous();
        if let Err(error) = set(resource, namespace) {
            let message = format!("namespace transformation failed: {error}");
            step.context.report_at(step.here, &at, message);
        }
    }
    if let Some(duplicate) = step.resources.find_duplicate() {
        let id = step.resources.list.get(duplicate).map_or_else(String::new, |one| one.id().to_string());
        step.context.report_at(
            step.here,
            &at,
            format!("namespace transformation produces ID conflict: {id} is there twice"),
        );
    }
    step.done("NamespaceTransformer");
}

fn set(resource: &mut Res, namespace: &Text) -> Result<(), FieldError> {
    if !resource.is_cluster_scoped() {
        resource.object.set_at(&["metadata", "namespace"], namespace.clone());
    }
    if matches!(resource.kind(), "RoleBinding" | "ClusterRoleBinding") {
        default_subjects(&mut resource.object, namespace);
    }
    let is_core = resource.api_version() == "v1";
    for spec in specs::NAMESPACE.iter() {
        if &*spec.path == "metadata/name" && !is_core {
            continue;
        }
        spec.visit(&mut resource.object, Some(Create::Scalar), &mut |_, value| match value {
            Value::Map(_) | Value::List(_) => {
                Err(format!("namespace field specs must target scalar nodes, not a {}", value.kind()))
            }
            scalar => {
                *scalar = Value::String(namespace.clone());
                Ok(())
            }
        })?;
    }
    Ok(())
}

/// Of the subjects of role bindings, those named `default` are moved along.
fn default_subjects(object: &mut Value, namespace: &Text) {
    let subjects = object.as_map_mut().and_then(|map| map.get_mut("subjects"));
    for subject in subjects.and_then(Value::as_list_mut).into_iter().flatten() {
        if subject.str_at(&["name"]) == Some("default") {
            subject.set_at(&["namespace"], namespace.clone());
        }
    }
}
