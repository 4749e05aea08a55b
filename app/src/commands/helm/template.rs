//! `weir helm template`.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use weir_helm::release::{Splitting, split_manifests};
use weir_helm::{Capabilities, KubeVersion, Options, Release, Rendered};

use super::chart;
use super::values::{given, go_words, merged};
use super::world::Machine;
use crate::cli::helm::{Global, HelmTemplate};
use crate::commands::remotes::file_behind;
use crate::exit::Failure;
use crate::output::{print, say};

pub(super) fn run(args: &HelmTemplate, global: &Global) -> Result<(), Failure> {
    let mut options = options(args)?;
    refuse(args)?;
    let machine = Machine::new();
    let (name, chart_name) = name_and_chart(args, &machine)?;
    let path = chart::locate(&chart_name, &args.path, global)?;
    let values = merged(&args.values)?;
    let chart = chart::load(&path)?;
    for warning in &chart.warnings {
        say(warning);
    }
    weir_helm::check_installable(&chart).map_err(|error| Failure::said(format!("Error: {error}")))?;
    if chart.metadata.deprecated {
        say("level=WARN msg=\"this chart is deprecated\"");
    }
    weir_helm::check_release_name(&name).map_err(|error| Failure::said(format!("Error: {error}")))?;
    let namespace = global.namespace.clone().unwrap_or_else(|| "default".to_string());
    let release = Release {
        is_upgrade: args.is_upgrade,
        is_install: !args.is_upgrade,
        ..Release::new(&name, namespace)
    };
    let rendered = loop {
        let rendered = weir_helm::render(&chart, &values, &release, &options, &machine.world());
        match &rendered {
            Err(failure) if !failure.schemas.is_empty() => {
                options.remote_schemas.extend(failure.schemas.iter().map(|url| (url.clone(), fetched(url))));
            }
            _ => break rendered,
        }
    };
    match rendered {
        Ok(rendered) => {
            rendered.warnings.lines().iter().for_each(|line| say(line));
            output(args, &name, &rendered)
        }
        Err(failure) => {
            failure.warnings.lines().iter().for_each(|line| say(line));
            if global.debug {
                print(&format!("{}\n", failure.texts.as_deref().unwrap_or_default().trim()))?;
            }
            let mut words = format!("Error: {}", failure.error);
            if failure.is_rendering && !global.debug {
                words.push_str("\n\nUse --debug flag to render out invalid YAML");
            }
            words.push_str(&weir_helm::explain(&failure, &chart, &given(&args.values)));
            Err(Failure::said(words))
        }
    }
}

fn options(args: &HelmTemplate) -> Result<Options, Failure> {
    let mut capabilities = Capabilities::default();
    if let Some(version) = &args.kube_version {
        capabilities.kube_version = KubeVersion::parse(version)
            .map_err(|error| Failure::said(format!("Error: invalid kube version '{version}': {error}")))?;
    }
    capabilities.api_versions.extend(args.api_versions.iter().map(|version| version.as_str().into()));
    Ok(Options {
        capabilities: Arc::new(capabilities),
        include_crds: args.include_crds,
        skip_schema_validation: args.skip_schema_validation,
        ..Options::default()
    })
}

/// A schema behind a URL, or why it cannot be had.
fn fetched(url: &str) -> Result<Vec<u8>, String> {
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
    if args.validate {
        return refused("--validate");
    }
    if args.post_renderer.is_some() {
        return refused("--post-renderer");
    }
    if args.dependency_update {
        return refused("--dependency-update");
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
        [chart] => {
            let name = match &args.name_template {
                Some(template) => weir_helm::name_of_template(template, &machine.world())
                    .map_err(|error| said(error.to_string()))?,
                // helm template always has a name, so none is ever made up.
                None => "release-name".to_string(),
            };
            Ok((name, chart.clone()))
        }
        [_, _, rest @ ..] => {
            let rest = rest.join(", ");
            Err(said(format!("expected at most two arguments, unexpected arguments: {rest}")))
        }
        [] => Err(said("\"helm template\" requires at least 1 argument".to_string())),
    }
}

fn output(args: &HelmTemplate, name: &str, rendered: &Rendered) -> Result<(), Failure> {
    let hooks: Vec<_> = match args.no_hooks {
        true => Vec::new(),
        false => rendered.hooks.iter().filter(|hook| !(args.skip_tests && hook.is_test())).collect(),
    };
    let mut text = String::new();
    match &args.output_dir {
        None => {
            text.push_str(&format!("{}\n", rendered.manifest().trim()));
            for hook in &hooks {
                text.push_str(&format!("---\n# Source: {}\n{}\n", hook.path, hook.manifest));
            }
        }
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
            text.push('\n');
        }
    }
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
