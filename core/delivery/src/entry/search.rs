//! The Flux objects that the files of a repository hold.

use weir_files::{Diagnostic, Entry as File, LineIndex, Place, RootedPath, Tree};
use weir_manifest::read_objects;
use weir_yaml::{Dialect, Value};

use super::objects::{id, source_object, unit_object};
use crate::recipe::SourceId;

const KUSTOMIZE: &str = "kustomize.toolkit.fluxcd.io/";
const SOURCE: &str = "source.toolkit.fluxcd.io/";
const GENERATOR: &str = "source.extensions.fluxcd.io/";
const RELEASE: &str = "helm.toolkit.fluxcd.io/";
const CONTROL_PLANE: &str = "fluxcd.controlplane.io/";
/// Where the values of the chart `flux-instance` have what becomes the spec of a FluxInstance.
const INSTANCE_OF_RELEASE: [&str; 3] = ["spec", "values", "instance"];
/// Deeper directories are not searched.
const MAX_DEPTH: usize = 40;
/// Larger files hold no entry point.
const MAX_FILE: u64 = 2 * 1024 * 1024;

/// A Flux object and the file that it stands in.
#[derive(Clone)]
pub(super) struct Found {
    pub(super) file: RootedPath,
    pub(super) place: Place,
    pub(super) object: Value,
}

/// What was found.
#[derive(Default)]
pub(super) struct Search {
    pub(super) units: Vec<Found>,
    pub(super) sources: Vec<Found>,
    /// What makes artifacts of other artifacts.
    pub(super) generators: Vec<Found>,
    instances: Vec<Found>,
    /// Releases of the chart that makes a FluxInstance.
    releases: Vec<Found>,
    pub(super) manifests: usize,
    /// Directories and files that could not be read. That matters only if the entry point is not found elsewhere.
    pub(super) unread: Vec<Diagnostic>,
}

impl Search {
    /// Looks at all files below a directory.
    pub(super) fn of(tree: &Tree, dir: &RootedPath) -> Self {
        let mut search = Self::default();
        search.walk(tree, dir, 0);
        for instance in std::mem::take(&mut search.instances) {
            search.take_instance(&instance);
        }
        search
    }

    fn walk(&mut self, tree: &Tree, dir: &RootedPath, depth: usize) {
        let entries = match tree.list_to_walk(dir) {
            Ok(entries) => entries,
            Err(error) => return self.unread.push(Diagnostic::error(error.to_string())),
        };
        for (name, file) in entries {
            let path = dir.child(&name);
            let is_yaml = name.ends_with(".yaml") || name.ends_with(".yml");
            match file {
                File::Directory if depth < MAX_DEPTH && !name.starts_with('.') && name != "node_modules" => {
                    self.walk(tree, &path, depth + 1);
                }
                File::File { size, .. } if is_yaml && size.is_none_or(|size| size <= MAX_FILE) => {
                    match tree.read(&path) {
                        Ok(bytes) => self.read(&path, &bytes),
                        Err(error) => self.unread.push(Diagnostic::error(error.to_string())),
                    }
                }
                // Whoever builds it will say that it is too large.
                File::File { .. } if is_yaml => self.manifests += 1,
                File::File { .. } | File::Directory | File::Link(_) => {}
            }
        }
    }

    /// Files that are no YAML, templates among them, cannot be an entry point; whoever builds them will say so.
    fn read(&mut self, file: &RootedPath, bytes: &[u8]) {
        self.manifests += 1;
        let Ok(text) = std::str::from_utf8(bytes) else { return };
        let may_be_instance = || [RELEASE, "instance:", "sync:"].iter().all(|word| text.contains(word));
        let groups = [KUSTOMIZE, SOURCE, GENERATOR, CONTROL_PLANE];
        if !groups.iter().any(|group| text.contains(group)) && !may_be_instance() {
            return;
        }
        let lines = LineIndex::new(text);
        for read in read_objects(file.as_str(), text, Dialect::V3).0 {
            let (object, place) = (read.value, read.origin.start(text, &lines));
            let api_version = object.str_at(&["apiVersion"]).unwrap_or_default().to_string();
            let kind = object.str_at(&["kind"]).unwrap_or_default().to_string();
            // What has variables in its name is a template: it becomes an object when somebody fills them in.
            if id(&object).to_string().contains(['$', '{']) {
                continue;
            }
            let found = Found { file: file.clone(), place, object };
            if api_version.starts_with(KUSTOMIZE) {
                // A patch has no source.
                if kind == "Kustomization" && found.object.at(&["spec", "sourceRef"]).is_some() {
                    self.units.push(found);
                }
            } else if api_version.starts_with(SOURCE) {
                self.sources.push(found);
            } else if api_version.starts_with(GENERATOR) {
                self.generators.push(found);
            } else if api_version.starts_with(CONTROL_PLANE) && kind == "FluxInstance" {
                self.instances.push(found);
            } else if api_version.starts_with(RELEASE) && found.object.at(&INSTANCE_OF_RELEASE).is_some() {
                self.releases.push(found);
            }
        }
    }

    /// Takes the instances that releases make.
    pub(super) fn take_releases(&mut self) {
        for release in std::mem::take(&mut self.releases) {
            let mut instance = release.clone();
            let spec = release.object.at(&INSTANCE_OF_RELEASE).cloned().unwrap_or_default();
            instance.object.set_at(&["spec"], spec);
            self.take_instance(&instance);
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
        self.sources.push(Found { object: source, ..instance.clone() });
        let unit = unit_object(namespace, name, kind, text("path"));
        self.units.push(Found { object: unit, ..instance.clone() });
    }
}
