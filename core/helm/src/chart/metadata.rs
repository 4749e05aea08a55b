//! Chart.yaml: what a chart says of itself, read and checked as Helm does.

use weir_semver::Version;
use weir_yaml::{Map, Value};

use super::dependency::{self, Dependency};
use crate::error::Error;
use crate::quote::{is_print, quoted};
use crate::typed::{Record, Shape};

/// Who cares for a chart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Maintainer {
    /// A person or an organisation.
    pub name: String,
    /// How to reach them.
    pub email: String,
    /// Where they are.
    pub url: String,
}

/// What Chart.yaml says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Metadata {
    /// The name of the chart, or its alias.
    pub name: String,
    /// A page about the project.
    pub home: String,
    /// Where the source code is.
    pub sources: Option<Vec<String>>,
    /// The version of the chart.
    pub version: String,
    /// One sentence.
    pub description: String,
    /// Words to find it by.
    pub keywords: Option<Vec<String>>,
    /// Who cares for it; none stands for an empty entry.
    pub maintainers: Option<Vec<Option<Maintainer>>>,
    /// URL of a picture.
    pub icon: String,
    /// `v1`, `v2` or `v3`.
    pub api_version: String,
    /// Of old; not looked at.
    pub condition: String,
    /// Of old; not looked at.
    pub tags: String,
    /// The version of what the chart installs.
    pub app_version: String,
    /// Not to be used any more.
    pub deprecated: bool,
    /// Whatever else there is to say, sorted by key.
    pub annotations: Option<Vec<(String, String)>>,
    /// Which versions of Kubernetes it needs.
    pub kube_version: String,
    /// The charts it needs; none stands for an empty entry.
    pub dependencies: Option<Vec<Option<Dependency>>>,
    /// `application`, `library` or nothing.
    pub kind: String,
}

static MAINTAINER: Record = Record {
    name: "Maintainer",
    type_name: "v2.Maintainer",
    fields: &[("name", Shape::Text), ("email", Shape::Text), ("url", Shape::Text)],
};

/// The struct that Helm reads Chart.yaml and requirements.yaml into.
pub(crate) static METADATA: Record = Record {
    name: "Metadata",
    type_name: "v2.Metadata",
    fields: &[
        ("name", Shape::Text),
        ("home", Shape::Text),
        ("sources", Shape::List("[]string", &Shape::Text)),
        ("version", Shape::Text),
        ("description", Shape::Text),
        ("keywords", Shape::List("[]string", &Shape::Text)),
        ("maintainers", Shape::List("[]*v2.Maintainer", &Shape::Record(&MAINTAINER))),
        ("icon", Shape::Text),
        ("apiVersion", Shape::Text),
        ("condition", Shape::Text),
        ("tags", Shape::Text),
        ("appVersion", Shape::Text),
        ("deprecated", Shape::Flag),
        ("annotations", Shape::Texts),
        ("kubeVersion", Shape::Text),
        ("dependencies", Shape::List("[]*v2.Dependency", &Shape::Record(&dependency::DEPENDENCY))),
        ("type", Shape::Text),
    ],
};

/// The text of a field, if it is there.
pub(super) fn take_text(fields: &Map, name: &str, into: &mut String) {
    if let Some(text) = fields.get(name).and_then(Value::as_str) {
        *into = text.to_string();
    }
}

/// The texts of a field, if it is there; null takes them away.
pub(super) fn take_texts(fields: &Map, name: &str, into: &mut Option<Vec<String>>) {
    match fields.get(name) {
        Some(Value::List(items)) => {
            *into = Some(items.iter().map(|item| item.as_str().unwrap_or_default().to_string()).collect());
        }
        Some(_) => *into = None,
        None => {}
    }
}

impl Maintainer {
    fn of(fields: &Map) -> Self {
        let mut maintainer = Self::default();
        take_text(fields, "name", &mut maintainer.name);
        take_text(fields, "email", &mut maintainer.email);
        take_text(fields, "url", &mut maintainer.url);
        maintainer
    }
}

impl Metadata {
    /// Takes over the fields that were read; the others stay as they are.
    pub(crate) fn take(&mut self, fields: &Map) {
        for (name, into) in [
            ("name", &mut self.name),
            ("home", &mut self.home),
            ("version", &mut self.version),
            ("description", &mut self.description),
            ("icon", &mut self.icon),
            ("apiVersion", &mut self.api_version),
            ("condition", &mut self.condition),
            ("tags", &mut self.tags),
            ("appVersion", &mut self.app_version),
            ("kubeVersion", &mut self.kube_version),
            ("type", &mut self.kind),
        ] {
            take_text(fields, name, into);
        }
        take_texts(fields, "sources", &mut self.sources);
        take_texts(fields, "keywords", &mut self.keywords);
        if let Some(flag) = fields.get("deprecated").and_then(Value::as_bool) {
            self.deprecated = flag;
        }
        if let Some(value) = fields.get("maintainers") {
            self.maintainers = value
                .as_list()
                .map(|items| items.iter().map(|item| item.as_map().map(Maintainer::of)).collect());
        }
        if let Some(value) = fields.get("annotations") {
            self.annotations = value.as_map().map(|map| {
                let entries = map.sorted().into_iter();
                entries
                    .map(|(key, value)| (key.to_string(), value.as_str().unwrap_or_default().to_string()))
                    .collect()
            });
        }
        if let Some(value) = fields.get("dependencies") {
            self.take_dependencies(value);
        }
    }

    /// Items are read over those that stand at their place already, as Go does.
    fn take_dependencies(&mut self, value: &Value) {
        let before = self.dependencies.take().unwrap_or_default();
        self.dependencies = value.as_list().map(|items| {
            let mut before = before.into_iter();
            let read = items.iter().map(|item| {
                let old = before.next().flatten();
                item.as_map().map(|fields| {
                    let mut dependency = old.unwrap_or_default();
                    dependency.take(fields);
                    dependency
                })
            });
            read.collect()
        });
    }

    /// The dependencies that are more than an empty entry.
    pub fn dependencies(&self) -> impl Iterator<Item = &Dependency> {
        self.dependencies.iter().flatten().flatten()
    }

    /// True for charts that only hold partials for others.
    pub fn is_library(&self) -> bool {
        self.kind.eq_ignore_ascii_case("library")
    }

    /// Makes texts fit to print, then says what is wrong.
    pub(crate) fn validate(&mut self) -> Result<(), Error> {
        for text in [
            &mut self.name,
            &mut self.description,
            &mut self.home,
            &mut self.icon,
            &mut self.condition,
            &mut self.tags,
            &mut self.app_version,
            &mut self.kube_version,
        ] {
            sanitize(text);
        }
        self.sources.iter_mut().flatten().for_each(sanitize);
        self.keywords.iter_mut().flatten().for_each(sanitize);
        self.validate_words()?;
        for maintainer in self.maintainers.iter_mut().flatten() {
            let Some(maintainer) = maintainer else {
                return Err(invalid("maintainers must not contain empty or null nodes"));
            };
            for text in [&mut maintainer.name, &mut maintainer.email, &mut maintainer.url] {
                sanitize(text);
            }
        }
        dependency::validate(self.dependencies.as_deref_mut().unwrap_or_default())
    }

    fn validate_words(&self) -> Result<(), Error> {
        let required = |text: &str, what: &str| {
            if text.is_empty() { Err(invalid(format!("chart.metadata.{what} is required"))) } else { Ok(()) }
        };
        required(&self.api_version, "apiVersion")?;
        required(&self.name, "name")?;
        if self.name == "." || self.name == ".." {
            return Err(invalid(format!("chart.metadata.name {} is not allowed", quoted(&self.name))));
        }
        if self.name.contains('/') {
            return Err(invalid(format!("chart.metadata.name {} is invalid", quoted(&self.name))));
        }
        required(&self.version, "version")?;
        if Version::parse(&self.version).is_err() {
            return Err(invalid(format!("chart.metadata.version {} is invalid", quoted(&self.version))));
        }
        if !matches!(self.kind.as_str(), "" | "application" | "library") {
            return Err(invalid("chart.metadata.type must be application or library"));
        }
        Ok(())
    }
}

/// What is wrong with a chart, as Helm marks it.
pub(super) fn invalid(message: impl std::fmt::Display) -> Error {
    Error::new(format!("validation: {message}"))
}

/// Makes all kinds of space a space and drops what cannot be printed.
pub(super) fn sanitize(text: &mut String) {
    if text.bytes().all(|byte| (b' '..0x7f).contains(&byte)) {
        return;
    }
    let clean = |c: char| match c {
        c if c.is_whitespace() => Some(' '),
        c => is_print(c).then_some(c),
    };
    *text = text.chars().filter_map(clean).collect();
}
