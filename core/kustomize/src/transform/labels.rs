//! `labels` and `commonLabels`.

use std::sync::Arc;

use weir_manifest::field_spec::{FieldSpec, merge_specs};
use weir_yaml::Map;

use super::Step;
use crate::configuration::Configuration;
use crate::kustomization::{Kustomization, Labels};
use crate::shared::{self, Groups};
use crate::source::Step as At;
use crate::specs;

pub(super) fn run(step: &mut Step<'_, '_>, kustomization: &Kustomization) {
    if kustomization.labels.is_empty() && kustomization.common_labels.is_empty() {
        return;
    }
    let configuration = Arc::clone(&step.resources.configuration);
    for labels in &kustomization.labels {
        match fields(labels, &configuration) {
            Ok(specs) => set(step, &specs, &labels.pairs, &labels.at),
            Err(message) => {
                step.context.report_at(step.here, &labels.at, format!("failed to merge labels: {message}"));
            }
        }
        step.done("LabelTransformer", &labels.at);
    }
    let at = [At::Field("commonLabels".into())];
    set(step, &configuration.common_labels, &kustomization.common_labels, &at);
    step.done("LabelTransformer", &at);
}

/// The fields that an entry of `labels` is written to.
fn fields(labels: &Labels, configuration: &Configuration) -> Result<Vec<FieldSpec>, String> {
    let mut specs = labels.fields.clone();
    let mut add = |more: &[FieldSpec]| merge_specs(&mut specs, more).map_err(|error| error.to_string());
    add(&configuration.labels)?;
    if labels.include_selectors {
        add(&configuration.common_labels)?;
    } else {
        if labels.include_templates {
            add(&configuration.template_labels)?;
        }
        add(&specs::PLAIN_LABELS)?;
    }
    Ok(specs)
}

pub(super) fn set(step: &mut Step<'_, '_>, specs: &[FieldSpec], pairs: &Map, at: &[At]) {
    if pairs.is_empty() {
        return;
    }
    let mut groups = Groups::new();
    for resource in &mut step.resources.list {
        if let Err(error) = shared::set_entries(resource, specs, pairs, &mut groups) {
            step.context.report_at(step.here, at, error.to_string());
        }
    }
}
