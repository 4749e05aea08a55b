//! What a chart says of itself as JSON: as `helm show chart` prints it, and as records of releases keep it.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use weir_yaml::{Map, Value};

use super::dependency::{Dependency, Lock};
use super::metadata::{Maintainer, Metadata};
use super::{Chart, File};

/// Go's time when there is none.
const NO_TIME: &str = "0001-01-01T00:00:00Z";

/// A map that leaves out what is empty.
#[derive(Default)]
struct Fields(Map);

impl Fields {
    fn text(&mut self, name: &str, text: &str) {
        if !text.is_empty() {
            self.0.insert(name, text);
        }
    }

    fn texts(&mut self, name: &str, texts: Option<&Vec<String>>) {
        self.list(name, texts.into_iter().flatten().map(|text| Value::from(text.as_str())));
    }

    fn list(&mut self, name: &str, items: impl Iterator<Item = Value>) {
        let items: Vec<_> = items.collect();
        if !items.is_empty() {
            self.0.insert(name, Value::from(items));
        }
    }

    fn flag(&mut self, name: &str, flag: bool) {
        if flag {
            self.0.insert(name, true);
        }
    }
}

impl Metadata {
    /// With the names of Chart.yaml, without what is empty.
    pub fn to_value(&self) -> Value {
        let mut fields = Fields::default();
        fields.text("name", &self.name);
        fields.text("home", &self.home);
        fields.texts("sources", self.sources.as_ref());
        fields.text("version", &self.version);
        fields.text("description", &self.description);
        fields.texts("keywords", self.keywords.as_ref());
        let maintainers = self.maintainers.iter().flatten();
        fields.list(
            "maintainers",
            maintainers.map(|one| one.as_ref().map_or(Value::Null, Maintainer::to_value)),
        );
        fields.text("icon", &self.icon);
        fields.text("apiVersion", &self.api_version);
        fields.text("condition", &self.condition);
        fields.text("tags", &self.tags);
        fields.text("appVersion", &self.app_version);
        fields.flag("deprecated", self.deprecated);
        if let Some(annotations) = self.annotations.as_ref().filter(|all| !all.is_empty()) {
            let mut annotations: Vec<_> =
                annotations.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
            annotations.sort_unstable();
            let annotations: Map = annotations.into_iter().collect();
            fields.0.insert("annotations", annotations);
        }
        fields.text("kubeVersion", &self.kube_version);
        let dependencies = self.dependencies.iter().flatten();
        fields.list(
            "dependencies",
            dependencies.map(|one| one.as_ref().map_or(Value::Null, Dependency::to_value)),
        );
        fields.text("type", &self.kind);
        Value::from(fields.0)
    }
}

impl Maintainer {
    fn to_value(&self) -> Value {
        let mut fields = Fields::default();
        fields.text("name", &self.name);
        fields.text("email", &self.email);
        fields.text("url", &self.url);
        Value::from(fields.0)
    }
}

impl Dependency {
    pub(super) fn to_value(&self) -> Value {
        let mut fields = Fields::default();
        fields.0.insert("name", self.name.as_str());
        fields.text("version", &self.version);
        fields.0.insert("repository", self.repository.as_str());
        fields.text("condition", &self.condition);
        fields.texts("tags", self.tags.as_ref());
        fields.flag("enabled", self.enabled);
        fields.list("import-values", self.import_values.iter().flatten().cloned());
        fields.text("alias", &self.alias);
        Value::from(fields.0)
    }
}

impl Lock {
    pub(super) fn to_value(&self) -> Value {
        let dependencies = self.dependencies.as_ref().map(|all| {
            all.iter().map(|one| one.as_ref().map_or(Value::Null, Dependency::to_value)).collect::<Vec<_>>()
        });
        let generated = if self.generated.is_empty() { NO_TIME } else { &self.generated };
        let mut fields = Map::new();
        fields.insert("generated", generated);
        fields.insert("digest", self.digest.as_str());
        fields.insert("dependencies", dependencies.map_or(Value::Null, Value::from));
        Value::from(fields)
    }
}

impl File {
    fn to_value(&self) -> Value {
        Value::from(Map::from_iter([
            ("name", Value::from(self.name.as_str())),
            ("data", Value::from(STANDARD.encode(&*self.data))),
        ]))
    }

    fn of(value: &Value) -> Option<Self> {
        let data = STANDARD.decode(value.str_at(&["data"]).unwrap_or_default()).ok()?;
        Some(Self { name: value.str_at(&["name"])?.to_string(), data: data.into() })
    }
}

fn files(files: &[File]) -> Value {
    Value::from(files.iter().map(File::to_value).collect::<Vec<_>>())
}

impl Chart {
    /// As records of releases keep it: without the charts in it.
    pub(crate) fn to_record(&self) -> Value {
        let mut fields = Map::new();
        fields.insert("metadata", self.metadata.to_value());
        fields.insert("lock", self.lock.as_ref().map_or(Value::Null, Lock::to_value));
        fields.insert("templates", files(&self.templates));
        fields.insert("values", self.values.clone().map_or(Value::Null, Value::from));
        fields.insert(
            "schema",
            self.schema.as_ref().map_or(Value::Null, |text| Value::from(STANDARD.encode(text))),
        );
        fields.insert("schemamodtime", NO_TIME);
        fields.insert("files", files(&self.files));
        Value::from(fields)
    }

    /// As it stands in a record.
    pub(crate) fn from_record(value: &Value) -> Self {
        let mut chart = Self::default();
        if let Some(fields) = value.get("metadata").and_then(Value::as_map) {
            chart.metadata.take(fields);
        }
        chart.lock = value.get("lock").and_then(Value::as_map).map(Lock::of);
        let files = |name: &str| {
            let items = value.get(name).and_then(Value::as_list).unwrap_or_default();
            Arc::new(items.iter().filter_map(File::of).collect())
        };
        chart.templates = files("templates");
        chart.files = files("files");
        chart.values = value.get("values").and_then(Value::as_map).cloned();
        chart.schema = value.str_at(&["schema"]).and_then(|text| STANDARD.decode(text).ok()).map(Arc::from);
        chart
    }
}
