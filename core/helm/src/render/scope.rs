//! What each chart's templates see as `.`: one map for each chart, linked as the charts are.

use std::collections::HashMap;
use std::sync::Arc;

use weir_template::{List, Map, Str, Type, Value};

use super::Release;
use super::objects::{Cluster, Files, Named};
use crate::capabilities::Capabilities;
use crate::chart::{Chart, Dependency, Maintainer, Metadata};
use crate::path;
use crate::values::{Node, Table};

/// A template and what it sees.
pub(super) struct Scoped {
    /// The path of the chart and of the file in it.
    pub(super) name: String,
    /// The directory of templates, as `.Template.BasePath` says it.
    pub(super) base_path: String,
    pub(super) text: weir_files::Bytes,
    /// `.`, shared by all templates of the chart.
    pub(super) dot: Map,
}

/// All templates of a chart and of those in it, with what they see.
pub(super) fn scopes(
    chart: &Chart,
    values: &Table,
    release: &Release,
    cluster: &Arc<Capabilities>,
) -> Vec<Scoped> {
    let mut scopes = Scopes {
        release: Value::Map(release_map(release)),
        cluster: Value::object(Cluster(Arc::clone(cluster))),
        shared: HashMap::new(),
        templates: Vec::new(),
    };
    scopes.chart(chart, Some(values), chart.name(), true);
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
    shared: HashMap<usize, Map>,
    templates: Vec<Scoped>,
}

impl Scopes {
    fn chart(&mut self, chart: &Chart, values: Option<&Table>, full_path: &str, is_root: bool) -> Map {
        let dot = Map::new();
        let about = metadata_map(&chart.metadata);
        about.set("IsRoot", is_root);
        dot.set("Chart", about);
        dot.set("Files", Value::object(Files::new(&chart.files)));
        dot.set("Release", self.release.clone());
        dot.set("Capabilities", self.cluster.clone());
        let own = values.map_or_else(Map::new, |values| self.table(values));
        dot.set("Values", Value::object(Named(own)));
        let subcharts = Map::new();
        dot.set("Subcharts", subcharts.clone());
        for subchart in &chart.dependencies {
            let name = subchart.name();
            let below = values.and_then(|values| values.table_at(name).ok());
            let path = format!("{full_path}/charts/{name}");
            let map = self.chart(subchart, below.as_ref(), &path, false);
            subcharts.set(name, map);
        }
        let base_path = path::join(full_path, "templates");
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
        dot
    }

    fn table(&mut self, table: &Table) -> Map {
        if let Some(map) = self.shared.get(&table.address()) {
            return map.clone();
        }
        let entries = table.entries();
        let entries = entries.iter().map(|(key, node)| {
            let value = match node {
                Node::Table(table) => Value::Map(self.table(table)),
                Node::Leaf(value) => leaf(value),
            };
            (Str::from(key.text()), value)
        });
        let map = Map::from_entries(entries.collect());
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

/// `.Chart`: a map with the names of the fields in Go.
fn metadata_map(metadata: &Metadata) -> Map {
    let map = Map::new();
    for (name, text) in [
        ("Name", &metadata.name),
        ("Home", &metadata.home),
        ("Version", &metadata.version),
        ("Description", &metadata.description),
        ("Icon", &metadata.icon),
        ("APIVersion", &metadata.api_version),
        ("Condition", &metadata.condition),
        ("Tags", &metadata.tags),
        ("AppVersion", &metadata.app_version),
        ("KubeVersion", &metadata.kube_version),
        ("Type", &metadata.kind),
    ] {
        map.set(name, text.as_str());
    }
    map.set("Sources", texts(metadata.sources.as_ref()));
    map.set("Keywords", texts(metadata.keywords.as_ref()));
    map.set("Deprecated", metadata.deprecated);
    let annotations = match &metadata.annotations {
        None => Map::nil(Type::StringMap),
        Some(annotations) => {
            let map = Map::of(Type::StringMap);
            annotations.iter().for_each(|(key, value)| map.set(key.as_str(), value.as_str()));
            map
        }
    };
    map.set("Annotations", annotations);
    let maintainers = metadata.maintainers.iter().flatten().flatten();
    map.set("Maintainers", list(maintainers.map(maintainer_map)));
    map.set("Dependencies", list(metadata.dependencies().map(dependency_map)));
    map
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
