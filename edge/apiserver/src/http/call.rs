//! One request, read, and its reply.

use ::http::header::{AUTHORIZATION, USER_AGENT};
use ::http::request::Parts;
use ::http::{HeaderMap, Method};
use bytes::Bytes;
use weir_yaml::{Value, to_json};

use super::{Accept, Body, BodyKind, Query, Target};
use crate::problem::Problem;

/// Paths that need no token.
const OPEN: &[&str] = &["healthz", "livez", "readyz", "version"];

/// The longest name of a field manager.
const MAX_MANAGER: usize = 128;

/// One request.
#[derive(Debug)]
pub(crate) struct Call {
    /// The method.
    pub(crate) method: Method,
    /// What the path names.
    pub(crate) target: Target,
    /// The query.
    pub(crate) query: Query,
    /// What the client reads.
    pub(crate) accept: Accept,
    /// What the client sent.
    pub(crate) kind: BodyKind,
    /// Who it acts for, if it says so.
    pub(crate) user: String,
    /// The body.
    pub(crate) body: Bytes,
    agent: String,
    token: Option<String>,
}

impl Call {
    /// Reads head and body of a request.
    pub(crate) fn read(parts: &Parts, body: Bytes) -> Result<Self, Problem> {
        let text = |name: &str| header(&parts.headers, name).map(str::to_owned);
        let token =
            header(&parts.headers, AUTHORIZATION.as_str()).and_then(|value| value.strip_prefix("Bearer "));
        Ok(Self {
            method: parts.method.clone(),
            target: Target::read(parts.uri.path()),
            query: Query::read(parts.uri.query().unwrap_or("")),
            accept: Accept::read(&parts.headers)?,
            kind: BodyKind::read(&parts.headers)?,
            user: text("impersonate-user").unwrap_or_else(|| "kubernetes-admin".to_owned()),
            agent: text(USER_AGENT.as_str()).unwrap_or_default(),
            token: token.map(|token| token.trim().to_owned()),
            body,
        })
    }

    /// True if the path needs no token.
    pub(crate) fn is_open(&self) -> bool {
        matches!(&self.target, Target::Other(segments) if segments.first().is_some_and(|one| OPEN.contains(&one.as_str())))
    }

    /// The token that the client shows.
    pub(crate) fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// True if the client shows this token.
    pub(crate) fn shows(&self, token: &str) -> bool {
        self.token.as_deref().is_some_and(|own| same(own, token))
    }

    /// Who owns what this request writes.
    pub(crate) fn manager(&self) -> String {
        let name = self
            .query
            .get("fieldManager")
            .map_or_else(|| self.agent.split('/').next().unwrap_or("").to_owned(), str::to_owned);
        let name = if name.is_empty() { "unknown".to_owned() } else { name };
        name.chars().take(MAX_MANAGER).collect()
    }

    /// True if nothing is to be written.
    pub(crate) fn is_dry_run(&self) -> bool {
        self.query.get("dryRun") == Some("All")
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Compares in a time that does not depend on where the texts differ.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    /// The HTTP code.
    pub(crate) code: u16,
    /// The media type.
    pub(crate) media: &'static str,
    /// What the client should be told besides.
    pub(crate) warnings: Vec<String>,
    /// The body.
    pub(crate) body: Body,
}

impl Reply {
    /// JSON text.
    pub(crate) fn json(code: u16, text: impl Into<Bytes>) -> Self {
        Self { code, media: "application/json", warnings: Vec::new(), body: Body::whole(text) }
    }

    /// A value as JSON.
    pub(crate) fn value(code: u16, value: &Value) -> Self {
        Self::json(code, to_json(value))
    }

    /// Plain text.
    pub(crate) fn text(code: u16, text: impl Into<Bytes>) -> Self {
        Self { code, media: "text/plain; charset=utf-8", warnings: Vec::new(), body: Body::whole(text) }
    }

    /// A failure.
    pub(crate) fn problem(problem: &Problem) -> Self {
        Self::value(problem.code, &problem.to_value())
    }

    /// With warnings.
    pub(crate) fn with_warnings(mut self, warnings: Vec<String>) -> Self {
        self.warnings.extend(warnings);
        self
    }
}
