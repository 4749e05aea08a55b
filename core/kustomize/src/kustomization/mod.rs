//! What a kustomization says, read and checked, with the deprecated fields moved to where they belong.

mod read;

use weir_manifest::field_spec::FieldSpec;
use weir_yaml::{Map, Text};

use crate::generate::charts::Chart;
use crate::select::Selector;
use crate::sort::SortOptions;
use crate::source::At;
use crate::transform::replacements::Replacement;
use crate::vars::Var;

pub(crate) use read::{field_spec, image, item, patch, read, replicas, secret};

/// A text and where it stands.
#[derive(Debug, Clone, Default)]
pub(crate) struct Item {
    pub(crate) text: Text,
    pub(crate) at: At,
}

/// A kustomization or component.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kustomization {
    pub(crate) is_component: bool,
    pub(crate) resources: Vec<Item>,
    pub(crate) components: Vec<Item>,
    pub(crate) namespace: Text,
    pub(crate) name_prefix: Text,
    pub(crate) name_suffix: Text,
    pub(crate) labels: Vec<Labels>,
    pub(crate) common_labels: Map,
    pub(crate) common_annotations: Map,
    pub(crate) patches: Vec<Patch>,
    pub(crate) patches_strategic: Vec<Item>,
    pub(crate) patches_json: Vec<Patch>,
    pub(crate) images: Vec<Image>,
    pub(crate) replicas: Vec<Replicas>,
    pub(crate) replacements: Vec<Replacement>,
    pub(crate) configurations: Vec<Item>,
    pub(crate) generators: Vec<Item>,
    pub(crate) transformers: Vec<Item>,
    pub(crate) config_maps: Vec<Generator>,
    pub(crate) secrets: Vec<Generator>,
    pub(crate) generator_options: GeneratorOptions,
    pub(crate) charts: Vec<Chart>,
    pub(crate) build_metadata: Vec<Text>,
    pub(crate) sort: Option<SortOptions>,
    pub(crate) vars: Vec<Var>,
    pub(crate) crds: Vec<Item>,
    pub(crate) validators: Vec<Item>,
    pub(crate) open_api: Option<OpenApiField>,
}

/// An entry of `labels`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Labels {
    pub(crate) pairs: Map,
    pub(crate) include_selectors: bool,
    pub(crate) include_templates: bool,
    pub(crate) fields: Vec<FieldSpec>,
    pub(crate) at: At,
}

/// An entry of `patches` or `patchesJson6902`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Patch {
    pub(crate) path: Text,
    pub(crate) patch: Text,
    pub(crate) target: Option<Selector>,
    pub(crate) may_change_name: bool,
    pub(crate) may_change_kind: bool,
    pub(crate) at: At,
}

/// An entry of `images`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Image {
    pub(crate) name: Text,
    pub(crate) new_name: Text,
    pub(crate) new_tag: Text,
    pub(crate) tag_suffix: Text,
    pub(crate) digest: Text,
    pub(crate) at: At,
}

/// An entry of `replicas`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Replicas {
    pub(crate) name: Text,
    pub(crate) count: i64,
    pub(crate) at: At,
}

/// An entry of `configMapGenerator` or `secretGenerator`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Generator {
    pub(crate) name: Text,
    pub(crate) namespace: Text,
    pub(crate) behavior: Text,
    pub(crate) literals: Vec<Text>,
    pub(crate) files: Vec<Text>,
    pub(crate) envs: Vec<Text>,
    pub(crate) options: GeneratorOptions,
    /// Of a secret; empty for the usual one.
    pub(crate) type_: Text,
    pub(crate) at: At,
}

/// What generators add to what they make.
#[derive(Debug, Clone, Default)]
pub(crate) struct GeneratorOptions {
    pub(crate) labels: Map,
    pub(crate) annotations: Map,
    pub(crate) disable_name_suffix_hash: bool,
    pub(crate) immutable: bool,
}

/// The field `openapi`.
#[derive(Debug, Clone, Default)]
pub(crate) struct OpenApiField {
    pub(crate) version: Option<Text>,
    pub(crate) path: Option<Text>,
    pub(crate) at: At,
}
