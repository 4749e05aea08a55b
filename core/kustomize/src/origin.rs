//! Where an object came from and what changed it, for the annotations that `buildMetadata` asks for.

use std::sync::Arc;

use weir_yaml::{Text, Value};

use crate::remote::url::RepositoryUrl;

/// The annotation of an origin.
pub(crate) const ORIGIN: &str = "config.kubernetes.io/origin";

/// Where an object or a transformer is written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Origin {
    /// The file of an object.
    pub(crate) path: Option<Text>,
    /// What to clone and which state of it, if it is not from here.
    repository: Option<Arc<(Text, Text)>>,
    /// The kustomization or configuration of a generator or transformer.
    pub(crate) configured_in: Option<Text>,
    /// Version, kind, name and namespace of that configuration.
    pub(crate) configured_by: Option<[Text; 4]>,
}

/// The way to a directory or file: from the directory that is built, or from the top of a repository.
#[derive(Debug, Clone, Default)]
pub(crate) struct Way {
    path: String,
    repository: Option<Arc<(Text, Text)>>,
}

impl Way {
    /// On along a path, or to what lies behind a URL.
    pub(crate) fn append(&self, path: &str) -> Self {
        let Ok(url) = RepositoryUrl::parse(path) else {
            return Self { path: joined(&self.path, path), repository: self.repository.clone() };
        };
        // The directory of a clone that kustomize has not made yet.
        let path = if url.dir.is_empty() { "notCloned" } else { &url.dir };
        let repository = (Text::from(&*url.clone), Text::from(&*url.reference));
        Self { path: joined("", path), repository: Some(Arc::new(repository)) }
    }

    /// The origin of objects in a file.
    pub(crate) fn file(self) -> Origin {
        Origin { path: Some(Text::from(self.path)), repository: self.repository, ..Origin::default() }
    }

    /// That of a generator or transformer that is a field of a kustomization.
    pub(crate) fn builtin(self, kind: &str) -> Origin {
        let by = ["builtin", kind, "", ""].map(Text::from);
        let (configured_in, configured_by) = (Some(Text::from(self.path)), Some(by));
        Origin { path: None, repository: self.repository, configured_in, configured_by }
    }
}

impl Origin {
    /// That of what a plug-in with this origin makes or changes.
    pub(crate) fn by_plugin(&self, by: [Text; 4]) -> Self {
        let (path, configured_in) = (None, self.path.clone());
        Self { path, repository: self.repository.clone(), configured_in, configured_by: Some(by) }
    }

    /// The lines of its YAML: fields stand in an order of their own, which no emitter of maps would keep.
    fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let (url, reference) = self.repository.as_deref().map(|(url, reference)| (url, reference)).unzip();
        let path = (self.path.as_ref(), self.configured_in.as_ref());
        let fields = [("path", path.0), ("repo", url), ("ref", reference), ("configuredIn", path.1)];
        for (key, text) in fields.into_iter().filter_map(|(key, text)| Some((key, text?))) {
            if text.is_empty() {
                continue;
            }
            lines.push(format!("{key}: {}", scalar(text)));
        }
        if let Some(by) = &self.configured_by {
            lines.push("configuredBy:".to_string());
            for (key, text) in ["apiVersion", "kind", "name", "namespace"].into_iter().zip(by) {
                if !text.is_empty() {
                    lines.push(format!("  {key}: {}", scalar(text)));
                }
            }
        }
        lines
    }
}

/// A text as it stands in YAML.
fn scalar(text: &Text) -> String {
    let yaml = weir_yaml::to_yaml_v3(&Value::String(text.clone()), 2, true).unwrap_or_default();
    yaml.trim_end_matches('\n').to_string()
}

/// The text of the annotation of one origin.
pub(crate) fn origin_text(origin: &Origin) -> String {
    origin.lines().iter().map(|line| format!("{line}\n")).collect()
}

/// The text of the annotation of several transformers.
pub(crate) fn transformations_text(all: &[Origin]) -> String {
    let mut text = String::new();
    for origin in all {
        for (at, line) in origin.lines().iter().enumerate() {
            text.push_str(if at == 0 { "- " } else { "  " });
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

/// A path relative to the directory that is built, as Go cleans it.
fn joined(base: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in base.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    if parts.is_empty() { ".".to_string() } else { parts.join("/") }
}
