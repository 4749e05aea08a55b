//! `edit add`.

use weir_yaml::{Map, Value};

use super::change::Add;
use super::deprecated::push;
use super::draft::Draft;
use super::{Result, generators, glob, is_remote, pairs, patches, problem};

pub(super) fn run(draft: &mut Draft<'_>, what: &Add) -> Result<()> {
    match what {
        Add::Annotation { pairs, force } => common(draft, "annotation", pairs, *force),
        Add::Label { include_templates: true, without_selector: false, .. } => {
            problem("--without-selector flag must be specified for --include-templates to work")
        }
        Add::Label { pairs, force, without_selector: false, .. } => common(draft, "label", pairs, *force),
        Add::Label { pairs, force, include_templates, .. } => {
            labels(draft, pairs, *force, *include_templates)
        }
        Add::Base(paths) => bases(draft, paths),
        Add::BuildMetadata(options) => build_metadata(draft, options),
        Add::Component(paths) => {
            if paths.is_empty() {
                return problem("must specify a component file");
            }
            let found = existing(draft, paths)?;
            append(draft, "components", "component", &found, true)
        }
        Add::Resource { paths, no_verify } => {
            if paths.is_empty() {
                return problem("must specify a resource file");
            }
            let found = if *no_verify { paths.clone() } else { existing(draft, paths)? };
            append(draft, "resources", "resource", &found, true)
        }
        Add::Generator(paths) => plugins(draft, "generator", paths),
        Add::Transformer(paths) => plugins(draft, "transformer", paths),
        Add::Patch(choice) => patches::add(draft, choice),
        Add::ConfigMap(sources) => generators::add(draft, &generators::CONFIG_MAP, sources),
        Add::Secret(sources) => generators::add(draft, &generators::SECRET, sources),
    }
}

/// The files of patterns; what matches none has to be a directory or a URL. URLs are taken as they are.
pub(super) fn existing(draft: &Draft<'_>, patterns: &[String]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for pattern in patterns {
        let files = glob::files(draft.tree, draft.dir, pattern)?;
        if files.is_empty() && !is_remote(pattern) {
            return problem(format!("{pattern} has no match: no such file or directory"));
        }
        if files.is_empty() {
            found.push(pattern.clone());
        }
        found.extend(files);
    }
    Ok(found)
}

fn plugins(draft: &mut Draft<'_>, what: &str, patterns: &[String]) -> Result<()> {
    if patterns.is_empty() {
        return problem(format!("must specify a yaml file which contains a {what} plugin resource"));
    }
    let found = generators::matching(draft, patterns)?;
    append(draft, &format!("{what}s"), what, &found, false)
}

/// Adds paths to a list, each once.
fn append(draft: &mut Draft<'_>, field: &str, what: &str, paths: &[String], skips_own: bool) -> Result<()> {
    if paths.is_empty() {
        return Ok(());
    }
    let (mut map, own) = draft.open()?;
    for path in paths.iter().filter(|path| !skips_own || **path != own) {
        if has(&map, field, path) {
            draft.note(format!("{what} {path} already in kustomization file"));
        } else {
            push(&mut map, field, path.as_str());
        }
    }
    draft.write(map);
    Ok(())
}

fn has(map: &Map, field: &str, text: &str) -> bool {
    let list = map.get(field).and_then(Value::as_list).unwrap_or_default();
    list.iter().any(|item| item.as_str() == Some(text))
}

fn bases(draft: &mut Draft<'_>, arguments: &[String]) -> Result<()> {
    let [argument] = arguments else { return problem("must specify a base directory") };
    let (mut map, _) = draft.open()?;
    for path in argument.split(',') {
        let entry = draft.dir.join(path).ok().and_then(|path| draft.tree.entry(&path).ok().flatten());
        if path.is_empty() || entry.is_none() {
            return problem(format!("{path} does not exist"));
        }
        if has(&map, "resources", path) {
            return problem(format!("base {path} already in kustomization file"));
        }
        push(&mut map, "resources", path);
    }
    draft.write(map);
    Ok(())
}

fn build_metadata(draft: &mut Draft<'_>, arguments: &[String]) -> Result<()> {
    let options = pairs::build_metadata(arguments)?;
    let (mut map, _) = draft.open()?;
    for option in options {
        if has(&map, "buildMetadata", option) {
            return problem(format!("buildMetadata option {option} already in kustomization file"));
        }
        push(&mut map, "buildMetadata", option);
    }
    draft.write(map);
    Ok(())
}

/// To `commonLabels` or `commonAnnotations`.
fn common(draft: &mut Draft<'_>, what: &str, arguments: &[String], force: bool) -> Result<()> {
    let pairs = metadata(what, arguments)?;
    let (mut map, _) = draft.open()?;
    let common = map.entry(if what == "label" { "commonLabels" } else { "commonAnnotations" }).make_map();
    for (key, value) in pairs {
        put(common, what, &key, value, force)?;
    }
    draft.write(map);
    Ok(())
}

fn metadata(what: &str, arguments: &[String]) -> Result<Vec<(String, String)>> {
    if arguments.is_empty() {
        return problem(format!("must specify {what}"));
    }
    pairs::pairs(arguments, what)
}

fn put(map: &mut Map, what: &str, key: &str, value: String, force: bool) -> Result<()> {
    if map.contains_key(key) && !force {
        return problem(format!("{what} {key} already in kustomization file. Use --force to override."));
    }
    map.insert(key, value);
    Ok(())
}

/// To the first entry of `labels` with the same settings.
fn labels(draft: &mut Draft<'_>, arguments: &[String], force: bool, templates: bool) -> Result<()> {
    let pairs = metadata("label", arguments)?;
    let (mut map, _) = draft.open()?;
    let is_same = |entry: &Value| {
        let flag = |name: &str| entry.get(name).and_then(Value::as_bool).unwrap_or(false);
        !flag("includeSelectors") && flag("includeTemplates") == templates
    };
    let known = map.get("labels").and_then(Value::as_list).unwrap_or_default();
    let at = known.iter().position(is_same).unwrap_or(known.len());
    if at == known.len() {
        let flag = templates.then_some(("includeTemplates", Value::Bool(true)));
        push(&mut map, "labels", flag.into_iter().collect::<Map>());
    }
    let entry = map.get_mut("labels").and_then(Value::as_list_mut).and_then(|labels| labels.get_mut(at));
    if let Some(entry) = entry {
        let own = entry.make_map().entry("pairs").make_map();
        for (key, value) in pairs {
            put(own, "label", &key, value, force)?;
        }
    }
    draft.write(map);
    Ok(())
}
