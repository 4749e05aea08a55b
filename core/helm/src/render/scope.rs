//! What each chart's templates see as `.`: one map for each chart, linked as the charts are.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use weir_template::{List, Map, Quick, Str, Type, Value};

use super::Release;
use super::memory::Memory;
use super::objects::{About, Cluster, Files, Named};
use crate::capabilities::Capabilities;
use crate::chart::{Chart, Dependency, Maintainer, Metadata};
use crate::path;
use crate::values::{Held, Table};

/// A template and what it sees.
pub(super) struct Scoped {
    /// The path of the chart and of the file in it.
    pub(super) name: String,
    /// The directory of templates, as `.Template.BasePath` says it.
    pub(super) base_path: Str,
    pub(super) text: weir_files::Bytes,
    /// `.`, shared by all templates of the chart.
    pub(super) dot: Dot,
}

/// What the templates of a chart see.
#[derive(Clone)]
pub(super) struct Dot {
    pub(super) map: Map,
    /// The same by the name of its type.
    value: Value,
}

impl Dot {
    fn new(map: Map) -> Self {
        Self { value: Value::object(Named(map.clone())), map }
    }

    /// The same for the template that this tells of.
    pub(super) fn with_template(&self, about: Value) -> Value {
        // Who looks into it is noticed, so this is no change as long as nobody has put something else there.
        let is_about = |value: Value| match value {
            Value::Object(object) => object.as_any().is::<About>(),
            _ => false,
        };
        if self.map.get(&TEMPLATE).is_some_and(is_about) {
            self.map.set_unnoticed(TEMPLATE.clone(), about);
        } else {
            self.map.set(TEMPLATE.clone(), about);
        }
        self.value.clone()
    }
}

static TEMPLATE: LazyLock<Str> = LazyLock::new(|| Str::from("Template"));

/// All templates of a chart and of those in it, with what they see.
pub(super) fn scopes(
    chart: &Chart,
    values: &Table,
    release: &Release,
    cluster: &Arc<Capabilities>,
    memory: Option<&Memory>,
) -> Vec<Scoped> {
    let mut scopes = Scopes {
        release: Value::Map(release_map(release)),
        cluster: Value::object(Cluster(Arc::clone(cluster))),
        shared: HashMap::default(),
        templates: Vec::new(),
    };
    let root = scopes.chart(chart, Some(values), chart.name(), true);
    if let Some(memory) = memory {
        memory.mind(&root);
    }
    scopes.templates
}

fn release_map(release: &Release) -> Map {
    let map = Map::new();
    map.set("Name", release.name.as_str());
    map.set("Namespace", release.namespace.as_str());
    map.set("IsUpgrade", release.is_upgrade);
    map.set("IsInstall", release.is_install);
    map.set("Revision", Value::int(release.revision));
    map.set("Service", "Helm");
    map
}

struct Scopes {
    release: Value,
    cluster: Value,
    /// Tables that several places hold stay shared: by their address.
    shared: HashMap<usize, Map, Quick>,
    templates: Vec<Scoped>,
}

impl Scopes {
    fn chart(&mut self, chart: &Chart, values: Option<&Table>, full_path: &str, is_root: bool) -> Map {
        let own = values.map_or_else(Map::new, |values| self.table(values));
        let subcharts = Map::new();
        let map = Map::from_entries(with_names(
            &NAMES_OF_DOT,
            [
                self.cluster.clone(),
                Value::Map(metadata_map(&chart.metadata, is_root)),
                Value::object(Files::new(&chart.files)),
                self.release.clone(),
                Value::Map(subcharts.clone()),
                Value::object(Named(own)),
            ],
        ));
        for subchart in &chart.dependencies {
            let name = subchart.name();
            let below = values.and_then(|values| values.table_at(name).ok());
            let path = format!("{full_path}/charts/{name}");
            let map = self.chart(subchart, below.as_ref(), &path, false);
            subcharts.set(name, map);
        }
        let dot = Dot::new(map.clone());
        let base_path = Str::from(path::join(full_path, "templates"));
        for file in chart.templates.iter() {
            if chart.metadata.is_library() && !path::base(&file.name).starts_with('_') {
                continue;
            }
            self.templates.push(Scoped {
                name: path::join(full_path, &file.name),
                base_path: base_path.clone(),
                text: Arc::clone(file.data.bytes()),
                dot: dot.clone(),
            });
        }
        map
    }

    fn table(&mut self, table: &Table) -> Map {
        if let Some(map) = self.shared.get(&table.address()) {
            return map.clone();
        }
        let entries = table.each(|(key, held)| {
            let value = match held {
                Held::Table(table) => Value::Map(self.table(table)),
                Held::Map(map) => leaf(&weir_yaml::Value::Map(map.clone())),
                Held::Leaf(value) => leaf(value),
            };
            (Str::from(key.text()), value)
        });
        let map = Map::from_entries(entries);
        self.shared.insert(table.address(), map.clone());
        map
    }
}

/// A value as templates see it. Only `--set` makes integers.
fn leaf(value: &weir_yaml::Value) -> Value {
    match value {
        weir_yaml::Value::Int(number) => Value::int64(*number),
        weir_yaml::Value::List(items) => Value::List(List::decoded(items.iter().map(leaf).collect())),
        weir_yaml::Value::Map(map) => {
            let entries = map.iter().map(|(key, value)| (Str::from(key.text()), leaf(value)));
            Value::Map(Map::from_entries(entries.collect()))
        }
        other => Value::from_yaml(other),
    }
}

fn list(items: impl Iterator<Item = Value>) -> Value {
    Value::list(items.collect())
}

fn texts(texts: Option<&Vec<String>>) -> Value {
    list(texts.into_iter().flatten().map(|text| Value::from(text.as_str())))
}

/// What `.` has, sorted.
static NAMES_OF_DOT: LazyLock<[Str; 6]> =
    LazyLock::new(|| ["Capabilities", "Chart", "Files", "Release", "Subcharts", "Values"].map(Str::from));

/// What `.Chart` has, sorted.
static NAMES_OF_CHART: LazyLock<[Str; 18]> = LazyLock::new(|| {
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

/// Values under these names, which are the same for all charts.
fn with_names<const N: usize>(names: &[Str; N], values: [Value; N]) -> Vec<(Str, Value)> {
    names.iter().cloned().zip(values).collect()
}

/// `.Chart`: a map with the names of the fields in Go.
fn metadata_map(metadata: &Metadata, is_root: bool) -> Map {
    let annotations = match &metadata.annotations {
        None => Map::nil(Type::StringMap),
        Some(annotations) => {
            let map = Map::of(Type::StringMap);
            annotations.iter().for_each(|(key, value)| map.set(key.as_str(), value.as_str()));
            map
        }
    };
    let maintainers = metadata.maintainers.iter().flatten().flatten();
    let text = |text: &String| Value::from(text.as_str());
    Map::from_entries(with_names(
        &NAMES_OF_CHART,
        [
            text(&metadata.api_version),
            Value::Map(annotations),
            text(&metadata.app_version),
            text(&metadata.condition),
            list(metadata.dependencies().map(dependency_map)),
            Value::Bool(metadata.deprecated),
            text(&metadata.description),
            text(&metadata.home),
            text(&metadata.icon),
            Value::Bool(is_root),
            texts(metadata.keywords.as_ref()),
            text(&metadata.kube_version),
            list(maintainers.map(maintainer_map)),
            text(&metadata.name),
            texts(metadata.sources.as_ref()),
            text(&metadata.tags),
            text(&metadata.kind),
            text(&metadata.version),
        ],
    ))
}

fn maintainer_map(maintainer: &Maintainer) -> Value {
    let map = Map::new();
    map.set("Name", maintainer.name.as_str());
    map.set("Email", maintainer.email.as_str());
    map.set("URL", maintainer.url.as_str());
    Value::Map(map)
}

fn dependency_map(dependency: &Dependency) -> Value {
    let map = Map::new();
    for (name, text) in [
        ("Name", &dependency.name),
        ("Version", &dependency.version),
        ("Repository", &dependency.repository),
        ("Condition", &dependency.condition),
        ("Alias", &dependency.alias),
    ] {
        map.set(name, text.as_str());
    }
    map.set("Tags", texts(dependency.tags.as_ref()));
    map.set("Enabled", dependency.enabled);
    let imports = dependency.import_values.iter().flatten();
    map.set("ImportValues", list(imports.map(Value::from_yaml)));
    Value::Map(map)
}
