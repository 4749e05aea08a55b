//! Where a repository begins: the units that nothing in it applies, and the source that stands for the repository.

mod choose;
mod objects;
mod reach;
mod search;

use std::collections::BTreeMap;

use weir_files::{Diagnostic, RootedPath, Tree};
use weir_plan::Desired;

use crate::recipe::SourceId;
use choose::Choice;
use objects::{id, is_source, namespace_object, source_object, source_of, unit_object};
use search::{Found, Search};

/// Kinds of sources that can stand for the repository itself; others hold parts of one.
const ITSELF: [&str; 3] = ["GitRepository", "OCIRepository", "Bucket"];

/// What to hand to a cluster so that it comes true to the repository.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Namespaces, sources and units, in the order to apply them.
    pub objects: Vec<Desired>,
    /// The sources that stand for the repository itself.
    pub sources: Vec<SourceId>,
    /// In words: what was found where.
    pub found: String,
    /// Directories of other entry points, which were left alone.
    pub others: Vec<String>,
}

/// Names that are told one by one.
const MOST_NAMES: usize = 6;

/// Finds the entry point at or below `within`.
pub fn entry(tree: &Tree, within: &RootedPath) -> Result<Entry, Vec<Diagnostic>> {
    let mut search = Search::of(tree, &RootedPath::root());
    // Who has no namespace is given one by what applies it: it is no entry point. The true one may be made by a chart.
    let is_certain = |choice: &choose::Choice<'_>| !choice.roots.iter().any(|root| has_no_namespace(root));
    match choose::choose(tree, &search, within) {
        Some(choice) if is_certain(&choice) => return Ok(whole(&search, &choice)),
        _ => search.take_releases(),
    }
    match choose::choose(tree, &search, within) {
        Some(choice) => Ok(whole(&search, &choice)),
        None => plain(tree, within, search),
    }
}

/// The directory that unit paths are written from: of those at or above `within` the one below which most of them
/// are there, the outermost of equals. A repository inside of another one, as an example, is found so.
pub fn root(tree: &Tree, within: &RootedPath) -> Result<RootedPath, Vec<Diagnostic>> {
    let search = Search::of(tree, within);
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

/// The chosen units with their namespaces and sources.
fn whole(search: &Search, choice: &Choice<'_>) -> Entry {
    let mut objects = BTreeMap::new();
    let desired = |found: &Found| {
        let mut object = found.object.clone();
        if has_no_namespace(found) {
            object.set_at(&["metadata", "namespace"], id(&object).namespace);
        }
        Desired::new(object, Some(found.place.clone()))
    };
    for root in &choice.roots {
        let (unit, source) = (id(&root.object), source_of(&root.object));
        for namespace in [&unit.namespace, &source.namespace] {
            objects.insert(
                (0, namespace.clone(), String::new()),
                Desired::new(namespace_object(namespace), None),
            );
        }
        let generated = source.kind == "ExternalArtifact";
        for generator in search.generators.iter().filter(|found| generated && beside(found, root)) {
            let name = id(&generator.object);
            objects.insert((1, name.namespace, name.name), desired(generator));
        }
        let itself = choice.sources.contains(&source);
        let object = match nearest(&search.sources, &source, root) {
            Some(found) => Some(desired(found)),
            None => itself.then(|| Desired::new(source_object(&source), None)),
        };
        let place = (2, source.namespace.clone(), format!("{}/{}", source.kind, source.name));
        objects.extend(object.map(|object| (place, object)));
        objects.insert((3, unit.namespace, unit.name), desired(root));
    }
    let mut places: Vec<_> = choice.roots.iter().map(|root| root.file.to_string()).collect();
    places.sort();
    places.dedup();
    let names: Vec<_> = choice.roots.iter().map(|root| id(&root.object).name).collect();
    let found = format!("{} in {}", first(&names), first(&places));
    let others = choice.others.iter().map(ToString::to_string).collect();
    Entry { objects: objects.into_values().collect(), sources: choice.sources.clone(), found, others }
}

/// The first few of many.
fn first(names: &[String]) -> String {
    let shown = names.iter().take(MOST_NAMES).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(MOST_NAMES) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn has_no_namespace(found: &Found) -> bool {
    found.object.str_at(&["metadata", "namespace"]).is_none_or(str::is_empty)
}

fn beside(found: &Found, other: &Found) -> bool {
    found.file.parent() == other.file.parent()
}

/// The source of this name whose file is closest to that of the unit: other clusters may have their own.
fn nearest<'a>(sources: &'a [Found], source: &SourceId, unit: &Found) -> Option<&'a Found> {
    let shared = |found: &Found| {
        found.file.parts().zip(unit.file.parts()).take_while(|(mine, theirs)| mine == theirs).count()
    };
    sources.iter().filter(|found| is_source(&found.object, source)).max_by_key(|found| shared(found))
}

/// A directory without Flux objects is one unit.
fn plain(tree: &Tree, within: &RootedPath, search: Search) -> Result<Entry, Vec<Diagnostic>> {
    let is_kustomization = weir_kustomize::kustomization_file(tree, within).is_ok_and(|file| file.is_some());
    if search.manifests == 0 && !is_kustomization {
        if !search.unread.is_empty() {
            return Err(search.unread);
        }
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
    let objects = [namespace_object("flux-system"), source_object(&source), unit];
    let objects = objects.into_iter().map(|object| Desired::new(object, None)).collect();
    let found = format!("no Flux units, so '{within}' as one unit named {name}");
    Ok(Entry { objects, sources: vec![source], found, others: Vec::new() })
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
        let units = entry.objects.iter().filter(|object| &*object.gvk.kind == "Kustomization");
        units.map(|unit| unit.id.name.to_string()).collect()
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
    fn the_entry_point_may_be_made_by_a_chart() {
        let release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: flux-instance}\n\
            spec: {values: {instance: {sync: {kind: GitRepository, url: 'https://example.com/r.git', path: apps/}}}}\n";
        let bare = unit("web", "./apps/a/web/app").replace(", namespace: flux-system", "");
        let entry = find(&[
            ("apps/a/web/ks.yaml", bare.clone()),
            ("apps/a/kustomization.yaml", "namespace: a\nresources: [web/ks.yaml]".into()),
            ("apps/flux/release.yaml", release.into()),
        ]);
        assert_eq!(names(&entry), ["flux-system"]);
        // Without one it is applied as well as can be.
        let entry = find(&[("ks.yaml", bare)]);
        assert_eq!(names(&entry), ["web"]);
        assert_eq!(&*entry.objects.last().unwrap().id.namespace, "flux-system");
    }

    #[test]
    fn a_plain_directory_is_one_unit() {
        let entry = find(&[("deploy.yaml", "kind: ConfigMap".into())]);
        assert_eq!(names(&entry), ["flux-system"]);
        let empty = MemoryFiles::new().tree();
        assert!(super::entry(&empty, &RootedPath::root()).is_err());
    }

    fn unit_of(name: &str, path: &str, kind: &str, source: &str) -> String {
        unit(name, path)
            .replace("kind: GitRepository, name: flux-system", &format!("kind: {kind}, name: {source}"))
    }

    #[test]
    fn units_that_a_kustomization_names_elsewhere_are_applied_by_it() {
        let entry = find(&[
            ("clusters/home/cluster.yaml", unit("cluster", "./clusters/home")),
            ("clusters/home/kustomization.yaml", "resources: [cluster.yaml, ../../apps]".into()),
            ("apps/kustomization.yaml", "resources: [web/ks.yaml]\ncomponents: [../components/db]".into()),
            ("apps/web/ks.yaml", unit("web", "./apps/web/app")),
            ("components/db/kustomization.yaml", "kind: Component\nresources: [ks.yaml]".into()),
            ("components/db/ks.yaml", unit("db", "./components/db/app")),
            ("examples/ks.yaml", unit("old", "./gone")),
        ]);
        assert_eq!(names(&entry), ["cluster"]);
        assert_eq!(entry.others, ["examples"]);
    }

    #[test]
    fn templates_and_what_lies_beside_the_cluster_are_left_alone() {
        let entry = find(&[
            ("clusters/home/flux-system/gotk-sync.yaml", unit("flux-system", "./clusters/home")),
            ("clusters/home/apps.yaml", unit("apps", "./apps")),
            ("clusters/home/infra.yaml", unit("infra", "./infra")),
            ("templates/ks.yaml", unit("'${APP}-db'", "./apps")),
            ("examples/old.yaml", unit("old", "./gone")),
        ]);
        assert_eq!(names(&entry), ["flux-system"]);
        assert_eq!(entry.others, ["examples"]);
    }

    #[test]
    fn a_unit_of_another_repository_applies_nothing_of_this_one() {
        let entry = find(&[
            ("flux/cluster.yaml", unit("cluster", "./apps")),
            ("flux/crds.yaml", unit_of("crds", "./", "GitRepository", "somebody")),
            ("apps/ks.yaml", unit("web", "./apps/web")),
            ("apps/web/one.yaml", "kind: ConfigMap".into()),
        ]);
        assert_eq!(names(&entry), ["cluster", "crds"]);
        let sources: Vec<_> = entry.sources.iter().map(ToString::to_string).collect();
        assert_eq!(sources, ["GitRepository/flux-system/flux-system"]);
    }

    #[test]
    fn a_root_does_not_wait_for_what_only_it_applies() {
        let mut cluster = unit("cluster", "./flux");
        cluster.insert_str(cluster.rfind("}}").unwrap() + 1, ", dependsOn: [{name: base}]");
        let entry = find(&[
            ("flux/cluster.yaml", cluster),
            ("flux/base.yaml", unit("base", "./base")),
            ("base/one.yaml", "kind: ConfigMap".into()),
        ]);
        assert_eq!(names(&entry), ["base", "cluster"]);
    }

    #[test]
    fn units_in_a_circle_have_a_beginning() {
        let entry = find(&[
            ("home/a.yaml", unit("a", "./more")),
            ("home/c.yaml", unit("c", "./x")),
            ("more/b.yaml", unit("b", "./home")),
            ("examples/old.yaml", unit("old", "./x")),
        ]);
        assert_eq!(names(&entry), ["b"]);
    }

    #[test]
    fn generators_of_artifacts_come_with_the_units_that_use_them() {
        let generator = "apiVersion: source.extensions.fluxcd.io/v1beta1\nkind: ArtifactGenerator\nmetadata: \
                         {name: parts, namespace: flux-system}\n";
        let entry = find(&[
            ("home/apps.yaml", unit_of("apps", "./home", "ExternalArtifact", "apps")),
            ("home/parts.yaml", generator.into()),
        ]);
        let kinds: Vec<_> = entry.objects.iter().map(|object| object.gvk.kind.to_string()).collect();
        assert_eq!(kinds, ["Namespace", "ArtifactGenerator", "Kustomization"]);
        assert!(entry.sources.is_empty());
    }
}
