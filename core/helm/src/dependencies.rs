//! Which of the charts in a chart are wanted, what they are called, and which of their values the parent takes over.

use std::sync::Arc;

use weir_semver::{Range, Version};
use weir_yaml::{Map, Value};

use crate::chart::{Chart, Dependency};
use crate::error::Error;
use crate::values::{
    NoValue, Node, Table, Warnings, coalesce_table, merge_tables, merge_values, shown_value,
};

/// True if the version fits; false too where one of them cannot be read.
pub(crate) fn fits(range: &str, version: &str) -> bool {
    match (Version::parse(version), Range::parse(range)) {
        (Ok(version), Ok(range)) => range.contains(&version),
        _ => false,
    }
}

/// The names of dependencies that are not there.
pub(crate) fn missing(chart: &Chart) -> Vec<String> {
    let is_there = |name: &str| chart.dependencies.iter().any(|there| there.name() == name);
    let wanted = chart.metadata.dependencies();
    wanted.filter(|wanted| !is_there(&wanted.name)).map(|wanted| wanted.name.clone()).collect()
}

/// The chart with the dependencies that these values want, under the names they have here, and with the values that
/// are imported from them.
pub(crate) fn processed(chart: &Chart, given: &Map, warnings: &mut Warnings) -> Result<Chart, Error> {
    let mut chart = chart.clone();
    choose(&mut chart, &Table::of(given), "", warnings)?;
    import_values(&mut chart, warnings)?;
    Ok(chart)
}

fn choose(chart: &mut Chart, given: &Table, path: &str, warnings: &mut Warnings) -> Result<(), Error> {
    let Some(mut wanted) = chart.metadata.dependencies.take() else { return Ok(()) };
    chart.dependencies.iter_mut().for_each(with_sorted_values);
    chart.dependencies = named(chart, &mut wanted);
    for dependency in wanted.iter_mut().flatten() {
        dependency.enabled = true;
    }
    // What is asked for is looked up among all values of the root, with those of this chart put under them.
    let values = coalesce_table(chart, given.copied(), warnings)?;
    switch_by_tags(&mut wanted, &values, warnings);
    switch_by_conditions(&mut wanted, &values, path, warnings);

    let is_off = |name: &str| wanted.iter().flatten().any(|other| !other.enabled && other.name == name);
    chart.dependencies.retain(|subchart| !is_off(subchart.name()));
    let on: Vec<_> =
        wanted.iter().filter(|one| one.as_ref().is_none_or(|one| !is_off(&one.name))).cloned().collect();
    for subchart in &mut chart.dependencies {
        let below = format!("{path}{}.", subchart.name());
        choose(Arc::make_mut(subchart), &values, &below, warnings)?;
    }
    // Without any left it is as if none had been named.
    chart.metadata.dependencies = (!on.is_empty()).then_some(on);
    Ok(())
}

/// Values go over each other in this order, again and again, and a chart may be there under many names.
fn with_sorted_values(chart: &mut Arc<Chart>) {
    if chart.values.as_ref().is_some_and(|values| !values.keys().is_sorted())
        && let Some(values) = &mut Arc::make_mut(chart).values
    {
        values.sort_by(|a, b| a.cmp(b));
    }
}

/// The charts that are there: first those that nobody asked for, then those asked for, each under its alias.
fn named(chart: &Chart, wanted: &mut [Option<Dependency>]) -> Vec<Arc<Chart>> {
    let is_for = |there: &Chart, wanted: &Dependency| {
        there.name() == wanted.name && fits(&wanted.version, &there.metadata.version)
    };
    let is_wanted = |there: &Chart| wanted.iter().flatten().any(|wanted| is_for(there, wanted));
    let mut charts: Vec<_> = chart.dependencies.iter().filter(|there| !is_wanted(there)).cloned().collect();
    for wanted in wanted.iter_mut().flatten() {
        if let Some(found) = chart.dependencies.iter().find(|there| is_for(there, wanted)) {
            let mut found = Arc::clone(found);
            if !wanted.alias.is_empty() {
                Arc::make_mut(&mut found).metadata.name = wanted.alias.clone();
            }
            charts.push(found);
        }
        if !wanted.alias.is_empty() {
            wanted.name = wanted.alias.clone();
        }
    }
    charts
}

fn switch_by_tags(wanted: &mut [Option<Dependency>], values: &Table, warnings: &mut Warnings) {
    let Ok(switches) = values.table_at("tags") else { return };
    for dependency in wanted.iter_mut().flatten() {
        let (mut any_on, mut any_off) = (false, false);
        for tag in dependency.tags.iter().flatten() {
            match switches.get(tag) {
                Some(Node::Leaf(Value::Bool(true))) => any_on = true,
                Some(Node::Leaf(Value::Bool(false))) => any_off = true,
                Some(_) => {
                    let fields = [("tag", tag.as_str()), ("chart", &dependency.name)];
                    warnings.log("WARN", "returned non-bool value", &fields);
                }
                None => {}
            }
        }
        dependency.enabled = any_on || !any_off;
    }
}

fn switch_by_conditions(
    wanted: &mut [Option<Dependency>],
    values: &Table,
    path: &str,
    warnings: &mut Warnings,
) {
    for dependency in wanted.iter_mut().flatten() {
        for condition in dependency.condition.trim().split(',').filter(|condition| !condition.is_empty()) {
            match values.value_at(&format!("{path}{condition}")) {
                Ok(Value::Bool(flag)) => {
                    dependency.enabled = flag;
                    break;
                }
                Ok(_) => {
                    let fields = [("path", condition), ("chart", &dependency.name)];
                    warnings.log("WARN", "returned non-bool value", &fields);
                }
                Err(NoValue::Absent | NoValue::EmptyPath) => {}
            }
        }
    }
}

/// Charts in charts first, so that what they import can be imported on.
fn import_values(chart: &mut Chart, warnings: &mut Warnings) -> Result<(), Error> {
    for subchart in &mut chart.dependencies {
        if has_imports(subchart) {
            import_values(Arc::make_mut(subchart), warnings)?;
        }
    }
    let Some(mut wanted) = chart.metadata.dependencies.take() else { return Ok(()) };
    let values = merge_values(chart, &Map::new(), warnings)?;
    let imported = Table::default();
    for dependency in wanted.iter_mut().flatten() {
        let mut taken = Vec::new();
        for import in dependency.import_values.iter().flatten() {
            let (child, parent) = match import {
                Value::Map(pair) => {
                    let part = |name: &str| shown_value(pair.get(name).unwrap_or(&Value::Null));
                    (part("child"), part("parent"))
                }
                Value::String(name) => (format!("exports.{name}"), ".".to_string()),
                _ => continue,
            };
            match values.table_at(&format!("{}.{child}", dependency.name)) {
                Ok(table) => merge_tables(&imported, &wrapped(&parent, table), warnings),
                Err(error) => {
                    let is_pair = import.as_map().is_some();
                    let fields = [("chart", dependency.name.as_str()), ("error", &error)];
                    match is_pair {
                        true => warnings.log("WARN", "ImportValues missing table from chart", &fields),
                        false => warnings.log("WARN", "ImportValues missing table", &fields[1..]),
                    }
                }
            }
            taken.push(Value::from(Map::from_iter([("child", child), ("parent", parent)])));
        }
        dependency.import_values = (!taken.is_empty()).then_some(taken);
    }
    chart.metadata.dependencies = Some(wanted);
    // Most charts import nothing.
    let values = if imported.is_empty() { values } else { values.copied() };
    merge_tables(&values, &imported, warnings);
    chart.values = Some(values.into_map());
    Ok(())
}

/// True if anything in this chart or below may be imported.
fn has_imports(chart: &Chart) -> bool {
    chart.metadata.dependencies.is_some() || chart.dependencies.iter().any(|subchart| has_imports(subchart))
}

/// The table below the path of the parent that it goes to.
fn wrapped(path: &str, table: Table) -> Table {
    // An empty table is not shared any more: Go makes a new one.
    let table = if table.is_empty() { Table::default() } else { table };
    if path == "." {
        return table;
    }
    path.rsplit('.').fold(table, |below, key| {
        let above = Table::default();
        above.insert(key, Node::Table(below));
        above
    })
}
