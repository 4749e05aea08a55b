//! `transformers`: those that are built in, each with its own configuration.

use weir_manifest::field_spec::FieldSpec;
use weir_yaml::{Map, Text, Value};

use super::namespace::{Settings, Subjects};
use super::{Step, annotations, hash, images, labels, namespace, patch_json, patch_strategic, patches};
use super::{prefix_suffix, replacements, replicas, value_add};
use crate::context::{Context, Here};
use crate::kustomization::{self, Item};
use crate::origin::Way;
use crate::plugin;
use crate::reader::Reader;
use crate::resource::Res;
use crate::resources::Resources;
use crate::source::Step::Field;

pub(super) fn run(
    context: &mut Context<'_>,
    here: &Here<'_>,
    items: &[Item],
    origin: &Way,
    resources: &mut Resources,
) {
    for config in plugin::load(context, here, items, origin) {
        let source = plugin::source(here, &config);
        let inner = Here { loader: here.loader, source: &source };
        let mut step =
            Step { context, here: &inner, origin, by: plugin::origin(&config), resources, written: None };
        let mut reader = Reader::lenient(&source);
        let run = read(&mut reader, &config);
        if !reader.problems.is_empty() {
            let problems = std::mem::take(&mut reader.problems);
            problems.into_iter().for_each(|problem| step.context.report(problem));
            continue;
        }
        match run {
            Some(run) => run(&mut step),
            None => {
                let message = format!("unable to load builtin '{}': it is no transformer", config.id());
                step.context.report_at(&inner, &[], message);
            }
        }
        step.done(config.kind(), &[]);
    }
}

/// `validators`: transformers that must not change anything.
pub(super) fn validate(
    context: &mut Context<'_>,
    here: &Here<'_>,
    items: &[Item],
    origin: &Way,
    resources: &mut Resources,
) {
    if items.is_empty() {
        return;
    }
    let before = resources.clone();
    run(context, here, items, origin, resources);
    let is_same = |(one, other): (&Res, &Res)| {
        one.object == other.object
            && one.previous == other.previous
            && one.prefixes == other.prefixes
            && one.suffixes == other.suffixes
    };
    let changed = before.list.iter().zip(&resources.list).find(|(one, other)| !is_same((one, other)));
    let gone = before.list.get(resources.list.len());
    if let Some(resource) = changed.map(|(resource, _)| resource).or(gone) {
        let at = [Field("validators".into())];
        let message = format!("validator shouldn't modify the resource map: it changed {}", resource.id());
        context.report_at(here, &at, message);
    }
    *resources = before;
}

type Run = Box<dyn FnOnce(&mut Step<'_, '_>)>;

/// Reads a configuration and says what to do.
fn read(reader: &mut Reader<'_>, config: &Res) -> Option<Run> {
    let object = &config.object;
    Some(match config.kind() {
        "AnnotationsTransformer" => {
            let (entries, specs) =
                (field(reader, object, "annotations", Reader::text_map), specs(reader, object));
            Box::new(move |step| annotations::set(step, &entries.unwrap_or_default(), &specs))
        }
        "LabelTransformer" => {
            let (entries, specs) = (field(reader, object, "labels", Reader::text_map), specs(reader, object));
            Box::new(move |step| labels::set(step, &specs, &entries.unwrap_or_else(Map::new), &[]))
        }
        "HashTransformer" => Box::new(|step| hash::run(step.resources)),
        "ImageTagTransformer" => {
            let image = field(reader, object, "imageTag", kustomization::image).unwrap_or_default();
            let specs = specs(reader, object);
            Box::new(move |step| images::run_one(step, &image, &specs))
        }
        "ReplicaCountTransformer" => {
            let replica = field(reader, object, "replica", kustomization::replicas).unwrap_or_default();
            let specs = specs(reader, object);
            Box::new(move |step| replicas::run_one(step, &replica, &specs))
        }
        "NamespaceTransformer" => namespace(reader, object),
        "PrefixTransformer" | "SuffixTransformer" | "PrefixSuffixTransformer" => affixes(reader, config),
        "PatchTransformer" => {
            let patch = kustomization::patch(reader, object);
            Box::new(move |step| patches::run_one(step, &patch))
        }
        "PatchJson6902Transformer" => {
            let mut patch = kustomization::patch(reader, object);
            patch.patch = field(reader, object, "jsonOp", Reader::text).unwrap_or_default();
            Box::new(move |step| {
                if let Err(message) = patch_json::one(step, &patch) {
                    step.context.report_at(step.here, &[], message);
                }
            })
        }
        "PatchStrategicMergeTransformer" => {
            let list = |reader: &mut Reader<'_>, value: &Value| reader.list(value, kustomization::item);
            let mut items = field(reader, object, "paths", list).unwrap_or_default();
            items.extend(field(reader, object, "patches", kustomization::item));
            Box::new(move |step| patch_strategic::run_all(step, &items))
        }
        "ReplacementTransformer" => {
            let list = |reader: &mut Reader<'_>, value: &Value| reader.list(value, replacements::read);
            let all = field(reader, object, "replacements", list).unwrap_or_default();
            Box::new(move |step| replacements::run_all(step, &all))
        }
        "ValueAddTransformer" => {
            let add = value_add::read(reader, object);
            Box::new(move |step| value_add::run(step, add))
        }
        _ => return None,
    })
}

/// Reads one field of a configuration.
fn field<'s, T>(
    reader: &mut Reader<'s>,
    object: &Value,
    name: &'static str,
    read: impl Fn(&mut Reader<'s>, &Value) -> T,
) -> Option<T> {
    let mut found = None;
    reader.fields(object, &[name], |reader, _, value| found = Some(read(reader, value)));
    found
}

fn specs(reader: &mut Reader<'_>, object: &Value) -> Vec<FieldSpec> {
    let list = |reader: &mut Reader<'_>, value: &Value| reader.list(value, kustomization::field_spec);
    field(reader, object, "fieldSpecs", list).unwrap_or_default()
}

fn namespace(reader: &mut Reader<'_>, object: &Value) -> Run {
    let name = object.str_at(&["metadata", "namespace"]).unwrap_or("");
    let name = Text::from(name);
    let subjects = field(reader, object, "setRoleBindingSubjects", Reader::text).unwrap_or_default();
    let subjects = match &*subjects {
        "" | "defaultOnly" => Subjects::Default,
        "allServiceAccounts" => Subjects::Accounts,
        "none" => Subjects::None,
        other => {
            reader.problem(format!(
                "invalid value \"{other}\" for setRoleBindingSubjects: must be one of \"defaultOnly\", \"none\" or \
                 \"allServiceAccounts\""
            ));
            Subjects::None
        }
    };
    let unset_only = field(reader, object, "unsetOnly", Reader::flag).unwrap_or_default();
    let settings = Settings { specs: specs(reader, object), unset_only, subjects };
    Box::new(move |step| {
        if !name.is_empty() {
            namespace::run_with(step, &name, &settings);
        }
    })
}

fn affixes(reader: &mut Reader<'_>, config: &Res) -> Run {
    let mut affix = |name: &'static str, kind: &str| {
        let is_meant = [kind, "PrefixSuffixTransformer"].contains(&config.kind());
        is_meant.then(|| field(reader, &config.object, name, Reader::text).unwrap_or_default())
    };
    let (prefix, suffix) = (affix("prefix", "PrefixTransformer"), affix("suffix", "SuffixTransformer"));
    let specs = specs(reader, &config.object);
    if specs.is_empty() {
        reader.problem("fieldSpecs is not expected to be nil");
    }
    let none = Text::from("");
    Box::new(move |step| {
        for (prefix, suffix) in [(prefix.as_ref(), None), (None, suffix.as_ref())] {
            if prefix.or(suffix).is_some_and(|affix| !affix.is_empty()) {
                let (prefix, suffix) = (prefix.unwrap_or(&none), suffix.unwrap_or(&none));
                prefix_suffix::set(step, prefix, suffix, &specs, &[]);
            }
        }
    })
}
