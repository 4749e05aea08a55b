//! `generators`: those that are built in, each with its own configuration.

use weir_yaml::Text;

use super::{Make, behavior, config_map, object, secret};
use crate::context::{Context, Here};
use crate::kustomization::{self, GeneratorOptions, Item};
use crate::plugin;
use crate::reader::Reader;
use crate::resource::Res;
use crate::resources::Resources;

pub(super) fn run(
    context: &mut Context<'_>,
    here: &Here<'_>,
    items: &[Item],
    origin: &str,
    resources: &mut Resources,
) {
    for config in plugin::load(context, here, items, origin) {
        let source = plugin::source(here, &config);
        let inner = Here { loader: here.loader, source: &source };
        let make: Make = match config.kind() {
            "ConfigMapGenerator" => config_map::make,
            "SecretGenerator" => secret::make,
            other => {
                context.report_at(&inner, &[], format!("not supported yet: generator {other}"));
                continue;
            }
        };
        let mut reader = Reader::lenient(&source);
        let mut generator = kustomization::secret(&mut reader, &config.object);
        std::mem::take(&mut reader.problems).into_iter().for_each(|problem| context.report(problem));
        for (own, given) in
            [(&mut generator.name, config.name()), (&mut generator.namespace, config.namespace())]
        {
            if own.is_empty() {
                *own = Text::from(given);
            }
        }
        let made = object(&inner, &generator, make, &GeneratorOptions::default());
        let absorbed = made.and_then(|(object, options)| {
            let mut resource = Res::new(object, config.place.clone());
            resource.needs_hash = !options.disable_name_suffix_hash;
            resource.behavior = behavior(&generator.behavior);
            resource.origin = plugin::origin(&config);
            resources.absorb(resource)
        });
        if let Err(message) = absorbed {
            context.report_at(&inner, &[], message);
        }
    }
}
