//! Sandbox only: kinds that nobody defines.
//!
//! A repository uses kinds whose definitions come with charts that are not rendered yet. One object of such a kind would
//! hold up its whole unit, and all that depends on it. So the sandbox defines these kinds itself, taking any content, and
//! names each object as a cause all the same: in a real cluster it is one. Kinds of groups that Kubernetes or Flux
//! define stay errors. Kinds that a file of the repository defines are waited for; when nothing moves any more without
//! them, the file is taken.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use weir_api::{CRDS, Kustomization};
use weir_cluster::{ApiError, Cluster};
use weir_delivery::SourceId;
use weir_files::{Entry as File, RootedPath, Tree};
use weir_manifest::{Gvk, read_objects};
use weir_plan::Desired;
use weir_yaml::{Dialect, Value};

use super::again::{UnitName, ask, name};
use super::apply::HOW;
use crate::commands::kind::{GIT_REPOSITORY, KUSTOMIZATION};
use crate::commands::resource::{condition, is_suspended};
use crate::exit::Failure;

/// Marks definitions that were made up here.
const ASSUMED: &str = "weir.dev/assumed";
/// Deeper directories are not searched for definitions, nor larger files.
const MAX_DEPTH: usize = 40;
const MAX_FILE: u64 = 16 * 1024 * 1024;

/// An object of a kind that nobody defines.
#[derive(Debug, Clone)]
pub(super) struct Undefined {
    pub(super) unit: UnitName,
    pub(super) api_version: String,
    pub(super) kind: String,
    /// Object, cause and place.
    pub(super) problem: String,
}

/// What was found out about one state of a unit.
#[derive(Debug, Default)]
struct Look {
    /// Revision and generation that it was about.
    state: (String, i64),
    undefined: Vec<Undefined>,
    /// Objects of kinds that somebody else should define.
    awaited: Vec<Desired>,
}

/// Kinds without a definition, as far as they are known.
pub(super) struct Definitions {
    cluster: Cluster,
    root: PathBuf,
    sources: Vec<SourceId>,
    /// Groups that were served before any unit ran.
    strict: BTreeSet<String>,
    looks: BTreeMap<UnitName, Look>,
    /// Versions by group and kind.
    assumed: BTreeMap<(String, String), BTreeSet<String>>,
}

impl Definitions {
    pub(super) async fn new(
        cluster: &Cluster,
        root: PathBuf,
        sources: Vec<SourceId>,
    ) -> Result<Self, Failure> {
        let served = cluster.resources().await?.into_iter().map(|resource| resource.group.clone());
        let strict = served.chain(CRDS.iter().map(|kind| kind.group.to_string())).collect();
        let (looks, assumed) = (BTreeMap::new(), BTreeMap::new());
        Ok(Self { cluster: cluster.clone(), root, sources, strict, looks, assumed })
    }

    /// All objects whose kinds nobody defines.
    pub(super) fn undefined(&self) -> impl Iterator<Item = &Undefined> {
        self.looks.values().flat_map(|look| &look.undefined)
    }

    /// Looks at the units that failed since the last time. True if anything was done that lets a unit go on.
    ///
    /// `at_last` is said when nothing moves any more.
    pub(super) async fn look(&mut self, at_last: bool) -> Result<bool, Failure> {
        let resource = KUSTOMIZATION.served(&self.cluster).await?;
        let units = self.cluster.list(&resource, "", "").await?;
        let names: BTreeSet<_> = units.iter().map(name).collect();
        self.looks.retain(|unit, _| names.contains(unit));
        let mut again = Vec::new();
        for unit in &units {
            if self.look_at(unit).await? || (at_last && self.take_files(&name(unit)).await?) {
                again.push(unit);
            }
        }
        for unit in &again {
            ask(&self.cluster, unit).await?;
        }
        Ok(!again.is_empty())
    }

    /// True if the unit has a reason to run again.
    async fn look_at(&mut self, unit: &Value) -> Result<bool, Failure> {
        let key = name(unit);
        let failed = condition(unit, "Ready").is_some_and(|(status, _)| status == "False");
        let attempted = unit.str_at(&["status", "lastAttemptedRevision"]).unwrap_or_default();
        let generation = unit.at(&["metadata", "generation"]).and_then(Value::as_i64).unwrap_or_default();
        let state = (attempted.to_string(), generation);
        let known = self.looks.get(&key);
        if let Some(look) = known.filter(|look| look.state == state) {
            return if failed && !look.awaited.is_empty() { self.are_there(&key).await } else { Ok(false) };
        }
        if is_suspended(unit) || (!failed && known.is_none_or(|look| look.undefined.is_empty())) {
            return Ok(false);
        }
        let mut look = Look { state, ..Look::default() };
        let objects = self.render(unit).await.unwrap_or_default();
        for object in &objects {
            self.judge(&key, object, &mut look).await?;
        }
        let goes_on = failed && !look.undefined.is_empty();
        self.looks.insert(key, look);
        Ok(goes_on)
    }

    /// Whether all kinds that a unit waits for are served now.
    async fn are_there(&mut self, unit: &UnitName) -> Result<bool, Failure> {
        let Some(look) = self.looks.get_mut(unit) else { return Ok(false) };
        for object in &look.awaited {
            match self.cluster.resource(&object.gvk.api_version(), &object.gvk.kind).await {
                Ok(_) => {}
                Err(ApiError::NoKind { .. }) => return Ok(false),
                Err(error) => return Err(error.into()),
            }
        }
        look.awaited.clear();
        Ok(true)
    }

    /// Takes the definitions that a unit waits for from the files that hold them.
    async fn take_files(&mut self, unit: &UnitName) -> Result<bool, Failure> {
        let Some(look) = self.looks.get_mut(unit) else { return Ok(false) };
        let awaited = std::mem::take(&mut look.awaited);
        let mut undefined = Vec::new();
        for object in &awaited {
            let Gvk { group, kind, .. } = &object.gvk;
            let Some((file, definition)) = self.in_files(group, kind) else { continue };
            if let Err(error) = self.apply(&definition).await {
                tracing::warn!(%error, "a definition of the repository cannot be applied");
                continue;
            }
            let cause = format!("{}: {file} defines it, but no unit applies that", no_match(object));
            undefined.push(Undefined::new(unit, object, &cause));
        }
        let Some(look) = self.looks.get_mut(unit) else { return Ok(false) };
        look.undefined.extend(undefined);
        Ok(!awaited.is_empty())
    }

    /// The objects of a unit whose files are here, as its controller renders them.
    async fn render(&self, unit: &Value) -> Option<Vec<Desired>> {
        let unit: Kustomization = weir_controllers::typed(unit).ok()?;
        let mut recipe = weir_controllers::recipe(&unit).ok()?;
        // Kinds are what matters here, and nobody writes a kind as a variable.
        recipe.substitution = None;
        if !self.sources.contains(&recipe.source) {
            return None;
        }
        let tree = self.tree(&recipe.source).await?;
        Some(weir_delivery::render(&recipe, &tree, &weir_delivery::Known::default()).ok()?.objects)
    }

    async fn tree(&self, source: &SourceId) -> Option<Tree> {
        let resource = GIT_REPOSITORY.served(&self.cluster).await.ok()?;
        let object = self.cluster.get(&resource, &source.namespace, &source.name).await.ok()??;
        let tree = weir_fetch::local_directory(&self.root);
        weir_fetch::source_files(&tree, object.str_at(&["spec", "ignore"]), &[]).ok()
    }

    /// Whether the kind of an object is missing, and whether it is for us to define it.
    async fn judge(&mut self, unit: &UnitName, object: &Desired, look: &mut Look) -> Result<(), Failure> {
        let Gvk { group, version, kind } = &object.gvk;
        let key = (group.to_string(), kind.to_string());
        let assumed = self.assumed.get(&key);
        if !assumed.is_some_and(|known| known.contains(&**version)) {
            let was_assumed = assumed.is_some();
            match self.cluster.resource(&object.gvk.api_version(), kind).await {
                Ok(_) => return Ok(()),
                Err(ApiError::NoKind { .. }) => {}
                Err(error) => return Err(error.into()),
            }
            let is_served = !was_assumed && self.cluster.preferred(group, kind).await.is_ok();
            if is_served || self.strict.contains(&**group) || group.is_empty() {
                return Ok(());
            }
            if self.in_files(group, kind).is_some() {
                look.awaited.push(object.clone());
                return Ok(());
            }
            self.assumed.entry(key).or_default().insert(version.to_string());
            if let Err(error) = self.define(object).await {
                // It stays an error of its unit.
                tracing::warn!(%error, "a kind cannot be defined");
            }
        }
        let cause = format!("{}: the repository has no CustomResourceDefinition of it", no_match(object));
        look.undefined.push(Undefined::new(unit, object, &cause));
        Ok(())
    }

    /// The manifest of the repository that defines a kind, and its file. Charts are not looked into.
    fn in_files(&self, group: &str, kind: &str) -> Option<(String, Value)> {
        find(&weir_fetch::local_directory(&self.root), &RootedPath::root(), group, kind, 0)
    }

    async fn define(&self, object: &Desired) -> Result<(), Failure> {
        let Gvk { group, kind, .. } = &object.gvk;
        let versions = self.assumed.get(&(group.to_string(), kind.to_string()));
        let versions = versions.into_iter().flatten().map(String::as_str).collect::<Vec<_>>();
        let is_cluster_scoped = object.id.namespace.is_empty() || is_cluster_kind(kind);
        self.apply(&definition(group, kind, &versions, is_cluster_scoped)).await
    }

    async fn apply(&self, definition: &Value) -> Result<(), Failure> {
        let resource = self.cluster.resource("apiextensions.k8s.io/v1", "CustomResourceDefinition").await?;
        self.cluster.apply(&resource, definition, HOW).await?;
        Ok(())
    }
}

fn no_match(object: &Desired) -> String {
    let (kind, api_version) = (&object.gvk.kind, object.gvk.api_version());
    format!("no matches for kind \"{kind}\" in version \"{api_version}\"")
}

impl Undefined {
    fn new(unit: &UnitName, object: &Desired, cause: &str) -> Self {
        Self {
            unit: unit.clone(),
            api_version: object.gvk.api_version(),
            kind: object.gvk.kind.to_string(),
            problem: object.problem(cause).line(),
        }
    }
}

fn find(tree: &Tree, dir: &RootedPath, group: &str, kind: &str, depth: usize) -> Option<(String, Value)> {
    tree.list_to_walk(dir).unwrap_or_default().into_iter().find_map(|(name, entry)| {
        let path = dir.child(&name);
        let is_yaml = name.ends_with(".yaml") || name.ends_with(".yml");
        match entry {
            File::Directory if depth < MAX_DEPTH && name != ".git" => {
                find(tree, &path, group, kind, depth + 1)
            }
            File::File { size, .. } if is_yaml && size.is_none_or(|size| size <= MAX_FILE) => {
                find_in(tree, &path, group, kind)
            }
            _ => None,
        }
    })
}

fn find_in(tree: &Tree, path: &RootedPath, group: &str, kind: &str) -> Option<(String, Value)> {
    let bytes = tree.read(path).ok()?;
    let text = std::str::from_utf8(&bytes).ok()?;
    if ![group, kind, "CustomResourceDefinition"].iter().all(|word| text.contains(word)) {
        return None;
    }
    let found = read_objects(path.as_str(), text, Dialect::V3).0.into_iter().find(|object| {
        object.value.str_at(&["kind"]) == Some("CustomResourceDefinition")
            && object.value.str_at(&["spec", "group"]) == Some(group)
            && object.value.str_at(&["spec", "names", "kind"]) == Some(kind)
    })?;
    Some((found.origin.place(text, &[]).to_string(), found.value))
}

/// Kinds whose objects live in no namespace, by their names: kustomize gives all of them the namespace of their unit.
fn is_cluster_kind(kind: &str) -> bool {
    let after = kind.strip_prefix("Cluster").and_then(|rest| rest.chars().next());
    after.is_some_and(char::is_uppercase)
        || kind.ends_with("Class")
        || ["CiliumLoadBalancerIPPool", "CiliumL2AnnouncementPolicy", "NodeFeatureRule"].contains(&kind)
}

/// A definition that takes any content.
fn definition(group: &str, kind: &str, versions: &[&str], is_cluster_scoped: bool) -> Value {
    let singular = kind.to_lowercase();
    let plural = match singular.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o']) => format!("{stem}ies"),
        _ if singular.ends_with(['s', 'x']) || singular.ends_with("ch") => format!("{singular}es"),
        _ => format!("{singular}s"),
    };
    let mut object =
        Value::from([("apiVersion", "apiextensions.k8s.io/v1"), ("kind", "CustomResourceDefinition")]);
    object.set_at(&["metadata", "name"], format!("{plural}.{group}"));
    object.set_at(&["metadata", "annotations", ASSUMED], "true");
    // Asked for in groups that belong to Kubernetes.
    object.set_at(&["metadata", "annotations", "api-approved.kubernetes.io"], "unapproved, for a sandbox");
    object.set_at(&["spec", "group"], group);
    object.set_at(&["spec", "scope"], if is_cluster_scoped { "Cluster" } else { "Namespaced" });
    object.set_at(&["spec", "names", "kind"], kind);
    object.set_at(&["spec", "names", "plural"], plural);
    object.set_at(&["spec", "names", "singular"], singular);
    let version = |(at, name): (usize, &&str)| {
        let mut version = Value::from([("name", *name)]);
        version.set_at(&["served"], true);
        version.set_at(&["storage"], at == 0);
        version.set_at(&["schema", "openAPIV3Schema", "type"], "object");
        version.set_at(&["schema", "openAPIV3Schema", "x-kubernetes-preserve-unknown-fields"], true);
        version
    };
    let versions: Vec<_> = versions.iter().enumerate().map(version).collect();
    object.set_at(&["spec", "versions"], Value::from(versions));
    object
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_the_plural() {
        let plural = |kind| {
            let object = definition("example.com", kind, &["v1", "v2"], false);
            object.str_at(&["spec", "names", "plural"]).unwrap().to_string()
        };
        assert_eq!(plural("ExternalSecret"), "externalsecrets");
        assert_eq!(plural("CephFilesystem"), "cephfilesystems");
        assert_eq!(plural("NetworkPolicy"), "networkpolicies");
        assert_eq!(plural("Gateway"), "gateways");
        assert_eq!(plural("GatewayClass"), "gatewayclasses");
    }

    #[test]
    fn cluster_kinds_are_known_by_their_names() {
        assert!(is_cluster_kind("ClusterIssuer") && is_cluster_kind("GatewayClass"));
        assert!(!is_cluster_kind("Cluster") && !is_cluster_kind("Clusterfoo") && !is_cluster_kind("Issuer"));
    }
}
