//! What must hold of objects: names, labels, immutable fields, and what the schemas of custom resources demand.

mod immutable;
mod names;
mod structural;

use crate::kinds::Kind;
use crate::problem::Cause;
use crate::store::Object;
use weir_yaml::Value;

/// What is wrong with a new object.
pub(crate) fn new_object(kind: &Kind, value: &Value) -> Vec<Cause> {
    let mut causes = names::metadata(kind, value);
    content(kind, value, &mut causes);
    causes
}

/// What is wrong with a changed object.
pub(crate) fn changed_object(kind: &Kind, subresource: &str, old: &Object, value: &Value) -> Vec<Cause> {
    let mut causes = names::labels_and_annotations(value);
    content(kind, value, &mut causes);
    if subresource.is_empty() {
        immutable::check(kind, &old.value, value, &mut causes);
    }
    causes
}

fn content(kind: &Kind, value: &Value, causes: &mut Vec<Cause>) {
    if kind.custom.is_some() {
        structural::check(&kind.types, kind.ty, value, causes);
    } else {
        names::built_in(kind, value, causes);
    }
}
