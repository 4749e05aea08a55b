//! A watch: the changes of a set of objects as one long answer, a line each.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::Method;
use http_body_util::BodyExt as _;
use kube::client::Body;
use weir_yaml::{Value, from_json};

use crate::client::request;
use crate::request::{Target, url};
use crate::{ApiError, Cluster, Resource};

/// How long the server is to keep a watch open, in seconds.
const OPEN: &str = "290";
/// More silence than that: the server would have ended the watch by now, so nobody is there any more.
const SILENCE: Duration = Duration::from_secs(310);

/// One line of a watch.
#[derive(Debug, Clone, PartialEq)]
pub enum WatchEvent {
    /// The object is there now, new or changed.
    Applied(Value),
    /// The object is gone; this was its last state.
    Deleted(Value),
    /// Nothing happened up to this version.
    Bookmark(String),
}

/// An open watch.
pub(crate) struct Watch {
    body: Body,
    buffer: BytesMut,
}

impl Cluster {
    /// Opens a watch from a resource version on.
    pub(crate) async fn watch(
        &self,
        resource: &Resource,
        namespace: &str,
        query: &[(&str, &str)],
        accept: &str,
    ) -> Result<Watch, ApiError> {
        let mut all = vec![("watch", "true"), ("allowWatchBookmarks", "true"), ("timeoutSeconds", OPEN)];
        all.extend_from_slice(query);
        let url = url(resource, Target { namespace, ..Target::default() }, &all);
        let answer = self.send(request(Method::GET, &url, &[("accept", accept)], Bytes::new())?).await?;
        Ok(Watch { body: answer.into_body(), buffer: BytesMut::new() })
    }
}

impl Watch {
    /// The next event; nothing when the server has ended the watch, as it does every few minutes, or has fallen silent.
    pub(crate) async fn next(&mut self) -> Result<Option<WatchEvent>, ApiError> {
        loop {
            if let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                let line = self.buffer.split_to(end + 1);
                return read_event(&line).map(Some);
            }
            match tokio::time::timeout(SILENCE, self.body.frame()).await {
                Ok(None) | Err(_) => return Ok(None),
                Ok(Some(Err(e))) => return Err(ApiError::Transport(e.to_string())),
                Ok(Some(Ok(frame))) => {
                    if let Ok(data) = frame.into_data() {
                        self.buffer.extend_from_slice(&data);
                    }
                }
            }
        }
    }
}

fn read_event(line: &[u8]) -> Result<WatchEvent, ApiError> {
    let mut event = from_json(line).map_err(|e| ApiError::Garbled(e.to_string()))?;
    let object = event.remove_at(&["object"]).unwrap_or_default();
    match event.str_at(&["type"]) {
        Some("ADDED" | "MODIFIED") => Ok(WatchEvent::Applied(object)),
        Some("DELETED") => Ok(WatchEvent::Deleted(object)),
        Some("BOOKMARK") => {
            let version = object.str_at(&["metadata", "resourceVersion"]).unwrap_or_default();
            Ok(WatchEvent::Bookmark(version.to_string()))
        }
        Some("ERROR") => {
            let code = object.at(&["code"]).and_then(Value::as_i64).unwrap_or(500);
            let body = weir_yaml::to_json(&object);
            Err(ApiError::from_body(u16::try_from(code).unwrap_or(500), body.as_bytes()))
        }
        other => Err(ApiError::Garbled(format!("watch event of type {other:?}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A body that has nothing to say, and never ends.
    struct Silent;

    impl http_body::Body for Silent {
        type Data = Bytes;
        type Error = std::io::Error;

        fn poll_frame(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, std::io::Error>>> {
            std::task::Poll::Pending
        }
    }

    #[tokio::test(start_paused = true)]
    async fn silence_ends_a_watch() {
        let service = tower::service_fn(|_: http::Request<Body>| async {
            Ok::<_, std::io::Error>(http::Response::new(Silent))
        });
        let resource = Resource {
            group: String::new(),
            version: "v1".to_string(),
            kind: "Pod".to_string(),
            plural: "pods".to_string(),
            namespaced: true,
        };
        let mut watch = Cluster::in_process(service).watch(&resource, "", &[], "").await.unwrap();
        assert_eq!(watch.next().await, Ok(None));
    }

    #[test]
    fn reads_lines() {
        let bookmark = br#"{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"7"}}}"#;
        assert_eq!(read_event(bookmark), Ok(WatchEvent::Bookmark("7".into())));
        let gone = br#"{"type":"ERROR","object":{"code":410,"reason":"Expired","message":"too old"}}"#;
        assert!(read_event(gone).unwrap_err().is_expired());
        assert!(matches!(read_event(b"{}"), Err(ApiError::Garbled(_))));
    }
}
