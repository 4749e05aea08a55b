//! What is asked for, and what is given.

use std::path::PathBuf;
use std::time::Duration;

use crate::oci::Credentials;
use crate::web::{Access, Auth, Mirrors, Patience};

/// A repository of charts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ChartSource {
    /// `https://..` or `oci://..`.
    pub url: String,
    /// How it is reached.
    pub access: Access,
    /// Whether other hosts that the index names get the credentials too.
    pub pass_credentials: bool,
    /// Whether a registry is spoken to without TLS.
    pub plain_http: bool,
}

impl ChartSource {
    /// Credentials are for the host of the repository, unless it was said that others get them too.
    pub(super) fn auth_for(&self, url: &str) -> Auth {
        let origin = |url: &str| -> Option<String> {
            let (scheme, rest) = url.split_once("://")?;
            Some(format!("{scheme}://{}", rest.split(['/', '?']).next()?))
        };
        let is_ours = self.pass_credentials || origin(&self.url) == origin(url);
        if is_ours { self.access.auth.clone() } else { Auth::None }
    }

    /// The same access with no more credentials than this URL may see.
    pub(super) fn access_for(&self, url: &str) -> Access {
        Access { auth: self.auth_for(url), ..self.access.clone() }
    }

    /// Two who are not allowed the same do not share an index.
    pub(super) fn key(&self) -> String {
        let secret = match &self.access.auth {
            Auth::None => String::new(),
            Auth::Basic { user, password } => format!("{user}\0{password}"),
            Auth::Bearer(token) => token.clone(),
        };
        format!("{} {}", self.url, crate::oci::digest(secret.as_bytes()))
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct ChartQuery<'a> {
    /// The repository.
    pub source: &'a ChartSource,
    /// The chart. May be empty in a registry whose URL ends with it.
    pub name: &'a str,
    /// A version, a range, or nothing for the newest release.
    pub version: &'a str,
}

/// A chart that is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// The archive.
    pub file: PathBuf,
    /// Its digest, `sha256:..`.
    pub digest: String,
    /// Where it is from.
    pub url: String,
    /// The digest of its manifest in the registry, or nothing.
    pub manifest: Option<String>,
}

/// What holds for all charts.
#[derive(Debug, Clone)]
pub struct ChartsSettings {
    /// The folder of the cache.
    pub cache: PathBuf,
    /// Logins at registries.
    pub credentials: Credentials,
    /// Other places.
    pub mirrors: Mirrors,
    /// How long it is waited for.
    pub patience: Patience,
    /// How long an index is taken as it is before it is asked whether it has changed.
    pub fresh: Duration,
}
