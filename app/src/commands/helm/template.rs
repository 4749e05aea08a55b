//! `weir helm template`.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use weir_helm::release::{Hook, Splitting, split_manifests};
use weir_helm::{Capabilities, Chart, KubeVersion, Options, Release, Rendered, Templates};
use weir_yaml::Map;

use super::paths::Paths;
use super::post_renderer::PostRenderer;
use super::values::{given, go_words, merged};
use super::world::Machine;
use super::{chart, dependency, explain, validate};
use crate::cli::helm::{Global, HelmTemplate};
use crate::commands::remotes::file_behind;
use crate::exit::Failure;
use crate::output::{print, print_parts, say};

/// Where releases are without a word.
pub(super) const DEFAULT_NAMESPACE: &str = "default";

pub(super) fn run(args: &HelmTemplate, global: &Global) -> Result<(), Failure> {
    let mut options = options(args)?;
    refuse(args)?;
    let mut machine = if args.explain { Machine::new().noting() } else { Machine::new() };
    machine.post_renderer = args.post_renderer.as_deref().map(PostRenderer::read).transpose()?;
    let (name, chart_name) = name_and_chart(args, &machine)?;
    let path = chart::locate(&chart_name, &args.path, global)?;
    let values = merged(&args.values)?;
    let mut chart = chart::load(&path)?;
    if args.dependency_update && path.is_dir() && weir_helm::check_dependencies(&chart).is_err() {
        dependency::update_quietly(&Paths::of(global), &path)?;
        chart = chart::load(&path)?;
    }
    for warning in &chart.warnings {
        say(warning);
    }
    let namespace = global.namespace.clone().unwrap_or_else(|| DEFAULT_NAMESPACE.to_string());
    let release = Release {
        is_upgrade: args.is_upgrade,
        is_install: !args.is_upgrade,
        ..Release::new(&name, namespace)
    };
    let rendered = render(&chart, &values, &release, &mut options, &machine)?.map_err(|failure| {
        let shown = match global.debug {
            true => print(&format!("{}\n", failure.texts.as_deref().unwrap_or_default().trim())).err(),
            false => None,
        };
        let mut words = format!("Error: {}", failure.error);
        if failure.is_rendering && !global.debug {
            words.push_str("\n\nUse --debug flag to render out invalid YAML");
        }
        words.push_str(&weir_helm::explain(&failure, &chart, &given(&args.values)));
        shown.unwrap_or_else(|| Failure::said(words))
    })?;
    if args.validate {
        validate::run(&rendered)?;
    }
    if let Some(traces) = machine.traces() {
        let origins = weir_helm::value_origins(&chart, &rendered.chart, &values, &given(&args.values));
        let hooks = hooks(&rendered, args.no_hooks, args.skip_tests);
        let text = explain::objects(&rendered, &hooks, traces);
        let text = if args.show_only.is_empty() { text } else { only(&text, &args.show_only)? };
        return print(&format!("{text}{}", explain::values(&origins)));
    }
    output(args, &name, &rendered)?;
    // The process ends now, and with it goes its memory, at once.
    std::mem::forget((chart, values, rendered, options));
    Ok(())
}

/// Renders a chart and tells what it warns of.
pub(super) fn render(
    chart: &Chart,
    values: &Map,
    release: &Release,
    options: &mut Options,
    machine: &Machine,
) -> Result<Result<Rendered, Box<weir_helm::Failure>>, Failure> {
    weir_helm::check_installable(chart).map_err(|error| Failure::said(format!("Error: {error}")))?;
    if chart.metadata.deprecated {
        say("level=WARN msg=\"this chart is deprecated\"");
    }
    weir_helm::check_release_name(&release.name).map_err(|error| Failure::said(format!("Error: {error}")))?;
    loop {
        let rendered = weir_helm::render(chart, values, release, options, &machine.world());
        match &rendered {
            Err(failure) if !failure.schemas.is_empty() => {
                options.remote_schemas.extend(failure.schemas.iter().map(|url| (url.clone(), fetched(url))));
                continue;
            }
            Err(failure) => failure.warnings.lines().iter().for_each(|line| say(line)),
            Ok(rendered) => rendered.warnings.lines().iter().for_each(|line| say(line)),
        }
        return Ok(rendered);
    }
}

fn options(args: &HelmTemplate) -> Result<Options, Failure> {
    Ok(Options {
        capabilities: capabilities(args.kube_version.as_deref(), &args.api_versions)?,
        include_crds: args.include_crds,
        skip_schema_validation: args.skip_schema_validation,
        templates: Templates::once(),
        ..Options::default()
    })
}

/// What templates see of the cluster that there is none of.
pub(super) fn capabilities(
    kube_version: Option<&str>,
    api_versions: &[String],
) -> Result<Arc<Capabilities>, Failure> {
    let mut capabilities = Capabilities::default();
    if let Some(version) = kube_version {
        capabilities.kube_version = KubeVersion::parse(version)
            .map_err(|error| Failure::said(format!("Error: invalid kube version '{version}': {error}")))?;
    }
    capabilities.api_versions.extend(api_versions.iter().map(|version| version.as_str().into()));
    Ok(Arc::new(capabilities))
}

/// A schema behind a URL, or why it cannot be had.
pub(super) fn fetched(url: &str) -> Result<Vec<u8>, String> {
    let bytes = file_behind(url).map_err(|cause| format!("HTTP request failed for {url}: {cause}"))?;
    Ok(bytes.to_vec())
}

/// What cannot be done yet is said before anything is done.
fn refuse(args: &HelmTemplate) -> Result<(), Failure> {
    let refused = |what: &str| Err(Failure::said(format!("Error: {what} is not supported yet")));
    match args.dry_run.as_deref() {
        None | Some("client" | "true") => {}
        Some("unset") => {
            say("level=WARN msg=\"--dry-run is deprecated and should be replaced with '--dry-run=client'\"");
        }
        Some("server") => return refused("--dry-run=server"),
        Some(other) => {
            return Err(Failure::said(format!(
                "Error: invalid dry-run value ({other:?}). Must be \"server\" or \"client\""
            )));
        }
    }
    Ok(())
}

fn name_and_chart(args: &HelmTemplate, machine: &Machine) -> Result<(String, String), Failure> {
    let said = |text: String| Failure::said(format!("Error: {text}"));
    match args.words.as_slice() {
        [name, chart] => {
            let clash = |flag: &str| said(format!("cannot set {flag} and also specify a name"));
            if args.generate_name {
                return Err(clash("--generate-name"));
            }
            if args.name_template.is_some() {
                return Err(clash("--name-template"));
            }
            Ok((name.clone(), chart.clone()))
        }
        [chart] => Ok((made_up_name(args.name_template.as_deref(), machine)?, chart.clone())),
        [_, _, rest @ ..] => {
            let rest = rest.join(", ");
            Err(said(format!("expected at most two arguments, unexpected arguments: {rest}")))
        }
        [] => Err(said("\"helm template\" requires at least 1 argument".to_string())),
    }
}

/// The name of a release that was given none.
pub(super) fn made_up_name(template: Option<&str>, machine: &Machine) -> Result<String, Failure> {
    match template {
        Some(template) => weir_helm::name_of_template(template, &machine.world())
            .map_err(|error| Failure::said(format!("Error: {error}"))),
        // helm template always has a name, so none is ever made up.
        None => Ok("release-name".to_string()),
    }
}

/// The hooks that are wanted.
pub(super) fn hooks(rendered: &Rendered, no_hooks: bool, skip_tests: bool) -> Vec<&Hook> {
    let hooks = rendered.hooks.iter().filter(|_| !no_hooks);
    hooks.filter(|hook| !(skip_tests && hook.is_test())).collect()
}

/// All objects as one text.
pub(super) fn text(rendered: &Rendered, hooks: &[&Hook]) -> String {
    parts(rendered, hooks).concat()
}

/// The same in parts. Space around what is no hook is left out.
fn parts<'r>(rendered: &'r Rendered, hooks: &[&'r Hook]) -> Vec<Cow<'r, str>> {
    // They begin with a line that parts documents, so there is no space before them.
    let mut parts: Vec<_> = rendered.parts().collect();
    while let Some(last) = parts.pop() {
        let length = last.trim_end().len();
        if length > 0 {
            parts.push(match last {
                Cow::Borrowed(text) => Cow::Borrowed(&text[..length]),
                Cow::Owned(text) => Cow::Owned(text[..length].to_string()),
            });
            break;
        }
    }
    parts.push("\n".into());
    for hook in hooks {
        let lines = ["---\n# Source: ", &hook.path, "\n", &hook.manifest, "\n"];
        parts.extend(lines.map(Cow::Borrowed));
    }
    parts
}

fn output(args: &HelmTemplate, name: &str, rendered: &Rendered) -> Result<(), Failure> {
    let hooks = hooks(rendered, args.no_hooks, args.skip_tests);
    let text = match &args.output_dir {
        None if args.show_only.is_empty() => return print_parts(&parts(rendered, &hooks)),
        None => text(rendered, &hooks),
        Some(directory) => {
            let below = if args.release_name { directory.join(name) } else { directory.clone() };
            let mut written = Written::default();
            for crd in &rendered.crds {
                written.write(directory, &crd.source, &String::from_utf8_lossy(&crd.data))?;
            }
            for manifest in &rendered.manifests {
                written.write(&below, &manifest.path, &manifest.content)?;
            }
            for hook in &hooks {
                written.write(&below, &hook.path, &hook.manifest)?;
            }
            "\n".to_string()
        }
    };
    if args.show_only.is_empty() { print(&text) } else { print(&only(&text, &args.show_only)?) }
}

/// The objects that these templates gave.
fn only(text: &str, wanted: &[String]) -> Result<String, Failure> {
    let manifests = split_manifests(text, Splitting::Wide);
    let mut shown = String::new();
    for pattern in wanted {
        let mut missing = true;
        for manifest in &manifests {
            let Some(path) = source(manifest) else { continue };
            if weir_helm::path_matches(pattern, path) {
                shown.push_str(&format!("---\n{manifest}\n"));
                missing = false;
            }
        }
        if missing {
            return Err(Failure::said(format!("Error: could not find template {pattern} in chart")));
        }
    }
    Ok(shown)
}

/// The path in the chart that stands in the first mark of an object.
fn source(manifest: &str) -> Option<&str> {
    const MARK: &str = "# Source: ";
    let mut rest = manifest;
    while let Some(at) = rest.find(MARK) {
        rest = &rest[at + MARK.len()..];
        let line = rest.split('\n').next().unwrap_or(rest);
        if let Some((chart, path)) = line.split_once('/')
            && !chart.is_empty()
            && !path.is_empty()
        {
            return Some(path);
        }
    }
    None
}

/// Files of this run: what comes for one of them again is added to it.
#[derive(Default)]
struct Written(BTreeSet<PathBuf>);

impl Written {
    fn write(&mut self, directory: &Path, name: &str, text: &str) -> Result<(), Failure> {
        let path = directory.join(name);
        let failed = |error: std::io::Error| {
            Failure::said(format!("Error: open {}: {}", path.display(), go_words(&error)))
        };
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(failed)?;
        }
        let again = !self.0.insert(path.clone());
        let mut open = fs::OpenOptions::new();
        let file = if again { open.append(true) } else { open.write(true).create(true).truncate(true) };
        let mut file = file.open(&path).map_err(failed)?;
        file.write_all(format!("---\n# Source: {name}\n{text}\n").as_bytes()).map_err(failed)?;
        print(&format!("wrote {}\n", path.display()))
    }
}
