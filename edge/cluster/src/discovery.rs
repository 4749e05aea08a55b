//! Which kinds the API server knows and where their objects live.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use weir_yaml::Value;

use crate::{ApiError, Cluster};

/// One kind of object as the API serves it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Resource {
    /// API group; empty for the core group.
    pub group: String,
    /// Version.
    pub version: String,
    /// Kind.
    pub kind: String,
    /// Name in URLs.
    pub plural: String,
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
}

impl Resource {
    /// `group/version`, or the version alone for the core group.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }
}

/// What the server said of its kinds.
#[derive(Default)]
struct Kinds {
    /// All versions of a kind by group and kind, preferred first.
    versions: HashMap<(String, String), Vec<Arc<Resource>>>,
    /// Groups whose own server did not answer: of their kinds nothing is known for certain.
    stale: Vec<String>,
}

/// What was learned so far. Kinds do not vanish while a cluster runs often enough to mind: a look that finds nothing
/// asks the server again.
#[derive(Default)]
pub(crate) struct Discovery(RwLock<Arc<Kinds>>);

impl Discovery {
    fn known(&self) -> Arc<Kinds> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn look(&self, group: &str, kind: &str, version: Option<&str>) -> Option<Arc<Resource>> {
        let known = self.known();
        let versions = known.versions.get(&(group.to_string(), kind.to_string()))?;
        match version {
            Some(version) => versions.iter().find(|resource| resource.version == version).cloned(),
            None => versions.first().cloned(),
        }
    }

    fn set(&self, kinds: Kinds) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(kinds);
    }
}

impl Cluster {
    /// The resource of this kind in exactly this version.
    pub async fn resource(&self, api_version: &str, kind: &str) -> Result<Arc<Resource>, ApiError> {
        let (group, version) = api_version.rsplit_once('/').unwrap_or(("", api_version));
        self.find(group, kind, Some(version)).await
    }

    /// The resource of this kind in the version that the server prefers.
    pub async fn preferred(&self, group: &str, kind: &str) -> Result<Arc<Resource>, ApiError> {
        self.find(group, kind, None).await
    }

    /// True if the server is known not to serve this kind in any version, hence has no objects of it.
    pub async fn knows_no(&self, group: &str, kind: &str) -> Result<bool, ApiError> {
        self.discover().await?;
        let known = self.discovery().known();
        let served = known.versions.contains_key(&(group.to_string(), kind.to_string()));
        Ok(!served && !known.stale.iter().any(|stale| stale == group))
    }

    async fn find(&self, group: &str, kind: &str, version: Option<&str>) -> Result<Arc<Resource>, ApiError> {
        if let Some(found) = self.discovery().look(group, kind, version) {
            return Ok(found);
        }
        self.discover().await?;
        self.discovery().look(group, kind, version).ok_or_else(|| ApiError::NoKind {
            api_version: match (group, version) {
                ("", version) => version.unwrap_or_default().to_string(),
                (group, Some(version)) => format!("{group}/{version}"),
                (group, None) => group.to_string(),
            },
            kind: kind.to_string(),
        })
    }

    /// Every kind the server knows, preferred versions only.
    pub async fn resources(&self) -> Result<Vec<Arc<Resource>>, ApiError> {
        self.discover().await?;
        let mut all: Vec<_> = self
            .discovery()
            .known()
            .versions
            .values()
            .filter_map(|versions| versions.first().cloned())
            .collect();
        all.sort_by(|a, b| (&a.group, &a.kind).cmp(&(&b.group, &b.kind)));
        Ok(all)
    }

    async fn discover(&self) -> Result<(), ApiError> {
        const AGGREGATED: &str =
            "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";
        let mut kinds = Kinds::default();
        for root in ["/api", "/apis"] {
            let list = self.get_url(root, AGGREGATED).await?;
            read_groups(&list, &mut kinds);
        }
        self.discovery().set(kinds);
        Ok(())
    }
}

fn read_groups(list: &Value, kinds: &mut Kinds) {
    let items = |value: &Value, key: &str| -> Vec<Value> {
        value.get(key).and_then(Value::as_list).map(<[Value]>::to_vec).unwrap_or_default()
    };
    for group in items(list, "items") {
        let name = group.str_at(&["metadata", "name"]).unwrap_or_default().to_string();
        for version in items(&group, "versions") {
            if version.str_at(&["freshness"]) == Some("Stale") {
                kinds.stale.push(name.clone());
            }
            for resource in items(&version, "resources") {
                let kind = resource.str_at(&["responseKind", "kind"]).unwrap_or_default().to_string();
                let found = Resource {
                    group: name.clone(),
                    version: version.str_at(&["version"]).unwrap_or_default().to_string(),
                    plural: resource.str_at(&["resource"]).unwrap_or_default().to_string(),
                    namespaced: resource.str_at(&["scope"]) == Some("Namespaced"),
                    kind: kind.clone(),
                };
                kinds.versions.entry((name.clone(), kind)).or_default().push(Arc::new(found));
            }
        }
    }
}
