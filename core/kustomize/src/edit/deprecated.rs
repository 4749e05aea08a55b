//! What the real tool moves whenever it reads a file.

use weir_yaml::{Map, Value};

use super::shape::KUSTOMIZATION;

/// Names of a chart in `helmChartInflationGenerator` and in `helmCharts`; the rest is dropped.
const CHART_FIELDS: [(&str, &str); 7] = [
    ("chartName", "name"),
    ("chartVersion", "version"),
    ("chartRepoUrl", "repo"),
    ("values", "valuesFile"),
    ("valuesLocal", "valuesInline"),
    ("valuesMerge", "valuesMerge"),
    ("releaseName", "releaseName"),
];

/// Fills in version and kind and moves deprecated fields.
pub(super) fn move_fields(map: &mut Map) {
    if !map.contains_key("kind") {
        map.insert("kind", "Kustomization");
    }
    if !map.contains_key("apiVersion") {
        let is_component = map.get("kind").and_then(Value::as_str) == Some("Component");
        let version = if is_component { "v1alpha1" } else { "v1beta1" };
        map.insert("apiVersion", format!("kustomize.config.k8s.io/{version}"));
    }
    append(map, "bases", "resources");
    append(map, "imageTags", "images");
    for field in ["configMapGenerator", "secretGenerator"] {
        for generator in map.get_mut(field).and_then(Value::as_list_mut).into_iter().flatten() {
            if let Some(env) = generator.remove_at(&["env"]) {
                push(generator.make_map(), "envs", env);
            }
        }
    }
    move_charts(map);
    *map = super::shape::in_order(map, KUSTOMIZATION);
}

/// Moves the items of one list to the end of another.
pub(super) fn append(map: &mut Map, from: &str, to: &str) {
    let Some(Value::List(items)) = map.remove(from) else { return };
    for item in items.iter() {
        push(map, to, item.clone());
    }
}

/// Adds an item to a list that may not be there yet.
pub(super) fn push(map: &mut Map, field: &str, item: impl Into<Value>) {
    let list = map.entry(field);
    if list.as_list().is_none() {
        *list = Value::from(Vec::new());
    }
    if let Some(list) = list.as_list_mut() {
        list.push(item.into());
    }
}

fn move_charts(map: &mut Map) {
    let Some(Value::List(charts)) = map.remove("helmChartInflationGenerator") else { return };
    let mut globals = Map::new();
    for old in charts.iter() {
        let mut chart = Map::new();
        for (from, to) in CHART_FIELDS {
            if let Some(value) = old.get(from) {
                chart.insert(to, value.clone());
            }
        }
        for (from, to) in [("helmHome", "configHome"), ("chartHome", "chartHome")] {
            if let Some(value) = old.get(from) {
                globals.insert(to, value.clone());
            }
        }
        push(map, "helmCharts", chart);
    }
    if !map.contains_key("helmGlobals") && !globals.is_empty() {
        map.insert("helmGlobals", globals);
    }
}
