//! Watches: what is there, if asked for, then every change as it comes.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::sync::{mpsc, watch as latest};
use tokio::time::{Instant, sleep_until};
use weir_yaml::{Value, to_json};

use super::{Request, Selection, render, table_of};
use crate::http::{Body, Reply, View};
use crate::kinds::Kind;
use crate::problem::Problem;
use crate::server::Shared;
use crate::store::{Change, Event, Object, TableName};
use crate::table;

/// So many pieces wait for a slow reader.
const WAITING: usize = 64;
/// A watch that does not say how long it wants to run ends after this.
const LONGEST: Duration = Duration::from_secs(3600);
/// So often a bookmark is sent.
const BOOKMARK_EVERY: Duration = Duration::from_secs(30);

/// One running watch.
struct Watch {
    shared: Arc<Shared>,
    kind: Arc<Kind>,
    table: TableName,
    selection: Selection,
    view: View,
    include: table::Include,
    bookmarks: bool,
    /// The last revision that was looked at.
    seen: u64,
    sender: mpsc::Sender<Bytes>,
}

/// Answers a watch.
pub(super) fn serve(request: Request<'_>) -> Result<Reply, Problem> {
    let Request { shared, call, kind, .. } = request;
    if !kind.can("watch") {
        return Err(Problem::method_not_allowed());
    }
    let selection = Selection::of(request)?;
    let from = call.query.get("resourceVersion").unwrap_or("");
    let number: u64 = match from {
        "" => 0,
        text => text
            .parse()
            .map_err(|_| Problem::bad_request(format!("Invalid value: {text:?}: not a revision")))?,
    };
    let streamed = call.query.flag("sendInitialEvents");
    if streamed && call.query.get("resourceVersionMatch") != Some("NotOlderThan") {
        return Err(Problem::bad_request(
            "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires \
             setting resourceVersionMatch to NotOlderThan",
        ));
    }
    let (sender, receiver) = mpsc::channel(WAITING);
    let mut watch = Watch {
        shared: Arc::clone(shared),
        kind: Arc::clone(kind),
        table: table_of(kind),
        selection,
        view: call.accept.view,
        include: render::includes(call),
        bookmarks: call.query.flag("allowWatchBookmarks"),
        seen: number,
        sender,
    };
    let mut first = BytesMut::new();
    let changes = {
        let mut state = shared.state();
        let changes = state.store.table_mut(&watch.table).subscribe();
        let initial = streamed || number == 0;
        if initial {
            if number > state.store.revision() {
                return Err(super::list::too_large(number, state.store.revision()));
            }
            watch.seen = state.store.revision();
            let namespace = watch.selection.namespace.as_deref();
            for (key, object) in state.store.table_mut(&watch.table).list(namespace, None) {
                if watch.selection.takes(key, object) {
                    first.extend_from_slice(
                        &watch.line(&Event::new(Change::Added, Arc::clone(object), None), Change::Added),
                    );
                }
            }
        }
        changes
    };
    if streamed {
        first.extend_from_slice(&watch.bookmark(true));
    }
    let seconds = call.query.number("timeoutSeconds").filter(|seconds| *seconds > 0);
    let end = Instant::now() + seconds.map_or(LONGEST, Duration::from_secs);
    tokio::spawn(watch.run(first.freeze(), changes, end));
    Ok(Reply { code: 200, media: "application/json", warnings: Vec::new(), body: Body::lines(receiver) })
}

impl Watch {
    async fn run(mut self, first: Bytes, mut changes: latest::Receiver<u64>, end: Instant) {
        if !first.is_empty() && self.sender.send(first).await.is_err() {
            return;
        }
        let mut next_bookmark = Instant::now() + BOOKMARK_EVERY;
        loop {
            let piece = self.news();
            let (piece, over) = piece.map_or_else(|gone| (gone, true), |piece| (piece, false));
            if !piece.is_empty() && self.sender.send(piece).await.is_err() || over {
                return;
            }
            tokio::select! {
                () = self.sender.closed() => return,
                () = sleep_until(end) => return,
                () = sleep_until(next_bookmark), if self.bookmarks => {
                    next_bookmark = Instant::now() + BOOKMARK_EVERY;
                    let line = self.bookmark(false);
                    if self.sender.send(line).await.is_err() {
                        return;
                    }
                }
                changed = changes.changed() => if changed.is_err() { return },
            }
        }
    }

    /// The lines of what changed since the last look; the last line, if some changes are forgotten.
    fn news(&mut self) -> Result<Bytes, Bytes> {
        let (events, revision) = {
            let mut state = self.shared.state();
            let revision = state.store.revision();
            let table = state.store.table_mut(&self.table);
            match table.since(self.seen) {
                Some(events) => (events, revision),
                None => {
                    let message = format!("too old resource version: {} ({})", self.seen, table.forgotten());
                    return Err(error_line(&Problem::expired(message)));
                }
            }
        };
        self.seen = self.seen.max(revision);
        let mut out = BytesMut::new();
        for event in events {
            if let Some(change) = self.change(&event) {
                let line = self.line(&event, change);
                if out.is_empty() && event.revision() == revision {
                    return Ok(line);
                }
                out.extend_from_slice(&line);
            }
        }
        Ok(out.freeze())
    }

    /// What a change means to who sees only the selection.
    fn change(&self, event: &Event) -> Option<Change> {
        let takes = |object: &Object| self.selection.takes(&object.key(), object);
        let before = event.before.as_deref().is_some_and(takes);
        match event.change {
            Change::Deleted => before.then_some(Change::Deleted),
            Change::Added | Change::Modified => match (before, takes(&event.object)) {
                (false, true) => Some(Change::Added),
                (true, true) => Some(Change::Modified),
                (true, false) => Some(Change::Deleted),
                (false, false) => None,
            },
        }
    }

    fn line(&self, event: &Event, change: Change) -> Bytes {
        match self.view {
            View::Whole => event.line(change, &self.kind.api_version),
            View::Partial => event.partial_line(change),
            View::Table => crate::store::line(change, |out| {
                let head = Value::from([("resourceVersion", event.revision().to_string())]);
                let object = event.object.converted(&self.kind.api_version);
                let object = std::slice::from_ref(&object);
                table::write(&self.kind, object, &head, self.include, self.shared.now(), out);
            }),
        }
    }

    fn bookmark(&self, initial: bool) -> Bytes {
        let mut metadata = Value::from([("resourceVersion", self.seen.to_string())]);
        if initial {
            metadata.set_at(&["annotations", "k8s.io/initial-events-end"], "true");
        }
        let (api_version, kind) = match self.view {
            View::Whole => (&*self.kind.api_version, &*self.kind.gvk.kind),
            View::Partial => ("meta.k8s.io/v1", "PartialObjectMetadata"),
            View::Table => {
                let out = crate::store::line_of("BOOKMARK", |out| {
                    table::write(&self.kind, &[], &metadata, self.include, 0, out);
                });
                return out;
            }
        };
        let object = Value::from([
            ("apiVersion", Value::from(api_version)),
            ("kind", Value::from(kind)),
            ("metadata", metadata),
        ]);
        crate::store::line_of("BOOKMARK", |out| out.push_str(&to_json(&object)))
    }
}

fn error_line(problem: &Problem) -> Bytes {
    crate::store::line_of("ERROR", |out| out.push_str(&to_json(&problem.to_value())))
}
