//! HTTP around the API: paths, queries, what clients send and what they read, and the bodies of answers.
//!
//! What a request means is decided here; what it does is decided in `rest`.

mod body;
mod call;
mod media;
mod path;
mod query;

use std::fmt;
use std::sync::Arc;

use ::http::{Request, Response, header};
use bytes::Bytes;
use http_body_util::BodyExt;

use crate::problem::Problem;
use crate::server::Shared;

pub use body::Body;
pub(crate) use call::{Call, Reply};
pub(crate) use media::{Accept, BodyKind, View};
pub(crate) use path::{Place, Target};
pub(crate) use query::Query;

/// The largest body that is read, as with the real server.
const MAX_BODY: usize = 3 * 1024 * 1024;

/// Answers one request.
pub(crate) async fn answer<B>(shared: &Arc<Shared>, trusted: bool, request: Request<B>) -> Response<Body>
where
    B: http_body::Body<Data = Bytes>,
    B::Error: fmt::Display,
{
    let (parts, body) = request.into_parts();
    let reply = match collect(body).await {
        Ok(Some(body)) => Call::read(&parts, body).and_then(|mut call| {
            if !trusted && !call.is_open() {
                authenticate(shared, &mut call)?;
            }
            let mut reply = crate::rest::serve(shared, &call)?;
            if call.accept.yaml && reply.media == "application/json" {
                // JSON is YAML too.
                reply.media = "application/yaml";
            }
            Ok(reply)
        }),
        Ok(None) => Err(Problem::too_large()),
        Err(error) => {
            Err(Problem::bad_request(format!("the body of the request could not be read: {error}")))
        }
    };
    let reply = reply.unwrap_or_else(|problem| Reply::problem(&problem));
    into_response(reply, shared.now())
}

/// Checks the token: that of the administrator, or one that was given out to a service account.
fn authenticate(shared: &Shared, call: &mut Call) -> Result<(), Problem> {
    let Some(wanted) = shared.options.token.as_deref() else { return Ok(()) };
    if call.shows(wanted) {
        return Ok(());
    }
    let user = call.token().and_then(|token| shared.state().user_of(token).map(str::to_owned));
    call.user = user.ok_or_else(Problem::unauthorized)?;
    Ok(())
}

fn into_response(reply: Reply, now: i64) -> Response<Body> {
    let mut builder = Response::builder()
        .status(reply.code)
        .header(header::CONTENT_TYPE, reply.media)
        // The clock that managed fields are written by: a client tells by it whether an apply changed anything.
        .header(header::DATE, crate::time::http_date(now))
        .header(header::CACHE_CONTROL, "no-cache, private");
    for warning in &reply.warnings {
        let text: String = warning.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let text = text.replace('\\', "\\\\").replace('"', "\\\"");
        builder = builder.header(header::WARNING, format!("299 - \"{text}\""));
    }
    builder.body(reply.body).unwrap_or_else(|_| Response::new(Body::empty()))
}

/// The body, or nothing where it is too large; the text says why it cannot be read.
async fn collect<B>(body: B) -> Result<Option<Bytes>, String>
where
    B: http_body::Body<Data = Bytes>,
    B::Error: fmt::Display,
{
    let mut body = std::pin::pin!(body);
    let mut first = Bytes::new();
    let mut all: Vec<u8> = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|error| error.to_string())?.into_data() else { continue };
        if first.len() + all.len() + data.len() > MAX_BODY {
            return Ok(None);
        }
        if first.is_empty() && all.is_empty() {
            first = data;
            continue;
        }
        if all.is_empty() {
            all = std::mem::take(&mut first).into();
        }
        all.extend_from_slice(&data);
    }
    Ok(Some(if all.is_empty() { first } else { all.into() }))
}
