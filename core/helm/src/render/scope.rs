//! What each chart's templates see as `.`: one map for each chart, linked as the charts are.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use weir_template::{Helpers, List, Map, Quick, Str, Value, each};
use weir_yaml::Key;

use super::Release;
use super::description::Descriptions;
use super::memory::Memory;
use super::objects::{About, Cluster, Files, Named};
use crate::capabilities::Capabilities;
use crate::chart::{Chart, Content, File};
use crate::path;
use crate::values::{Held, Table};

/// A template of a chart.
pub(super) struct Source {
    /// The path of the chart and of the file in it.
    pub(super) name: String,
    /// The directory of templates, as `.Template.BasePath` says it.
    pub(super) base_path: Str,
    pub(super) text: weir_files::Bytes,
    /// The number of its chart: at this place its dot is among all.
    pub(super) chart: usize,
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

    /// Puts this in the place of the template, which is no change.
    pub(super) fn between_templates(&self, nothing: Value) {
        self.map.set_unnoticed(TEMPLATE.clone(), nothing);
    }
}

static TEMPLATE: LazyLock<Str> = LazyLock::new(|| Str::from("Template"));

/// A chart, and where it is.
pub(super) struct Place<'c> {
    chart: &'c Chart,
    /// The names of the charts that it is in, without the highest one, and its own.
    names: Vec<&'c str>,
}

/// To read so many large templates takes longer than another thread takes to begin.
const SHARE: usize = 2;

/// All templates of a chart and of those in it, and these charts in the order of their numbers.
pub(super) fn sources<'c>(chart: &'c Chart, helpers: Option<&dyn Helpers>) -> (Vec<Source>, Vec<Place<'c>>) {
    let mut unread = Vec::new();
    collect_unread(chart, &mut unread);
    each(&unread, (helpers, unread.len() / SHARE), |content| _ = content.bytes());
    let (mut sources, mut places) = (Vec::with_capacity(count(chart)), Vec::new());
    collect(chart, chart.name(), &mut Vec::new(), (&mut sources, &mut places));
    (sources, places)
}

fn collect_unread<'c>(chart: &'c Chart, unread: &mut Vec<&'c Content>) {
    unread.extend(chart.templates.iter().map(|file| &file.data).filter(|content| !content.is_read()));
    chart.dependencies.iter().for_each(|subchart| collect_unread(subchart, unread));
}

/// How many templates there are in the chart and in those in it.
fn count(chart: &Chart) -> usize {
    chart.templates.len() + chart.dependencies.iter().map(|subchart| count(subchart)).sum::<usize>()
}

fn collect<'c>(
    chart: &'c Chart,
    full_path: &str,
    names: &mut Vec<&'c str>,
    (sources, places): (&mut Vec<Source>, &mut Vec<Place<'c>>),
) {
    for subchart in &chart.dependencies {
        names.push(subchart.name());
        collect(subchart, &format!("{full_path}/charts/{}", subchart.name()), names, (sources, places));
        names.pop();
    }
    let base_path = Str::from(path::join(full_path, "templates"));
    let is_partial = |file: &File| path::base(&file.name).starts_with('_');
    let templates = chart.templates.iter().filter(|file| !chart.metadata.is_library() || is_partial(file));
    sources.extend(templates.map(|file| Source {
        name: path::join(full_path, &file.name),
        base_path: base_path.clone(),
        text: Arc::clone(file.data.bytes()),
        chart: places.len(),
    }));
    places.push(Place { chart, names: names.clone() });
}

/// What the chart and those in it see, itself last, with these values of the highest one.
pub(super) fn dots_of(
    place: &Place<'_>,
    values: &weir_yaml::Map,
    release: &Release,
    cluster: &Arc<Capabilities>,
    memory: &Memory,
) -> Vec<Dot> {
    let mut keys = place.names.iter().flat_map(|name| name.split('.'));
    let own = keys.try_fold(values, |values, key| values.get(key)?.as_map());
    let values = own.map(|own| Map::closed(own.clone(), leaf)).unwrap_or_default();
    all_dots((place.chart, place.names.is_empty()), values, release, cluster, Some(memory))
}

/// What each chart sees, with these values of the highest one.
pub(super) fn dots(
    chart: &Chart,
    values: Map,
    release: &Release,
    cluster: &Arc<Capabilities>,
    memory: Option<&Memory>,
) -> Vec<Dot> {
    all_dots((chart, true), values, release, cluster, memory)
}

fn all_dots(
    (chart, is_root): (&Chart, bool),
    values: Map,
    release: &Release,
    cluster: &Arc<Capabilities>,
    memory: Option<&Memory>,
) -> Vec<Dot> {
    let mut scopes = Scopes {
        release: Value::Map(release_map(release)),
        cluster: Value::object(Cluster(Arc::clone(cluster))),
        descriptions: Descriptions::default(),
        dots: Vec::new(),
    };
    let root = scopes.chart(chart, values, is_root);
    if let Some(memory) = memory {
        memory.mind(&root);
    }
    scopes.dots
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
    dots: Vec<Dot>,
}

impl Scopes {
    fn chart(&mut self, chart: &Chart, values: Map, is_root: bool) -> Map {
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
            subcharts.set(name, self.chart(subchart, below(&values, name), false));
        }
        self.dots.push(Dot {
            value: Value::object(Named(map.clone())),
            map: map.clone(),
            has_subcharts: !chart.dependencies.is_empty(),
        });
        map
    }
}

/// Values as templates see them. Tables that several places hold stay shared.
pub(super) fn values_of(table: Table) -> Map {
    Tables::default().map(table)
}

/// What was made of tables that others hold too, by their address, at which no other comes as long as this is here.
#[derive(Default)]
struct Tables(HashMap<usize, Map, Quick>);

impl Tables {
    fn map(&mut self, table: Table) -> Map {
        let address = table.address();
        if let Some(map) = self.0.get(&address) {
            return map.clone();
        }
        match table.into_entries() {
            Ok(entries) => self.entries(entries),
            Err(shared) => {
                let map = self.entries(shared.entries());
                self.0.insert(address, map.clone());
                map
            }
        }
    }

    fn entries(&mut self, entries: Vec<(Key, Held)>) -> Map {
        let entries = entries.into_iter().map(|(key, held)| {
            let value = match held {
                Held::Table(table) => Value::Map(self.map(table)),
                Held::Map(map) => Value::Map(Map::closed(map, leaf)),
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
        weir_yaml::Value::Map(map) => Value::Map(Map::closed(map.clone(), leaf)),
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
