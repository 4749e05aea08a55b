//! Objects and lists in the view that the client reads.

use std::sync::Arc;

use weir_yaml::{Map, Value, to_json};

use crate::http::{Call, Reply, View};
use crate::kinds::Kind;
use crate::store::Object;
use crate::table;

/// What a list says about itself.
pub(super) struct ListHead {
    /// The revision that it shows.
    pub(super) revision: u64,
    /// Where the next page starts.
    pub(super) next: Option<String>,
    /// How many objects follow.
    pub(super) remaining: Option<usize>,
}

impl ListHead {
    fn value(&self) -> Value {
        let mut out = Map::new();
        if let Some(next) = &self.next {
            out.insert("continue", next.as_str());
        }
        if let Some(remaining) = self.remaining {
            out.insert("remainingItemCount", i64::try_from(remaining).unwrap_or(i64::MAX));
        }
        out.insert("resourceVersion", self.revision.to_string());
        Value::Map(out)
    }
}

/// One object.
pub(super) fn object(call: &Call, kind: &Kind, object: &Arc<Object>, code: u16, now: i64) -> Reply {
    let mut out = String::with_capacity(1024);
    match call.accept.view {
        View::Whole => object.write_json(&kind.api_version, &mut out),
        View::Partial => object.write_partial_json(&mut out),
        View::Table => {
            let head = Value::from([("resourceVersion", object.revision().to_string())]);
            table::write(kind, std::slice::from_ref(object), &head, includes(call), now, &mut out);
        }
    }
    Reply::json(code, out)
}

/// A list of objects.
pub(super) fn list(call: &Call, kind: &Kind, objects: &[Arc<Object>], head: &ListHead, now: i64) -> Reply {
    let mut out = String::with_capacity(256 + 1024 * objects.len());
    match call.accept.view {
        View::Whole => items(
            &mut out,
            &kind.api_version,
            &format!("{}List", kind.gvk.kind),
            head,
            objects,
            |object, out| {
                object.write_json(&kind.api_version, out);
            },
        ),
        View::Partial => {
            items(&mut out, "meta.k8s.io/v1", "PartialObjectMetadataList", head, objects, |object, out| {
                object.write_partial_json(out);
            });
        }
        View::Table => table::write(kind, objects, &head.value(), includes(call), now, &mut out),
    }
    Reply::json(200, out)
}

/// How much of each object a row of a table holds.
pub(super) fn includes(call: &Call) -> table::Include {
    match call.query.get("includeObject") {
        Some("None") => table::Include::Nothing,
        Some("Object") => table::Include::Whole,
        _ => table::Include::Metadata,
    }
}

fn items(
    out: &mut String,
    api_version: &str,
    kind: &str,
    head: &ListHead,
    objects: &[Arc<Object>],
    write: impl Fn(&Object, &mut String),
) {
    out.push_str("{\"apiVersion\":");
    out.push_str(&to_json(&Value::from(api_version)));
    out.push_str(",\"kind\":");
    out.push_str(&to_json(&Value::from(kind)));
    out.push_str(",\"metadata\":");
    out.push_str(&to_json(&head.value()));
    out.push_str(",\"items\":[");
    for (at, object) in objects.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write(object, out);
    }
    out.push_str("]}");
}
