//! Generators and transformers that are objects of their own: written inline, in files or built by a kustomization.

use weir_files::RootedPath;

use crate::accumulate;
use crate::context::{Context, Here};
use crate::kustomization::Item;
use crate::objects;
use crate::origin::{Origin, Way};
use crate::resource::Res;
use crate::resources::Resources;
use crate::source::Source;

/// Reads all that a field lists. Programs, containers and scripts are refused.
pub(crate) fn load(context: &mut Context<'_>, here: &Here<'_>, items: &[Item], origin: &Way) -> Vec<Res> {
    let (mut found, mut paths) = (Resources::default(), Vec::new());
    for item in items {
        let Ok(inline) = objects::read(here.source.file.as_str(), &item.text) else {
            paths.push(item);
            continue;
        };
        for mut resource in inline {
            context.known.meet(&mut resource);
            resource.place = Some(here.source.place(&item.at));
            if context.tracks_origins {
                resource.origin = Some(Box::new(origin.append(here.source.file.name()).file()));
            }
            if let Err(message) = found.append(resource) {
                context.report_at(here, &item.at, message);
            }
        }
    }
    for item in paths {
        accumulate::resource(context, here, item, origin, &mut found);
    }
    // Configurations take the way through JSON.
    found.list.iter_mut().for_each(|resource| resource.object.forget_spelling());
    found.list.retain(|resource| is_builtin(context, here, resource));
    found.list
}

fn is_builtin(context: &mut Context<'_>, here: &Here<'_>, resource: &Res) -> bool {
    if resource.api_version() == "builtin" {
        return true;
    }
    let source = source(here, resource);
    let message = format!(
        "'{}' is not a builtin generator or transformer: programs, containers and scripts are not run",
        resource.id()
    );
    context.report_at(&Here { loader: here.loader, source: &source }, &[], message);
    false
}

/// Where the configuration stands, for messages.
pub(crate) fn source(here: &Here<'_>, resource: &Res) -> Source {
    let file = resource.place.as_ref().and_then(|place| RootedPath::new(&place.file).ok());
    Source::object(file.unwrap_or_else(|| here.source.file.clone()), resource.place.clone())
}

/// What the annotations of objects say of a configuration.
pub(crate) fn origin(resource: &Res) -> Option<Origin> {
    let by = [resource.api_version(), resource.kind(), resource.name(), resource.namespace()];
    Some(resource.origin.as_ref()?.by_plugin(by.map(Into::into)))
}
