//! `generators`: those that are built in, each with its own configuration.

use weir_yaml::Text;

use super::{Make, behavior, charts, config_map, iam_policy, object, secret};
use crate::context::{Context, Here};
use crate::fault::Fault;
use crate::kustomization::{self, GeneratorOptions, Item};
use crate::origin::Way;
use crate::plugin;
use crate::reader::Reader;
use crate::resource::Res;
use crate::resources::Resources;

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
        let mut reader = Reader::lenient(&source);
        let made = match config.kind() {
            charts::KIND => charts::of_plugin(context, &mut reader, &inner, &config),
            _ => made(&mut reader, &inner, &config).map(|made| vec![made]).map_err(Fault::from),
        };
        let problems = std::mem::take(&mut reader.problems);
        problems.into_iter().for_each(|problem| context.report(problem));
        let absorbed = made.and_then(|made| {
            made.into_iter().try_for_each(|mut resource| {
                resource.origin = plugin::origin(&config).map(Box::new);
                Ok(resources.absorb(resource)?)
            })
        });
        if let Err(message) = absorbed {
            context.report_at(&inner, &[], message);
        }
        context.record(&mut resources.list, config.kind(), (&inner, &[]), None);
    }
}

/// What one configuration makes.
fn made(reader: &mut Reader<'_>, here: &Here<'_>, config: &Res) -> Result<Res, String> {
    let make: Make = match config.kind() {
        "ConfigMapGenerator" => config_map::make,
        "SecretGenerator" => secret::make,
        "IAMPolicyGenerator" => {
            return iam_policy::make(reader, &config.object)
                .map(|object| Res::new(object, config.place.clone()));
        }
        _ => return Err(format!("unable to load builtin '{}': it is no generator", config.id())),
    };
    let mut generator = kustomization::secret(reader, &config.object);
    for (own, given) in [(&mut generator.name, config.name()), (&mut generator.namespace, config.namespace())]
    {
        if own.is_empty() {
            *own = Text::from(given);
        }
    }
    let (object, options) = object(here, &generator, make, &GeneratorOptions::default())?;
    let mut resource = Res::new(object, config.place.clone());
    resource.needs_hash = !options.disable_name_suffix_hash;
    resource.behavior = behavior(&generator.behavior);
    Ok(resource)
}
