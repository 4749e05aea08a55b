//! The last steps of a build: local objects go, the rest is sorted, labelled, and freed from notes of the build.

use weir_files::Diagnostic;
use weir_yaml::{Map, Value};

use crate::Reorder;
use crate::context::Context;
use crate::kustomization::Kustomization;
use crate::objects;
use crate::origin::{ORIGIN, origin_text, transformations_text};
use crate::resource::{Previous, Res};
use crate::resources::Resources;
use crate::shared::{self, Groups};
use crate::sort::SortOptions;
use crate::specs;

const TRANSFORMATIONS: &str = "alpha.config.kubernetes.io/transformations";
const LOCAL: &str = "config.kubernetes.io/local-config";

/// Annotations by which kustomize speaks to itself; they never leave a build.
const INTERNAL: &[&str] = &[
    "internal.config.kubernetes.io/previousKinds",
    "internal.config.kubernetes.io/previousNames",
    "internal.config.kubernetes.io/prefixes",
    "internal.config.kubernetes.io/suffixes",
    "internal.config.kubernetes.io/previousNamespaces",
    "internal.config.kubernetes.io/allowNameChange",
    "internal.config.kubernetes.io/allowKindChange",
    "internal.config.kubernetes.io/refBy",
    "internal.config.kubernetes.io/generatorBehavior",
    "internal.config.kubernetes.io/needsHashSuffix",
    "internal.config.kubernetes.io/path",
    "internal.config.kubernetes.io/index",
    "internal.config.kubernetes.io/seqindent",
    "internal.config.kubernetes.io/id",
    "internal.config.kubernetes.io/annotations-migration-resource-id",
    "config.kubernetes.io/path",
    "config.kubernetes.io/index",
    "config.k8s.io/id",
    "internal.config.kubernetes.io/helm-generated",
];

/// Transformers may have left objects without a name, or two with the same.
pub(crate) fn check(context: &mut Context<'_>, resources: &mut Resources) {
    let problem_of = |resource: &Res| {
        // Kustomize notes names in a list with commas.
        let has_comma =
            |previous: &&Previous| previous.name.contains(',') || previous.namespace.contains(',');
        let comma = resource.previous.iter().find(has_comma);
        let comma = comma.map(|previous| {
            format!(
                "the name '{}' or its namespace '{}' has a comma in it",
                previous.name, previous.namespace
            )
        });
        objects::nameless(&resource.object).or(comma).or_else(|| resource.check_keys().err())
    };
    let wrong = resources.list.iter().find_map(|resource| Some((resource, problem_of(resource)?)));
    let problem = match wrong {
        Some((resource, message)) => Some((resource.place.clone(), message)),
        None => resources.find_duplicate().and_then(|at| {
            let resource = resources.list.get(at)?;
            let message = format!("may not add resource with an already registered id: {}", resource.id());
            Some((resource.place.clone(), message))
        }),
    };
    if let Some((place, message)) = problem {
        let problem = Diagnostic::error(message);
        context.report(match place {
            Some(place) => problem.at(place),
            None => problem,
        });
    }
}

/// Finishes a build.
pub(crate) fn finish(context: &mut Context<'_>, kustomization: &Kustomization, resources: &mut Resources) {
    resources.list.retain(|resource| !is_local(resource));
    resources.changed();
    match (&kustomization.sort, context.options.reorder) {
        (Some(sort), _) => sort.sort(&mut resources.list),
        (None, Reorder::Legacy) => SortOptions::legacy().sort(&mut resources.list),
        (None, Reorder::None) => {}
    }
    let wants = |option: &str| kustomization.build_metadata.iter().any(|own| &**own == option);
    let managed_by = context.options.managed_by_label || wants("managedByLabel");
    let mut groups = Groups::new();
    for resource in &mut resources.list {
        if managed_by {
            let label = Map::from_iter([("app.kubernetes.io/managed-by", "kustomize-v5.8.1")]);
            if let Err(error) = shared::set_entries(resource, &specs::PLAIN_LABELS, &label, &mut groups) {
                context.report(Diagnostic::error(error.to_string()));
            }
        }
        clean_annotations(resource, wants("originAnnotations"), wants("transformerAnnotations"));
        resource.object.forget_spelling();
    }
}

fn is_local(resource: &Res) -> bool {
    match resource.object.at(&["metadata", "annotations", LOCAL]) {
        None => false,
        Some(value) => crate::fields::scalar_text(value) != "false",
    }
}

/// Kustomize writes all annotations anew in the end, which makes texts of them and leaves no empty map.
fn clean_annotations(resource: &mut Res, origin: bool, transformations: bool) {
    let old = resource.object.at(&["metadata", "annotations"]).cloned();
    if old.is_none() && !origin && !transformations {
        return;
    }
    let mut new = Map::new();
    for (key, value) in old.as_ref().and_then(Value::as_map).into_iter().flatten() {
        if !INTERNAL.contains(&key.as_str()) && key != ORIGIN && key != TRANSFORMATIONS {
            new.insert(key.clone(), as_text(value));
        }
    }
    if let Some(own) = resource.origin.as_ref().filter(|_| origin) {
        new.insert(ORIGIN, origin_text(own));
    }
    if transformations && !resource.transformations.is_empty() {
        new.insert(TRANSFORMATIONS, transformations_text(&resource.transformations));
    }
    if old.is_some() || !new.is_empty() {
        resource.set_metadata_map("annotations", new);
    }
}

/// A scalar as a text; other values have none.
fn as_text(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.clone()),
        other => Value::from(crate::fields::scalar_text(other)),
    }
}
