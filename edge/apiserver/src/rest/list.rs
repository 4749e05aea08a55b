//! Lists, whole or by pages.

use weir_yaml::{Value, from_json, to_json};

use super::{Request, Selection, render, table_of};
use crate::base64;
use crate::http::Reply;
use crate::problem::Problem;
use crate::store::ObjectKey;

/// Where the next page starts.
struct Continue {
    revision: u64,
    behind: ObjectKey,
}

/// Answers a list.
pub(super) fn serve(request: Request<'_>) -> Result<Reply, Problem> {
    let Request { shared, call, kind, .. } = request;
    if !kind.can("list") {
        return Err(Problem::method_not_allowed());
    }
    let selection = Selection::of(request)?;
    let limit =
        call.query.number("limit").and_then(|limit| usize::try_from(limit).ok()).filter(|limit| *limit > 0);
    let page = call.query.get("continue").map(Continue::read).transpose()?;
    let asked = match call.query.get("resourceVersion") {
        Some(text) => text.parse::<u64>().map_err(|_| {
            Problem::bad_request(format!(
                "Invalid value: {text:?}: strconv.ParseUint: parsing {text:?}: invalid syntax"
            ))
        })?,
        None => 0,
    };
    let state = shared.state();
    let (table, revision) = (state.store.table(&table_of(kind)), state.store.revision());
    if asked > revision {
        return Err(too_large(asked, revision));
    }
    let behind = page.as_ref().map(|page| &page.behind);
    let namespace = selection.namespace.as_deref();
    let (objects, rest) = {
        let found = table.into_iter().flat_map(|table| table.list(namespace, behind));
        let mut found = found.filter(|(key, object)| selection.takes(key, object));
        let most = limit.unwrap_or(usize::MAX);
        let objects: Vec<_> =
            found.by_ref().take(most).map(|(_, object)| object.converted(&kind.api_version)).collect();
        (objects, if limit.is_some() { found.count() } else { 0 })
    };
    drop(state);
    let revision = page.as_ref().map_or(revision, |page| page.revision);
    let next =
        objects.last().filter(|_| rest > 0).map(|last| Continue { revision, behind: last.key() }.write());
    let remaining = (next.is_some() && selection.is_everything()).then_some(rest);
    let head = render::ListHead { revision, next, remaining };
    Ok(render::list(call, kind, &objects, &head, shared.now()))
}

/// A revision that is not there yet.
pub(super) fn too_large(asked: u64, revision: u64) -> Problem {
    Problem {
        code: 504,
        reason: "Timeout",
        message: format!("Too large resource version: {asked}, current: {revision}"),
        details: None,
    }
}

impl Continue {
    fn write(&self) -> String {
        let value = Value::from([
            ("v", Value::from("meta.k8s.io/v1")),
            ("rv", Value::from(self.revision)),
            ("ns", Value::from(&*self.behind.namespace)),
            ("start", Value::from(&*self.behind.name)),
        ]);
        base64::encode(to_json(&value).as_bytes())
    }

    fn read(text: &str) -> Result<Self, Problem> {
        let value = base64::decode(text).and_then(|bytes| from_json(&bytes).ok());
        let read = |value: &Value| {
            Some(Self {
                revision: u64::try_from(value.get("rv")?.as_i64()?).ok()?,
                behind: ObjectKey::new(value.str_at(&["ns"])?, value.str_at(&["start"])?),
            })
        };
        value
            .as_ref()
            .and_then(read)
            .ok_or_else(|| Problem::bad_request("continue key is not valid: invalid format"))
    }
}
