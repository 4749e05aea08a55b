//! The embedded server behind a door where requests are counted, with a clock that can be put forward.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use http::{HeaderValue, Method, Request, Response};

/// What went through the door.
#[derive(Clone, Default)]
pub(crate) struct Traffic {
    requests: Arc<Mutex<Vec<String>>>,
    ahead: Arc<AtomicI64>,
}

impl Traffic {
    /// Seconds since 1970 as the server has them.
    pub(crate) fn now(&self) -> i64 {
        jiff::Timestamp::now().as_second() + self.ahead.load(Ordering::Relaxed)
    }

    /// Puts the server's clock forward.
    pub(crate) fn pass(&self, seconds: i64) {
        self.ahead.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Forgets what went through so far.
    pub(crate) fn clear(&self) {
        self.requests.lock().unwrap().clear();
    }

    /// Requests since then: `PATCH /path?query`.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    fn note<B>(&self, request: &Request<B>) {
        let line = format!("{} {}", request.method(), request.uri());
        self.requests.lock().unwrap().push(line);
    }

    fn date(&self) -> Option<HeaderValue> {
        let now = jiff::Timestamp::from_second(self.now()).ok()?;
        let text = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&now).ok()?;
        HeaderValue::from_str(&text).ok()
    }
}

/// True for a request that may change something.
pub(crate) fn is_write(request: &str) -> bool {
    !request.starts_with(Method::GET.as_str()) && !request.contains("dryRun=All")
}

/// A service behind the door.
#[derive(Clone)]
pub(crate) struct Door<S> {
    pub(crate) inner: S,
    pub(crate) traffic: Traffic,
}

type Answer<T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send>>;

impl<S, B, A> tower::Service<Request<B>> for Door<S>
where
    S: tower::Service<Request<B>, Response = Response<A>>,
    S::Future: Send + 'static,
{
    type Response = Response<A>;
    type Error = S::Error;
    type Future = Answer<Response<A>, S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        self.traffic.note(&request);
        let (answer, traffic) = (self.inner.call(request), self.traffic.clone());
        Box::pin(async move {
            let mut answer = answer.await?;
            if let Some(date) = traffic.date() {
                answer.headers_mut().insert(http::header::DATE, date);
            }
            Ok(answer)
        })
    }
}
