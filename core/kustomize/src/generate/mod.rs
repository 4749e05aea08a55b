//! Generators: config maps and secrets from literals and files, and charts.

pub(crate) mod charts;
mod config_map;
mod iam_policy;
mod pairs;
mod plugins;
mod secret;

use weir_yaml::{Map, Value};

use crate::context::{Context, Here};
use crate::fault::Fault;
use crate::kustomization::{Generator, GeneratorOptions, Kustomization};
use crate::objects;
use crate::origin::Way;
use crate::resource::{Behavior, Res};
use crate::resources::Resources;

type Make = fn(&Generator, Vec<(String, Vec<u8>)>) -> Value;

/// Runs all generators.
pub(crate) fn run(
    context: &mut Context<'_>,
    here: &Here<'_>,
    kustomization: &Kustomization,
    origin: &Way,
    resources: &mut Resources,
) {
    let kinds: [(&[Generator], Make, &str); 2] = [
        (&kustomization.config_maps, config_map::make, "ConfigMapGenerator"),
        (&kustomization.secrets, secret::make, "SecretGenerator"),
    ];
    let all = kinds.into_iter().flat_map(|(list, make, kind)| list.iter().map(move |one| (one, make, kind)));
    let all: Vec<_> = all.collect();
    let places = here.source.places(all.iter().map(|(generator, _, _)| generator.at.as_slice()));
    for ((generator, make, kind), place) in all.into_iter().zip(places) {
        let made = object(here, generator, make, &kustomization.generator_options);
        let absorbed = made.and_then(|(object, options)| {
            let mut resource = Res::new(object, Some(place));
            resource.needs_hash = !options.disable_name_suffix_hash;
            resource.behavior = behavior(&generator.behavior);
            resource.origin = context.builtin(here, kind, origin).map(Box::new);
            Ok(resources.absorb(resource)?)
        });
        if let Err(message) = absorbed {
            context.report_at(here, &generator.at, message);
        }
        context.record(&mut resources.list, kind, (here, &generator.at), None);
    }
    charts::run(context, here, &kustomization.charts, origin, resources);
    plugins::run(context, here, &kustomization.generators, origin, resources);
}

fn behavior(word: &str) -> Behavior {
    match word {
        "create" => Behavior::Create,
        "replace" => Behavior::Replace,
        "merge" => Behavior::Merge,
        _ => Behavior::Unspecified,
    }
}

fn object(
    here: &Here<'_>,
    generator: &Generator,
    make: Make,
    global: &GeneratorOptions,
) -> Result<(Value, GeneratorOptions), Fault> {
    if generator.name.is_empty() {
        return Err("a configmap must have a name".into());
    }
    let pairs = pairs::load(here, generator)?;
    let options = merged(&generator.options, global);
    let mut object = make(generator, pairs);
    object.set_at(&["metadata", "name"], generator.name.clone());
    objects::quote_texts(&mut object);
    if !generator.namespace.is_empty() {
        object.set_at(&["metadata", "namespace"], generator.namespace.clone());
    }
    for (field, map) in [("labels", &options.labels), ("annotations", &options.annotations)] {
        if !map.is_empty() {
            object.set_at(&["metadata", field], map.clone());
        }
    }
    if options.immutable {
        object.set_at(&["immutable"], true);
    }
    Ok((object, options))
}

/// The options of a generator win over those of all.
fn merged(own: &GeneratorOptions, global: &GeneratorOptions) -> GeneratorOptions {
    let over = |global: &Map, own: &Map| {
        let mut map = global.clone();
        map.extend(own.clone());
        map
    };
    GeneratorOptions {
        labels: over(&global.labels, &own.labels),
        annotations: over(&global.annotations, &own.annotations),
        disable_name_suffix_hash: own.disable_name_suffix_hash || global.disable_name_suffix_hash,
        immutable: own.immutable || global.immutable,
    }
}
