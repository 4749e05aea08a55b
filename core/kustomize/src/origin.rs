//! Where an object came from and what changed it, for the annotations that `buildMetadata` asks for.

use weir_yaml::{Text, Value};

/// The annotation of an origin.
pub(crate) const ORIGIN: &str = "config.kubernetes.io/origin";

/// Where an object or a transformer is written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Origin {
    /// The file of an object.
    pub(crate) path: Option<Text>,
    /// The kustomization or configuration of a generator or transformer.
    pub(crate) configured_in: Option<Text>,
    /// Version, kind, name and namespace of that configuration.
    pub(crate) configured_by: Option<[Text; 4]>,
}

impl Origin {
    pub(crate) fn file(path: String) -> Self {
        Self { path: Some(Text::from(path)), ..Self::default() }
    }

    /// A generator or transformer that is a field of a kustomization.
    pub(crate) fn builtin(kind: &str, file: &str) -> Self {
        let by = ["builtin", kind, "", ""].map(Text::from);
        Self { configured_in: Some(Text::from(file)), configured_by: Some(by), ..Self::default() }
    }

    /// The lines of its YAML: fields stand in an order of their own, which no emitter of maps would keep.
    fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let fields = [("path", &self.path), ("configuredIn", &self.configured_in)];
        for (key, text) in fields.into_iter().filter_map(|(key, text)| Some((key, text.as_ref()?))) {
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
