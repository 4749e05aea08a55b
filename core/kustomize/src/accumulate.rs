//! Carries out one kustomization: resources, generators, components, then transformers, in kustomize's order.

use weir_files::{Diagnostic, Frame, RootedPath};
use weir_yaml::{Dialect, Value};

use crate::context::{Context, Here};
use crate::fault::{Fault, hint_for_yaml};
use crate::history::{self, Cause};
use crate::kustomization::{Item, Kustomization};
use crate::loader::{Loader, Target, text_in};
use crate::origin::Way;
use crate::resource::Res;
use crate::resources::Resources;
use crate::source::Source;
use crate::{configuration, crds, generate, kustomization, objects, transform, vars};

/// A kustomization that was read.
pub(crate) struct Loaded {
    pub(crate) kustomization: Kustomization,
    pub(crate) source: Source,
}

/// Reads the kustomization of a directory, or takes the one that is given.
pub(crate) fn load(
    context: &mut Context<'_>,
    loader: &Loader,
    given: Option<&Value>,
) -> Result<Loaded, Vec<Diagnostic>> {
    let (source, value) = match given {
        Some(value) => (Source::new(given_file(loader), None), value.clone()),
        None => read(loader)?,
    };
    let kustomization = kustomization::read(&value, &source, &mut context.warnings)?;
    Ok(Loaded { kustomization, source })
}

/// What is given stands for the file that is there or would be.
fn given_file(loader: &Loader) -> RootedPath {
    loader.kustomization_file().unwrap_or_else(|_| loader.dir.child("kustomization.yaml"))
}

fn read(loader: &Loader) -> Result<(Source, Value), Vec<Diagnostic>> {
    let file = loader.kustomization_file().map_err(|fault| vec![fault.problem()])?;
    let text = loader
        .read_text(&file)
        .map_err(|fault| vec![fault.problem().at(weir_files::Place::file(file.as_str()))])?;
    let value = weir_yaml::first_from_yaml(&text, Dialect::Sigs).map_err(|error| {
        let mut problem = error.diagnostic(file.as_str());
        let hint = hint_for_yaml(&problem.message);
        problem.message = format!("invalid Kustomization: {}", problem.message);
        problem.hints.extend(hint.map(Into::into));
        vec![problem]
    })?;
    Ok((Source::new(file, Some(&text)), value))
}

/// The objects of a kustomization. A component begins with those of its parent.
pub(crate) fn carry_out(
    context: &mut Context<'_>,
    loader: &Loader,
    loaded: &Loaded,
    given: Resources,
    origin: &Way,
) -> Resources {
    let here = Here { loader, source: &loaded.source };
    let mut resources = given;
    let above = context.namespace.clone();
    if !loaded.kustomization.namespace.is_empty() {
        context.namespace.clone_from(&loaded.kustomization.namespace);
    }
    for item in &loaded.kustomization.resources {
        resource(context, &here, item, origin, &mut resources);
    }
    configuration::load(context, &here, &loaded.kustomization.configurations, &mut resources.configuration);
    crds::load(context, &here, &loaded.kustomization.crds, &mut resources.configuration);
    generate::run(context, &here, &loaded.kustomization, origin, &mut resources);
    for item in &loaded.kustomization.components {
        resources = component(context, &here, item, origin, resources);
    }
    transform::run(context, &here, &loaded.kustomization, origin, &mut resources);
    vars::add(context, &here, &loaded.kustomization.vars, &mut resources);
    context.namespace = above;
    resources
}

pub(crate) fn resource(
    context: &mut Context<'_>,
    here: &Here<'_>,
    item: &Item,
    origin: &Way,
    resources: &mut Resources,
) {
    match here.loader.target(&item.text) {
        Err(fault) => {
            let problem = fault.within("accumulating resources").problem();
            let problem = problem.at(here.source.place(&item.at));
            context.report(match here.loader.similar(&item.text) {
                Some(path) => problem.hint(format!("did you mean '{path}'?")),
                None => problem,
            });
        }
        Ok(Target::File(path)) => file(context, here, item, &path, origin, resources),
        Ok(Target::Remote) => remote(context, here, item, origin, resources),
        Ok(Target::Directory(path)) => {
            let loader = here.loader.enter(path);
            base(context, here, item, loader, origin, resources);
        }
    }
}

/// A file behind a URL, or a directory in a repository.
fn remote(context: &mut Context<'_>, here: &Here<'_>, item: &Item, origin: &Way, resources: &mut Resources) {
    match here.loader.remote_text(&item.text) {
        Some(Ok((path, text))) => {
            let found = objects::read(path.as_str(), &text);
            drop(text);
            add(context, here, item, found, origin, resources);
        }
        Some(Err(fault)) => context.report_at(here, &item.at, fault.within("accumulating resources")),
        None => {
            let loader = here.loader.enter_repository(&item.text);
            base(context, here, item, loader, origin, resources);
        }
    }
}

/// The objects of another kustomization.
fn base(
    context: &mut Context<'_>,
    here: &Here<'_>,
    item: &Item,
    loader: Result<Loader, Fault>,
    origin: &Way,
    resources: &mut Resources,
) {
    let Some((loader, loaded)) = enter(context, here, item, loader, false) else { return };
    context.trail.push(Frame { what: "in base".to_string(), place: here.source.place(&item.at) });
    let inner = origin.append(&item.text);
    let found = carry_out(context, &loader, &loaded, Resources::default(), &inner);
    context.trail.pop();
    let merged = configuration::merge_shared(&mut resources.configuration, &found.configuration);
    if let Err(message) = merged {
        context.report_at(here, &item.at, message);
    }
    for var in &found.vars {
        if let Err(message) = vars::insert(&mut resources.vars, var) {
            context.report_at(here, &item.at, message);
        }
    }
    for (place, message) in resources.append_all(found.list) {
        let problem = Diagnostic::error(message).at(here.source.place(&item.at));
        context.report(match place {
            Some(place) => problem.through("the second of them", place),
            None => problem,
        });
    }
}

fn file(
    context: &mut Context<'_>,
    here: &Here<'_>,
    item: &Item,
    path: &RootedPath,
    origin: &Way,
    resources: &mut Resources,
) {
    let bytes = here.loader.read(path);
    let text = bytes.and_then(|bytes| Ok(objects::read(path.as_str(), text_in(path, &bytes)?)));
    match text {
        Ok(found) => add(context, here, item, found, origin, resources),
        Err(fault) => context.report_at(here, &item.at, fault.within("accumulating resources")),
    }
}

fn add(
    context: &mut Context<'_>,
    here: &Here<'_>,
    item: &Item,
    found: Result<Vec<Res>, Vec<Diagnostic>>,
    origin: &Way,
    resources: &mut Resources,
) {
    match found {
        Err(problems) => context.report_all_through(here, &item.at, "in resource", problems),
        Ok(mut found) => {
            let cause = context.options.explain.then(|| Cause::new("Resource", here.source, &item.at));
            for resource in &mut found {
                context.known.meet(resource);
                if let Some(cause) = &cause {
                    let written = resource.place.clone();
                    history::record(std::slice::from_mut(resource), cause, written.as_ref());
                }
                if context.tracks_origins {
                    resource.origin = Some(Box::new(origin.append(&item.text).file()));
                }
            }
            for (place, message) in resources.append_all(found) {
                let problem = Diagnostic::error(message);
                let problem = match place {
                    Some(place) => problem.at(place),
                    None => problem,
                };
                context.report_all_through(here, &item.at, "in resource", vec![problem]);
            }
        }
    }
}

/// Components have no objects of their own: they change those of their parent.
fn component(
    context: &mut Context<'_>,
    here: &Here<'_>,
    item: &Item,
    origin: &Way,
    resources: Resources,
) -> Resources {
    let inner = match here.loader.target(&item.text) {
        Ok(Target::Directory(path)) => here.loader.enter(path),
        Ok(Target::Remote) => here.loader.enter_repository(&item.text),
        Ok(Target::File(path)) => {
            context.report_at(here, &item.at, format!("component '{path}' is not a directory"));
            return resources;
        }
        Err(fault) => {
            context.report_at(here, &item.at, fault.within("accumulating components"));
            return resources;
        }
    };
    let Some((loader, loaded)) = enter(context, here, item, inner, true) else { return resources };
    context.trail.push(Frame { what: "in component".to_string(), place: here.source.place(&item.at) });
    let inner = origin.append(&item.text);
    let mut resources = carry_out(context, &loader, &loaded, resources, &inner);
    context.trail.pop();
    if let Some(resource) = resources.find_duplicate().and_then(|at| resources.list.get(at)) {
        let message = format!("may not add resource with an already registered id: {}", resource.id());
        context.report_at(here, &item.at, message);
    }
    resources
}

/// Reads the kustomization of another directory.
fn enter(
    context: &mut Context<'_>,
    here: &Here<'_>,
    item: &Item,
    loader: Result<Loader, Fault>,
    as_component: bool,
) -> Option<(Loader, Loaded)> {
    let what = if as_component { "in component" } else { "in base" };
    let loader = match loader {
        Ok(loader) => loader,
        Err(fault) => {
            context.report_at(here, &item.at, fault);
            return None;
        }
    };
    let loaded = match load(context, &loader, None) {
        Ok(loaded) => loaded,
        Err(problems) => {
            context.report_all_through(here, &item.at, what, problems);
            return None;
        }
    };
    let open_api = loaded.kustomization.open_api.as_ref();
    if let Err(message) = context.known.set(&loader, open_api) {
        let at = open_api.map_or(&[][..], |field| &field.at);
        let problem = Diagnostic::error(message).at(loaded.source.place(at));
        context.report_all_through(here, &item.at, what, vec![problem]);
        return None;
    }
    let is_component = loaded.kustomization.is_component;
    if is_component != as_component {
        let dir = &loader.dir;
        context.report_at(
            here,
            &item.at,
            if as_component {
                format!("expected kind 'Component' for path '{dir}' but got 'Kustomization'")
            } else {
                format!("expected kind != 'Component' for path '{dir}'")
            },
        );
        return None;
    }
    Some((loader, loaded))
}
