//! What kustomizations and configurations say of charts.

use weir_yaml::{Map, Text, Value};

use crate::reader::Reader;
use crate::source::At;

/// A chart to render.
#[derive(Debug, Clone, Default)]
pub(crate) struct Chart {
    pub(super) name: Text,
    pub(super) version: Text,
    pub(super) repo: Text,
    pub(super) release_name: Text,
    pub(super) namespace: Text,
    pub(super) values_file: Text,
    pub(super) more_values_files: Vec<Text>,
    pub(super) values_inline: Map,
    pub(super) values_merge: Text,
    pub(super) include_crds: bool,
    pub(super) skip_hooks: bool,
    pub(super) skip_tests: bool,
    pub(super) api_versions: Vec<Text>,
    pub(super) kube_version: Text,
    pub(super) name_template: Text,
    pub(super) devel: bool,
    /// The directory with charts, as it is written.
    pub(crate) home: Text,
    pub(super) at: At,
}

const GLOBALS: [&str; 2] = ["chartHome", "configHome"];

const FIELDS: [&str; 17] = [
    "name",
    "version",
    "repo",
    "releaseName",
    "namespace",
    "additionalValuesFiles",
    "valuesFile",
    "valuesInline",
    "valuesMerge",
    "includeCRDs",
    "skipHooks",
    "apiVersions",
    "kubeVersion",
    "nameTemplate",
    "skipTests",
    "debug",
    "devel",
];

const OLD_FIELDS: [&str; 13] = [
    "chartName",
    "chartVersion",
    "chartRepoUrl",
    "chartHome",
    "chartRepoName",
    "helmBin",
    "helmHome",
    "values",
    "valuesLocal",
    "valuesMerge",
    "releaseName",
    "releaseNamespace",
    "extraArgs",
];

/// Reads `helmCharts`.
pub(crate) fn charts(reader: &mut Reader<'_>, value: &Value) -> Vec<Chart> {
    reader.list(value, |reader, value| {
        let mut found = Chart { at: reader.at(), ..Chart::default() };
        reader.fields(value, &FIELDS, |reader, name, value| field(&mut found, reader, name, value));
        found
    })
}

/// Reads `helmGlobals`, and gives the directory with charts. Helm's configuration stays where Helm has it.
pub(crate) fn globals(reader: &mut Reader<'_>, value: &Value) -> Text {
    let mut home = Text::from("");
    reader.fields(value, &GLOBALS, |reader, name, value| {
        let text = reader.text(value);
        if name == "chartHome" {
            home = text;
        }
    });
    home
}

/// Reads the old list. The last directory with charts that it names is for all charts.
pub(crate) fn old_charts(reader: &mut Reader<'_>, value: &Value) -> (Vec<Chart>, Text) {
    let mut home = Text::from("");
    let charts = reader.list(value, |reader, value| {
        let mut found = Chart { at: reader.at(), ..Chart::default() };
        reader.fields(value, &OLD_FIELDS, |reader, name, value| match name {
            "chartName" => found.name = reader.text(value),
            "chartVersion" => found.version = reader.text(value),
            "chartRepoUrl" => found.repo = reader.text(value),
            "values" => found.values_file = reader.text(value),
            "valuesLocal" => found.values_inline = reader.any_map(value),
            "valuesMerge" => found.values_merge = reader.text(value),
            "releaseName" => found.release_name = reader.text(value),
            "chartHome" => {
                home = Some(reader.text(value)).filter(|new| !new.is_empty()).unwrap_or_else(|| home.clone())
            }
            // Kustomize takes these and has no use for them.
            "extraArgs" => _ = reader.texts(value),
            _ => _ = reader.text(value),
        });
        found
    });
    (charts, home)
}

/// Reads a configuration of its own.
pub(super) fn plugin(reader: &mut Reader<'_>, value: &Value) -> Chart {
    let mut found = Chart::default();
    let names: Vec<&str> = GLOBALS.into_iter().chain(FIELDS).collect();
    reader.fields(value, &names, |reader, name, value| match name {
        "chartHome" => found.home = reader.text(value),
        "configHome" => _ = reader.text(value),
        name => field(&mut found, reader, name, value),
    });
    found
}

fn field(found: &mut Chart, reader: &mut Reader<'_>, name: &str, value: &Value) {
    match name {
        "name" => found.name = reader.text(value),
        "version" => found.version = reader.text(value),
        "repo" => found.repo = reader.text(value),
        "releaseName" => found.release_name = reader.text(value),
        "namespace" => found.namespace = reader.text(value),
        "additionalValuesFiles" => found.more_values_files = reader.texts(value),
        "valuesFile" => found.values_file = reader.text(value),
        "valuesInline" => found.values_inline = reader.any_map(value),
        "valuesMerge" => found.values_merge = reader.text(value),
        "includeCRDs" => found.include_crds = reader.flag(value),
        "skipHooks" => found.skip_hooks = reader.flag(value),
        "apiVersions" => found.api_versions = reader.texts(value),
        "kubeVersion" => found.kube_version = reader.text(value),
        "nameTemplate" => found.name_template = reader.text(value),
        "skipTests" => found.skip_tests = reader.flag(value),
        "devel" => found.devel = reader.flag(value),
        // Nothing is told of the way that charts go.
        _ => _ = reader.flag(value),
    }
}
