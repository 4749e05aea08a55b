//! The charts that a chart needs, as it says, and as its lock file says.

use weir_yaml::{Map, Value};

use super::metadata::{invalid, sanitize, take_text, take_texts};
use crate::error::Error;
use crate::quote::quoted;
use crate::typed::{Record, Shape};

/// One chart that is needed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Dependency {
    /// Its name, or its alias once dependencies have been worked out.
    pub name: String,
    /// Which versions will do.
    pub version: String,
    /// Where it comes from.
    pub repository: String,
    /// Paths of values that switch it, parted by commas.
    pub condition: String,
    /// Words that switch it along with others.
    pub tags: Option<Vec<String>>,
    /// Whether it is wanted.
    pub enabled: bool,
    /// Which of its values the parent takes over.
    pub import_values: Option<Vec<Value>>,
    /// What it is called here.
    pub alias: String,
}

/// Chart.lock.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lock {
    /// When it was written, as it says.
    pub generated: String,
    /// Of the dependencies in Chart.yaml.
    pub digest: String,
    /// Each with one version.
    pub dependencies: Option<Vec<Option<Dependency>>>,
}

/// The struct that Helm reads a dependency into.
pub(super) static DEPENDENCY: Record = Record {
    name: "Dependency",
    type_name: "v2.Dependency",
    fields: &[
        ("name", Shape::Text),
        ("version", Shape::Text),
        ("repository", Shape::Text),
        ("condition", Shape::Text),
        ("tags", Shape::List("[]string", &Shape::Text)),
        ("enabled", Shape::Flag),
        ("import-values", Shape::List("[]interface {}", &Shape::Any)),
        ("alias", Shape::Text),
    ],
};

/// The struct that Helm reads a lock file into.
pub(super) static LOCK: Record = Record {
    name: "Lock",
    type_name: "v2.Lock",
    fields: &[
        ("generated", Shape::Text),
        ("digest", Shape::Text),
        ("dependencies", Shape::List("[]*v2.Dependency", &Shape::Record(&DEPENDENCY))),
    ],
};

impl Dependency {
    pub(super) fn take(&mut self, fields: &Map) {
        for (name, into) in [
            ("name", &mut self.name),
            ("version", &mut self.version),
            ("repository", &mut self.repository),
            ("condition", &mut self.condition),
            ("alias", &mut self.alias),
        ] {
            take_text(fields, name, into);
        }
        take_texts(fields, "tags", &mut self.tags);
        if let Some(flag) = fields.get("enabled").and_then(Value::as_bool) {
            self.enabled = flag;
        }
        if let Some(value) = fields.get("import-values") {
            self.import_values = value.as_list().map(<[Value]>::to_vec);
        }
    }

    fn validate(&mut self) -> Result<(), Error> {
        for text in [&mut self.name, &mut self.version, &mut self.repository, &mut self.condition] {
            sanitize(text);
        }
        self.tags.iter_mut().flatten().for_each(sanitize);
        let is_legal = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if !self.alias.chars().all(is_legal) {
            let name = quoted(&self.name);
            return Err(invalid(format!("dependency {name} has disallowed characters in the alias")));
        }
        Ok(())
    }

    /// The name that values use.
    fn key(&self) -> &str {
        if self.alias.is_empty() { &self.name } else { &self.alias }
    }
}

impl Lock {
    pub(super) fn of(fields: &Map) -> Self {
        let mut lock = Self::default();
        take_text(fields, "generated", &mut lock.generated);
        take_text(fields, "digest", &mut lock.digest);
        lock.dependencies = fields.get("dependencies").and_then(Value::as_list).map(|items| {
            let read = items.iter().map(|item| {
                item.as_map().map(|fields| {
                    let mut dependency = Dependency::default();
                    dependency.take(fields);
                    dependency
                })
            });
            read.collect()
        });
        lock
    }
}

/// Checks the dependencies of a chart.
pub(super) fn validate(dependencies: &mut [Option<Dependency>]) -> Result<(), Error> {
    let mut seen: Vec<String> = Vec::new();
    for dependency in dependencies {
        let Some(dependency) = dependency else {
            return Err(invalid("dependencies must not contain empty or null nodes"));
        };
        dependency.validate()?;
        let key = dependency.key();
        if seen.iter().any(|other| other == key) {
            return Err(invalid(format!("more than one dependency with name or alias {}", quoted(key))));
        }
        seen.push(key.to_string());
    }
    Ok(())
}
