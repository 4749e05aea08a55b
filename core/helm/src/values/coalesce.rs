//! How values of users, of charts and of charts in charts go over each other.
//!
//! The rules are Helm's to the letter, with what follows from its handing around of shared tables: a table below a
//! global table of a parent, for one, takes in what its sub-charts say.

use std::fmt;

use weir_yaml::{Map, Value};

use super::table::{Above, Held, Node as Entry, Table};
use crate::chart::Chart;
use crate::error::Error;
use crate::quote::quoted;
use crate::warnings::Warnings;

/// The key under which all charts see the same values.
const GLOBAL: &str = "global";

/// The values of a chart and of the charts in it under those given; null takes a value away.
pub(crate) fn coalesce_values(chart: &Chart, given: &Map, warnings: &mut Warnings) -> Result<Table, Error> {
    coalesce_table(chart, Table::of(given), warnings)
}

/// The same for values that are a table already, which is used up.
pub(crate) fn coalesce_table(chart: &Chart, given: Table, warnings: &mut Warnings) -> Result<Table, Error> {
    let mut rules = Rules { merge: false, warnings };
    rules.coalesce(chart, &given, &Path::Root)?;
    Ok(given)
}

/// The same, but nulls are kept.
pub(crate) fn merge_values(chart: &Chart, given: &Map, warnings: &mut Warnings) -> Result<Table, Error> {
    let table = Table::of(given);
    let mut rules = Rules { merge: true, warnings };
    rules.coalesce(chart, &table, &Path::Root)?;
    Ok(table)
}

/// Puts `below` under `above`, which changes, and where nulls meet values, so does `below`.
pub(crate) fn coalesce_tables(above: &Table, below: &Table, warnings: &mut Warnings) {
    Rules { merge: false, warnings }.tables(above, below, &Path::Root);
}

/// The same, but nulls are kept.
pub(crate) fn merge_tables(above: &Table, below: &Table, warnings: &mut Warnings) {
    Rules { merge: true, warnings }.tables(above, below, &Path::Root);
}

struct Rules<'w> {
    merge: bool,
    warnings: &'w mut Warnings,
}

/// Where something is, written down only for whoever is warned.
#[derive(Clone, Copy)]
enum Path<'p> {
    Root,
    Below(&'p Path<'p>, &'p str),
}

impl<'p> Path<'p> {
    fn to(&'p self, key: &'p str) -> Path<'p> {
        Path::Below(self, key)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Path::Below(above, key) = self else { return Ok(()) };
        let above = above.to_string();
        if above.is_empty() { f.write_str(key) } else { write!(f, "{above}.{key}") }
    }
}

impl Rules<'_> {
    fn coalesce(&mut self, chart: &Chart, above: &Table, prefix: &Path<'_>) -> Result<(), Error> {
        self.own(chart, above, prefix);
        self.subcharts(chart, above, prefix)
    }

    fn subcharts(&mut self, chart: &Chart, above: &Table, prefix: &Path<'_>) -> Result<(), Error> {
        for subchart in &chart.dependencies {
            let name = subchart.name();
            let below = match above.get(name) {
                None => {
                    let table = Table::default();
                    above.insert(name, Entry::Table(table.clone()));
                    table
                }
                Some(Entry::Table(table)) => table,
                Some(Entry::Leaf(value)) => {
                    let value = shown_as_flag(&value, 0);
                    return Err(Error::new(format!("type mismatch on {name}: {value}")));
                }
            };
            let prefix = prefix.to(chart.name());
            self.globals(&below, above, &prefix);
            self.coalesce(subchart, &below, &prefix)?;
        }
        Ok(())
    }

    /// Gives the globals of a chart to one below it.
    fn globals(&mut self, below: &Table, above: &Table, prefix: &Path<'_>) {
        let theirs = match below.get(GLOBAL) {
            None => Table::default(),
            Some(Entry::Table(table)) => table,
            Some(Entry::Leaf(_)) => {
                self.warnings.add("warning: skipping globals because destination global is not a table.");
                return;
            }
        };
        let ours = match above.get(GLOBAL) {
            None => Table::default(),
            Some(Entry::Table(table)) => table,
            Some(Entry::Leaf(_)) => {
                self.warnings.add("warning: skipping globals because source global is not a table.");
                return;
            }
        };
        for (key, value) in ours.snapshot() {
            match (value, theirs.get(&key)) {
                (Entry::Table(table), there) => {
                    let copy = table.copied_on_top();
                    match there {
                        None => theirs.insert(key, Entry::Table(copy)),
                        Some(Entry::Table(there)) => {
                            let prefix = prefix.to(&key);
                            Rules { merge: true, warnings: self.warnings }.tables(&copy, &there, &prefix);
                            theirs.insert(key, Entry::Table(copy));
                        }
                        Some(Entry::Leaf(_)) => {
                            let key = quoted(&key);
                            self.warnings
                                .add(format!("Conflict: cannot merge map onto non-map for {key}. Skipping."));
                        }
                    }
                }
                (Entry::Leaf(_), Some(Entry::Table(_))) => {
                    self.warnings.add(format!("key {key} is table. Skipping"));
                }
                (leaf, _) => theirs.insert(key, leaf),
            }
        }
        below.insert(GLOBAL, Entry::Table(theirs));
    }

    /// Puts the values of the chart itself under those given.
    fn own(&mut self, chart: &Chart, above: &Table, prefix: &Path<'_>) {
        let prefix = prefix.to(chart.name());
        let Some(own) = &chart.values else { return };
        let mut taken = Vec::with_capacity(own.len());
        for (key, value) in own {
            match above.above(key, value) {
                Above::Nothing => taken.extend(self.take_over(value).map(|held| (key.clone(), held))),
                Above::Node(given) if given.is_null() && !self.merge => above.remove(key),
                Above::Node(Entry::Table(given)) => self.under_table(chart, &given, key, value, &prefix),
                Above::Whole | Above::Node(Entry::Leaf(_)) => {}
            }
        }
        above.extend(taken);
    }

    fn take_over(&self, value: &Value) -> Option<Held> {
        match self.merge {
            true => Some(Held::of(value)),
            false if value.is_null() => None,
            false => Some(Held::without_nulls(value)),
        }
    }

    fn under_table(&mut self, chart: &Chart, given: &Table, key: &str, value: &Value, prefix: &Path<'_>) {
        match value {
            Value::Map(map) => {
                let own = Table::of(map);
                let is_subchart = chart.dependencies.iter().any(|subchart| subchart.name() == key);
                let merge = self.merge || is_subchart;
                if !merge {
                    own.trim_nulls();
                }
                Rules { merge, warnings: self.warnings }.tables(given, &own, &prefix.to(key));
            }
            // Nothing is lost where there was nothing.
            Value::Null => {}
            _ => self.warnings.add(format!("warning: skipped value for {prefix}.{key}: Not a table.")),
        }
    }

    fn tables(&mut self, above: &Table, below: &Table, prefix: &Path<'_>) {
        if above.is_same(below) {
            return;
        }
        // What is set below nulls of above, which go down as well.
        let mut was_set = Vec::new();
        for key in above.nulls() {
            if below.get(key.as_str()).is_some_and(|entry| !entry.is_null()) {
                was_set.push(key.clone());
            }
            below.insert(key, Entry::Leaf(Value::Null));
        }
        let mut taken = Vec::new();
        for (key, value) in below.snapshot() {
            match (above.get(&key), value) {
                (Some(given), _) if !self.merge && given.is_null() && was_set.contains(&key) => {
                    above.remove(&key);
                }
                (None, value) => taken.push((key, value.into())),
                (Some(Entry::Table(given)), Entry::Table(table)) => {
                    self.tables(&given, &table, &prefix.to(&key));
                }
                (Some(Entry::Leaf(_)), Entry::Table(table)) => {
                    let (key, shown) = (prefix.to(&key), shown(&Entry::Table(table)));
                    self.warnings
                        .add(format!("warning: cannot overwrite table with non table for {key} ({shown})"));
                }
                (Some(Entry::Table(_)), value) if !value.is_null() => {
                    let (key, shown) = (prefix.to(&key), shown(&value));
                    self.warnings.add(format!(
                        "warning: destination for {key} is a table. Ignoring non-table value ({shown})"
                    ));
                }
                _ => {}
            }
        }
        above.extend(taken);
    }
}

/// As Go's `%v` prints it.
fn shown(entry: &Entry) -> String {
    match entry {
        Entry::Table(table) => shown_value(&Value::from(table.to_map())),
        Entry::Leaf(value) => shown_value(value),
    }
}

/// As Go's `%v` prints it.
pub(crate) fn shown_value(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_string(),
        Value::Bool(flag) => flag.to_string(),
        Value::Int(number) => number.to_string(),
        Value::UInt(number) => number.to_string(),
        Value::Float(number) => general(*number),
        Value::String(text) => text.to_string(),
        Value::Spelled(spelled) => shown_value(spelled.value()),
        Value::List(items) => format!("[{}]", items.iter().map(shown_value).collect::<Vec<_>>().join(" ")),
        Value::Map(map) => {
            let entries = map.sorted().into_iter();
            let entries = entries.map(|(key, value)| format!("{key}:{}", shown_value(value)));
            format!("map[{}]", entries.collect::<Vec<_>>().join(" "))
        }
    }
}

/// As Go's `%t` prints what is most often no boolean.
fn shown_as_flag(value: &Value, depth: usize) -> String {
    match value {
        // Nil inside of something is no value to a verb.
        Value::Null if depth > 0 => "<nil>".to_string(),
        Value::Null => "%!t(<nil>)".to_string(),
        Value::Bool(flag) => flag.to_string(),
        Value::List(items) => format!(
            "[{}]",
            items.iter().map(|item| shown_as_flag(item, depth + 1)).collect::<Vec<_>>().join(" ")
        ),
        Value::Map(map) => {
            let entries = map.sorted().into_iter();
            let entries =
                entries.map(|(key, value)| format!("%!t(string={key}):{}", shown_as_flag(value, depth + 1)));
            format!("map[{}]", entries.collect::<Vec<_>>().join(" "))
        }
        other => {
            let kind = match other {
                Value::Int(_) => "int64",
                Value::UInt(_) => "uint64",
                Value::Float(_) => "float64",
                _ => "string",
            };
            let shown = match other {
                Value::Float(number) => general_with(*number, 6),
                other => shown_value(other),
            };
            format!("%!t({kind}={shown})")
        }
    }
}

/// A float as Go's `%v` prints it.
fn general(number: f64) -> String {
    general_with(number, 21)
}

/// Go's shortest form of a float, with an exponent from this power of ten on.
pub(crate) fn general_with(number: f64, from: i32) -> String {
    if number.is_nan() {
        return "NaN".to_string();
    }
    if number.is_infinite() {
        return if number > 0.0 { "+Inf" } else { "-Inf" }.to_string();
    }
    let scientific = format!("{number:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if !(-4..from).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", exponent.abs());
    }
    format!("{number}")
}
