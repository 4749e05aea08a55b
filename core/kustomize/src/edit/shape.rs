//! The fields of a kustomization file, as `kustomize edit` reads and writes them back: names in their own capitals, null
//! and empty values left out.

use weir_files::Diagnostic;
use weir_yaml::{Map, Value};

use crate::source::{Source, Step};

/// What a field holds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    Text,
    /// A text that is written even if it is empty, where it is there.
    GivenText,
    Flag,
    Number,
    /// Texts by text.
    Texts,
    /// Whatever is written.
    Any,
    List(&'static Shape),
    /// Fields; nothing is written where the value is not there.
    Fields(&'static [Field]),
    /// Fields that are written even where the value is not there.
    Always(&'static [Field]),
}

/// A field.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    /// Written even where it is empty.
    is_kept: bool,
}

const fn field(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, is_kept: false }
}

const fn kept(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, is_kept: true }
}

const TEXTS: Shape = Shape::List(&Shape::Text);

/// All fields in the order in which new ones are written.
pub(super) const KUSTOMIZATION: &[Field] = &[
    field("apiVersion", Shape::Text),
    field("kind", Shape::Text),
    field("metadata", Shape::Fields(METADATA)),
    field("sortOptions", Shape::Fields(SORT_OPTIONS)),
    field("resources", TEXTS),
    field("bases", TEXTS),
    field("namePrefix", Shape::Text),
    field("nameSuffix", Shape::Text),
    field("namespace", Shape::Text),
    field("crds", TEXTS),
    field("commonLabels", Shape::Texts),
    field("labels", Shape::List(&Shape::Fields(LABELS))),
    field("commonAnnotations", Shape::Texts),
    field("patchesStrategicMerge", TEXTS),
    field("patchesJson6902", Shape::List(&Shape::Fields(PATCH))),
    field("patches", Shape::List(&Shape::Fields(PATCH))),
    field("configMapGenerator", Shape::List(&Shape::Fields(CONFIG_MAP))),
    field("secretGenerator", Shape::List(&Shape::Fields(SECRET))),
    field("helmCharts", Shape::List(&Shape::Fields(HELM_CHART))),
    field("helmChartInflationGenerator", Shape::List(&Shape::Fields(OLD_HELM_CHART))),
    field("helmGlobals", Shape::Fields(HELM_GLOBALS)),
    field("generatorOptions", Shape::Fields(GENERATOR_OPTIONS)),
    field("vars", Shape::List(&Shape::Fields(VAR))),
    field("images", Shape::List(&Shape::Fields(IMAGE))),
    field("replacements", Shape::List(&Shape::Fields(REPLACEMENT))),
    field("replicas", Shape::List(&Shape::Fields(REPLICA))),
    field("configurations", TEXTS),
    field("generators", TEXTS),
    field("transformers", TEXTS),
    field("validators", TEXTS),
    field("components", TEXTS),
    field("openapi", Shape::Texts),
    field("buildMetadata", TEXTS),
    field("imageTags", Shape::List(&Shape::Fields(IMAGE))),
];

const METADATA: &[Field] = &[
    field("name", Shape::Text),
    field("namespace", Shape::Text),
    field("labels", Shape::Texts),
    field("annotations", Shape::Texts),
];

const SORT_OPTIONS: &[Field] =
    &[field("order", Shape::Text), field("legacySortOptions", Shape::Fields(LEGACY_SORT))];

const LEGACY_SORT: &[Field] = &[kept("orderFirst", TEXTS), kept("orderLast", TEXTS)];

const LABELS: &[Field] = &[
    field("pairs", Shape::Texts),
    field("includeSelectors", Shape::Flag),
    field("includeTemplates", Shape::Flag),
    field("fields", Shape::List(&Shape::Fields(FIELD_SPEC))),
];

const FIELD_SPEC: &[Field] = &[
    field("group", Shape::Text),
    field("version", Shape::Text),
    field("kind", Shape::Text),
    field("path", Shape::Text),
    field("create", Shape::Flag),
];

const SELECTOR: &[Field] = &[
    field("group", Shape::Text),
    field("version", Shape::Text),
    field("kind", Shape::Text),
    field("name", Shape::Text),
    field("namespace", Shape::Text),
    field("annotationSelector", Shape::Text),
    field("labelSelector", Shape::Text),
];

const PATCH: &[Field] = &[
    field("path", Shape::Text),
    field("patch", Shape::Text),
    field("target", Shape::Fields(SELECTOR)),
    field("options", Shape::Fields(PATCH_OPTIONS)),
];

const PATCH_OPTIONS: &[Field] =
    &[field("allowNameChange", Shape::Flag), field("allowKindChange", Shape::Flag)];

const CONFIG_MAP: &[Field] = &[
    field("namespace", Shape::Text),
    field("name", Shape::Text),
    field("behavior", Shape::Text),
    field("literals", TEXTS),
    field("files", TEXTS),
    field("envs", TEXTS),
    field("env", Shape::Text),
    field("options", Shape::Fields(GENERATOR_OPTIONS)),
];

const SECRET: &[Field] = &[
    field("namespace", Shape::Text),
    field("name", Shape::Text),
    field("behavior", Shape::Text),
    field("literals", TEXTS),
    field("files", TEXTS),
    field("envs", TEXTS),
    field("env", Shape::Text),
    field("options", Shape::Fields(GENERATOR_OPTIONS)),
    field("type", Shape::Text),
];

const GENERATOR_OPTIONS: &[Field] = &[
    field("labels", Shape::Texts),
    field("annotations", Shape::Texts),
    field("disableNameSuffixHash", Shape::Flag),
    field("immutable", Shape::Flag),
];

const HELM_GLOBALS: &[Field] = &[field("chartHome", Shape::Text), field("configHome", Shape::Text)];

const HELM_CHART: &[Field] = &[
    field("name", Shape::Text),
    field("version", Shape::Text),
    field("repo", Shape::Text),
    field("releaseName", Shape::Text),
    field("namespace", Shape::Text),
    field("additionalValuesFiles", TEXTS),
    field("valuesFile", Shape::Text),
    field("valuesInline", Shape::Any),
    field("valuesMerge", Shape::Text),
    field("includeCRDs", Shape::Flag),
    field("skipHooks", Shape::Flag),
    field("apiVersions", TEXTS),
    field("kubeVersion", Shape::Text),
    field("nameTemplate", Shape::Text),
    field("skipTests", Shape::Flag),
    field("debug", Shape::Flag),
    field("devel", Shape::Flag),
];

const OLD_HELM_CHART: &[Field] = &[
    field("chartName", Shape::Text),
    field("chartVersion", Shape::Text),
    field("chartRepoUrl", Shape::Text),
    field("chartHome", Shape::Text),
    field("chartRepoName", Shape::Text),
    field("helmBin", Shape::Text),
    field("helmHome", Shape::Text),
    field("values", Shape::Text),
    field("valuesLocal", Shape::Any),
    field("valuesMerge", Shape::Text),
    field("releaseName", Shape::Text),
    field("releaseNamespace", Shape::Text),
    field("extraArgs", TEXTS),
];

const VAR: &[Field] = &[
    kept("name", Shape::Text),
    kept("objref", Shape::Always(VAR_OBJECT)),
    kept("fieldref", Shape::Always(&[field("fieldPath", Shape::Text)])),
];

const VAR_OBJECT: &[Field] = &[
    field("apiVersion", Shape::Text),
    field("group", Shape::Text),
    field("version", Shape::Text),
    field("kind", Shape::Text),
    kept("name", Shape::Text),
    field("namespace", Shape::Text),
];

const IMAGE: &[Field] = &[
    field("name", Shape::Text),
    field("newName", Shape::Text),
    field("tagSuffix", Shape::Text),
    field("newTag", Shape::Text),
    field("digest", Shape::Text),
];

const REPLACEMENT: &[Field] = &[
    field("source", Shape::Fields(REPLACEMENT_SOURCE)),
    field("targets", Shape::List(&Shape::Fields(REPLACEMENT_TARGET))),
    field("sourceValue", Shape::GivenText),
    field("path", Shape::Text),
];

const REPLACEMENT_SOURCE: &[Field] = &[
    field("group", Shape::Text),
    field("version", Shape::Text),
    field("kind", Shape::Text),
    field("name", Shape::Text),
    field("namespace", Shape::Text),
    field("fieldPath", Shape::Text),
    field("options", Shape::Fields(FIELD_OPTIONS)),
];

const REPLACEMENT_TARGET: &[Field] = &[
    kept("select", Shape::Fields(SELECTOR)),
    field("reject", Shape::List(&Shape::Fields(SELECTOR))),
    field("fieldPaths", TEXTS),
    field("options", Shape::Fields(FIELD_OPTIONS)),
];

const FIELD_OPTIONS: &[Field] = &[
    field("delimiter", Shape::Text),
    field("index", Shape::Number),
    field("encoding", Shape::Text),
    field("create", Shape::Flag),
];

const REPLICA: &[Field] = &[field("name", Shape::Text), kept("count", Shape::Number)];

/// The kustomization with the names of its fields in their own capitals, null and empty values left out, fields in the
/// order in which they are written.
pub(crate) fn read(value: &Value, source: &Source) -> Result<Map, Vec<Diagnostic>> {
    let mut reader = ShapeReader { source, path: Vec::new(), problems: Vec::new() };
    let read = reader.fields(value, KUSTOMIZATION);
    if reader.problems.is_empty() { Ok(read) } else { Err(reader.problems) }
}

/// A map in the order of these fields, without those that are empty.
pub(super) fn in_order(map: &Map, fields: &[Field]) -> Map {
    let mut ordered = Map::new();
    for field in fields {
        if let Some(value) =
            map.get(field.name).filter(|value| field.is_kept || !is_empty(value, field.shape))
        {
            ordered.insert(field.name, value.clone());
        }
    }
    ordered
}

/// True for what is not written. A pointer to fields is written even if it has none.
fn is_empty(value: &Value, shape: Shape) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty() && !matches!(shape, Shape::Any | Shape::GivenText),
        Value::Bool(flag) => !flag && !matches!(shape, Shape::Any),
        Value::Int(number) => *number == 0 && !matches!(shape, Shape::Any),
        Value::List(list) => list.is_empty(),
        Value::Map(map) => map.is_empty() && !matches!(shape, Shape::Fields(_) | Shape::Always(_)),
        _ => false,
    }
}

struct ShapeReader<'a> {
    source: &'a Source,
    path: Vec<Step>,
    problems: Vec<Diagnostic>,
}

impl ShapeReader<'_> {
    fn value(&mut self, value: &Value, shape: Shape) -> Value {
        match (shape, value) {
            (_, Value::Null) => empty(shape),
            (Shape::Text | Shape::GivenText, Value::String(_))
            | (Shape::Flag, Value::Bool(_))
            | (Shape::Number, Value::Int(_)) => value.clone(),
            (Shape::Any, _) => value.clone(),
            (Shape::Texts, Value::Map(map)) => {
                let mut texts = Map::new();
                for (key, value) in map {
                    self.path.push(Step::Field(key.text()));
                    texts.insert(key.clone(), self.value(value, Shape::Text));
                    self.path.pop();
                }
                Value::from(texts)
            }
            (Shape::List(item), Value::List(list)) => {
                let mut items = Vec::new();
                for (at, value) in list.iter().enumerate() {
                    self.path.push(Step::Item(at));
                    items.push(match (value, item) {
                        // What is null in a list of fields is one without any.
                        (Value::Null, Shape::Fields(fields)) => {
                            Value::from(self.fields(&Value::from(Map::new()), fields))
                        }
                        _ => self.value(value, *item),
                    });
                    self.path.pop();
                }
                Value::from(items)
            }
            (Shape::Fields(fields) | Shape::Always(fields), Value::Map(_)) => {
                Value::from(self.fields(value, fields))
            }
            _ => {
                self.wrong_kind(value, shape);
                Value::Null
            }
        }
    }

    fn fields(&mut self, value: &Value, fields: &'static [Field]) -> Map {
        let mut read = Map::new();
        for field in fields.iter().filter(|field| field.is_kept) {
            read.insert(field.name, empty(field.shape));
        }
        if !value.is_null() && value.as_map().is_none() {
            self.wrong_kind(value, Shape::Fields(fields));
        }
        for (key, value) in value.as_map().into_iter().flatten() {
            self.path.push(Step::Field(key.text()));
            let exact = fields.iter().find(|field| field.name == key.as_str());
            match exact.or_else(|| fields.iter().find(|field| field.name.eq_ignore_ascii_case(key))) {
                Some(field) => {
                    if !value.is_null() {
                        let value = self.value(value, field.shape);
                        read.insert(field.name, value);
                    }
                }
                None => self.problem(format!("invalid Kustomization: unknown field \"{key}\"")),
            }
            self.path.pop();
        }
        in_order(&read, fields)
    }

    fn wrong_kind(&mut self, value: &Value, shape: Shape) {
        let wanted = match shape {
            Shape::Text | Shape::GivenText => "a text",
            Shape::Flag => "true or false",
            Shape::Number => "a whole number",
            Shape::List(_) => "a list",
            Shape::Texts | Shape::Any | Shape::Fields(_) | Shape::Always(_) => "a map",
        };
        let name = self.path.iter().rev().find_map(|step| match step {
            Step::Field(name) => Some(name.to_string()),
            Step::Item(_) => None,
        });
        let what = name.map_or_else(|| "the document".to_string(), |name| format!("'{name}'"));
        self.problem(format!("invalid Kustomization: {what} should be {wanted}, not a {}", value.kind()));
    }

    fn problem(&mut self, message: String) {
        self.problems.push(Diagnostic::error(message).at(self.source.place(&self.path)));
    }
}

/// What a field holds that is not there.
fn empty(shape: Shape) -> Value {
    match shape {
        Shape::Text => Value::from(""),
        Shape::Flag => Value::Bool(false),
        Shape::Number => Value::Int(0),
        Shape::Always(fields) => {
            let mut map = Map::new();
            for field in fields.iter().filter(|field| field.is_kept) {
                map.insert(field.name, empty(field.shape));
            }
            Value::from(map)
        }
        Shape::GivenText | Shape::Texts | Shape::Any | Shape::List(_) | Shape::Fields(_) => Value::Null,
    }
}
