//! `commonAnnotations`.

use weir_manifest::field_spec::set_entries;
use weir_yaml::Map;

use super::Step;
use crate::source::Step as At;
use crate::specs;

pub(super) fn run(step: &mut Step<'_, '_>, annotations: &Map) {
    if annotations.is_empty() {
        return;
    }
    for resource in &mut step.resources.list {
        if let Err(error) = set_entries(&mut resource.object, &specs::ANNOTATIONS, annotations) {
            let at = [At::Field("commonAnnotations".into())];
            step.context.report_at(step.here, &at, error.to_string());
        }
    }
    step.done("AnnotationsTransformer");
}
