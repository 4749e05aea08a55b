//! Which file, flag or chart each value of a rendering comes from.

use weir_yaml::{Map, Value};

use crate::chart::Chart;
use crate::values::{Given, coalesce_values};
use crate::warnings::Warnings;

/// Deeper values are told as a whole.
const DEEPEST: usize = 200;

/// A value that templates saw, and who set it.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueOrigin {
    /// Its path, as `--set` takes it.
    pub path: String,
    /// A scalar, a list, or a map with nothing in it.
    pub value: Value,
    /// A file, a flag, or a chart.
    pub source: String,
}

/// All values of a chart in their order, with those of the charts in it. `rendered` is the chart with the dependencies that
/// were wanted, `given` what was given, the one that counts first.
pub fn value_origins(chart: &Chart, rendered: &Chart, values: &Map, given: &[Given]) -> Vec<ValueOrigin> {
    let Ok(all) = coalesce_values(rendered, values, &mut Warnings::default()) else { return Vec::new() };
    let mut walk = Walk { chart, given, keys: Vec::new(), found: Vec::new() };
    walk.map(&all.to_map());
    walk.found
}

struct Walk<'a> {
    chart: &'a Chart,
    given: &'a [Given],
    keys: Vec<String>,
    found: Vec<ValueOrigin>,
}

impl Walk<'_> {
    fn map(&mut self, map: &Map) {
        for (key, value) in map.sorted() {
            self.keys.push(key.as_str().to_string());
            match value {
                Value::Map(below) if !below.is_empty() && self.keys.len() < DEEPEST => self.map(below),
                value => {
                    let keys: Vec<&str> = self.keys.iter().map(String::as_str).collect();
                    let source = self.source(&keys);
                    let path = keys.iter().map(|key| key.replace('.', "\\.")).collect::<Vec<_>>().join(".");
                    self.found.push(ValueOrigin { path, value: value.clone(), source });
                }
            }
            self.keys.pop();
        }
    }

    fn source(&self, keys: &[&str]) -> String {
        let given = self.given.iter().find(|given| has(&given.values, keys));
        given.map_or_else(|| self.of_chart(self.chart, self.chart.name(), keys), |given| given.source.clone())
    }

    /// A chart that has it in its values, from the outermost on.
    fn of_chart(&self, chart: &Chart, path: &str, keys: &[&str]) -> String {
        if chart.values.as_ref().is_some_and(|values| has(values, keys)) {
            return format!("values.yaml of {path}");
        }
        let Some((first, rest)) = keys.split_first() else { return path.to_string() };
        let named =
            chart.metadata.dependencies().find(|one| one.alias == *first).map(|one| one.name.as_str());
        let name = named.unwrap_or(first);
        match chart.dependencies.iter().find(|below| below.name() == name) {
            // What is global comes from above.
            Some(_) if rest.first() == Some(&"global") && rest.len() < self.keys.len() => {
                let above = self.source(rest);
                if above.contains("import-values") {
                    format!("values.yaml of {path}/charts/{first}")
                } else {
                    above
                }
            }
            Some(below) => self.of_chart(below, &format!("{path}/charts/{first}"), rest),
            None => format!("import-values of {path}"),
        }
    }
}

fn has(values: &Map, keys: &[&str]) -> bool {
    match keys {
        [] => false,
        [key] => values.contains_key(key),
        [key, rest @ ..] => values.get(key).and_then(Value::as_map).is_some_and(|below| has(below, rest)),
    }
}

#[cfg(test)]
mod tests {
    use weir_yaml::{Dialect, first_from_yaml};

    use super::*;
    use crate::chart::File;

    fn map(text: &str) -> Map {
        first_from_yaml(text, Dialect::Sigs).unwrap().as_map().unwrap().clone()
    }

    #[test]
    fn the_last_word_counts() {
        let file = |name: &str, text: &str| File { name: name.to_string(), data: text.as_bytes().into() };
        let chart = Chart::from_files(vec![
            file(
                "Chart.yaml",
                "apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies: [{name: s, version: '*'}]\n",
            ),
            file("values.yaml", "a: {b: 1, c: 2, d.e: 3}\ns: {x: 1}\nglobal: {g: 1}\nlist: [1, 2]\n"),
            file("charts/s/Chart.yaml", "apiVersion: v2\nname: s\nversion: 1.0.0\n"),
            file("charts/s/values.yaml", "x: 0\nz: 0\nglobal: {own: 1}\n"),
        ])
        .unwrap();
        let given = [
            Given { source: "--set".to_string(), values: map("a: {c: 4}") },
            Given { source: "-f v.yaml".to_string(), values: map("a: {b: 5, c: 5}\nnew: true") },
        ];
        let values = map("a: {b: 5, c: 4}\nnew: true");
        let found = value_origins(&chart, &chart, &values, &given);
        let shown: Vec<String> = found
            .iter()
            .map(|one| format!("{} = {} | {}", one.path, weir_yaml::to_json(&one.value), one.source))
            .collect();
        for line in [
            "a.b = 5 | -f v.yaml",
            "a.c = 4 | --set",
            "a.d\\.e = 3 | values.yaml of c",
            "new = true | -f v.yaml",
            "list = [1,2] | values.yaml of c",
            "s.x = 1 | values.yaml of c",
            "s.z = 0 | values.yaml of c/charts/s",
            "global.g = 1 | values.yaml of c",
            "s.global.g = 1 | values.yaml of c",
            "s.global.own = 1 | values.yaml of c/charts/s",
        ] {
            assert!(shown.iter().any(|own| own == line), "{line} is not in {shown:#?}");
        }
    }
}
