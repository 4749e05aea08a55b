//! One kustomization file while it is edited: found, read, changed as a value, and then written with its old layout.

use weir_files::{Diagnostic, RootedPath, Tree};
use weir_yaml::{Dialect, Map, Value, first_from_yaml};

use super::shape::{self, KUSTOMIZATION};
use super::{Edited, Result, deprecated, problem};
use crate::FILE_NAMES;
use crate::source::Source;

/// The directory that is worked in.
pub(super) struct Draft<'a> {
    pub(super) tree: &'a Tree,
    pub(super) dir: &'a RootedPath,
    pub(super) notes: Vec<String>,
    /// Files beside the kustomization that change too.
    pub(super) others: Vec<(RootedPath, String)>,
    opened: Option<Opened>,
}

/// The kustomization file.
struct Opened {
    file: RootedPath,
    text: String,
    value: Value,
    changed: Option<Map>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(tree: &'a Tree, dir: &'a RootedPath) -> Self {
        Self { tree, dir, notes: Vec::new(), others: Vec::new(), opened: None }
    }

    pub(super) fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    /// What the file says, deprecated fields moved. The name of the file comes with it.
    pub(super) fn open(&mut self) -> Result<(Map, String)> {
        let file = find(self.tree, self.dir)?;
        let bytes = self.tree.read(&file).map_err(|error| vec![Diagnostic::error(error.to_string())])?;
        let text = String::from_utf8(bytes.to_vec())
            .map_err(|_| vec![Diagnostic::error(format!("invalid Kustomization: '{file}' is not UTF-8"))])?;
        let value = first_from_yaml(&text, Dialect::Sigs).map_err(|error| {
            let mut problem = error.diagnostic(file.as_str());
            problem.message = format!("invalid Kustomization: {}", problem.message);
            vec![problem]
        })?;
        let mut map = shape::read(&value, &Source::new(file.clone(), Some(&text)))?;
        deprecated::move_fields(&mut map);
        let name = file.name().to_string();
        self.opened = Some(Opened { file, text, value, changed: None });
        Ok((map, name))
    }

    /// What the file is to say.
    pub(super) fn write(&mut self, map: Map) {
        if let Some(opened) = &mut self.opened {
            opened.changed = Some(map);
        }
    }

    pub(super) fn finish(self) -> Result<Edited> {
        let mut files = Vec::new();
        if let Some(Opened { file, text, value, changed: Some(map) }) = self.opened {
            files.push((file, rewritten(&text, &value, &map)?));
        }
        files.extend(self.others);
        Ok(Edited { files, notes: self.notes })
    }
}

/// The one kustomization file of a directory.
fn find(tree: &Tree, dir: &RootedPath) -> Result<RootedPath> {
    let is_there = |name: &&str| tree.entry(&dir.child(name)).is_ok_and(|entry| entry.is_some());
    let names: Vec<&str> = FILE_NAMES.into_iter().filter(is_there).collect();
    match names[..] {
        [] => {
            let problem = Diagnostic::error("Missing kustomization file 'kustomization.yaml'.");
            Err(vec![problem.hint("'weir kustomize create' makes one")])
        }
        [name] => {
            let file = dir.child(name);
            match tree.is_file(&file) {
                Ok(true) => Ok(file),
                _ => problem(format!("{name} should be a file")),
            }
        }
        _ => problem(format!("Found multiple kustomization file: [{}]", names.join(" "))),
    }
}

/// The text with this meaning: edited in place, or, where that cannot be done, field by field as the real tool does.
fn rewritten(text: &str, value: &Value, map: &Map) -> Result<String> {
    let map = shape::in_order(map, KUSTOMIZATION);
    let want = Value::from(map.clone());
    if !value.is_null()
        && let Ok(new) = weir_yaml::edit::make(text, 0, value, &want)
        && is_as_wished(&new, &want)
    {
        return Ok(new);
    }
    let kept = if value.is_null() { kept_comments(text) } else { Vec::new() };
    let new =
        if value.is_null() { format!("{}{}", kept.concat(), printed(&map)?) } else { by_fields(text, &map)? };
    if is_as_wished(&new, &want) { Ok(new) } else { problem("the kustomization cannot be written") }
}

fn is_as_wished(text: &str, want: &Value) -> bool {
    first_from_yaml(text, Dialect::Sigs).is_ok_and(|value| value.means(want))
}

/// The lines of a file without content.
fn kept_comments(text: &str) -> Vec<String> {
    text.lines().filter(|line| is_comment_or_blank(line)).map(|line| format!("{line}\n")).collect()
}

/// All fields, each as it is printed, in order.
pub(super) fn printed(map: &Map) -> Result<String> {
    let map = shape::in_order(map, KUSTOMIZATION);
    map.iter().map(|(name, value)| one_field(name, value)).collect()
}

fn one_field(name: &str, value: &Value) -> Result<String> {
    weir_yaml::to_yaml(&Value::from([(name, value.clone())]))
        .map_err(|error| vec![Diagnostic::error(error.to_string())])
}

/// The fields in the order of the text, with the comments that stand above them, and then those that are new.
fn by_fields(text: &str, map: &Map) -> Result<String> {
    let mut out = String::new();
    let (mut comments, mut done): (String, Vec<&str>) = (String::new(), Vec::new());
    for line in text.lines() {
        let named = |name: &&str| {
            line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
                && line[name.len()..].starts_with(':')
        };
        if is_comment_or_blank(line) {
            comments.push_str(line);
            comments.push('\n');
        } else if let Some(name) = KUSTOMIZATION.iter().map(|field| field.name).find(named) {
            out.push_str(&std::mem::take(&mut comments));
            if let Some(value) = map.get(name).filter(|_| !done.contains(&name)) {
                out.push_str(&one_field(name, value)?);
            }
            done.push(name);
        }
    }
    for (name, value) in map.iter().filter(|(name, _)| !done.contains(&name.as_str())) {
        out.push_str(&one_field(name, value)?);
    }
    out.push_str(&comments);
    Ok(out)
}

fn is_comment_or_blank(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#')
}
