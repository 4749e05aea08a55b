//! Rules for templates and for what they give, and for the definitions in crds/.

use std::collections::HashMap;
use std::sync::Arc;

use weir_yaml::{Map, Value};

use super::{Linter, Severity, deprecated, names};
use crate::capabilities::{Capabilities, KubeVersion};
use crate::quote::quoted;
use crate::render::{Options, Release, lint_render};
use crate::typed::{self, Record, Shape};
use crate::{path, values};

const DIRECTORY: &str = "templates/";
const CRDS: &str = "crds/";

static METADATA: Record = Record {
    name: "k8sYamlMetadata",
    type_name: "rules.k8sYamlMetadata",
    fields: &[("Namespace", Shape::Text), ("Name", Shape::Text)],
};

/// What the linter reads of an object.
static OBJECT: Record = Record {
    name: "k8sYamlStruct",
    type_name: "rules.k8sYamlStruct",
    fields: &[("apiVersion", Shape::Text), ("Kind", Shape::Text), ("Metadata", Shape::Record(&METADATA))],
};

struct Object {
    api_version: String,
    kind: String,
    name: String,
}

impl Object {
    fn of(fields: &Map) -> Self {
        let text =
            |map: &Map, name: &str| map.get(name).and_then(Value::as_str).unwrap_or_default().to_string();
        let metadata = fields.get("Metadata").and_then(Value::as_map);
        Self {
            api_version: text(fields, "apiVersion"),
            kind: text(fields, "Kind"),
            name: metadata.map(|metadata| text(metadata, "Name")).unwrap_or_default(),
        }
    }
}

pub(super) fn lint(linter: &mut Linter<'_>) {
    let is_directory = match linter.is_directory("templates") {
        None => Err((Severity::Warning, "directory does not exist")),
        Some(false) => Err((Severity::Error, "not a directory")),
        Some(true) => Ok(()),
    };
    if let Err((severity, problem)) = is_directory {
        linter.rule(severity, DIRECTORY, Err(problem.to_string()));
        return;
    }
    let chart = match linter.chart() {
        Ok(chart) => chart,
        Err(error) => {
            linter.rule(Severity::Error, DIRECTORY, Err(error));
            return;
        }
    };
    let mut capabilities = Capabilities::default();
    if let Some(version) = linter.what.kube_version {
        capabilities.kube_version = version.clone();
    }
    let options = Options {
        capabilities: Arc::new(capabilities),
        skip_schema_validation: linter.what.skip_schema_validation,
        remote_schemas: linter.what.remote_schemas.clone(),
        lint: true,
        ..Options::default()
    };
    let release = Release {
        name: "test-release".to_string(),
        namespace: linter.what.namespace.to_string(),
        revision: 0,
        is_upgrade: false,
        is_install: false,
    };
    let warnings = &mut linter.linted.warnings;
    let rendered = lint_render(&chart, linter.what.values, &release, &options, linter.what.world, warnings);
    let files = match rendered {
        // Values that do not go with the dependencies end the rule without a word.
        None => return,
        Some(Err(error)) => {
            linter.rule(Severity::Error, DIRECTORY, Err(error.message));
            return;
        }
        Some(Ok(files)) => files.into_iter().collect::<HashMap<_, _>>(),
    };
    for template in chart.templates.iter() {
        linter.rule(Severity::Error, &template.name, extension(&template.name));
        let extension = path::extension(&template.name).to_lowercase();
        let Some(text) = files.get(&path::join(chart.name(), &template.name)) else { continue };
        if matches!(extension.as_str(), ".yaml" | ".yml")
            && !text.trim().is_empty()
            && !linter.objects(&template.name, text)
        {
            return;
        }
    }
}

fn extension(name: &str) -> Result<(), String> {
    match path::extension(name) {
        ".yaml" | ".yml" | ".tpl" | ".txt" => Ok(()),
        other => Err(format!(
            "file extension '{other}' not valid. Valid extensions are .yaml, .yml, .tpl, or .txt"
        )),
    }
}

fn top_indent(text: &str) -> Result<(), String> {
    match text.lines().find(|line| !line.trim().is_empty()) {
        Some(line) if line.starts_with([' ', '\t']) => Err(format!(
            "document starts with an illegal indent: {}, which may cause parsing problems",
            quoted(line)
        )),
        _ => Ok(()),
    }
}

/// The objects of a stream as far as they can be read, and why not further.
fn documents(text: &[u8]) -> (Vec<Object>, Result<(), String>) {
    let mut objects = Vec::new();
    let (parts, problem) = values::documents_so_far(text);
    for part in parts {
        match typed::read(&part, &OBJECT).and_then(typed::Read::whole_or_nothing) {
            Ok(Some(fields)) => objects.push(Object::of(&fields)),
            Ok(None) => {}
            Err(error) => return (objects, Err(format!("unable to parse YAML: {error}"))),
        }
    }
    (objects, problem.map_or(Ok(()), |problem| Err(format!("unable to parse YAML: {problem}"))))
}

impl Linter<'_> {
    /// Rules for the objects that a template gives; false where it gives something else.
    fn objects(&mut self, file: &str, text: &str) -> bool {
        self.rule(Severity::Warning, file, top_indent(text));
        let (objects, problem) = documents(text.as_bytes());
        let kubernetes = self.what.kube_version.cloned().unwrap_or_default();
        for object in &objects {
            self.rule(Severity::Warning, file, names::check(&object.kind, &object.name));
            self.rule(Severity::Warning, file, not_deprecated(object, &kubernetes));
            self.rule(Severity::Error, file, has_selector(object, text));
            self.rule(Severity::Error, file, list_annotations(object, text));
        }
        self.rule(Severity::Error, file, problem)
    }
}

fn not_deprecated(object: &Object, kubernetes: &KubeVersion) -> Result<(), String> {
    let number = |text: &str| text.parse().unwrap_or_default();
    let kubernetes = (number(&kubernetes.major), number(&kubernetes.minor));
    match deprecated::words(&object.api_version, &object.kind, kubernetes) {
        Some(words) => Err(words),
        None => Ok(()),
    }
}

fn has_selector(object: &Object, text: &str) -> Result<(), String> {
    let needs_one = matches!(object.kind.as_str(), "Deployment" | "ReplicaSet" | "DaemonSet" | "StatefulSet");
    if !needs_one || text.contains("matchLabels") || text.contains("matchExpressions") {
        return Ok(());
    }
    let (kind, name) = (&object.kind, quoted(&object.name));
    Err(format!("a {kind} must contain matchLabels or matchExpressions, and {name} does not"))
}

fn list_annotations(object: &Object, text: &str) -> Result<(), String> {
    if object.kind != "List" {
        return Ok(());
    }
    let list = weir_yaml::first_from_yaml(text, weir_yaml::Dialect::Sigs).unwrap_or_default();
    let items = list.get("items").and_then(Value::as_list).unwrap_or_default();
    let is_kept = |item: &Value| item.at(&["metadata", "annotations", "helm.sh/resource-policy"]).is_some();
    if items.iter().any(is_kept) {
        return Err("annotation 'helm.sh/resource-policy' within List objects are ignored".to_string());
    }
    Ok(())
}

pub(super) fn lint_crds(linter: &mut Linter<'_>) {
    match linter.is_directory("crds") {
        None => return,
        Some(false) => {
            linter.rule(Severity::Error, CRDS, Err("not a directory".to_string()));
            return;
        }
        Some(true) => {}
    }
    let chart = match linter.chart() {
        Ok(chart) => chart,
        Err(error) => {
            linter.rule(Severity::Error, CRDS, Err(error));
            return;
        }
    };
    for crd in chart.crds() {
        let (objects, problem) = documents(&crd.data);
        for object in &objects {
            if !object.api_version.starts_with("apiextensions.k8s.io") {
                let problem = "apiVersion is not in 'apiextensions.k8s.io'".to_string();
                linter.rule(Severity::Error, &crd.name, Err(problem));
            }
            if object.kind != "CustomResourceDefinition" {
                let problem = "object kind is not 'CustomResourceDefinition'".to_string();
                linter.rule(Severity::Error, &crd.name, Err(problem));
            }
        }
        if !linter.rule(Severity::Error, &crd.name, problem) {
            return;
        }
    }
}
