//! The client of a registry.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Seek as _, Write};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::credentials::Credentials;
use super::reference::{Reference, is_digest};
use crate::web::{Access, Auth, Client, Mirrors, Patience, Request, WebError};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const ACCEPTED: &str = "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json, \
     application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, */*";
pub(super) const MANIFEST_LIMIT: u64 = 4 << 20;
const PAGES: usize = 1000;

/// Why a registry did not do what it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OciError {
    /// The request failed.
    Web(WebError),
    /// The answer is not what it should be.
    Wrong(String),
}

impl std::fmt::Display for OciError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Web(error) => error.fmt(f),
            Self::Wrong(cause) => f.write_str(cause),
        }
    }
}

impl std::error::Error for OciError {}

impl From<WebError> for OciError {
    fn from(error: WebError) -> Self {
        Self::Web(error)
    }
}

/// What a thing in a registry is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// Its kind.
    pub media_type: String,
    /// Its digest, `sha256:..`.
    pub digest: String,
    /// Its size in bytes.
    pub size: u64,
}

impl Descriptor {
    /// Of these bytes.
    #[must_use]
    pub fn of(media_type: &str, bytes: &[u8]) -> Self {
        Self { media_type: media_type.to_string(), digest: digest(bytes), size: bytes.len() as u64 }
    }
}

/// What belongs together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// 2.
    #[serde(default)]
    pub schema_version: u32,
    /// What it is about.
    pub config: Descriptor,
    /// The parts.
    #[serde(default)]
    pub layers: Vec<Descriptor>,
    /// Notes.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub annotations: std::collections::BTreeMap<String, String>,
}

/// A way to registries: all of them, with one set of credentials.
pub struct Registry {
    pub(super) client: Client,
    pub(super) credentials: Credentials,
    mirrors: Mirrors,
    /// Credentials that go to whatever registry is asked.
    pub(super) auth: Auth,
    plain_http: bool,
    /// By host and scope.
    pub(super) known: Mutex<HashMap<(String, String), Auth>>,
}

/// Where a repository really is.
pub(super) struct Place {
    pub(super) base: String,
    pub(super) host: String,
    pub(super) repository: String,
}

impl Registry {
    /// Registries reached like this. The credentials of `access`, if any, go before those that are looked up.
    pub fn new(
        access: &Access,
        credentials: Credentials,
        mirrors: Mirrors,
        plain_http: bool,
        patience: Patience,
    ) -> Result<Self, OciError> {
        let client = Client::new(access, patience).map_err(OciError::Wrong)?;
        let auth = access.auth.clone();
        Ok(Self { client, credentials, mirrors, auth, plain_http, known: Mutex::default() })
    }

    /// What a reference stands for now.
    pub fn resolve(&self, reference: &Reference) -> Result<Descriptor, OciError> {
        Ok(self.manifest(reference)?.0)
    }

    /// The manifest, checked against the digest where the reference names one.
    pub fn manifest(&self, reference: &Reference) -> Result<(Descriptor, Manifest), OciError> {
        let place = self.place(reference)?;
        let url = format!("{}/v2/{}/manifests/{}", place.base, place.repository, reference.version());
        let mut request = Request::get(&url);
        request.headers.push(("accept", ACCEPTED.to_string()));
        let (kind, bytes) = self.call(&place, "pull", request, |mut answer| {
            let kind = answer.header("content-type").unwrap_or(MANIFEST).to_string();
            Ok((kind, answer.bytes(MANIFEST_LIMIT)?))
        })?;
        let descriptor = Descriptor::of(&kind, &bytes);
        if let Some(expected) = reference.digest.as_ref().filter(|expected| **expected != descriptor.digest) {
            let got = &descriptor.digest;
            return Err(OciError::Wrong(format!(
                "{reference}: the registry gave {got} instead of {expected}"
            )));
        }
        let manifest = serde_json::from_slice(&bytes).map_err(|error| {
            OciError::Wrong(format!("{reference}: not the manifest of an artifact ({kind}): {error}"))
        })?;
        Ok((descriptor, manifest))
    }

    /// Writes a blob into a file and checks that it is the one.
    pub fn blob(&self, reference: &Reference, blob: &Descriptor, file: &mut File) -> Result<(), OciError> {
        if !is_digest(&blob.digest) {
            return Err(OciError::Wrong(format!(
                "{reference}: the digest `{}` is not supported",
                blob.digest
            )));
        }
        let place = self.place(reference)?;
        let url = format!("{}/v2/{}/blobs/{}", place.base, place.repository, blob.digest);
        let got = self.call(&place, "pull", Request::get(&url), |mut answer| {
            file.set_len(0)?;
            file.rewind()?;
            let mut hashed = Hashed { file, hash: Sha256::new() };
            let size = answer.copy(&mut hashed, blob.size)?;
            if size < blob.size {
                return Err(io::Error::other(format!("only {size} of {} bytes came", blob.size)));
            }
            Ok(hex(hashed.hash))
        })?;
        if got == blob.digest {
            return Ok(());
        }
        Err(OciError::Wrong(format!(
            "{reference}: the content has the digest {got} instead of {}",
            blob.digest
        )))
    }

    /// All tags of a repository.
    pub fn tags(&self, reference: &Reference) -> Result<Vec<String>, OciError> {
        #[derive(Deserialize)]
        struct Page {
            tags: Option<Vec<String>>,
        }
        let place = self.place(reference)?;
        let mut next = Some(format!("{}/v2/{}/tags/list", place.base, place.repository));
        let mut all = Vec::new();
        for _ in 0..PAGES {
            let Some(url) = next else { return Ok(all) };
            let (page, link) = self.call(&place, "pull", Request::get(&url), |mut answer| {
                let link = answer.header("link").and_then(|link| next_page(link, &place.base));
                Ok((answer.bytes(MANIFEST_LIMIT)?, link))
            })?;
            let page: Page = serde_json::from_slice(&page).map_err(|error| {
                OciError::Wrong(format!("{reference}: the list of tags is none: {error}"))
            })?;
            all.extend(page.tags.unwrap_or_default());
            next = link;
        }
        Err(OciError::Wrong(format!("{reference}: the list of tags does not end")))
    }

    /// Stores a blob, unless it is there.
    pub fn push_blob(&self, reference: &Reference, bytes: &[u8]) -> Result<(), OciError> {
        let place = self.place(reference)?;
        let name = digest(bytes);
        let blobs = format!("{}/v2/{}/blobs", place.base, place.repository);
        let url = format!("{blobs}/{name}");
        let head = Request { method: "HEAD", also: &[404], ..Request::get(&url) };
        if self.call(&place, "pull,push", head, |answer| Ok(answer.status))? == 200 {
            return Ok(());
        }
        let url = format!("{blobs}/uploads/");
        let start = Request { method: "POST", body: Some(&[]), ..Request::get(&url) };
        let location = self.call(&place, "pull,push", start, |answer| {
            let location = answer.header("location").map(|location| absolute(location, &place.base));
            location.ok_or_else(|| io::Error::other("the registry names no place to upload to"))
        })?;
        let separator = if location.contains('?') { '&' } else { '?' };
        let url = format!("{location}{separator}digest={}", name.replace(':', "%3A"));
        let headers = vec![("content-type", "application/octet-stream".to_string())];
        let put = Request { method: "PUT", headers, body: Some(bytes), ..Request::get(&url) };
        self.call(&place, "pull,push", put, |_| Ok(()))
    }

    /// Stores a manifest under the tag of the reference.
    pub fn push_manifest(&self, reference: &Reference, manifest: &[u8]) -> Result<Descriptor, OciError> {
        let place = self.place(reference)?;
        let url = format!("{}/v2/{}/manifests/{}", place.base, place.repository, reference.version());
        let headers = vec![("content-type", MANIFEST.to_string())];
        let put = Request { method: "PUT", headers, body: Some(manifest), ..Request::get(&url) };
        self.call(&place, "pull,push", put, |_| Ok(()))?;
        Ok(Descriptor::of(MANIFEST, manifest))
    }

    /// Whether the registry lets us in.
    pub fn ping(&self, registry: &str) -> Result<(), OciError> {
        let reference: Reference = format!("{registry}/ping").parse().map_err(OciError::Wrong)?;
        let place = self.place(&reference)?;
        let url = format!("{}/v2/", place.base);
        self.call(&place, "", Request::get(&url), |_| Ok(()))
    }

    fn place(&self, reference: &Reference) -> Result<Place, OciError> {
        let named = format!("oci://{}/{}", reference.registry, reference.repository);
        let Some(instead) = self.mirrors.redirect(&named) else {
            let scheme = if self.plain_http { "http" } else { "https" };
            let host = reference.host().to_string();
            return Ok(Place {
                base: format!("{scheme}://{host}"),
                host: reference.registry.clone(),
                repository: reference.repository.clone(),
            });
        };
        let (scheme, rest) = instead.split_once("://").unwrap_or(("oci", &instead));
        let there: Reference =
            rest.parse().map_err(|error| OciError::Wrong(format!("the mirror of {named}: {error}")))?;
        let scheme = if scheme == "http" || (scheme == "oci" && self.plain_http) { "http" } else { "https" };
        Ok(Place {
            base: format!("{scheme}://{}", there.host()),
            host: there.registry.clone(),
            repository: there.repository,
        })
    }
}

/// Counts and hashes what goes into a file.
struct Hashed<'a> {
    file: &'a mut File,
    hash: Sha256,
}

impl Write for Hashed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

pub(crate) fn hex(hash: Sha256) -> String {
    use std::fmt::Write as _;
    let mut text = "sha256:".to_string();
    for byte in hash.finalize() {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The digest of these bytes.
pub(crate) fn digest(bytes: &[u8]) -> String {
    hex(Sha256::new_with_prefix(bytes))
}

fn absolute(location: &str, base: &str) -> String {
    if location.contains("://") {
        location.to_string()
    } else {
        format!("{base}/{}", location.trim_start_matches('/'))
    }
}

/// `</v2/a/tags/list?last=x&n=100>; rel="next"`
fn next_page(link: &str, base: &str) -> Option<String> {
    let (url, rest) = link.trim().strip_prefix('<')?.split_once('>')?;
    rest.contains("next").then(|| absolute(url, base))
}
