//! What each chart's templates see as `.`: one map for each chart, linked as the charts are.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use weir_template::{List, Map, Quick, Str, Value};
use weir_yaml::Key;

use super::Release;
use super::description::Descriptions;
use super::memory::Memory;
use super::objects::{About, Cluster, Files, Named};
use crate::capabilities::Capabilities;
use crate::chart::Chart;
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
    pub(super) dot: Rc<Dot>,
}

/// What the templates of a chart see.
pub(super) struct Dot {
    map: Map,
    /// The same by the name of its type.
    value: Value,
    /// There are charts in the chart, whose dots are seen from here.
    pub(super) has_subcharts: bool,
}

impl Dot {
    /// The same for the template that this tells of. `was_seen` says that a template may have looked at it from above.
    pub(super) fn with_template(&self, about: Value, was_seen: bool) -> Value {
        // Who looks into it is noticed, so this is no change as long as nobody has put something else there.
        let is_quiet = match self.map.get(&TEMPLATE) {
            Some(Value::Object(object)) => object.as_any().is::<About>(),
            Some(_) => false,
            None => !was_seen,
        };
        if is_quiet {
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
    values: Table,
    release: &Release,
    cluster: &Arc<Capabilities>,
    memory: Option<&Memory>,
) -> Vec<Scoped> {
    let mut scopes = Scopes {
        release: Value::Map(release_map(release)),
        cluster: Value::object(Cluster(Arc::clone(cluster))),
        descriptions: Descriptions::default(),
        shared: HashMap::default(),
        templates: Vec::with_capacity(count(chart)),
    };
    let values = scopes.table(values);
    let root = scopes.chart(chart, values, chart.name(), true);
    if let Some(memory) = memory {
        memory.mind(&root);
    }
    scopes.templates
}

/// How many templates there are in the chart and in those in it.
fn count(chart: &Chart) -> usize {
    chart.templates.len() + chart.dependencies.iter().map(|subchart| count(subchart)).sum::<usize>()
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
    descriptions: Descriptions,
    /// Tables that several places hold stay shared: by their address, at which no other comes as long as this is here.
    shared: HashMap<usize, Map, Quick>,
    templates: Vec<Scoped>,
}

impl Scopes {
    fn chart(&mut self, chart: &Chart, values: Map, full_path: &str, is_root: bool) -> Map {
        let subcharts = Map::new();
        let map = Map::from_entries(with_names(
            &NAMES_OF_DOT,
            [
                self.cluster.clone(),
                Value::Map(self.descriptions.of(&chart.metadata, is_root)),
                Value::object(Files::new(&chart.files)),
                self.release.clone(),
                Value::Map(subcharts.clone()),
                Value::object(Named(values.clone())),
            ],
        ));
        for subchart in &chart.dependencies {
            let name = subchart.name();
            let path = format!("{full_path}/charts/{name}");
            let map = self.chart(subchart, below(&values, name), &path, false);
            subcharts.set(name, map);
        }
        let dot = Rc::new(Dot {
            value: Value::object(Named(map.clone())),
            map: map.clone(),
            has_subcharts: !chart.dependencies.is_empty(),
        });
        let base_path = Str::from(path::join(full_path, "templates"));
        for file in chart.templates.iter() {
            if chart.metadata.is_library() && !path::base(&file.name).starts_with('_') {
                continue;
            }
            self.templates.push(Scoped {
                name: path::join(full_path, &file.name),
                base_path: base_path.clone(),
                text: Arc::clone(file.data.bytes()),
                dot: Rc::clone(&dot),
            });
        }
        map
    }

    fn table(&mut self, table: Table) -> Map {
        let address = table.address();
        if let Some(map) = self.shared.get(&address) {
            return map.clone();
        }
        match table.into_entries() {
            Ok(entries) => self.entries(entries),
            Err(shared) => {
                let map = self.entries(shared.entries());
                self.shared.insert(address, map.clone());
                map
            }
        }
    }

    fn entries(&mut self, entries: Vec<(Key, Held)>) -> Map {
        let entries = entries.into_iter().map(|(key, held)| {
            let value = match held {
                Held::Table(table) => Value::Map(self.table(table)),
                Held::Map(map) => leaf(&weir_yaml::Value::Map(map)),
                Held::Leaf(value) => leaf(&value),
            };
            (Str::from(key.text()), value)
        });
        Map::from_entries(entries.collect())
    }
}

/// The values of a chart in the chart; it may be said by a path.
fn below(values: &Map, name: &str) -> Map {
    let found = name.split('.').try_fold(values.clone(), |map, key| match map.get(key.as_bytes()) {
        Some(Value::Map(map)) => Some(map),
        _ => None,
    });
    found.unwrap_or_default()
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

/// What `.` has, sorted.
static NAMES_OF_DOT: LazyLock<[Str; 6]> =
    LazyLock::new(|| ["Capabilities", "Chart", "Files", "Release", "Subcharts", "Values"].map(Str::from));

/// Values under these names, which are the same for all charts.
pub(super) fn with_names<const N: usize>(names: &[Str; N], values: [Value; N]) -> Vec<(Str, Value)> {
    // There is room for one more, as `.Template` is put into what charts see.
    let mut entries = Vec::with_capacity(N + 1);
    entries.extend(names.iter().cloned().zip(values));
    entries
}
