//! Health, readiness and metrics over HTTP.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::metrics;

/// What others ask to learn whether we live and work.
#[derive(Clone)]
pub struct Probes(Arc<AtomicBool>);

impl Probes {
    /// Answers on these two addresses from now on.
    pub async fn start(health: &str, metrics: &str) -> std::io::Result<Self> {
        let probes = Self(Arc::default());
        for address in [health, metrics] {
            let listener = TcpListener::bind(address).await?;
            tokio::spawn(probes.clone().serve(listener));
        }
        Ok(probes)
    }

    /// Says that work has begun.
    pub fn ready(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    async fn serve(self, listener: TcpListener) {
        loop {
            let Ok((stream, _)) = listener.accept().await else { continue };
            let probes = self.clone();
            tokio::spawn(async move {
                let answer = service_fn(move |request| {
                    let answer = probes.answer(&request);
                    async move { Ok::<_, Infallible>(answer) }
                });
                // Whoever asks may hang up.
                _ = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), answer)
                    .await;
            });
        }
    }

    fn answer(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        let (status, body) = match request.uri().path() {
            "/healthz" => (StatusCode::OK, "ok".to_string()),
            // Waiting for the lead is being ready: the one that leads is asked no other question.
            "/readyz" => {
                (StatusCode::OK, if self.0.load(Ordering::Relaxed) { "ok" } else { "waiting" }.to_string())
            }
            "/metrics" => (StatusCode::OK, metrics::text()),
            _ => (StatusCode::NOT_FOUND, "not found".to_string()),
        };
        let mut answer = Response::new(Full::new(Bytes::from(body)));
        *answer.status_mut() = status;
        answer
    }
}
