//! Getting charts: the way from a repository, a name and a version to an archive in the cache.

use std::collections::HashMap;
use std::fs::File;
use std::io::Seek as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::cache::{Cache, digest_of};
use super::error::ChartError;
use super::index::{Entry, Index};
use super::place::{join_url, versioned_reference};
use super::query::{Chart, ChartQuery, ChartSource, ChartsSettings};
use crate::oci::{Descriptor, Reference, Registry};
use crate::web::{Access, Client, Request};

const ARCHIVE_LIMIT: u64 = 100 << 20;
const INDEX_LIMIT: u64 = 200 << 20;
const LAYER: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
const PROVENANCE: &str = "application/vnd.cncf.helm.chart.provenance.v1.prov";
const PROVENANCE_LIMIT: u64 = 1 << 20;
const OLD_LAYER: &str = "application/tar+gzip";

/// The way to charts, for all faces and threads.
pub struct Charts {
    settings: ChartsSettings,
    cache: Cache,
    clients: Mutex<HashMap<Access, Client>>,
    registries: Mutex<HashMap<(Access, bool), Arc<Registry>>>,
    looked: Mutex<HashMap<String, (Instant, Index)>>,
}

/// What is known about the index of a repository.
#[derive(Serialize, Deserialize)]
struct Note {
    digest: String,
    etag: Option<String>,
    last_modified: Option<String>,
}

impl Charts {
    /// With these settings.
    #[must_use]
    pub fn new(settings: ChartsSettings) -> Self {
        let cache = Cache::new(&settings.cache);
        Self {
            settings,
            cache,
            clients: Mutex::default(),
            registries: Mutex::default(),
            looked: Mutex::default(),
        }
    }

    /// Gets a chart, from the cache if it is there.
    pub fn get(&self, query: ChartQuery<'_>) -> Result<Chart, ChartError> {
        let source = query.source;
        if source.url.starts_with("oci://") {
            return self.registry_chart(query);
        }
        let entry = self.index(source)?.pick(query.name, query.version)?;
        self.of_entry(source, &entry)
    }

    /// The archive of an entry of an index.
    pub fn of_entry(&self, source: &ChartSource, entry: &Entry) -> Result<Chart, ChartError> {
        let Some(url) = entry.urls.first() else {
            let Entry { name, version, .. } = entry;
            return Err(ChartError::NotFound(format!(
                "chart \"{name}\" version \"{version}\" has no downloadable URLs"
            )));
        };
        let url = join_url(&source.url, url);
        if url.starts_with("oci://") {
            return self.registry_chart(ChartQuery {
                source: &ChartSource { access: source.access_for(&url), url, ..source.clone() },
                name: "",
                version: "",
            });
        }
        let expected =
            Some(format!("sha256:{}", entry.digest)).filter(|digest| crate::oci::is_digest(digest));
        self.archive(source, &url, expected.as_deref())
    }

    /// The archive behind a URL.
    pub fn archive(
        &self,
        source: &ChartSource,
        url: &str,
        expected: Option<&str>,
    ) -> Result<Chart, ChartError> {
        let _held = self.cache.hold(expected.unwrap_or(url))?;
        let here = |file, digest: &str| Chart {
            file,
            digest: digest.to_string(),
            url: url.to_string(),
            manifest: None,
        };
        if let Some(digest) = expected
            && let Some(file) = self.cache.find(digest)
        {
            return Ok(here(file, digest));
        }
        let mut draft = self.cache.draft()?;
        self.download(source, url, &mut draft.file, ARCHIVE_LIMIT)?;
        let digest = digest_of(&mut draft.file)?;
        if let Some(expected) = expected.filter(|expected| *expected != digest) {
            return Err(ChartError::Mismatch(format!(
                "{url}: the archive has the digest {digest}, but the index promises {expected}"
            )));
        }
        if !is_gzip(&mut draft.file) {
            return Err(ChartError::Mismatch(format!("{url}: what came is no archive of a chart")));
        }
        Ok(here(self.cache.keep(&draft, &digest)?, &digest))
    }

    /// The bytes of a small file beside the charts, as a provenance file is.
    pub fn file(&self, source: &ChartSource, url: &str, limit: u64) -> Result<Vec<u8>, ChartError> {
        let there = self.settings.mirrors.redirect(url).unwrap_or_else(|| url.to_string());
        let request = Request { auth: source.auth_for(url), ..Request::get(&there) };
        Ok(self.client(&source.access)?.exchange(&request, |mut answer| answer.bytes(limit))?)
    }

    /// The provenance file that is kept beside a chart.
    pub fn provenance(&self, source: &ChartSource, chart: &Chart) -> Result<Vec<u8>, ChartError> {
        let Some(reference) = chart.url.strip_prefix("oci://") else {
            return self.file(source, &format!("{}.prov", chart.url), PROVENANCE_LIMIT);
        };
        let reference: Reference = reference.parse().map_err(ChartError::Wrong)?;
        let failed = |cause| ChartError::Registry { registry: reference.registry.clone(), cause };
        let registry = self.registry(source)?;
        let (_, parts) = registry.manifest(&reference).map_err(failed)?;
        let layer = parts.layers.iter().find(|layer| layer.media_type == PROVENANCE);
        let layer = layer.filter(|layer| layer.size <= PROVENANCE_LIMIT).ok_or_else(|| {
            ChartError::NotFound(format!(
                "{reference}: manifest does not contain a layer with mediatype {PROVENANCE}"
            ))
        })?;
        let mut draft = self.cache.draft()?;
        registry.blob(&reference, layer, &mut draft.file).map_err(failed)?;
        let mut bytes = Vec::new();
        let read = draft.file.rewind().and_then(|()| std::io::Read::read_to_end(&mut draft.file, &mut bytes));
        read.map_err(|error| ChartError::Cache(error.to_string()))?;
        Ok(bytes)
    }

    /// The index of a repository as it is now.
    pub fn index(&self, source: &ChartSource) -> Result<Index, ChartError> {
        let key = source.key();
        let looked = |all: &Mutex<HashMap<String, (Instant, Index)>>| {
            let all = all.lock().unwrap_or_else(PoisonError::into_inner);
            all.get(&key).filter(|(at, _)| at.elapsed() < self.settings.fresh).map(|(_, index)| index.clone())
        };
        if let Some(index) = looked(&self.looked) {
            return Ok(index);
        }
        let _held = self.cache.hold(&key)?;
        if let Some(index) = looked(&self.looked) {
            return Ok(index);
        }
        let index = self.fetch_index(source, &key)?;
        let mut all = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(key, (Instant::now(), index.clone()));
        Ok(index)
    }

    fn fetch_index(&self, source: &ChartSource, key: &str) -> Result<Index, ChartError> {
        let url = join_url(&source.url, "index.yaml");
        let there = self.settings.mirrors.redirect(&url).unwrap_or_else(|| url.clone());
        let noted = self.cache.noted(key).and_then(|note| serde_json::from_slice::<Note>(&note).ok());
        let known = noted.and_then(|note| Some((self.cache.find(&note.digest)?, note)));
        let mut request = Request { auth: source.access.auth.clone(), also: &[304], ..Request::get(&there) };
        if let Some((_, note)) = &known {
            let headers = [("if-none-match", &note.etag), ("if-modified-since", &note.last_modified)];
            request.headers =
                headers.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))).collect();
        }
        let mut draft = self.cache.draft()?;
        let came = self.client(&source.access)?.exchange(&request, |mut answer| {
            if answer.status == 304 {
                return Ok(None);
            }
            draft.file.set_len(0)?;
            draft.file.rewind()?;
            answer.copy(&mut draft.file, INDEX_LIMIT)?;
            let header = |name: &str| answer.header(name).map(str::to_string);
            Ok(Some((header("etag"), header("last-modified"))))
        });
        let came =
            came.map_err(|error| ChartError::NoIndex { url: source.url.clone(), cause: error.to_string() })?;
        let Some((etag, last_modified)) = came else {
            return match known {
                Some((file, _)) => Ok(Index::new(file, &source.url)),
                None => Err(ChartError::NoIndex {
                    url: source.url.clone(),
                    cause: "the server says that nothing has changed, but nothing is known of it".into(),
                }),
            };
        };
        let digest = digest_of(&mut draft.file)?;
        let file = self.cache.keep(&draft, &digest)?;
        let note = Note { digest, etag, last_modified };
        let text = serde_json::to_vec(&note).map_err(|error| ChartError::Cache(error.to_string()))?;
        self.cache.note(key, &text)?;
        if let Some((_, old)) = known.filter(|(_, old)| old.digest != note.digest) {
            self.cache.forget(&old.digest);
        }
        Ok(Index::new(file, &source.url))
    }

    fn download(
        &self,
        source: &ChartSource,
        url: &str,
        file: &mut File,
        limit: u64,
    ) -> Result<(), ChartError> {
        let there = self.settings.mirrors.redirect(url).unwrap_or_else(|| url.to_string());
        let mut request = Request { auth: source.auth_for(url), ..Request::get(&there) };
        request.headers.push(("accept", "application/gzip,application/octet-stream".to_string()));
        self.client(&source.access)?.exchange(&request, |mut answer| {
            file.set_len(0)?;
            file.rewind()?;
            answer.copy(file, limit).map(drop)
        })?;
        Ok(())
    }

    fn registry_chart(&self, query: ChartQuery<'_>) -> Result<Chart, ChartError> {
        let ChartQuery { source, name, version } = query;
        let full = match name {
            "" => source.url.clone(),
            name => format!("{}/{name}", source.url.trim_end_matches('/')),
        };
        let reference: Reference = full.parse().map_err(ChartError::Wrong)?;
        let failed = |cause| ChartError::Registry { registry: reference.registry.clone(), cause };
        let registry = self.registry(source)?;
        let reference = versioned_reference(&registry, &reference, version)?;
        let (manifest, parts) = registry.manifest(&reference).map_err(failed)?;
        let is_chart = |layer: &&Descriptor| layer.media_type == LAYER || layer.media_type == OLD_LAYER;
        let layer = parts.layers.iter().find(is_chart).ok_or_else(|| {
            ChartError::Mismatch(format!(
                "{reference}: manifest does not contain a layer with mediatype {LAYER}"
            ))
        })?;
        if layer.size > ARCHIVE_LIMIT {
            return Err(ChartError::Mismatch(format!(
                "{reference}: the chart has more than {ARCHIVE_LIMIT} bytes"
            )));
        }
        let _held = self.cache.hold(&layer.digest)?;
        let file = match self.cache.find(&layer.digest) {
            Some(file) => file,
            None => {
                let mut draft = self.cache.draft()?;
                registry.blob(&reference, layer, &mut draft.file).map_err(failed)?;
                self.cache.keep(&draft, &layer.digest)?
            }
        };
        let url = format!("oci://{reference}");
        Ok(Chart { file, digest: layer.digest.clone(), url, manifest: Some(manifest.digest) })
    }

    /// The way to registries with the access of a source.
    pub fn registry(&self, source: &ChartSource) -> Result<Arc<Registry>, ChartError> {
        let mut all = self.registries.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (source.access.clone(), source.plain_http);
        if let Some(registry) = all.get(&key) {
            return Ok(Arc::clone(registry));
        }
        let ChartsSettings { credentials, mirrors, patience, .. } = self.settings.clone();
        let registry = Registry::new(&source.access, credentials, mirrors, source.plain_http, patience);
        let registry = Arc::new(registry.map_err(|error| ChartError::Wrong(error.to_string()))?);
        all.insert(key, Arc::clone(&registry));
        Ok(registry)
    }

    fn client(&self, access: &Access) -> Result<Client, ChartError> {
        let mut all = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = all.get(access) {
            return Ok(client.clone());
        }
        let client = Client::new(access, self.settings.patience).map_err(ChartError::Wrong)?;
        all.insert(access.clone(), client.clone());
        Ok(client)
    }

    /// The folder of the cache.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.settings.cache
    }
}

fn is_gzip(file: &mut File) -> bool {
    use std::io::Read as _;
    let mut magic = [0; 2];
    file.rewind().is_ok() && file.read_exact(&mut magic).is_ok() && magic == [0x1f, 0x8b]
}
