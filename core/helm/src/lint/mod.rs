//! `helm lint`: what is wrong with a chart, or could be better, by Helm's rules and in its words.

mod chartfile;
mod deprecated;
mod names;
mod templates;
mod urls;

use weir_files::{RootedPath, Tree};
use weir_yaml::Map;

use crate::capabilities::KubeVersion;
use crate::chart::Chart;
use crate::error::Error;
use crate::render::World;
use crate::schema::{self, RemoteSchemas, Wanted};
use crate::values::{Table, coalesce_tables, map_of};
use crate::warnings::Warnings;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Good to know.
    Info,
    /// Against conventions.
    Warning,
    /// It will not work.
    Error,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// How bad it is.
    pub severity: Severity,
    /// The file, as Helm names it.
    pub path: String,
    /// What is wrong.
    pub text: String,
}

impl std::fmt::Display for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mark = match self.severity {
            Severity::Info => "INFO",
            Severity::Warning => "WARNING",
            Severity::Error => "ERROR",
        };
        write!(f, "[{mark}] {}: {}", self.path, self.text)
    }
}

/// What to lint, and with what.
#[derive(Clone)]
pub struct Lint<'l> {
    /// Where the chart is.
    pub tree: &'l Tree,
    /// The directory of the chart.
    pub directory: &'l RootedPath,
    /// What messages call that directory.
    pub shown: &'l str,
    /// Values of the user.
    pub values: &'l Map,
    /// The namespace that templates see.
    pub namespace: &'l str,
    /// The version of Kubernetes, if one was said.
    pub kube_version: Option<&'l KubeVersion>,
    /// Do not hold values against schemas.
    pub skip_schema_validation: bool,
    /// Schemas behind URLs, as far as they are there.
    pub remote_schemas: &'l RemoteSchemas,
    /// What templates need of the machine.
    pub world: &'l World<'l>,
}

/// All messages, in Helm's order, and what Helm tells besides.
#[derive(Debug, Clone, Default)]
pub struct Linted {
    /// The messages.
    pub messages: Vec<Message>,
    /// Lines for standard error.
    pub warnings: Warnings,
    /// URLs of schemas that the schema of the chart needs and that were not given.
    pub schemas: Vec<String>,
}

/// Lints a chart.
pub fn lint(what: &Lint<'_>) -> Result<Linted, Error> {
    let mut linter = Linter { what, linted: Linted::default() };
    let file = what.directory.child("Chart.yaml");
    if what.tree.entry(&file).ok().flatten().is_none() {
        let file = format!("{}/Chart.yaml", what.shown);
        return Err(Error::new(format!(
            "unable to check Chart.yaml file in chart: stat {file}: no such file or directory"
        )));
    }
    chartfile::lint(&mut linter);
    linter.values();
    templates::lint(&mut linter);
    linter.dependencies();
    templates::lint_crds(&mut linter);
    Ok(linter.linted)
}

struct Linter<'l> {
    what: &'l Lint<'l>,
    linted: Linted,
}

impl Linter<'_> {
    /// Notes what is wrong; true if nothing is.
    fn rule(&mut self, severity: Severity, path: &str, result: Result<(), String>) -> bool {
        let Err(text) = result else { return true };
        self.linted.messages.push(Message { severity, path: path.to_string(), text });
        false
    }

    fn read(&self, name: &str) -> Option<weir_files::Bytes> {
        let path = self.what.directory.join(name).ok()?;
        self.what.tree.read(&path).ok()
    }

    fn is_directory(&self, name: &str) -> Option<bool> {
        let path = self.what.directory.join(name).ok()?;
        let entry = self.what.tree.entry(&path).ok()??;
        Some(entry == weir_files::Entry::Directory)
    }

    fn chart(&self) -> Result<Chart, String> {
        Chart::from_directory(self.what.tree, self.what.directory, self.what.shown)
            .map_err(|error| error.message)
    }

    fn values(&mut self) {
        let Some(text) = self.read("values.yaml") else {
            self.rule(Severity::Info, "values.yaml", Err("file does not exist".to_string()));
            return;
        };
        let result = self.values_fit(&text);
        self.rule(Severity::Error, "values.yaml", result);
    }

    fn values_fit(&mut self, text: &[u8]) -> Result<(), String> {
        let own = map_of(text).map_err(|error| format!("unable to parse YAML: {error}"))?;
        let all = Table::default();
        coalesce_tables(&all, &Table::of(self.what.values), &mut self.linted.warnings);
        coalesce_tables(&all, &Table::of(&own), &mut self.linted.warnings);
        let schema = self.read("values.schema.json").unwrap_or_default();
        if schema.is_empty() || self.what.skip_schema_validation {
            return Ok(());
        }
        let values = weir_yaml::Value::from(all.to_map());
        let wanted = Wanted::default();
        let fits = schema::validate_one(&values, &schema, (self.what.remote_schemas, &wanted));
        self.linted.schemas = wanted.take();
        fits.map_err(|error| error.message)
    }

    fn dependencies(&mut self) {
        let chart = match self.chart() {
            Ok(chart) => chart,
            Err(error) => {
                self.rule(Severity::Error, "", Err(format!("unable to load chart\n\t{error}")));
                return;
            }
        };
        let shown = self.what.shown.to_string();
        let named: Vec<&str> = chart.metadata.dependencies().map(|one| one.name.as_str()).collect();
        let there: Vec<&str> = chart.dependencies.iter().map(|one| one.name()).collect();
        let without = |all: &[&str], those: &[&str], what: &str| {
            let missing: Vec<&str> = all.iter().filter(|name| !those.contains(name)).copied().collect();
            if missing.is_empty() { Ok(()) } else { Err(format!("{what}: {}", missing.join(","))) }
        };
        let result = without(&there, &named, "chart metadata is missing these dependencies");
        self.rule(Severity::Error, &shown, result);
        let result = without(&named, &there, "chart directory is missing these dependencies");
        self.rule(Severity::Warning, &shown, result);
    }
}
