//! Git's HTTP requests over a client of ours: one TLS stack, credentials on every request, one limit for all of them.

use std::any::Any;
use std::io::{self, BufRead, BufReader, Cursor, Read, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use gix_transport::client::blocking_io::http::{GetResponse, Http, PostBodyDataKind, PostResponse};
use ureq::config::RedirectAuthHeaders;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Proxy};

use super::{GitAuth, GitSpec};

/// Requests to one repository.
pub(super) struct Client {
    agent: Agent,
    authorization: Option<String>,
    deadline: Instant,
    /// Why the last request failed; Git's own layers keep only parts of it.
    pub(super) failure: Arc<Mutex<Option<Failed>>>,
}

/// Why a request failed.
#[derive(Debug, Clone)]
pub(super) enum Failed {
    Status(u16),
    Timeout,
    Other(String),
}

impl Client {
    pub(super) fn new(spec: &GitSpec, deadline: Instant) -> Result<Self, String> {
        let mut tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier);
        if let Some(pem) = &spec.ca {
            let certificates: Vec<_> = parse_pem(pem)
                .filter_map(|item| match item {
                    Ok(PemItem::Certificate(certificate)) => Some(Ok(certificate)),
                    Ok(_) => None,
                    Err(e) => Some(Err(e.to_string())),
                })
                .collect::<Result<_, _>>()?;
            if certificates.is_empty() {
                return Err("the certificate authority holds no certificate in PEM".into());
            }
            tls = tls.root_certs(RootCerts::from(certificates));
        }
        let mut config = Agent::config_builder()
            .tls_config(tls.build())
            .http_status_as_error(false)
            .redirect_auth_headers(RedirectAuthHeaders::SameHost)
            .user_agent(concat!("git/weir-", env!("CARGO_PKG_VERSION")));
        let proxies = crate::web::Proxies::of_environment();
        let proxy = spec.proxy.as_deref().or_else(|| proxies.of(&spec.url));
        let proxy = proxy.map(Proxy::new).transpose().map_err(|e| e.to_string())?;
        config = config.proxy(proxy);
        let authorization = match &spec.auth {
            GitAuth::None | GitAuth::OfUser => None,
            GitAuth::Basic { user, password } => {
                Some(format!("Basic {}", base64(&format!("{user}:{password}"))))
            }
            GitAuth::Bearer(token) => Some(format!("Bearer {token}")),
        };
        Ok(Self { agent: config.build().into(), authorization, deadline, failure: Arc::default() })
    }

    fn exchange(&self, url: &str, headers: Vec<String>, body: Option<Body>) -> Exchange {
        Exchange(Arc::new(Mutex::new(State::Waiting(Box::new(Request {
            agent: self.agent.clone(),
            url: url.to_string(),
            headers,
            authorization: self.authorization.clone(),
            body,
            deadline: self.deadline,
            failure: Arc::clone(&self.failure),
        })))))
    }
}

type Body = Arc<Mutex<Vec<u8>>>;

struct Request {
    agent: Agent,
    url: String,
    headers: Vec<String>,
    authorization: Option<String>,
    body: Option<Body>,
    deadline: Instant,
    failure: Arc<Mutex<Option<Failed>>>,
}

enum State {
    Waiting(Box<Request>),
    Done { headers: Cursor<Vec<u8>>, body: Box<dyn BufRead + Send> },
    Failed,
}

/// A request that is sent when its answer is first read: by then Git has written all of its body.
#[derive(Clone)]
struct Exchange(Arc<Mutex<State>>);

/// The headers of an answer, a line each.
pub(super) struct Headers(Exchange, Vec<u8>, usize);

/// The body of an answer.
pub(super) struct Content(Exchange, Vec<u8>, usize);

/// What Git posts.
pub(super) struct Post(Body);

impl Write for Post {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        lock(&self.0).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Request {
    fn send(self) -> io::Result<State> {
        let note = Arc::clone(&self.failure);
        self.try_send().map_err(|failed| {
            let error = match &failed {
                Failed::Status(401 | 403) => {
                    io::Error::new(io::ErrorKind::PermissionDenied, "authentication failed")
                }
                Failed::Status(code) => io::Error::other(format!("the server answered {code}")),
                Failed::Timeout => io::Error::new(io::ErrorKind::TimedOut, "timed out"),
                Failed::Other(cause) => io::Error::other(cause.clone()),
            };
            *lock(&note) = Some(failed);
            error
        })
    }

    fn try_send(self) -> Result<State, Failed> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Failed::Timeout);
        }
        let pairs = self.headers.iter().filter_map(|line| line.split_once(':'));
        let authorization = self.authorization.iter().map(|value| ("Authorization", value.as_str()));
        let headers = pairs.map(|(name, value)| (name, value.trim())).chain(authorization);
        let answer = match &self.body {
            None => {
                let mut request = self.agent.get(&self.url);
                for (name, value) in headers {
                    request = request.header(name, value);
                }
                request.config().timeout_global(Some(left)).build().call()
            }
            Some(body) => {
                let mut request = self.agent.post(&self.url);
                for (name, value) in headers {
                    request = request.header(name, value);
                }
                let body = std::mem::take(&mut *lock(body));
                request.config().timeout_global(Some(left)).build().send(&body[..])
            }
        };
        let answer = answer.map_err(|error| failure(&error))?;
        let status = answer.status().as_u16();
        if !(200..300).contains(&status) {
            return Err(Failed::Status(status));
        }
        let mut headers = Vec::new();
        for (name, value) in answer.headers() {
            headers.extend_from_slice(name.as_str().as_bytes());
            headers.push(b':');
            headers.extend_from_slice(value.as_bytes());
            headers.push(b'\n');
        }
        let reader = answer.into_body().into_with_config().limit(u64::MAX).reader();
        let reader = Watched { inner: reader, failure: self.failure };
        Ok(State::Done { headers: Cursor::new(headers), body: Box::new(BufReader::new(reader)) })
    }
}

fn failure(error: &ureq::Error) -> Failed {
    match error {
        ureq::Error::Timeout(_) => Failed::Timeout,
        ureq::Error::Io(io) if io.kind() == io::ErrorKind::TimedOut => Failed::Timeout,
        other => Failed::Other(other.to_string()),
    }
}

/// Notes why reading failed.
struct Watched<R> {
    inner: R,
    failure: Arc<Mutex<Option<Failed>>>,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer).inspect_err(|error| {
            let text = error.to_string();
            let timed_out = error.kind() == io::ErrorKind::TimedOut || text.contains("timeout");
            *lock(&self.failure) = Some(if timed_out { Failed::Timeout } else { Failed::Other(text) });
        })
    }
}

impl Exchange {
    /// Reads the next piece of the headers or the body.
    fn piece(&self, of_headers: bool) -> io::Result<Vec<u8>> {
        let mut state = lock(&self.0);
        if let State::Waiting(_) = *state
            && let State::Waiting(request) = std::mem::replace(&mut *state, State::Failed)
        {
            *state = request.send()?;
        }
        match &mut *state {
            State::Done { headers, .. } if of_headers => {
                let mut rest = Vec::new();
                headers.read_to_end(&mut rest)?;
                Ok(rest)
            }
            State::Done { body, .. } => {
                let piece = body.fill_buf()?.to_vec();
                body.consume(piece.len());
                Ok(piece)
            }
            State::Waiting(_) | State::Failed => Err(io::Error::other("the request has failed")),
        }
    }
}

fn fill<'a>(
    exchange: &Exchange,
    of_headers: bool,
    buffer: &'a mut Vec<u8>,
    at: &mut usize,
) -> io::Result<&'a [u8]> {
    if *at >= buffer.len() {
        *buffer = exchange.piece(of_headers)?;
        *at = 0;
    }
    Ok(&buffer[*at..])
}

macro_rules! reader {
    ($name:ident, $of_headers:expr) => {
        impl BufRead for $name {
            fn fill_buf(&mut self) -> io::Result<&[u8]> {
                fill(&self.0, $of_headers, &mut self.1, &mut self.2)
            }

            fn consume(&mut self, amount: usize) {
                self.2 += amount;
            }
        }

        impl Read for $name {
            fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
                let piece = self.fill_buf()?;
                let amount = piece.len().min(out.len());
                out[..amount].copy_from_slice(&piece[..amount]);
                self.consume(amount);
                Ok(amount)
            }
        }
    };
}
reader!(Headers, true);
reader!(Content, false);

impl Http for Client {
    type Headers = Headers;
    type ResponseBody = Content;
    type PostBody = Post;

    fn get(
        &mut self,
        url: &str,
        _base_url: &str,
        headers: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> gix_error::Result<GetResponse<Headers, Content>> {
        let exchange =
            self.exchange(url, headers.into_iter().map(|line| line.as_ref().to_string()).collect(), None);
        let headers = Headers(exchange.clone(), Vec::new(), 0);
        Ok(GetResponse { headers, body: Content(exchange, Vec::new(), 0) })
    }

    fn post(
        &mut self,
        url: &str,
        _base_url: &str,
        headers: impl IntoIterator<Item = impl AsRef<str>>,
        _body: PostBodyDataKind,
    ) -> gix_error::Result<PostResponse<Headers, Content, Post>> {
        let body = Body::default();
        let lines = headers.into_iter().map(|line| line.as_ref().to_string()).collect();
        let exchange = self.exchange(url, lines, Some(Arc::clone(&body)));
        let headers = Headers(exchange.clone(), Vec::new(), 0);
        Ok(PostResponse { post_body: Post(body), headers, body: Content(exchange, Vec::new(), 0) })
    }

    fn configure(&mut self, _config: &dyn Any) -> gix_error::Result {
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn base64(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}

/// How long a client may still take.
pub(super) fn limit(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}
