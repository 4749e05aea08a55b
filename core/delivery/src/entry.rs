//! Where a repository begins: the units that nothing in it applies, and the source that stands for the repository.

use std::collections::BTreeMap;

use weir_files::{Diagnostic, Entry as File, RootedPath, Tree};
use weir_yaml::{Dialect, Value, from_yaml};

use crate::recipe::{SourceId, UnitId};

const KUSTOMIZE: &str = "kustomize.toolkit.fluxcd.io/";
const SOURCE: &str = "source.toolkit.fluxcd.io/";
const CONTROL_PLANE: &str = "fluxcd.controlplane.io/";
/// Kinds of sources that can stand for the repository itself; others hold parts of one.
const ITSELF: [&str; 3] = ["GitRepository", "OCIRepository", "Bucket"];
/// Deeper directories are not searched.
const MAX_DEPTH: usize = 40;
/// Larger files hold no entry point.
const MAX_FILE: u64 = 2 * 1024 * 1024;

/// What to hand to a cluster so that it comes true to the repository.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Namespaces, sources and units, in the order to apply them.
    pub objects: Vec<Value>,
    /// The sources that stand for the repository itself.
    pub sources: Vec<SourceId>,
    /// In words: what was found where.
    pub found: String,
    /// Directories of other entry points, which were left alone.
    pub others: Vec<String>,
}

/// A Flux object and the file that it stands in.
#[derive(Clone)]
struct Found {
    file: RootedPath,
    object: Value,
}

#[derive(Default)]
struct Search {
    units: Vec<Found>,
    sources: Vec<Found>,
    instances: Vec<Found>,
    manifests: usize,
}

/// Finds the entry point at or below `within`.
pub fn entry(tree: &Tree, within: &RootedPath) -> Result<Entry, Vec<Diagnostic>> {
    let mut search = Search::default();
    search.walk(tree, &RootedPath::root(), 0).map_err(|e| vec![Diagnostic::error(e.to_string())])?;
    for instance in search.instances.clone() {
        search.take_instance(&instance);
    }
    let roots: Vec<_> = search.roots().into_iter().filter(|root| root.file.is_within(within)).collect();
    if roots.is_empty() {
        return plain(tree, within, &search);
    }
    let (roots, others) = one_cluster(roots);
    Ok(search.entry(&roots, others))
}

/// The directory that unit paths are written from: of those at or above `within` the one below which most of them
/// are there, the outermost of equals. A repository inside of another one, as an example, is found so.
pub fn root(tree: &Tree, within: &RootedPath) -> Result<RootedPath, Vec<Diagnostic>> {
    let mut search = Search::default();
    search.walk(tree, within, 0).map_err(|e| vec![Diagnostic::error(e.to_string())])?;
    let mut best = (0, RootedPath::root());
    let mut candidates: Vec<_> = std::iter::successors(Some(within.clone()), RootedPath::parent).collect();
    candidates.reverse();
    for candidate in candidates {
        let is_there = |unit: &&Found| {
            let path = unit.object.str_at(&["spec", "path"]).unwrap_or_default().trim_start_matches('/');
            candidate.join(path).is_ok_and(|path| tree.is_dir(&path).unwrap_or(false))
        };
        let score = search.units.iter().filter(is_there).count();
        if score > best.0 {
            best = (score, candidate);
        }
    }
    Ok(best.1)
}

impl Search {
    fn walk(&mut self, tree: &Tree, dir: &RootedPath, depth: usize) -> Result<(), weir_files::ReadError> {
        for (name, file) in tree.list(dir)? {
            let path = dir.child(&name);
            let is_yaml = name.ends_with(".yaml") || name.ends_with(".yml");
            match file {
                File::Directory if depth < MAX_DEPTH && !name.starts_with('.') && name != "node_modules" => {
                    self.walk(tree, &path, depth + 1)?;
                }
                File::File { size, .. } if is_yaml && size <= MAX_FILE => {
                    self.read(&path, &tree.read(&path)?)
                }
                File::File { .. } | File::Directory | File::Link(_) => {}
            }
        }
        Ok(())
    }

    /// Files that are no YAML, templates among them, cannot be an entry point; whoever builds them will say so.
    fn read(&mut self, file: &RootedPath, bytes: &[u8]) {
        self.manifests += 1;
        let Ok(text) = std::str::from_utf8(bytes) else { return };
        if ![KUSTOMIZE, SOURCE, CONTROL_PLANE].iter().any(|group| text.contains(group)) {
            return;
        }
        for object in from_yaml(text, Dialect::V3).unwrap_or_default() {
            let api_version = object.str_at(&["apiVersion"]).unwrap_or_default().to_string();
            let kind = object.str_at(&["kind"]).unwrap_or_default().to_string();
            let found = Found { file: file.clone(), object };
            if api_version.starts_with(KUSTOMIZE)
                && kind == "Kustomization"
                && found.object.get("spec").is_some()
            {
                self.units.push(found);
            } else if api_version.starts_with(SOURCE) {
                self.sources.push(found);
            } else if api_version.starts_with(CONTROL_PLANE) && kind == "FluxInstance" {
                self.instances.push(found);
            }
        }
    }

    /// A FluxInstance makes a source and a unit of its own.
    fn take_instance(&mut self, instance: &Found) {
        let Some(sync) = instance.object.at(&["spec", "sync"]) else { return };
        let text = |key: &str| sync.str_at(&[key]).unwrap_or_default();
        let namespace = instance.object.str_at(&["metadata", "namespace"]).unwrap_or("flux-system");
        let name = sync.str_at(&["name"]).unwrap_or(namespace);
        let kind = sync.str_at(&["kind"]).unwrap_or("GitRepository");
        let mut source =
            source_object(&SourceId { kind: kind.into(), namespace: namespace.into(), name: name.into() });
        source.set_at(&["spec", "url"], text("url"));
        self.sources.push(Found { file: instance.file.clone(), object: source });
        let unit = unit_object(namespace, name, kind, text("path"));
        self.units.push(Found { file: instance.file.clone(), object: unit });
    }

    /// The units that stand in no directory that another unit applies.
    fn roots(&self) -> Vec<&Found> {
        let covers = |unit: &Found, other: &Found| {
            let directory = RootedPath::new(unit.object.str_at(&["spec", "path"]).unwrap_or_default());
            directory.is_ok_and(|directory| other.file.is_within(&directory))
        };
        let same = |a: &Found, b: &Found| id(&a.object) == id(&b.object) && a.file == b.file;
        let is_covered =
            |unit: &Found| self.units.iter().any(|other| !same(unit, other) && covers(other, unit));
        // Units that apply each other's directories in a circle are all covered; those that apply their own begin it.
        let mut roots: Vec<_> = self.units.iter().filter(|unit| !is_covered(unit)).collect();
        if roots.is_empty() {
            roots = self.units.iter().filter(|unit| covers(unit, unit)).collect();
        }
        roots
    }

    fn entry(&self, roots: &[&Found], others: Vec<String>) -> Entry {
        let mut objects = BTreeMap::new();
        let mut sources = Vec::new();
        for root in roots {
            let unit = id(&root.object);
            objects.insert((0, unit.namespace.clone(), String::new()), namespace_object(&unit.namespace));
            let source = source_of(&root.object);
            objects.insert((0, source.namespace.clone(), String::new()), namespace_object(&source.namespace));
            let named = self.sources.iter().find(|found| is_source(&found.object, &source));
            let itself = ITSELF.contains(&source.kind.as_str());
            let object = match named {
                Some(found) => Some(found.object.clone()),
                None => itself.then(|| source_object(&source)),
            };
            let place = (1, source.namespace.clone(), source.name.clone());
            objects.extend(object.map(|object| (place, object)));
            objects.insert((2, unit.namespace, unit.name), root.object.clone());
            if itself && !sources.contains(&source) {
                sources.push(source);
            }
        }
        let mut places: Vec<_> = roots.iter().map(|root| root.file.to_string()).collect();
        places.dedup();
        let names: Vec<_> = roots.iter().map(|root| id(&root.object).name).collect();
        let found = format!("{} in {}", names.join(", "), places.join(", "));
        Entry { objects: objects.into_values().collect(), sources, found, others }
    }
}

/// Roots of the same name belong to different clusters: the first directory is taken, the others are named.
fn one_cluster(roots: Vec<&Found>) -> (Vec<&Found>, Vec<String>) {
    let mut by_name: BTreeMap<UnitId, Vec<&Found>> = BTreeMap::new();
    for root in &roots {
        by_name.entry(id(&root.object)).or_default().push(root);
    }
    let Some(rivals) = by_name.values().find(|same| same.len() > 1) else { return (roots, Vec::new()) };
    let directory = |found: &Found| found.file.parent().unwrap_or_else(RootedPath::root);
    let mut clusters: Vec<_> = rivals.iter().map(|rival| directory(rival)).collect();
    clusters.sort();
    clusters.dedup();
    let chosen = clusters.remove(0);
    let others = clusters.iter().map(ToString::to_string).collect();
    let belongs = |found: &Found| !clusters.iter().any(|other| found.file.is_within(other));
    let mut mine: Vec<_> = roots.into_iter().filter(|root| belongs(root)).collect();
    let mut seen = Vec::new();
    mine.retain(|root| {
        let unit = id(&root.object);
        let first = !seen.contains(&unit) || directory(root) == chosen;
        seen.push(unit);
        first
    });
    (mine, others)
}

/// A directory without Flux objects is one unit.
fn plain(tree: &Tree, within: &RootedPath, search: &Search) -> Result<Entry, Vec<Diagnostic>> {
    let is_kustomization = weir_kustomize::kustomization_file(tree, within).is_ok_and(|file| file.is_some());
    if search.manifests == 0 && !is_kustomization {
        let hint = "name a directory with Flux units, a kustomization or Kubernetes YAML";
        return Err(vec![Diagnostic::error(format!("nothing to apply in '{within}'")).hint(hint)]);
    }
    let source = SourceId {
        kind: "GitRepository".into(),
        namespace: "flux-system".into(),
        name: "flux-system".into(),
    };
    let name = match within.name() {
        "" => "flux-system".to_string(),
        name => name
            .to_lowercase()
            .replace(|c: char| !c.is_ascii_alphanumeric(), "-")
            .trim_matches('-')
            .to_string(),
    };
    let mut unit = unit_object("flux-system", &name, "GitRepository", &format!("./{}", within.as_str()));
    unit.set_at(&["spec", "sourceRef", "name"], "flux-system");
    unit.set_at(&["spec", "wait"], true);
    let objects = vec![namespace_object("flux-system"), source_object(&source), unit];
    let found = format!("no Flux units, so '{within}' as one unit named {name}");
    Ok(Entry { objects, sources: vec![source], found, others: Vec::new() })
}

fn id(object: &Value) -> UnitId {
    let text = |key, or: &str| object.str_at(&["metadata", key]).unwrap_or(or).to_string();
    UnitId { namespace: text("namespace", "flux-system"), name: text("name", "") }
}

fn source_of(unit: &Value) -> SourceId {
    let text = |key| unit.str_at(&["spec", "sourceRef", key]).filter(|text| !text.is_empty());
    SourceId {
        kind: text("kind").unwrap_or("GitRepository").to_string(),
        namespace: text("namespace").map_or_else(|| id(unit).namespace, str::to_string),
        name: text("name").unwrap_or("flux-system").to_string(),
    }
}

fn is_source(object: &Value, source: &SourceId) -> bool {
    let named = id(object);
    object.str_at(&["kind"]) == Some(&source.kind)
        && named.name == source.name
        && named.namespace == source.namespace
}

fn namespace_object(name: &str) -> Value {
    let mut object = Value::from([("apiVersion", "v1"), ("kind", "Namespace")]);
    object.set_at(&["metadata", "name"], name);
    object
}

fn source_object(source: &SourceId) -> Value {
    let mut object = Value::from([("apiVersion", "source.toolkit.fluxcd.io/v1"), ("kind", &source.kind)]);
    object.set_at(&["metadata", "name"], source.name.as_str());
    object.set_at(&["metadata", "namespace"], source.namespace.as_str());
    object.set_at(&["spec", "interval"], "1m");
    let url =
        if source.kind == "OCIRepository" { "oci://localhost/self" } else { "https://localhost/self.git" };
    object.set_at(&["spec", "url"], url);
    object
}

fn unit_object(namespace: &str, name: &str, source_kind: &str, path: &str) -> Value {
    let mut object =
        Value::from([("apiVersion", "kustomize.toolkit.fluxcd.io/v1"), ("kind", "Kustomization")]);
    object.set_at(&["metadata", "name"], name);
    object.set_at(&["metadata", "namespace"], namespace);
    object.set_at(&["spec", "interval"], "10m");
    object.set_at(&["spec", "prune"], true);
    object.set_at(&["spec", "path"], path);
    object.set_at(&["spec", "sourceRef", "kind"], source_kind);
    object.set_at(&["spec", "sourceRef", "name"], name);
    object
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_files::MemoryFiles;

    fn unit(name: &str, path: &str) -> String {
        format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: {name}, namespace: \
             flux-system}}\nspec: {{path: {path}, sourceRef: {{kind: GitRepository, name: flux-system}}}}\n"
        )
    }

    fn find(files: &[(&str, String)]) -> Entry {
        let tree = MemoryFiles::from_iter(files.iter().map(|(path, text)| (*path, text))).tree();
        entry(&tree, &RootedPath::root()).unwrap()
    }

    fn names(entry: &Entry) -> Vec<String> {
        let units = entry.objects.iter().filter(|object| object.str_at(&["kind"]) == Some("Kustomization"));
        units.map(|unit| id(unit).name).collect()
    }

    #[test]
    fn a_unit_that_applies_itself_is_the_root() {
        let entry = find(&[
            ("clusters/home/flux-system/gotk-sync.yaml", unit("flux-system", "./clusters/home")),
            ("clusters/home/apps.yaml", unit("apps", "./apps")),
            ("apps/kustomization.yaml", "resources: []".into()),
        ]);
        assert_eq!(names(&entry), ["flux-system"]);
        assert_eq!(entry.sources[0].to_string(), "GitRepository/flux-system/flux-system");
    }

    #[test]
    fn of_several_clusters_the_first_is_taken() {
        let entry = find(&[
            ("clusters/a/flux-system/gotk-sync.yaml", unit("flux-system", "./clusters/a")),
            ("clusters/b/flux-system/gotk-sync.yaml", unit("flux-system", "./clusters/b")),
        ]);
        assert_eq!(names(&entry), ["flux-system"]);
        assert_eq!(entry.others, ["clusters/b/flux-system"]);
    }

    #[test]
    fn several_roots_belong_together() {
        let entry = find(&[(
            "flux/config/cluster.yaml",
            [unit("apps", "./apps"), unit("infra", "./infra")].join("---\n"),
        )]);
        assert_eq!(names(&entry), ["apps", "infra"]);
    }

    #[test]
    fn a_plain_directory_is_one_unit() {
        let entry = find(&[("deploy.yaml", "kind: ConfigMap".into())]);
        assert_eq!(names(&entry), ["flux-system"]);
        let empty = MemoryFiles::new().tree();
        assert!(super::entry(&empty, &RootedPath::root()).is_err());
    }
}
