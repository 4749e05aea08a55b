//! `kustomize localize`: a kustomization and all that it reads as files of a new directory, with paths that hold there.
//!
//! What lies behind URLs is asked for, and becomes files below `localized-files`. Nothing is written here.

mod entries;
mod remote;

use std::collections::BTreeMap;
use std::sync::Arc;

use weir_files::{Diagnostic, RootedPath, Tree};
use weir_manifest::object;
use weir_yaml::{Dialect, Map, Value, first_from_yaml, from_yaml, to_yaml};

use crate::edit::shape;
use crate::loader::Loader;
use crate::remote::{Answer, Need, Remotes};
use crate::source::Source;
use crate::{LoadRestriction, Stop};

pub use remote::{Target, target};

/// Files by their path below the new directory, which stands for the scope.
pub type Localized = BTreeMap<RootedPath, Vec<u8>>;

type Result<T> = std::result::Result<T, String>;

/// Copies the kustomization in `target` with all that it reads; directories outside of `scope` are refused.
pub fn localize(
    tree: &Tree,
    target: &RootedPath,
    scope: &RootedPath,
    answers: &BTreeMap<Need, Answer>,
) -> std::result::Result<Localized, Stop> {
    let remotes = Arc::new(Remotes::new(answers.clone()));
    let mut localizer = Localizer { scope, trail: Vec::new(), files: Localized::new() };
    let done = Loader::new(tree, target, LoadRestriction::Root, &remotes)
        .map_err(|fault| fault.to_string())
        .and_then(|loader| localizer.first(loader));
    let needs = remotes.needs();
    match done {
        _ if !needs.is_empty() => Err(Stop::Needs(needs)),
        Ok(()) => Ok(localizer.files),
        Err(message) => {
            let message = format!("unable to localize target '{target}': {message}");
            Err(Stop::Failed(vec![Diagnostic::error(message)]))
        }
    }
}

struct Localizer<'a> {
    scope: &'a RootedPath,
    /// The directories that led here, the innermost last.
    trail: Vec<Root>,
    files: Localized,
}

/// A directory with a kustomization.
#[derive(Clone)]
struct Root {
    loader: Loader,
    /// Where its copy is in the new directory.
    copy: RootedPath,
    /// Nothing behind a URL led here.
    is_local: bool,
}

/// How the text of an entry becomes one that holds in the copy.
type Rule<'a> = fn(&mut Localizer<'a>, &str) -> Result<String>;

impl<'a> Localizer<'a> {
    fn first(&mut self, loader: Loader) -> Result<()> {
        if !loader.dir.is_within(self.scope) {
            return Err(format!("root '{}' outside localize scope '{}'", loader.dir, self.scope));
        }
        let below = loader.dir.relative_to(self.scope);
        let copy = RootedPath::new(&below).map_err(|error| error.to_string())?;
        self.root(Root { loader, copy, is_local: true })
    }

    fn root(&mut self, root: Root) -> Result<()> {
        let file = root.loader.kustomization_file().map_err(|fault| fault.to_string())?;
        let text = root.loader.read_text(&file).map_err(|fault| fault.to_string())?;
        let copy = root.copy.child(file.name());
        let value = first_from_yaml(&text, Dialect::Sigs).map_err(|error| format!("{file}: {error}"))?;
        let map = shape::read(&value, &Source::new(file, Some(&text)));
        let mut map =
            map.map_err(|problems| problems.iter().map(Diagnostic::line).collect::<Vec<_>>().join("; "))?;
        self.trail.push(root);
        self.native_fields(&mut map)?;
        for field in ["generators", "transformers", "validators"] {
            self.texts(&mut map, &[field], Self::plugins)?;
        }
        self.trail.pop();
        let text = to_yaml(&Value::from(map)).map_err(|error| error.to_string())?;
        self.files.insert(copy, text.into_bytes());
        Ok(())
    }

    fn here(&self) -> Result<&Root> {
        self.trail.last().ok_or_else(|| "there is no kustomization".to_string())
    }

    fn native_fields(&mut self, map: &mut Map) -> Result<()> {
        let files: [&[&str]; 14] = [
            &["openapi", "path"],
            &["configurations"],
            &["crds"],
            &["configMapGenerator", "env"],
            &["configMapGenerator", "envs"],
            &["secretGenerator", "env"],
            &["secretGenerator", "envs"],
            &["helmCharts", "valuesFile"],
            &["helmCharts", "additionalValuesFiles"],
            &["helmChartInflationGenerator", "values"],
            &["patches", "path"],
            &["patchesJson6902", "path"],
            &["replacements", "path"],
            &["configMapGenerator", "files"],
        ];
        for path in files {
            let rule = if path.ends_with(&["files"]) { Self::file_source } else { Self::file };
            self.texts(map, path, rule)?;
        }
        self.texts(map, &["secretGenerator", "files"], Self::file_source)?;
        self.texts(map, &["patchesStrategicMerge"], Self::manifest)?;
        self.texts(map, &["bases"], Self::base)?;
        self.texts(map, &["components"], Self::base)?;
        self.texts(map, &["resources"], Self::resource)?;
        self.texts(map, &["helmChartInflationGenerator", "chartHome"], Self::chart_home)?;
        self.texts(map, &["helmGlobals", "chartHome"], Self::chart_home)?;
        let has_home = map.get("helmGlobals").is_some_and(|globals| globals.get("chartHome").is_some());
        if map.contains_key("helmCharts") && !has_home {
            self.chart_home("charts")?;
        }
        Ok(())
    }

    /// Changes the texts at this path, through lists.
    fn texts(&mut self, map: &mut Map, path: &[&str], rule: Rule<'a>) -> Result<()> {
        let [field, rest @ ..] = path else { return Ok(()) };
        match map.get_mut(field) {
            Some(value) => self
                .texts_in(value, rest, rule)
                .map_err(|why| format!("unable to localize {field} entry: {why}")),
            None => Ok(()),
        }
    }

    fn texts_in(&mut self, value: &mut Value, rest: &[&str], rule: Rule<'a>) -> Result<()> {
        match value {
            Value::List(_) => {
                let items = value.as_list_mut().into_iter().flatten();
                for item in items {
                    self.texts_in(item, rest, rule)?;
                }
                Ok(())
            }
            Value::Map(map) if !rest.is_empty() => self.texts(map, rest, rule),
            Value::String(text) if rest.is_empty() && !text.is_empty() => {
                *value = rule(self, text)?.into();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Configurations of plug-ins, here or in a file; they may name files themselves.
    fn plugins(&mut self, entry: &str) -> Result<String> {
        let is_here = is_inline(entry);
        let text = if is_here { entry.to_string() } else { self.text(entry)? };
        let mut texts = Vec::new();
        for mut plugin in from_yaml(&text, Dialect::V3).map_err(|error| format!("{entry}: {error}"))? {
            self.plugin(&mut plugin)?;
            texts.push(to_yaml(&plugin).map_err(|error| error.to_string())?);
        }
        let text = texts.join("---\n");
        if is_here { Ok(text) } else { self.keep(entry, text.into_bytes()) }
    }

    fn plugin(&mut self, plugin: &mut Value) -> Result<()> {
        if object::api_version(plugin) != Some("builtin") {
            return Ok(());
        }
        let fields: &[(&[&str], Rule<'a>)] = match object::kind(plugin).unwrap_or("") {
            "ConfigMapGenerator" | "SecretGenerator" => {
                &[(&["env"], Self::file), (&["envs"], Self::file), (&["files"], Self::file_source)]
            }
            "HelmChartInflationGenerator" => &[
                (&["valuesFile"], Self::file),
                (&["additionalValuesFiles"], Self::file),
                (&["chartHome"], Self::chart_home),
            ],
            "PatchTransformer" | "PatchJson6902Transformer" => &[(&["path"], Self::file)],
            "ReplacementTransformer" => &[(&["replacements", "path"], Self::file)],
            "PatchStrategicMergeTransformer" => &[(&["paths"], Self::manifest)],
            _ => return Ok(()),
        };
        let Some(map) = plugin.as_map_mut() else { return Ok(()) };
        fields.iter().try_for_each(|(path, rule)| self.texts(map, path, *rule))
    }
}

/// True for the text of objects, where the name of a file could stand too.
fn is_inline(entry: &str) -> bool {
    entry.contains(':') && crate::objects::read("", entry).is_ok()
}
