//! A chart and values to text: templates executed, the text parted into objects and hooks.

mod description;
mod engine;
mod execute;
mod files;
mod functions;
mod glob;
mod include;
mod memory;
mod objects;
mod post;
mod scope;
mod templates;
mod together;
mod toml;
mod trace;
mod words;

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use weir_template::{At, Error as TemplateError, Helpers, Limits, Powers, Random, Zones};
use weir_yaml::Map;

use execute::execute;
use files::{failed_texts, text_of, texts, without_notes};
pub use functions::{Lookup, functions};
pub(crate) use objects::Helm;
pub use post::{PostRender, PostRenderStrategy};
pub use templates::Templates;
pub use trace::Traces;

use crate::capabilities::Capabilities;
use crate::chart::{Chart, Crd};
use crate::dependencies;
use crate::error::Error;
use crate::release::{Heads, Hook, Manifest, Splitting, sort_manifests};
use crate::schema::{self, RemoteSchemas, Wanted};
use crate::values::{Table, coalesce_values};
use crate::warnings::Warnings;

/// With so many dependencies there are templates enough to be shared, and some work before that.
const MANY: usize = 24;

/// What templates see as `.Release`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Its name.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// Which revision it becomes.
    pub revision: i64,
    /// An upgrade, or a rollback.
    pub is_upgrade: bool,
    /// A new installation.
    pub is_install: bool,
}

impl Release {
    /// A first revision, as `helm template` renders it.
    pub fn new(name: impl Into<String>, namespace: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            namespace: namespace.into(),
            revision: 1,
            is_upgrade: false,
            is_install: true,
        }
    }
}

/// How to render.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What the cluster can do.
    pub capabilities: Arc<Capabilities>,
    /// Give the files of crds/ too.
    pub include_crds: bool,
    /// Give the notes of charts in the chart too.
    pub sub_notes: bool,
    /// Do not hold values against schemas.
    pub skip_schema_validation: bool,
    /// Schemas behind URLs, as far as they are there.
    pub remote_schemas: RemoteSchemas,
    /// What is required may be missing, as the linter wants it.
    pub lint: bool,
    /// What belongs to the lines that part documents.
    pub splitting: Splitting,
    /// What a post-renderer gets.
    pub post_render_strategy: PostRenderStrategy,
    /// How far templates may go.
    pub limits: Limits,
    /// Templates that are compiled already; who renders a chart again gives the same.
    pub templates: Templates,
}

/// What the core has not of its own: time, randomness, a cluster.
#[derive(Clone, Default)]
pub struct World<'w> {
    /// Seconds and nanoseconds since 1970.
    pub now: (i64, u32),
    /// Random bytes.
    pub random: Option<&'w dyn Random>,
    /// Threads that help where much is to be done.
    pub helpers: Option<&'w dyn Helpers>,
    /// What raises large numbers to powers where keys are made.
    pub powers: Option<&'w dyn Powers>,
    /// Time zones.
    pub zones: Option<&'w dyn Zones>,
    /// The cluster that `lookup` asks.
    pub lookup: Option<Rc<dyn Lookup>>,
    /// What changes objects before they are sorted.
    pub post_render: Option<&'w dyn PostRender>,
    /// Notes where each line comes from, which costs a little.
    pub traces: Option<&'w Traces>,
}

/// What came of it.
#[derive(Debug, Clone, Default)]
pub struct Rendered {
    /// Files of crds/, if they were wanted.
    pub crds: Vec<Crd>,
    /// Objects in the order of installation.
    pub manifests: Vec<Manifest>,
    /// Hooks in the order of their kinds.
    pub hooks: Vec<Hook>,
    /// What NOTES.txt says.
    pub notes: String,
    /// The chart with the dependencies that these values want.
    pub chart: Chart,
    /// What Helm would have told.
    pub warnings: Warnings,
}

impl Rendered {
    /// Definitions and objects as one text, as Helm keeps it in the record of a release.
    pub fn manifest(&self) -> String {
        let mut text = String::with_capacity(self.manifests.iter().map(|one| one.content.len() + 128).sum());
        self.parts().for_each(|part| text.push_str(&part));
        text
    }

    /// The same in parts, for whoever writes them down one after the other.
    pub fn parts(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let crds = self.crds.iter().map(|crd| (crd.source.as_str(), String::from_utf8_lossy(&crd.data)));
        let manifests = self.manifests.iter().map(|one| (one.path.as_str(), one.content.as_str().into()));
        crds.chain(manifests).flat_map(|(path, content)| {
            ["---\n# Source: ".into(), path.into(), "\n".into(), content, "\n".into()]
        })
    }
}

/// Why nothing came of it.
#[derive(Debug, Clone)]
pub struct Failure {
    /// Helm's words.
    pub error: Error,
    /// True if Helm got as far as rendering; it then tells of `--debug`.
    pub is_rendering: bool,
    /// The texts that were rendered, where they are no objects.
    pub texts: Option<String>,
    /// The places in templates, outermost first.
    pub places: Vec<At>,
    /// The path of the value that was nil or wrong, as the template names it.
    pub value_path: Option<String>,
    /// URLs of schemas that are needed and were not given.
    pub schemas: Vec<String>,
    /// What Helm told before.
    pub warnings: Warnings,
}

impl Failure {
    fn early(error: Error) -> Box<Self> {
        Box::new(Self {
            error,
            is_rendering: false,
            texts: None,
            places: Vec::new(),
            value_path: None,
            schemas: Vec::new(),
            warnings: Warnings::default(),
        })
    }

    fn rendering(error: Error) -> Box<Self> {
        let mut failure = Self::early(error);
        failure.is_rendering = true;
        failure
    }

    fn in_template(error: Error, cause: &TemplateError) -> Box<Self> {
        let mut failure = Self::rendering(error);
        failure.places = cause.places().cloned().collect();
        failure.value_path = cause.value_path().map(str::to_string);
        failure
    }

    fn told(mut self: Box<Self>, warnings: Warnings) -> Box<Self> {
        self.warnings = warnings;
        self
    }
}

/// Renders a chart with these values of the user.
pub fn render(
    chart: &Chart,
    values: &Map,
    release: &Release,
    options: &Options,
    world: &World<'_>,
) -> Result<Rendered, Box<Failure>> {
    let mut warnings = Warnings::default();
    match render_with(chart, values, release, options, world, &mut warnings) {
        Ok(rendered) => Ok(Rendered { warnings, ..rendered }),
        Err(failure) => Err(failure.told(warnings)),
    }
}

/// Executes the templates of a chart as it is, with values that are whole already; gives the text of each file.
pub fn render_files(
    chart: &Chart,
    values: &Map,
    release: &Release,
    options: &Options,
    world: &World<'_>,
) -> Result<Vec<(String, Vec<u8>)>, Box<Failure>> {
    let mut warnings = Warnings::default();
    let files = execute(chart, Table::of(values), release, options, world, &mut warnings);
    let (files, _) = files.map_err(|failure| failure.told(warnings))?;
    Ok(files)
}

/// Renders as the linter does; nothing where Helm says nothing.
pub(crate) fn lint_render(
    chart: &Chart,
    values: &Map,
    release: &Release,
    options: &Options,
    world: &World<'_>,
    warnings: &mut Warnings,
) -> Option<Result<Vec<(String, String)>, Error>> {
    let chart = dependencies::processed(chart, values, warnings).ok()?;
    let once = coalesce_values(&chart, values, warnings).ok()?;
    let coalesced = coalesce_values(&chart, &once.to_map(), warnings);
    let checked = coalesced.and_then(|values| {
        if !options.skip_schema_validation {
            let remote = (&options.remote_schemas, &Wanted::default());
            schema::validate(&chart, &values, options.templates.schemas(), remote)
                .map_err(|error| error_of_schemas(&error))?;
        }
        Ok(values)
    });
    let values = match checked {
        Ok(values) => values,
        Err(error) => return Some(Err(error)),
    };
    Some(match execute(&chart, values, release, options, world, warnings) {
        Ok((files, _)) => Ok(files.into_iter().map(|(name, text)| (name, text_of(text))).collect()),
        Err(failure) => Err(failure.error),
    })
}

fn render_with(
    chart: &Chart,
    values: &Map,
    release: &Release,
    options: &Options,
    world: &World<'_>,
    warnings: &mut Warnings,
) -> Result<Rendered, Box<Failure>> {
    // Helm reads charts of the next generation, and installs none.
    if chart.metadata.api_version == "v3" {
        return Err(Failure::early(Error::new("invalid chart apiVersion")));
    }
    let wanted = chart.metadata.dependencies.as_ref().map_or(0, Vec::len);
    if let Some(helpers) = world.helpers.filter(|_| wanted >= MANY) {
        helpers.prepare();
    }
    let chart = dependencies::processed(chart, values, warnings).map_err(|error| {
        warnings.log("ERROR", "chart dependencies processing failed", &[("error", &error.message)]);
        Failure::early(error.within("chart dependencies processing failed"))
    })?;
    let coalesced = coalesce_values(&chart, values, warnings).map_err(Failure::early)?;
    if !options.skip_schema_validation {
        let wanted = Wanted::default();
        let remote = (&options.remote_schemas, &wanted);
        schema::validate(&chart, &coalesced, options.templates.schemas(), remote).map_err(|error| {
            let mut failure = Failure::early(error_of_schemas(&error));
            failure.schemas = wanted.take();
            failure
        })?;
    }
    check_kube_version(&chart, &options.capabilities).map_err(Failure::rendering)?;
    let (files, read) = execute(&chart, coalesced, release, options, world, warnings)?;
    let (notes, files) = without_notes(files, &chart, options.sub_notes);
    let files = texts(files).map_err(|(error, files)| failed_texts(error, &files))?;
    let (mut files, read) = match world.post_render {
        None => (files, read),
        Some(renderer) => {
            let strategy = options.post_render_strategy;
            let files = post::post_rendered(files, renderer, strategy, options.splitting, warnings);
            (files.map_err(Failure::rendering)?, Heads::new())
        }
    };
    let sorted = sort_manifests(&mut files, read, options.splitting, world.helpers, warnings)
        .map_err(|error| failed_texts(error, &files))?;
    let crds = if options.include_crds { chart.crds() } else { Vec::new() };
    Ok(Rendered {
        crds,
        manifests: sorted.manifests,
        hooks: sorted.hooks,
        notes,
        chart,
        warnings: Warnings::default(),
    })
}

fn error_of_schemas(error: &Error) -> Error {
    Error::new(format!(
        "values don't meet the specifications of the schema(s) in the following chart(s):\n{error}"
    ))
}

fn check_kube_version(chart: &Chart, capabilities: &Capabilities) -> Result<(), Error> {
    let wanted = &chart.metadata.kube_version;
    let there = &capabilities.kube_version;
    if wanted.is_empty() || dependencies::fits(wanted, &there.normalized) {
        return Ok(());
    }
    let there = &there.version;
    Err(Error::new(format!(
        "chart requires kubeVersion: {wanted} which is incompatible with Kubernetes {there}"
    )))
}
