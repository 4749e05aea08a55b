//! `.Chart`: what charts say of themselves, with the names of the fields in Go.

use std::collections::HashSet;
use std::sync::LazyLock;

use weir_template::{Map, Quick, Str, Type, Value};

use super::scope::with_names;
use crate::chart::{Dependency, Maintainer, Metadata};

/// What `.Chart` has, sorted.
static NAMES: LazyLock<[Str; 18]> = LazyLock::new(|| {
    [
        "APIVersion",
        "Annotations",
        "AppVersion",
        "Condition",
        "Dependencies",
        "Deprecated",
        "Description",
        "Home",
        "Icon",
        "IsRoot",
        "Keywords",
        "KubeVersion",
        "Maintainers",
        "Name",
        "Sources",
        "Tags",
        "Type",
        "Version",
    ]
    .map(Str::from)
});

/// What each of its dependencies has, sorted.
static NAMES_OF_DEPENDENCY: LazyLock<[Str; 8]> = LazyLock::new(|| {
    ["Alias", "Condition", "Enabled", "ImportValues", "Name", "Repository", "Tags", "Version"].map(Str::from)
});

/// Makes descriptions. What is said again is held once: a chart may be there many times under other names.
pub(super) struct Descriptions {
    words: HashSet<Str, Quick>,
    nothing: Value,
    empty: Str,
}

impl Default for Descriptions {
    fn default() -> Self {
        Self { words: HashSet::default(), nothing: Value::list(Vec::new()), empty: Str::from("") }
    }
}

impl Descriptions {
    /// That of a chart.
    pub(super) fn of(&mut self, metadata: &Metadata, is_root: bool) -> Map {
        let dependencies = metadata.dependencies().map(|one| self.dependency(one)).collect();
        let maintainers = metadata.maintainers.iter().flatten().flatten();
        let maintainers = maintainers.map(|one| self.maintainer(one)).collect();
        Map::from_entries(with_names(
            &NAMES,
            [
                self.text(&metadata.api_version),
                Value::Map(self.annotations(metadata)),
                self.text(&metadata.app_version),
                self.text(&metadata.condition),
                self.list(dependencies),
                Value::Bool(metadata.deprecated),
                self.text(&metadata.description),
                self.text(&metadata.home),
                self.text(&metadata.icon),
                Value::Bool(is_root),
                self.texts(metadata.keywords.as_ref()),
                self.text(&metadata.kube_version),
                self.list(maintainers),
                self.text(&metadata.name),
                self.texts(metadata.sources.as_ref()),
                self.text(&metadata.tags),
                self.text(&metadata.kind),
                self.text(&metadata.version),
            ],
        ))
    }

    fn annotations(&mut self, metadata: &Metadata) -> Map {
        let Some(annotations) = &metadata.annotations else { return Map::nil(Type::StringMap) };
        let map = Map::of(Type::StringMap);
        annotations.iter().for_each(|(key, value)| map.set(key.as_str(), self.text(value)));
        map
    }

    fn maintainer(&mut self, maintainer: &Maintainer) -> Value {
        let map = Map::new();
        map.set("Name", self.text(&maintainer.name));
        map.set("Email", self.text(&maintainer.email));
        map.set("URL", self.text(&maintainer.url));
        Value::Map(map)
    }

    fn dependency(&mut self, dependency: &Dependency) -> Value {
        let imports = dependency.import_values.iter().flatten().map(Value::from_yaml).collect();
        Value::Map(Map::from_entries(with_names(
            &NAMES_OF_DEPENDENCY,
            [
                self.text(&dependency.alias),
                self.text(&dependency.condition),
                Value::Bool(dependency.enabled),
                self.list(imports),
                self.text(&dependency.name),
                self.text(&dependency.repository),
                self.texts(dependency.tags.as_ref()),
                self.text(&dependency.version),
            ],
        )))
    }

    fn text(&mut self, text: &str) -> Value {
        if text.is_empty() {
            return Value::Str(self.empty.clone());
        }
        if let Some(known) = self.words.get(text.as_bytes()) {
            return Value::Str(known.clone());
        }
        let word = Str::from(text);
        self.words.insert(word.clone());
        Value::Str(word)
    }

    fn texts(&mut self, texts: Option<&Vec<String>>) -> Value {
        let texts = texts.into_iter().flatten().map(|text| self.text(text)).collect();
        self.list(texts)
    }

    /// Nothing changes a list, so an empty one is as good as another.
    fn list(&self, items: Vec<Value>) -> Value {
        if items.is_empty() { self.nothing.clone() } else { Value::list(items) }
    }
}
