//! The client: one set of connections for one way of access.

use std::io::{self, Read};
use std::time::Instant;

use ureq::config::RedirectAuthHeaders;
use ureq::{Agent, Proxy};

use super::error::{Cause, WebError};
use super::proxy::Proxies;
use super::retry::{self, Patience};
use super::{Access, Auth};

/// How much of a server's own words is told.
const WORDS: u64 = 300;

/// What is asked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    pub(crate) url: &'a str,
    pub(crate) headers: Vec<(&'a str, String)>,
    pub(crate) auth: Auth,
    pub(crate) body: Option<&'a [u8]>,
    /// Codes outside of 200 to 299 that are answers too.
    pub(crate) also: &'a [u16],
}

impl<'a> Request<'a> {
    pub(crate) fn get(url: &'a str) -> Self {
        Self { method: "GET", url, ..Self::default() }
    }
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: ureq::http::HeaderMap,
    body: ureq::BodyReader<'static>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.get_all(name).iter().filter_map(|value| value.to_str().ok())
    }

    /// All of it, if it is no more than this.
    pub(crate) fn bytes(&mut self, limit: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        (&mut self.body).take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > limit { Err(too_large(limit)) } else { Ok(bytes) }
    }

    /// Copies all of it, if it is no more than this.
    pub(crate) fn copy(&mut self, to: &mut dyn io::Write, limit: u64) -> io::Result<u64> {
        let copied = io::copy(&mut (&mut self.body).take(limit.saturating_add(1)), to)?;
        if copied > limit { Err(too_large(limit)) } else { Ok(copied) }
    }
}

/// Marks an error that is not worth a second attempt.
#[derive(Debug)]
struct TooLarge(u64);

impl std::fmt::Display for TooLarge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "more than {} bytes", self.0)
    }
}

impl std::error::Error for TooLarge {}

fn too_large(limit: u64) -> io::Error {
    io::Error::other(TooLarge(limit))
}

/// A client for one way of access.
#[derive(Clone)]
pub(crate) struct Client {
    direct: Agent,
    /// By the proxy.
    proxied: Vec<(String, Agent)>,
    proxies: Proxies,
    patience: Patience,
}

impl Client {
    pub(crate) fn new(access: &Access, patience: Patience) -> Result<Self, String> {
        let proxies = match &access.proxy {
            Some(proxy) => Proxies::always(proxy),
            None => Proxies::of_environment(),
        };
        let tls = access.tls()?;
        let agent = |proxy: Option<Proxy>| -> Agent {
            let config = Agent::config_builder()
                .tls_config(tls.clone())
                .http_status_as_error(false)
                .redirect_auth_headers(RedirectAuthHeaders::SameHost)
                .user_agent(concat!("weir/", env!("CARGO_PKG_VERSION")))
                .proxy(proxy);
            config.build().into()
        };
        let mut proxied = Vec::new();
        for url in proxies.all() {
            let proxy = Proxy::new(url)
                .map_err(|error| format!("the proxy {}: {error}", super::error::without_credentials(url)))?;
            proxied.push((url.to_string(), agent(Some(proxy))));
        }
        Ok(Self { direct: agent(None), proxied, proxies, patience })
    }

    fn agent(&self, url: &str) -> &Agent {
        let proxy = self.proxies.of(url);
        let proxied = proxy.and_then(|proxy| self.proxied.iter().find(|(url, _)| url == proxy));
        proxied.map_or(&self.direct, |(_, agent)| agent)
    }

    /// Asks, again if need be, and reads the answer. A failure to read is one to try again.
    pub(crate) fn exchange<T>(
        &self,
        request: &Request<'_>,
        mut read: impl FnMut(Answer) -> io::Result<T>,
    ) -> Result<T, WebError> {
        let deadline = Instant::now() + self.patience.timeout;
        let mut attempt = 0;
        loop {
            let (cause, asked_for) = match self.attempt(request, deadline, &mut read) {
                Ok(done) => return Ok(done),
                Err(failed) => failed,
            };
            attempt += 1;
            let pause = (cause.may_pass() && attempt < self.patience.attempts)
                .then(|| retry::pause(attempt - 1, asked_for, deadline))
                .flatten();
            match pause {
                Some(pause) => std::thread::sleep(pause),
                None => return Err(WebError::new(request.url, cause)),
            }
        }
    }

    fn attempt<T>(
        &self,
        request: &Request<'_>,
        deadline: Instant,
        read: &mut impl FnMut(Answer) -> io::Result<T>,
    ) -> Result<T, (Cause, Option<std::time::Duration>)> {
        let left = deadline.saturating_duration_since(Instant::now());
        let answer = self.send(request, left).map_err(|error| (cause_of(&error), None))?;
        let status = answer.status().as_u16();
        let (parts, body) = answer.into_parts();
        let body = body.into_with_config().limit(u64::MAX).reader();
        let mut answer = Answer { status, headers: parts.headers, body };
        if (200..300).contains(&status) || request.also.contains(&status) {
            return read(answer).map_err(|error| (cause_of_reading(&error), None));
        }
        let asked_for = answer.header("retry-after").and_then(retry::retry_after);
        let mut said = Vec::new();
        // The words are only an extra: without them the code must do.
        let _ = (&mut answer.body).take(WORDS).read_to_end(&mut said);
        Err((Cause::Status(status, words(&said)), asked_for))
    }

    fn send(
        &self,
        request: &Request<'_>,
        left: std::time::Duration,
    ) -> Result<ureq::http::Response<ureq::Body>, ureq::Error> {
        if left.is_zero() {
            return Err(ureq::Error::Timeout(ureq::Timeout::Global));
        }
        let agent = self.agent(request.url);
        let mut builder = ureq::http::Request::builder().method(request.method).uri(request.url);
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        if let Some(value) = request.auth.header() {
            builder = builder.header("authorization", value);
        }
        match request.body {
            Some(body) => {
                let configured = agent.configure_request(builder.body(body)?);
                agent.run(configured.timeout_global(Some(left)).build())
            }
            None => {
                let configured = agent.configure_request(builder.body(())?);
                agent.run(configured.timeout_global(Some(left)).build())
            }
        }
    }
}

/// What a server says, on one line: the messages of a registry, or the text if it is one.
fn words(said: &[u8]) -> String {
    #[derive(serde::Deserialize)]
    struct Errors {
        errors: Vec<Told>,
    }
    #[derive(serde::Deserialize)]
    struct Told {
        #[serde(default)]
        code: String,
        #[serde(default)]
        message: String,
    }
    if let Ok(Errors { errors }) = serde_json::from_slice(said) {
        let told: Vec<_> = errors
            .iter()
            .map(|told| if told.message.is_empty() { &*told.code } else { &*told.message })
            .collect();
        return told.join("; ");
    }
    let text = String::from_utf8_lossy(said);
    let text = text.trim();
    if text.starts_with('<') || text.contains('\0') { String::new() } else { text.replace(['\n', '\r'], " ") }
}

fn cause_of(error: &ureq::Error) -> Cause {
    match error {
        ureq::Error::Timeout(_) => Cause::Timeout,
        ureq::Error::Io(error) => cause_of_reading(error),
        other @ (ureq::Error::HostNotFound | ureq::Error::ConnectionFailed) => {
            Cause::Other(other.to_string())
        }
        other => Cause::Fatal(other.to_string()),
    }
}

fn cause_of_reading(error: &io::Error) -> Cause {
    if let Some(TooLarge(limit)) = error.get_ref().and_then(|inner| inner.downcast_ref()) {
        return Cause::TooLarge(*limit);
    }
    if error.kind() == io::ErrorKind::TimedOut || error.to_string().contains("timeout") {
        return Cause::Timeout;
    }
    match error.kind() {
        // A certificate that is not trusted comes as this.
        io::ErrorKind::InvalidData => Cause::Fatal(error.to_string()),
        _ => Cause::Other(error.to_string()),
    }
}
