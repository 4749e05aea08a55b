//! Artifacts over HTTP: files only, no listings, nothing outside of the store.

use std::convert::Infallible;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use weir_files::RootedPath;

/// Serves the store on this address for good.
pub async fn serve_artifacts(root: PathBuf, listener: TcpListener) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let root = root.clone();
        tokio::spawn(async move {
            let answer = service_fn(move |request| {
                let root = root.clone();
                async move { Ok::<_, Infallible>(answer(&root, &request).await) }
            });
            // Whoever asks may hang up.
            _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), answer)
                .await;
        });
    }
}

async fn answer(root: &Path, request: &Request<Incoming>) -> Response<Full<Bytes>> {
    let status = |code| {
        let mut answer = Response::new(Full::new(Bytes::new()));
        *answer.status_mut() = code;
        answer
    };
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return status(StatusCode::METHOD_NOT_ALLOWED);
    }
    let Some(path) = stored(request.uri().path()) else { return status(StatusCode::NOT_FOUND) };
    match tokio::fs::read(root.join(path.as_str())).await {
        Ok(bytes) => {
            let mut answer = Response::new(Full::new(Bytes::from(bytes)));
            let kind = http::HeaderValue::from_static("application/gzip");
            answer.headers_mut().insert(http::header::CONTENT_TYPE, kind);
            answer
        }
        Err(_) => status(StatusCode::NOT_FOUND),
    }
}

/// The path of an artifact: `kind/namespace/name/file.tar.gz`, and no other.
fn stored(path: &str) -> Option<RootedPath> {
    let path = RootedPath::new(path).ok()?;
    let is_artifact =
        path.parts().count() == 4 && path.name().ends_with(".tar.gz") && !path.name().starts_with('.');
    is_artifact.then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_artifacts_are_served() {
        assert!(stored("/gitrepository/ns/name/abc.tar.gz").is_some());
        for path in [
            "/",
            "/gitrepository",
            "/a/b/c/../../../x.tar.gz",
            "/a/b/c/.x.tar.gz",
            "/../a/b/c/x.tar.gz",
            "/a/b/c/x",
        ] {
            assert!(stored(path).is_none(), "{path}");
        }
    }
}
