//! `configurations`: field specs beside the default ones. Those of bases hold for their overlays too.

use std::sync::{Arc, LazyLock};

use weir_files::Diagnostic;
use weir_manifest::Gvk;
use weir_manifest::field_spec::{FieldSpec, merge_specs};
use weir_manifest::order::KUSTOMIZE_LEGACY;
use weir_yaml::{Dialect, Value};

use crate::context::{Context, Here};
use crate::kustomization::{Item, field_spec};
use crate::reader::Reader;
use crate::source::Source;
use crate::specs;

/// The fields that transformers change.
#[derive(Debug, Clone, Default)]
pub(crate) struct Configuration {
    pub(crate) name_prefix: Vec<FieldSpec>,
    pub(crate) name_suffix: Vec<FieldSpec>,
    pub(crate) namespace: Vec<FieldSpec>,
    pub(crate) common_labels: Vec<FieldSpec>,
    /// For all entries of `labels`.
    pub(crate) labels: Vec<FieldSpec>,
    pub(crate) template_labels: Vec<FieldSpec>,
    pub(crate) annotations: Vec<FieldSpec>,
    pub(crate) images: Vec<FieldSpec>,
    pub(crate) replicas: Vec<FieldSpec>,
    pub(crate) var_references: Vec<FieldSpec>,
    /// Beside the default ones: the kind that is referred to, and the fields that do so.
    pub(crate) name_references: Vec<(Gvk, Vec<FieldSpec>)>,
}

/// The default fields.
pub(crate) static DEFAULT: LazyLock<Arc<Configuration>> = LazyLock::new(|| {
    Arc::new(Configuration {
        name_prefix: specs::NAME.clone(),
        name_suffix: specs::NAME.clone(),
        namespace: specs::NAMESPACE.clone(),
        common_labels: specs::COMMON_LABELS.clone(),
        labels: Vec::new(),
        template_labels: specs::TEMPLATE_LABELS.clone(),
        annotations: specs::ANNOTATIONS.clone(),
        images: specs::IMAGES.clone(),
        replicas: specs::REPLICAS.clone(),
        var_references: specs::VAR_REFERENCES.clone(),
        name_references: Vec::new(),
    })
});

/// What a kustomization begins with.
pub(crate) static NOTHING: LazyLock<Arc<Configuration>> = LazyLock::new(Arc::default);

impl Configuration {
    /// Adds other fields; the same field must not be made in one and not in the other.
    pub(crate) fn merge(&mut self, other: &Self) -> Result<(), String> {
        let lists = [
            (&mut self.name_prefix, &other.name_prefix, "NamePrefix"),
            (&mut self.name_suffix, &other.name_suffix, "NameSuffix"),
            (&mut self.namespace, &other.namespace, "NameSpace"),
            (&mut self.common_labels, &other.common_labels, "CommonLabels"),
            (&mut self.labels, &other.labels, "Labels"),
            (&mut self.template_labels, &other.template_labels, "TemplateLabels"),
            (&mut self.annotations, &other.annotations, "CommonAnnotations"),
            (&mut self.images, &other.images, "Images"),
            (&mut self.var_references, &other.var_references, "VarReference"),
            (&mut self.replicas, &other.replicas, "Replicas"),
        ];
        for (own, more, name) in lists {
            merge_specs(own, more).map_err(|error| format!("failed to merge {name} fieldSpec: {error}"))?;
            // Sorted, as a field for some kinds that comes first stands for that of all kinds.
            own.sort_by_cached_key(|spec| {
                let part = |text: &str, nothing: &str| {
                    if text.is_empty() { nothing.to_string() } else { text.to_string() }
                };
                let gvk = &spec.gvk;
                let names = [part(&gvk.group, "~G"), part(&gvk.version, "~V"), part(&gvk.kind, "~K")];
                (KUSTOMIZE_LEGACY.rank(&gvk.kind), names.join("_"))
            });
        }
        for (target, fields) in &other.name_references {
            match self.name_references.iter_mut().find(|(own, _)| own == target) {
                Some((_, own)) => merge_specs(own, fields).map_err(|error| error.to_string())?,
                None => self.name_references.push((target.clone(), fields.clone())),
            }
        }
        Ok(())
    }
}

/// Adds a configuration to one that may be shared.
pub(crate) fn merge_shared(own: &mut Arc<Configuration>, other: &Arc<Configuration>) -> Result<(), String> {
    if Arc::ptr_eq(own, &NOTHING) && Arc::ptr_eq(other, &DEFAULT) {
        *own = Arc::clone(other);
    }
    if Arc::ptr_eq(own, other) || Arc::ptr_eq(other, &DEFAULT) {
        return Ok(());
    }
    Arc::make_mut(own).merge(other)
}

/// Reads the files of the field and adds what they say.
pub(crate) fn load(context: &mut Context<'_>, here: &Here<'_>, items: &[Item], own: &mut Arc<Configuration>) {
    let mut all = Arc::clone(&DEFAULT);
    let mut more = Configuration::default();
    for item in items {
        match read(here, item) {
            Err(problems) => context.report_all_through(here, &item.at, "in configuration", problems),
            Ok(found) => {
                if let Err(message) = more.merge(&found) {
                    context.report_at(here, &item.at, message);
                }
            }
        }
    }
    let Some(first) = items.first() else {
        return merge_shared(own, &all).unwrap_or_default();
    };
    let merged = Arc::make_mut(&mut all).merge(&more).and_then(|()| merge_shared(own, &all));
    if let Err(message) = merged {
        context.report_at(here, &first.at, message);
    }
}

fn read(here: &Here<'_>, item: &Item) -> Result<Configuration, Vec<Diagnostic>> {
    let (file, text) = here.loader.load_text(&item.text).map_err(|fault| vec![fault.problem()])?;
    let value = weir_yaml::first_from_yaml(&text, Dialect::SigsStrict)
        .map_err(|error| vec![error.diagnostic(file.as_str())])?;
    let source = Source::new(file, Some(&text));
    let mut reader = Reader::new(&source);
    let mut found = Configuration::default();
    reader.fields(&value, FIELDS, |reader, name, value| match name {
        "namePrefix" => found.name_prefix = list(reader, value),
        "nameSuffix" => found.name_suffix = list(reader, value),
        "namespace" => found.namespace = list(reader, value),
        "commonLabels" => found.common_labels = list(reader, value),
        "labels" => found.labels = list(reader, value),
        "templateLabels" => found.template_labels = list(reader, value),
        "commonAnnotations" => found.annotations = list(reader, value),
        "images" => found.images = list(reader, value),
        "replicas" => found.replicas = list(reader, value),
        "nameReference" => found.name_references = reader.list(value, name_reference),
        _ => found.var_references = list(reader, value),
    });
    if reader.problems.is_empty() { Ok(found) } else { Err(reader.problems) }
}

const FIELDS: &[&str] = &[
    "namePrefix",
    "nameSuffix",
    "namespace",
    "commonLabels",
    "labels",
    "templateLabels",
    "commonAnnotations",
    "images",
    "replicas",
    "nameReference",
    "varReference",
];

fn list(reader: &mut Reader<'_>, value: &Value) -> Vec<FieldSpec> {
    reader.list(value, field_spec)
}

fn name_reference(reader: &mut Reader<'_>, value: &Value) -> (Gvk, Vec<FieldSpec>) {
    let (mut target, mut fields) = (Gvk::new("", "", ""), Vec::new());
    reader.fields(value, &["group", "version", "kind", "fieldSpecs"], |reader, name, value| match name {
        "group" => target.group = reader.text(value),
        "version" => target.version = reader.text(value),
        "kind" => target.kind = reader.text(value),
        _ => fields = list(reader, value),
    });
    (target, fields)
}
