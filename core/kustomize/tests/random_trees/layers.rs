//! Random trees of kustomizations: bases, overlays and components, with all fields.

use std::collections::{BTreeMap, HashSet};

use crate::breakage;
use crate::fields;
use crate::objects::{self, Made};
use crate::random::Random;
use crate::real;
use crate::yaml::{Node, map, write, write_kustomization};

/// Fields without which there is nothing to test.
const KEPT: [&str; 4] = ["apiVersion", "kind", "resources", "bases"];

/// The files of a tree by their paths.
pub(crate) type Files = BTreeMap<String, String>;

/// A random tree; its build begins in `top`.
pub(crate) fn tree(seed: u64) -> Files {
    let mut maker = Maker::new(seed);
    let depth = maker.random.within(0, 2);
    maker.layer("top", depth, &[], false);
    if maker.random.chance(12) {
        breakage::break_one(&mut maker.random, &mut maker.files);
    }
    maker.files
}

pub(crate) struct Maker {
    pub(crate) random: Random,
    pub(crate) files: Files,
    taken: HashSet<(&'static str, String, Option<String>)>,
    count: usize,
    pub(crate) odd: usize,
}

impl Maker {
    fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let odd = *random.one(&[0, 1, 1, 2, 4]);
        Self { random, files: Files::new(), taken: HashSet::new(), count: 0, odd }
    }

    pub(crate) fn next(&mut self) -> usize {
        self.count += 1;
        self.count
    }

    /// Writes a file, with line ends and other marks that editors leave.
    pub(crate) fn file(&mut self, path: String, mut text: String) {
        if self.odd > 1 && self.random.chance(4) {
            text = text.replace('\n', "\r\n");
        }
        if self.odd > 1 && self.random.chance(2) {
            text.insert(0, '\u{feff}');
        }
        self.files.insert(path, text);
    }

    /// A directory with a kustomization and what is below it. Gives what its build has.
    fn layer(&mut self, dir: &str, depth: usize, given: &[Made], is_component: bool) -> Vec<Made> {
        let mut resources = Vec::new();
        let mut known = given.to_vec();
        if depth > 0 {
            for _ in 0..self.random.within(1, 2) {
                let child = format!("base{}", self.next());
                known.extend(self.layer(&child, depth - 1, &[], false));
                resources.push(Node::from(format!("../{child}")));
                if self.random.chance(3) {
                    resources.push(Node::from(format!("../{child}")));
                }
            }
        }
        let files = if depth == 0 && !is_component { self.random.within(1, 3) } else { self.random.below(2) };
        for _ in 0..files {
            resources.push(self.resource_file(dir, &mut known).into());
        }
        let mut kustomization = map([]);
        if is_component {
            kustomization.set("apiVersion", "kustomize.config.k8s.io/v1alpha1");
            kustomization.set("kind", "Component");
        } else if self.random.chance(70) {
            kustomization.set("apiVersion", "kustomize.config.k8s.io/v1beta1");
            kustomization.set("kind", "Kustomization");
        }
        if !resources.is_empty() {
            let field = if self.random.chance(3) { "bases" } else { "resources" };
            kustomization.set(field, resources);
        }
        fields::generators(self, dir, &mut kustomization, &mut known);
        if !is_component && self.random.chance(20) {
            let child = format!("comp{}", self.next());
            known = self.layer(&child, 0, &known, true);
            kustomization.set("components", vec![Node::from(format!("../{child}"))]);
        }
        fields::transformers(self, dir, &mut kustomization, &known);
        let name = ["kustomization.yaml", "kustomization.yaml", "kustomization.yml", "Kustomization"];
        let path = format!("{dir}/{}", self.random.pick(&name));
        let is_mended = self.random.chance(85) && !is_component;
        self.put(&path, &kustomization);
        if is_mended {
            self.mend(dir, &path, kustomization);
        }
        known
    }

    fn put(&mut self, path: &str, kustomization: &Node) {
        let odd = self.odd.min(1);
        let text = write_kustomization(&mut self.random, kustomization, odd);
        self.file(path.to_string(), text);
    }

    /// Most fields that were made up fail. Those that do are left out, as what comes behind them would go untested; the
    /// engine itself says which they are.
    fn mend(&mut self, dir: &str, path: &str, whole: Node) {
        if self.builds(dir) {
            return;
        }
        let mut kustomization = whole;
        for _ in 0..4 {
            for fewer in without_one(&kustomization) {
                self.put(path, &fewer);
                if self.builds(dir) {
                    return;
                }
            }
            let Some(next) = self.without_some(&kustomization) else { return };
            kustomization = next;
            self.put(path, &kustomization);
            if self.builds(dir) {
                return;
            }
        }
    }

    fn builds(&self, dir: &str) -> bool {
        real::ours(&self.files, dir).is_none_or(|built| built.is_ok())
    }

    /// Without a random field.
    fn without_some(&mut self, kustomization: &Node) -> Option<Node> {
        let Node::Map(entries) = kustomization else { return None };
        let places: Vec<usize> = (0..entries.len()).filter(|at| !KEPT.contains(&&*entries[*at].0)).collect();
        if places.is_empty() {
            return None;
        }
        let mut fewer = entries.clone();
        fewer.remove(*self.random.one(&places));
        Some(Node::Map(fewer))
    }

    /// A file with a few objects.
    fn resource_file(&mut self, dir: &str, known: &mut Vec<Made>) -> String {
        let mut documents = Vec::new();
        for _ in 0..self.random.within(1, 4) {
            let Some(made) = self.new_object() else { continue };
            documents.push(objects::object(&mut self.random, &made, known));
            known.push(made);
        }
        if self.random.chance(5) && !documents.is_empty() {
            let kind = *self.random.one(&["List", "List", "ConfigMapList", "OwnList"]);
            let list = map([("apiVersion", "v1".into()), ("kind", kind.into()), ("items", documents.into())]);
            documents = vec![list];
        }
        let mut text = String::new();
        for (at, document) in documents.iter().enumerate() {
            if at > 0 || self.random.chance(15) {
                text.push_str("---\n");
            }
            if self.odd > 1 && self.random.chance(4) {
                text.push_str("# nothing here\n---\n");
            }
            text.push_str(&write(&mut self.random, document, self.odd));
            if self.odd > 1 && self.random.chance(5) {
                text.push_str("base: &merged {a: 1, b: x, c: }\nuse:\n  <<: *merged\n  b: \"y\"\n");
            }
        }
        let name = format!("r{}.yaml", self.next());
        self.file(format!("{dir}/{name}"), text);
        name
    }

    fn new_object(&mut self) -> Option<Made> {
        for _ in 0..4 {
            let (api, kind) = *self.random.one(objects::KINDS);
            let name = self.random.pick(objects::NAMES).to_string();
            let namespace = match self.random.below(12) {
                0 => Some("ns1".to_string()),
                1 => Some("default".to_string()),
                _ => None,
            };
            let is_new = self.taken.insert((kind, name.clone(), namespace.clone()));
            if is_new || self.random.chance(2) {
                return Some(Made { api, kind, name, namespace });
            }
        }
        None
    }
}

/// The kustomization without one item of a field or one field.
fn without_one(kustomization: &Node) -> Vec<Node> {
    let Node::Map(entries) = kustomization else { return Vec::new() };
    let mut all = Vec::new();
    for (at, (key, value)) in entries.iter().enumerate() {
        if KEPT.contains(&&**key) {
            continue;
        }
        if let Node::List(items) = value {
            for item in 0..items.len() {
                let mut fewer = items.clone();
                fewer.remove(item);
                let mut other = entries.clone();
                other[at].1 = Node::List(fewer);
                all.push(Node::Map(other));
            }
        }
        let mut other = entries.clone();
        other.remove(at);
        all.push(Node::Map(other));
    }
    all
}
