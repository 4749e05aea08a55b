//! `namespace`.

use weir_manifest::field_spec::{Create, FieldError, FieldSpec};
use weir_yaml::{Text, Value};

use super::Step;
use crate::resource::Res;
use crate::source::Step as At;

pub(super) fn run(step: &mut Step<'_, '_>, namespace: &Text) {
    if namespace.is_empty() {
        return;
    }
    let specs = step.resources.configuration.namespace.clone();
    run_with(step, namespace, &Settings { specs, unset_only: false, subjects: Subjects::default() });
    step.done("NamespaceTransformer", &[At::Field("namespace".into())]);
}

/// Which subjects of role bindings are moved along.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Subjects {
    /// Those named `default`.
    #[default]
    Default,
    /// All accounts.
    Accounts,
    /// None.
    None,
}

/// What a configuration may change.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) specs: Vec<FieldSpec>,
    pub(super) unset_only: bool,
    pub(super) subjects: Subjects,
}

pub(super) fn run_with(step: &mut Step<'_, '_>, namespace: &Text, settings: &Settings) {
    let at = [At::Field("namespace".into())];
    for resource in &mut step.resources.list {
        resource.store_previous();
        if let Err(error) = set(resource, namespace, settings) {
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
}

pub(super) fn set(resource: &mut Res, namespace: &Text, settings: &Settings) -> Result<(), FieldError> {
    let is_set = |value: &Value| !value.is_null() && value.as_str() != Some("");
    let keeps = |value: Option<&Value>| settings.unset_only && value.is_some_and(is_set);
    let path = ["metadata", "namespace"];
    if !resource.is_cluster_scoped() && !keeps(resource.object.at(&path)) {
        resource.object.set_at(&path, namespace.clone());
    }
    let is_binding = matches!(resource.kind(), "RoleBinding" | "ClusterRoleBinding");
    if is_binding {
        let subjects = resource.object.as_map_mut().and_then(|map| map.get_mut("subjects"));
        for subject in subjects.and_then(Value::as_list_mut).into_iter().flatten() {
            let is_meant = match settings.subjects {
                Subjects::Default => subject.str_at(&["name"]) == Some("default"),
                Subjects::Accounts => subject.str_at(&["kind"]) == Some("ServiceAccount"),
                Subjects::None => false,
            };
            if is_meant && !keeps(subject.get("namespace")) {
                subject.set_at(&["namespace"], namespace.clone());
            }
        }
    }
    let is_core = resource.api_version() == "v1";
    for spec in &settings.specs {
        let is_left_out = match &*spec.path {
            "metadata/namespace" => true,
            "metadata/name" => !is_core,
            "subjects/namespace" => {
                is_binding && matches!(&*spec.gvk.kind, "RoleBinding" | "ClusterRoleBinding")
            }
            _ => false,
        };
        if is_left_out {
            continue;
        }
        spec.visit(&mut resource.object, Some(Create::Scalar), &mut |_, value| match value {
            Value::Map(_) | Value::List(_) => {
                Err(format!("namespace field specs must target scalar nodes, not a {}", value.kind()))
            }
            scalar if keeps(Some(scalar)) => Ok(()),
            scalar => {
                *scalar = Value::String(namespace.clone());
                Ok(())
            }
        })?;
    }
    Ok(())
}
