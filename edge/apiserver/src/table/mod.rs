//! Tables: objects as rows, as people see them.

use std::sync::Arc;

use weir_yaml::{Value, to_json};

use crate::kinds::Kind;
use crate::store::Object;

/// How much of each object a row holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Include {
    /// Nothing.
    Nothing,
    /// Its metadata.
    Metadata,
    /// All of it.
    Whole,
}

/// Appends a table of these objects.
pub(crate) fn write(
    kind: &Kind,
    objects: &[Arc<Object>],
    head: &Value,
    include: Include,
    _now: i64,
    out: &mut String,
) {
    out.push_str("{\"kind\":\"Table\",\"apiVersion\":\"meta.k8s.io/v1\",\"metadata\":");
    out.push_str(&to_json(head));
    out.push_str(",\"columnDefinitions\":[{\"name\":\"Name\",\"type\":\"string\",\"format\":\"name\",\"description\":\"\",\"priority\":0}],\"rows\":[");
    for (at, object) in objects.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        out.push_str("{\"cells\":[");
        out.push_str(&to_json(&Value::from(object.meta("name"))));
        out.push(']');
        match include {
            Include::Nothing => {}
            Include::Metadata => {
                out.push_str(",\"object\":");
                object.write_partial_json(out);
            }
            Include::Whole => {
                out.push_str(",\"object\":");
                object.write_json(&kind.api_version, out);
            }
        }
        out.push('}');
    }
    out.push_str("]}");
}
