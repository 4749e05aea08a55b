//! `helmCharts`: charts of the tree or of repositories, rendered with the values that the kustomization gives.
//!
//! Charts are neither fetched nor rendered here: a build asks for both (`Need::Chart`, `Need::Template`) and reads the
//! objects that come back.

mod directory;
mod field;
mod values;

use weir_files::{Place, RootedPath};
use weir_yaml::Text;

use crate::context::{Context, Here};
use crate::fault::{Cause, Fault};
use crate::objects;
use crate::origin::Way;
use crate::reader::Reader;
use crate::remote::Template;
use crate::resource::Res;
use crate::resources::Resources;
use directory::Directory;
pub(crate) use field::{Chart, charts, globals, old_charts};

/// The generator, as annotations and explanations name it.
pub(super) const KIND: &str = "HelmChartInflationGenerator";

/// Where charts are, unless somebody says otherwise.
const HOME: &str = "charts";

/// Renders the charts of a kustomization.
pub(super) fn run(
    context: &mut Context<'_>,
    here: &Here<'_>,
    charts: &[Chart],
    origin: &Way,
    resources: &mut Resources,
) {
    for chart in charts {
        let mut chart = chart.clone();
        if chart.namespace.is_empty() {
            chart.namespace = context.namespace.clone();
        }
        let made = objects(context, here, &chart).and_then(|made| {
            made.into_iter().try_for_each(|mut resource| {
                resource.origin = context.builtin(here, KIND, origin).map(Box::new);
                Ok(resources.absorb(resource)?)
            })
        });
        if let Err(fault) = made {
            context.report_at(here, &chart.at, fault);
        }
        context.record(&mut resources.list, KIND, (here, &chart.at), None);
    }
}

/// Renders the chart of a configuration of its own.
pub(super) fn of_plugin(
    context: &Context<'_>,
    reader: &mut Reader<'_>,
    here: &Here<'_>,
    config: &Res,
) -> Result<Vec<Res>, Fault> {
    let chart = field::plugin(reader, &config.object);
    objects(context, here, &chart)
}

/// The objects that a chart gives.
fn objects(context: &Context<'_>, here: &Here<'_>, chart: &Chart) -> Result<Vec<Res>, Fault> {
    let Some(settings) = &context.options.charts else {
        return Err(Fault::new(
            Cause::ChartsOff,
            format!("chart '{}': must specify --enable-helm", chart.name),
        ));
    };
    if chart.name.is_empty() {
        return Err("chart name cannot be empty".into());
    }
    let within = |fault: Fault| fault.within(&format!("chart '{}'", chart.name));
    let directory = Directory::find(here, chart).map_err(within)?;
    let or = |own: &Text, given: &str| if own.is_empty() { given.to_string() } else { own.to_string() };
    let api_versions = match chart.api_versions.as_slice() {
        [] => settings.api_versions.clone(),
        own => own.iter().map(Text::to_string).collect(),
    };
    let template = Template {
        files: directory.files(here).map_err(within)?,
        release_name: chart.release_name.to_string(),
        name_template: chart.name_template.to_string(),
        namespace: chart.namespace.to_string(),
        values: values::of(here, chart, &directory).map_err(within)?,
        api_versions,
        kube_version: or(&chart.kube_version, &settings.kube_version),
        include_crds: chart.include_crds,
        skip_tests: chart.skip_tests,
        skip_hooks: chart.skip_hooks,
    };
    let text = here.loader.remotes().manifests(template, &chart.name).map_err(|why| within(why.into()))?;
    read(&text, chart, directory.path())
}

/// The objects of what was rendered.
fn read(text: &str, chart: &Chart, directory: &RootedPath) -> Result<Vec<Res>, Fault> {
    let mut found = objects::read(directory.as_str(), text).map_err(|problems| {
        let said: Vec<String> = problems.iter().map(|problem| said(problem, text)).collect();
        format!("what chart '{}' gives cannot be read: {}", chart.name, said.join("; "))
    })?;
    for resource in &mut found {
        resource.is_from_chart = true;
        let line = resource.place.as_ref().map_or(0, |place| place.line);
        let file = template_at(text, line).and_then(|path| directory.join(path).ok());
        resource.place = file.map(|file| Place::file(file.as_str()));
    }
    Ok(found)
}

/// A problem of what was rendered, by the template that gave it.
fn said(problem: &weir_files::Diagnostic, text: &str) -> String {
    let line = problem.place.as_ref().map_or(0, |place| place.line);
    match template_at(text, line) {
        Some(path) => format!("{path}: {}", problem.message),
        None => problem.message.clone(),
    }
}

/// The template that a line is from, as its path in the chart.
fn template_at(text: &str, line: u32) -> Option<&str> {
    let before = text.lines().take(usize::try_from(line).ok()?);
    let mark = before.filter_map(|line| line.strip_prefix("# Source: ")).last()?;
    mark.split_once('/').map(|(_, path)| path.trim())
}
