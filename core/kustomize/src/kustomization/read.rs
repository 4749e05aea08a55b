//! Reads a kustomization field by field.

use weir_files::Diagnostic;
use weir_manifest::field_spec::FieldSpec;
use weir_yaml::{Text, Value};

use super::{Generator, GeneratorOptions, Image, Item, Kustomization, Labels, OpenApiField, Patch, Replicas};
use crate::generate::charts::{self, Chart};
use crate::reader::Reader;
use crate::source::Source;
use crate::transform::replacements;
use crate::vars;

const FIELDS: &[&str] = &[
    "apiVersion",
    "kind",
    "metadata",
    "resources",
    "bases",
    "components",
    "namespace",
    "namePrefix",
    "nameSuffix",
    "labels",
    "commonLabels",
    "commonAnnotations",
    "patches",
    "patchesStrategicMerge",
    "patchesJson6902",
    "images",
    "imageTags",
    "replicas",
    "configMapGenerator",
    "secretGenerator",
    "generatorOptions",
    "buildMetadata",
    "sortOptions",
    "openapi",
    "replacements",
    "vars",
    "crds",
    "helmGlobals",
    "helmCharts",
    "helmChartInflationGenerator",
    "configurations",
    "generators",
    "transformers",
    "validators",
];

/// What is read beside the kustomization itself.
#[derive(Default)]
struct Rest {
    api_version: Text,
    kind: Text,
    bases: Vec<Item>,
    image_tags: Vec<Image>,
    /// The directory with charts, as `helmGlobals` says it.
    chart_home: Option<Text>,
    old_charts: Vec<Chart>,
    old_chart_home: Text,
    says_something: bool,
}

/// Reads a kustomization. Warnings are added; all errors are given.
pub(crate) fn read(
    value: &Value,
    source: &Source,
    warnings: &mut Vec<Diagnostic>,
) -> Result<Kustomization, Vec<Diagnostic>> {
    let mut reader = Reader::new(source);
    let (mut found, mut rest) = (Kustomization::default(), Rest::default());
    reader.fields(value, FIELDS, |reader, name, value| {
        rest.says_something |= !matches!(name, "apiVersion" | "kind");
        if let Some(instead) = instead_of(name) {
            let message = format!("'{name}' is deprecated. Please use '{instead}' instead.");
            warnings.push(Diagnostic::warning(message).at(source.place(&reader.at())));
        }
        field(&mut found, &mut rest, reader, name, value);
    });
    check_type(&mut found, &rest, &mut reader);
    if !rest.says_something && reader.problems.is_empty() {
        reader.problem("kustomization.yaml is empty");
    }
    found.resources.append(&mut rest.bases);
    found.images.append(&mut rest.image_tags);
    found.charts.append(&mut rest.old_charts);
    let home = rest.chart_home.unwrap_or(rest.old_chart_home);
    found.charts.iter_mut().for_each(|chart| chart.home = home.clone());
    if reader.problems.is_empty() { Ok(found) } else { Err(reader.problems) }
}

fn instead_of(field: &str) -> Option<&'static str> {
    Some(match field {
        "bases" => "resources",
        "imageTags" => "images",
        "patchesJson6902" | "patchesStrategicMerge" => "patches",
        "vars" => "replacements",
        "commonLabels" => "labels",
        _ => return None,
    })
}

fn check_type(found: &mut Kustomization, rest: &Rest, reader: &mut Reader<'_>) {
    let (kind, version) = match &*rest.kind {
        "" | "Kustomization" => ("Kustomization", "kustomize.config.k8s.io/v1beta1"),
        "Component" => ("Component", "kustomize.config.k8s.io/v1alpha1"),
        other => return reader.problem(format!("kind should be Kustomization or Component, not '{other}'")),
    };
    found.is_component = kind == "Component";
    if !rest.api_version.is_empty() && &*rest.api_version != version {
        reader.problem(format!("apiVersion for {kind} should be {version}, not '{}'", rest.api_version));
    }
}

fn field(found: &mut Kustomization, rest: &mut Rest, reader: &mut Reader<'_>, name: &str, value: &Value) {
    match name {
        "apiVersion" => rest.api_version = reader.text(value),
        "kind" => rest.kind = reader.text(value),
        "metadata" => metadata(reader, value),
        "resources" => found.resources = reader.list(value, item),
        "bases" => rest.bases = reader.list(value, item),
        "components" => found.components = reader.list(value, item),
        "namespace" => found.namespace = reader.text(value),
        "namePrefix" => found.name_prefix = reader.text(value),
        "nameSuffix" => found.name_suffix = reader.text(value),
        "labels" => found.labels = reader.list(value, labels),
        "commonLabels" => found.common_labels = reader.text_map(value),
        "commonAnnotations" => found.common_annotations = reader.text_map(value),
        "patches" => found.patches = reader.list(value, patch),
        "patchesJson6902" => found.patches_json = reader.list(value, patch),
        "patchesStrategicMerge" => found.patches_strategic = reader.list(value, item),
        "images" => found.images = reader.list(value, image),
        "imageTags" => rest.image_tags = reader.list(value, image),
        "replicas" => found.replicas = reader.list(value, replicas),
        "configurations" => found.configurations = reader.list(value, item),
        "generators" => found.generators = reader.list(value, item),
        "transformers" => found.transformers = reader.list(value, item),
        "replacements" => found.replacements = reader.list(value, replacements::read),
        "configMapGenerator" => found.config_maps = reader.list(value, generator),
        "secretGenerator" => found.secrets = reader.list(value, secret),
        "generatorOptions" => found.generator_options = generator_options(reader, value),
        "buildMetadata" => found.build_metadata = reader.list(value, build_metadata),
        "vars" => found.vars = reader.list(value, vars::read),
        "crds" => found.crds = reader.list(value, item),
        "validators" => found.validators = reader.list(value, item),
        "openapi" => found.open_api = Some(open_api(reader, value)),
        "sortOptions" => found.sort = Some(crate::sort::read(reader, value)),
        "helmGlobals" => rest.chart_home = Some(charts::globals(reader, value)),
        "helmCharts" => found.charts = charts::charts(reader, value),
        _ => (rest.old_charts, rest.old_chart_home) = charts::old_charts(reader, value),
    }
}

fn open_api(reader: &mut Reader<'_>, value: &Value) -> OpenApiField {
    let mut found = OpenApiField { at: reader.at(), ..OpenApiField::default() };
    for (key, value) in reader.text_map(value).iter() {
        let text = Text::from(value.as_str().unwrap_or(""));
        match key.as_str() {
            "version" => found.version = Some(text),
            "path" => found.path = Some(text),
            _ => {}
        }
    }
    found
}

fn metadata(reader: &mut Reader<'_>, value: &Value) {
    reader.fields(value, &["name", "namespace", "labels", "annotations"], |reader, name, value| match name {
        "labels" | "annotations" => {
            reader.text_map(value);
        }
        _ => {
            reader.text(value);
        }
    });
}

pub(crate) fn item(reader: &mut Reader<'_>, value: &Value) -> Item {
    Item { text: reader.text(value), at: reader.at() }
}

fn build_metadata(reader: &mut Reader<'_>, value: &Value) -> Text {
    reader.text(value)
}

fn labels(reader: &mut Reader<'_>, value: &Value) -> Labels {
    let mut found = Labels { at: reader.at(), ..Labels::default() };
    let names = ["pairs", "includeSelectors", "includeTemplates", "fields"];
    reader.fields(value, &names, |reader, name, value| match name {
        "pairs" => found.pairs = reader.text_map(value),
        "includeSelectors" => found.include_selectors = reader.flag(value),
        "includeTemplates" => found.include_templates = reader.flag(value),
        _ => found.fields = reader.list(value, field_spec),
    });
    found
}

pub(crate) fn field_spec(reader: &mut Reader<'_>, value: &Value) -> FieldSpec {
    let mut found = FieldSpec::from_value(&Value::Null);
    reader.fields(value, &["group", "version", "kind", "path", "create"], |reader, name, value| match name {
        "group" => found.gvk.group = reader.text(value),
        "version" => found.gvk.version = reader.text(value),
        "kind" => found.gvk.kind = reader.text(value),
        "path" => found.path = reader.text(value),
        _ => found.create = reader.flag(value),
    });
    found
}

pub(crate) fn patch(reader: &mut Reader<'_>, value: &Value) -> Patch {
    let mut found = Patch { at: reader.at(), ..Patch::default() };
    reader.fields(value, &["path", "patch", "target", "options"], |reader, name, value| match name {
        "path" => found.path = reader.text(value),
        "patch" => found.patch = reader.text(value),
        "target" => found.target = Some(crate::select::read(reader, value)),
        _ => reader.fields(value, &["allowNameChange", "allowKindChange"], |reader, name, value| {
            let flag = reader.flag(value);
            match name {
                "allowNameChange" => found.may_change_name = flag,
                _ => found.may_change_kind = flag,
            }
        }),
    });
    found
}

pub(crate) fn image(reader: &mut Reader<'_>, value: &Value) -> Image {
    let mut found = Image { at: reader.at(), ..Image::default() };
    let names = ["name", "newName", "newTag", "tagSuffix", "digest"];
    reader.fields(value, &names, |reader, name, value| {
        let text = reader.text(value);
        match name {
            "name" => found.name = text,
            "newName" => found.new_name = text,
            "newTag" => found.new_tag = text,
            "tagSuffix" => found.tag_suffix = text,
            _ => found.digest = text,
        }
    });
    found
}

pub(crate) fn replicas(reader: &mut Reader<'_>, value: &Value) -> Replicas {
    let mut found = Replicas { at: reader.at(), ..Replicas::default() };
    reader.fields(value, &["name", "count"], |reader, name, value| match name {
        "name" => found.name = reader.text(value),
        _ => found.count = reader.integer(value),
    });
    found
}

const GENERATOR: &[&str] =
    &["name", "namespace", "behavior", "literals", "files", "envs", "env", "options", "type"];

fn generator(reader: &mut Reader<'_>, value: &Value) -> Generator {
    // Only secrets have a type.
    let names = GENERATOR.split_last().map_or(GENERATOR, |(_, names)| names);
    generator_of(reader, value, names)
}

pub(crate) fn secret(reader: &mut Reader<'_>, value: &Value) -> Generator {
    generator_of(reader, value, GENERATOR)
}

fn generator_of(reader: &mut Reader<'_>, value: &Value, names: &[&'static str]) -> Generator {
    let mut found = Generator { at: reader.at(), ..Generator::default() };
    let mut env = Text::from("");
    reader.fields(value, names, |reader, name, value| match name {
        "name" => found.name = reader.text(value),
        "namespace" => found.namespace = reader.text(value),
        "behavior" => found.behavior = reader.text(value),
        "literals" => found.literals = reader.texts(value),
        "files" => found.files = reader.texts(value),
        "envs" => found.envs = reader.texts(value),
        "env" => env = reader.text(value),
        "type" => found.type_ = reader.text(value),
        _ => found.options = generator_options(reader, value),
    });
    if !env.is_empty() {
        found.envs.push(env);
    }
    found
}

fn generator_options(reader: &mut Reader<'_>, value: &Value) -> GeneratorOptions {
    let mut found = GeneratorOptions::default();
    let names = ["labels", "annotations", "disableNameSuffixHash", "immutable"];
    reader.fields(value, &names, |reader, name, value| match name {
        "labels" => found.labels = reader.text_map(value),
        "annotations" => found.annotations = reader.text_map(value),
        "disableNameSuffixHash" => found.disable_name_suffix_hash = reader.flag(value),
        _ => found.immutable = reader.flag(value),
    });
    found
}
