//! `commonAnnotations`.

use std::sync::Arc;

use weir_manifest::field_spec::FieldSpec;
use weir_yaml::Map;

use super::Step;
use crate::shared::{self, Groups};
use crate::source::Step as At;

pub(super) fn run(step: &mut Step<'_, '_>, annotations: &Map) {
    if annotations.is_empty() {
        return;
    }
    let configuration = Arc::clone(&step.resources.configuration);
    set(step, annotations, &configuration.annotations);
    step.done("AnnotationsTransformer", &[At::Field("commonAnnotations".into())]);
}

pub(super) fn set(step: &mut Step<'_, '_>, annotations: &Map, specs: &[FieldSpec]) {
    let mut groups = Groups::new();
    for resource in &mut step.resources.list {
        if let Err(error) = shared::set_entries(resource, specs, annotations, &mut groups) {
            let at = [At::Field("commonAnnotations".into())];
            step.context.report_at(step.here, &at, error.to_string());
        }
    }
}
