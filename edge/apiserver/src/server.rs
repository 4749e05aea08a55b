//! The server as a whole: its options, its state, and the service that answers requests.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use ::http::{Request, Response};
use bytes::Bytes;

use crate::http::{self, Body};
use crate::kinds::Registry;
use crate::rest::State;

/// Tells the time, in seconds since 1970.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// How a server behaves.
#[derive(Clone)]
pub struct Options {
    /// The version of Kubernetes that it says it is.
    pub version: String,
    /// The token that requests over the network must carry; without one none is asked for.
    pub token: Option<String>,
    /// Containers whose image contains one of these never become ready.
    pub fail_images: Vec<String>,
    /// Whether workloads run at all.
    pub workloads: bool,
    /// Tells the time.
    pub clock: Clock,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            version: "v1.36.3".to_owned(),
            token: None,
            fail_images: Vec::new(),
            workloads: true,
            clock: Arc::new(system_time),
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("version", &self.version)
            .field("fail_images", &self.fail_images)
            .field("workloads", &self.workloads)
            .finish_non_exhaustive()
    }
}

fn system_time() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.ok().and_then(|since| i64::try_from(since.as_secs()).ok()).unwrap_or(0)
}

/// What all handles share.
pub(crate) struct Shared {
    /// How it behaves.
    pub(crate) options: Options,
    state: Mutex<State>,
}

impl Shared {
    /// The state. Nothing under the lock can leave it half written, so a panic elsewhere does not poison it.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The time now.
    pub(crate) fn now(&self) -> i64 {
        (self.options.clock)()
    }
}

/// `1.36` of `v1.36.3`.
fn minor_version(version: &str) -> String {
    version.trim_start_matches('v').split('.').take(2).collect::<Vec<_>>().join(".")
}

/// The embedded Kubernetes API. Cloning gives another handle to the same server.
#[derive(Clone)]
pub struct ApiServer {
    shared: Arc<Shared>,
}

impl fmt::Debug for ApiServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiServer").field("options", &self.shared.options).finish_non_exhaustive()
    }
}

impl ApiServer {
    /// A server with the objects that every cluster has: namespaces, a node, a storage class.
    pub fn new(options: Options) -> Self {
        let registry = Registry::new(&minor_version(&options.version));
        let state = State::new(registry);
        let shared = Arc::new(Shared { options, state: Mutex::new(state) });
        crate::rest::bootstrap(&shared);
        Self { shared }
    }

    /// The API as a service in this process. Who holds it may do everything.
    pub fn service(&self) -> Service {
        Service { shared: Arc::clone(&self.shared), trusted: true }
    }

    pub(crate) fn token(&self) -> Option<String> {
        self.shared.options.token.clone()
    }

    /// The same service for requests from elsewhere: they must carry the token.
    pub fn guarded_service(&self) -> Service {
        Service { shared: Arc::clone(&self.shared), trusted: false }
    }
}

/// Answers requests. It never fails: what goes wrong is an answer too.
#[derive(Clone)]
pub struct Service {
    shared: Arc<Shared>,
    trusted: bool,
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").field("trusted", &self.trusted).finish_non_exhaustive()
    }
}

impl Service {
    /// Answers one request.
    pub async fn answer<B>(self, request: Request<B>) -> Response<Body>
    where
        B: http_body::Body<Data = Bytes>,
        B::Error: fmt::Display,
    {
        http::answer(&self.shared, self.trusted, request).await
    }
}

impl<B> tower::Service<Request<B>> for Service
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: fmt::Display,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let service = self.clone();
        Box::pin(async move { Ok(service.answer(request).await) })
    }
}
