//! `kustomize localize`: a kustomization and all that it reads as files of a new directory, with paths that hold there.
//!
//! What lies behind URLs is not fetched: such an entry is a problem. Nothing is written here.

use std::collections::BTreeMap;

use weir_files::{Diagnostic, Entry, RootedPath, Tree};
use weir_manifest::object;
use weir_yaml::{Dialect, Map, Value, first_from_yaml, from_yaml, to_yaml};

use crate::edit::{is_remote, shape};
use crate::kustomization_file;
use crate::source::Source;

/// Directories of charts are copied, and bases in bases followed, so deep.
const MAX_DEPTH: usize = 100;

/// Files by their path below the new directory, which stands for the scope.
pub type Localized = BTreeMap<RootedPath, Vec<u8>>;

type Result<T> = std::result::Result<T, String>;

/// Copies the kustomization in `target` with all that it reads; directories outside of `scope` are refused.
pub fn localize(
    tree: &Tree,
    target: &RootedPath,
    scope: &RootedPath,
) -> std::result::Result<Localized, Vec<Diagnostic>> {
    let mut localizer = Localizer { tree, scope, trail: Vec::new(), files: Localized::new() };
    match localizer.root(target.clone()) {
        Ok(()) => Ok(localizer.files),
        Err(message) => {
            Err(vec![Diagnostic::error(format!("unable to localize target '{target}': {message}"))])
        }
    }
}

struct Localizer<'a> {
    tree: &'a Tree,
    scope: &'a RootedPath,
    /// The directories that led here, the innermost last.
    trail: Vec<RootedPath>,
    files: Localized,
}

/// How the text of an entry becomes one that holds in the copy.
type Rule<'a> = fn(&mut Localizer<'a>, &str) -> Result<String>;

impl<'a> Localizer<'a> {
    fn root(&mut self, dir: RootedPath) -> Result<()> {
        if !dir.is_within(self.scope) {
            return Err(format!("root '{dir}' outside localize scope '{}'", self.scope));
        }
        if let Some(visited) = self.trail.iter().find(|visited| visited.is_within(&dir)) {
            return Err(format!("cycle detected: candidate root '{dir}' contains visited root '{visited}'"));
        }
        if self.trail.len() > MAX_DEPTH {
            return Err(format!("'{dir}' is a base of too many bases"));
        }
        let file = kustomization_file(self.tree, &dir).map_err(|error| error.to_string())?;
        let Some(file) = file else { return Err(format!("no kustomization file in '{dir}'")) };
        let text = self.text(&file)?;
        let value = first_from_yaml(&text, Dialect::Sigs).map_err(|error| format!("{file}: {error}"))?;
        let map = shape::read(&value, &Source::new(file.clone(), Some(&text)));
        let mut map =
            map.map_err(|problems| problems.iter().map(Diagnostic::line).collect::<Vec<_>>().join("; "))?;
        self.trail.push(dir);
        self.native_fields(&mut map)?;
        for field in ["generators", "transformers", "validators"] {
            self.texts(&mut map, &[field], Self::plugins)?;
        }
        self.trail.pop();
        let text = to_yaml(&Value::from(map)).map_err(|error| error.to_string())?;
        self.keep(&file, text.into_bytes());
        Ok(())
    }

    fn here(&self) -> RootedPath {
        self.trail.last().cloned().unwrap_or_else(RootedPath::root)
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

    /// Where a path leads, without links.
    fn real(&self, path: &str) -> Result<(RootedPath, Entry)> {
        if is_remote(path) {
            return Err(format!("localizing '{path}' from remote is not supported yet"));
        }
        if path.starts_with('/') {
            return Err(format!("'{path}' is absolute"));
        }
        let joined = self.here().join(path).map_err(|error| error.to_string())?;
        let real = self.tree.resolve(&joined).map_err(|error| error.to_string())?;
        real.ok_or_else(|| format!("'{path}' does not exist"))
    }

    fn text(&self, file: &RootedPath) -> Result<String> {
        let bytes = self.tree.read(file).map_err(|error| error.to_string())?;
        String::from_utf8(bytes.to_vec()).map_err(|_| format!("'{file}' is not UTF-8"))
    }

    /// The place of a file, which has to lie in the directory of the kustomization.
    fn file_place(&self, path: &str) -> Result<RootedPath> {
        let (real, entry) = self.real(path)?;
        if !matches!(entry, Entry::File { .. }) {
            return Err(format!("invalid file reference: '{path}' must resolve to a file"));
        }
        if !real.is_within(&self.here()) {
            return Err(format!("invalid file reference: '{path}' is not in or below '{}'", self.here()));
        }
        Ok(real)
    }

    fn keep(&mut self, file: &RootedPath, content: Vec<u8>) {
        let path = RootedPath::new(&file.relative_to(self.scope)).unwrap_or_else(|_| file.clone());
        self.files.insert(path, content);
    }

    fn file(&mut self, path: &str) -> Result<String> {
        let real = self.file_place(path)?;
        let content = self.tree.read(&real).map_err(|error| error.to_string())?;
        self.keep(&real, content.to_vec());
        Ok(real.relative_to(&self.here()))
    }

    /// `key=path` or `path`.
    fn file_source(&mut self, source: &str) -> Result<String> {
        match source.split_once('=') {
            None => self.file(source),
            Some((key, path)) if !key.is_empty() && !path.is_empty() && !path.contains('=') => {
                Ok(format!("{key}={}", self.file(path)?))
            }
            Some(_) => Err(format!("invalid file source '{source}'")),
        }
    }

    fn base(&mut self, path: &str) -> Result<String> {
        let (real, entry) = self.real(path)?;
        if entry != Entry::Directory {
            return Err(format!("'{path}' must resolve to a directory"));
        }
        let local = real.relative_to(&self.here());
        self.root(real).map_err(|why| format!("unable to localize root '{path}': {why}"))?;
        Ok(local)
    }

    fn resource(&mut self, path: &str) -> Result<String> {
        match self.real(path)? {
            (_, Entry::Directory) => self.base(path),
            _ => {
                let real = self.file_place(path)?;
                if crate::objects::read(real.as_str(), &self.text(&real)?).is_err() {
                    return Err(format!("invalid resource at file '{path}'"));
                }
                self.file(path)
            }
        }
    }

    /// A manifest that stands here or in a file.
    fn manifest(&mut self, entry: &str) -> Result<String> {
        if is_inline(entry) { Ok(entry.to_string()) } else { self.file(entry) }
    }

    /// Configurations of plug-ins, here or in a file; they may name files themselves.
    fn plugins(&mut self, entry: &str) -> Result<String> {
        let place = if is_inline(entry) { None } else { Some(self.file_place(entry)?) };
        let text = place.as_ref().map_or_else(|| Ok(entry.to_string()), |place| self.text(place))?;
        let mut texts = Vec::new();
        for mut plugin in from_yaml(&text, Dialect::V3).map_err(|error| format!("{entry}: {error}"))? {
            self.plugin(&mut plugin)?;
            texts.push(to_yaml(&plugin).map_err(|error| error.to_string())?);
        }
        let text = texts.join("---\n");
        let Some(place) = place else { return Ok(text) };
        self.keep(&place, text.into_bytes());
        Ok(place.relative_to(&self.here()))
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

    /// A directory with charts is copied as it is; it need not be there.
    fn chart_home(&mut self, path: &str) -> Result<String> {
        match self.real(path) {
            Ok((real, Entry::Directory)) if real.is_within(self.scope) => {
                self.copy(&real, 0)?;
                Ok(real.relative_to(&self.here()))
            }
            Ok(_) => Err(format!("chart home '{path}' is no directory in the scope")),
            Err(_) if !is_remote(path) && !path.starts_with('/') => Ok(path.to_string()),
            Err(why) => Err(why),
        }
    }

    /// Links are left out.
    fn copy(&mut self, dir: &RootedPath, depth: usize) -> Result<()> {
        let entries = self.tree.list_stored(dir).map_err(|error| error.to_string())?;
        for (name, _) in entries {
            let path = dir.child(&name);
            match self.tree.stored(&path).map_err(|error| error.to_string())? {
                Some(Entry::Directory) if depth < MAX_DEPTH => self.copy(&path, depth + 1)?,
                Some(Entry::File { .. }) => {
                    let content = self.tree.read(&path).map_err(|error| error.to_string())?;
                    self.keep(&path, content.to_vec());
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// True for the text of objects, where the name of a file could stand too.
fn is_inline(entry: &str) -> bool {
    entry.contains(':') && crate::objects::read("", entry).is_ok()
}
