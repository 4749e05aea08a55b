//! The transformers that a kustomization names by its fields, in kustomize's order.

mod annotations;
pub(crate) mod hash;
mod images;
mod labels;
mod namespace;
mod patch_json;
mod patch_strategic;
mod patches;
mod plugins;
mod prefix_suffix;
pub(crate) mod replacements;
mod replicas;
mod value_add;

use weir_files::Place;

use crate::context::{Context, Here};
use crate::kustomization::Kustomization;
use crate::origin::{Origin, Way};
use crate::resources::Resources;
use crate::source::Step as At;

/// Runs them all.
pub(crate) fn run(
    context: &mut Context<'_>,
    here: &Here<'_>,
    kustomization: &Kustomization,
    origin: &Way,
    resources: &mut Resources,
) {
    let mut step = Step { context, here, origin, by: None, resources, written: None };
    patch_strategic::run(&mut step, &kustomization.patches_strategic);
    patches::run(&mut step, &kustomization.patches);
    namespace::run(&mut step, &kustomization.namespace);
    prefix_suffix::run_prefix(&mut step, &kustomization.name_prefix);
    prefix_suffix::run_suffix(&mut step, &kustomization.name_suffix);
    labels::run(&mut step, kustomization);
    annotations::run(&mut step, &kustomization.common_annotations);
    patch_json::run(&mut step, &kustomization.patches_json);
    replicas::run(&mut step, &kustomization.replicas);
    images::run(&mut step, &kustomization.images);
    replacements::run(&mut step, &kustomization.replacements);
    plugins::run(context, here, &kustomization.transformers, origin, resources);
    plugins::validate(context, here, &kustomization.validators, origin, resources);
}

/// What a transformer works with.
pub(crate) struct Step<'s, 'c> {
    pub(crate) context: &'s mut Context<'c>,
    pub(crate) here: &'s Here<'s>,
    /// The directory of the kustomization as seen from the one that is built.
    pub(crate) origin: &'s Way,
    /// The configuration, if it is no field of the kustomization.
    pub(crate) by: Option<Origin>,
    pub(crate) resources: &'s mut Resources,
    /// The file with the values of the patch that was applied last.
    pub(crate) written: Option<Place>,
}

impl Step<'_, '_> {
    /// To be called behind each transformer: empty objects go, and the others learn what changed them.
    pub(crate) fn done(&mut self, kind: &str, at: &[At]) {
        self.record(kind, at);
        let own = || self.context.builtin(self.here, kind, self.origin);
        if let Some(origin) = self.by.clone().or_else(own) {
            for resource in &mut self.resources.list {
                // Kustomize keeps origins in annotations.
                resource.shared.release_annotations();
                if resource.origin.is_none() {
                    resource.origin = Some(Box::new(origin.clone()));
                } else {
                    resource.transformations.push(origin.clone());
                }
                // It writes them all anew when it adds its own.
                resource.annotations_to_texts();
            }
        }
        self.resources.drop_empties();
    }

    /// Lets all objects remember what changed them.
    pub(crate) fn record(&mut self, kind: &str, at: &[At]) {
        let written = self.written.take();
        self.context.record(&mut self.resources.list, kind, (self.here, at), written.as_ref());
    }
}
