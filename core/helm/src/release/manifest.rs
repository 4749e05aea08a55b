//! Rendered files, parted into objects, and objects parted into those to install and hooks.

use std::collections::HashMap;
use std::sync::LazyLock;

use memchr::memmem::Finder;
use weir_template::{Helpers, each};
use weir_yaml::{Map, Value};

use super::hook::{Hook, HookEvent};
use super::order::{INSTALL_ORDER, place};
use crate::error::Error;
use crate::path;
use crate::typed::{self, Record, Shape};
use crate::warnings::Warnings;

/// One object as it was rendered.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// The template it comes from.
    pub path: String,
    /// Its text.
    pub content: String,
    /// As it says itself.
    pub api_version: String,
    /// As it says itself; Helm needs none.
    pub kind: String,
}

/// Hooks and other objects, each in order.
#[derive(Debug, Default)]
pub(crate) struct Sorted {
    pub(crate) hooks: Vec<Hook>,
    pub(crate) manifests: Vec<Manifest>,
}

static METADATA: Record = Record {
    name: "",
    type_name: "struct { Name string \"json:\\\"name\\\"\"; Annotations map[string]string \
                \"json:\\\"annotations\\\"\" }",
    fields: &[("name", Shape::Text), ("annotations", Shape::Texts)],
};

/// What Helm reads of an object.
static HEAD: Record = Record {
    name: "SimpleHead",
    type_name: "util.SimpleHead",
    fields: &[("apiVersion", Shape::Text), ("kind", Shape::Text), ("metadata", Shape::Record(&METADATA))],
};

/// The annotation that makes a hook of an object.
const HOOK: &str = "helm.sh/hook";

/// What is read of an object.
pub(crate) struct Head {
    api_version: String,
    kind: String,
    hook: Option<HookHead>,
}

/// What is read of a hook besides.
struct HookHead {
    name: String,
    annotations: Map,
}

impl Head {
    fn read(text: &str) -> Result<Self, Error> {
        let head = typed::read_text(text, &HEAD)?.whole()?;
        let text =
            |map: &Map, name: &str| map.get(name).and_then(Value::as_str).unwrap_or_default().to_string();
        let hook = head.get("metadata").and_then(Value::as_map).and_then(|metadata| {
            let annotations = metadata.get("annotations")?.as_map()?;
            let is_hook = annotations.get(HOOK).and_then(Value::as_str).is_some();
            is_hook.then(|| HookHead { name: text(metadata, "name"), annotations: annotations.clone() })
        });
        Ok(Self { api_version: text(&head, "apiVersion"), kind: text(&head, "kind"), hook })
    }
}

/// What is read of the objects in a file.
pub(crate) struct FileHeads(Vec<Result<Head, Error>>);

impl FileHeads {
    pub(crate) fn read(text: &str, splitting: Splitting) -> Self {
        Self(split_manifests(text, splitting).into_iter().map(Head::read).collect())
    }
}

/// What has been read of objects already, by the paths of their files.
pub(crate) type Heads = HashMap<String, FileHeads>;

/// What belongs to the line that parts two documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Splitting {
    /// All white space around it, as up to Helm 4.2.3: texts in block style lose empty lines at their end.
    #[default]
    Wide,
    /// The blanks behind it, as from Helm 4.2.4 on.
    Narrow,
}

/// The documents of a stream: a line that begins with `---` parts them, whatever follows it on the line.
pub fn split_manifests(text: &str, splitting: Splitting) -> Vec<&str> {
    let mut documents = Vec::new();
    let mut rest = text.trim_start();
    let mut at_start = true;
    while let Some((start, end)) = separator(rest, at_start || splitting == Splitting::Narrow, splitting) {
        documents.push(&rest[..start]);
        rest = &rest[end..];
        at_start = false;
    }
    documents.push(rest);
    documents.into_iter().map(str::trim_start).filter(|document| !document.is_empty()).collect()
}

/// From where to where the next separator goes.
fn separator(text: &str, may_begin: bool, splitting: Splitting) -> Option<(usize, usize)> {
    // What was taken in with the separator before cannot make this one begin a line.
    static FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\n---"));
    let mark = if may_begin && text.starts_with("---") { 0 } else { FINDER.find(text.as_bytes())? + 1 };
    let after = &text[mark + 3..];
    if splitting == Splitting::Narrow {
        return Some((mark, text.len() - after.trim_start_matches([' ', '\t']).len()));
    }
    let is_space = [' ', '\t', '\n', '\r', '\x0c'];
    Some((
        text[..mark].trim_end_matches(is_space).len(),
        text.len() - after.trim_start_matches(is_space).len(),
    ))
}

/// The text of an object.
enum Document {
    /// Alone in its file, from there on so many bytes.
    Within(usize, usize),
    Copied(String),
}

impl Document {
    fn taken_out(self, file: &mut String) -> String {
        match self {
            Self::Copied(text) => text,
            Self::Within(start, length) => {
                let mut text = std::mem::take(file);
                text.truncate(start + length);
                text.drain(..start);
                text
            }
        }
    }
}

/// In texts of so many bytes there is so much to read that the room another thread takes does not count.
const SHARE: usize = 2 << 20;

/// Parts rendered files, sorted by path, into hooks and other objects, each in the order of installation. Texts that are
/// one object are taken out of the files, unless there is an error. What has been read of all files is not read again.
pub(crate) fn sort_manifests(
    files: &mut [(String, String)],
    mut read: Heads,
    splitting: Splitting,
    helpers: Option<&dyn Helpers>,
    warnings: &mut Warnings,
) -> Result<Sorted, Error> {
    let mut sorted = Sorted::default();
    let mut files: Vec<_> = files.iter_mut().filter(|(path, _)| !path::base(path).starts_with('_')).collect();
    files.sort_by(|a, b| a.0.cmp(&b.0));
    let documents: Vec<_> = files
        .iter()
        .enumerate()
        .flat_map(|(at, (_, content))| {
            split_manifests(content, splitting).into_iter().map(move |text| (at, text))
        })
        .collect();
    let known: Option<Vec<_>> = files.iter().map(|(path, _)| read.remove(path)).collect();
    let heads = match known {
        Some(known) => known.into_iter().flat_map(|file| file.0).collect(),
        None => {
            let most = documents.iter().map(|(_, text)| text.len()).sum::<usize>() / SHARE;
            each(&documents, (helpers, most), |(_, text)| Head::read(text))
        }
    };
    // What follows may fail only as long as all texts are in their places.
    let is_failed = heads.iter().any(Result::is_err);
    let mut counts = vec![0_u32; files.len()];
    documents.iter().for_each(|(at, _)| counts[*at] += 1);
    let documents: Vec<_> = documents
        .into_iter()
        .map(|(at, text)| match counts[at] == 1 && !is_failed {
            true => (at, Document::Within(text.as_ptr().addr() - files[at].1.as_ptr().addr(), text.len())),
            false => (at, Document::Copied(text.to_string())),
        })
        .collect();
    for ((at, document), head) in documents.into_iter().zip(heads) {
        let (path, content) = &mut *files[at];
        let head = head.map_err(|error| error.within(format!("YAML parse error on {path}")))?;
        one(path, document.taken_out(content), head, &mut sorted, warnings);
    }
    sorted.hooks.sort_by_cached_key(|hook| place(&INSTALL_ORDER, &hook.kind));
    sorted.manifests.sort_by_cached_key(|manifest| place(&INSTALL_ORDER, &manifest.kind));
    Ok(sorted)
}

fn one(path: &str, document: String, head: Head, sorted: &mut Sorted, warnings: &mut Warnings) {
    let path = path.to_string();
    let Head { api_version, kind, hook } = head;
    let Some(hook) = hook else {
        sorted.manifests.push(Manifest { path, content: document, api_version, kind });
        return;
    };
    let annotation = |name: &str| hook.annotations.get(name)?.as_str();
    let words = |text: &str| text.split(',').map(|word| word.trim().to_lowercase()).collect::<Vec<_>>();
    let events = annotation(HOOK).unwrap_or_default();
    let known: Option<Vec<_>> = words(events).iter().map(|name| HookEvent::parse(name)).collect();
    let Some(known) = known else {
        warnings.log("INFO", "skipping unknown hooks", &[("hookTypes", events)]);
        return;
    };
    sorted.hooks.push(Hook {
        name: hook.name,
        kind,
        path,
        manifest: document,
        events: known,
        weight: annotation("helm.sh/hook-weight").and_then(|weight| weight.parse().ok()).unwrap_or_default(),
        delete_policies: annotation("helm.sh/hook-delete-policy").map(words).unwrap_or_default(),
        output_log_policies: annotation("helm.sh/hook-output-log-policy").map(words).unwrap_or_default(),
        ..Hook::default()
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_parted_as_helm_does() {
        let text = "\n---\na: 1\n\n---  \n\n---b: 2\n--- \t# x\nc: 3\n";
        assert_eq!(split_manifests(text, Splitting::Wide), ["a: 1", "---b: 2", "# x\nc: 3\n"]);
        assert_eq!(split_manifests(text, Splitting::Narrow), ["a: 1\n\n", "b: 2\n", "# x\nc: 3\n"]);
        assert_eq!(
            split_manifests("---\n---\na: 1\n---\n---\nb: 2\n", Splitting::Wide),
            ["---\na: 1", "---\nb: 2\n"]
        );
        assert!(split_manifests(" \n", Splitting::Wide).is_empty());
        assert_eq!(split_manifests("a: |\n  ---\n", Splitting::Wide), ["a: |\n  ---\n"]);
    }

    #[test]
    fn hooks_are_told_from_objects() {
        let file = |path: &str, content: &str| (path.to_string(), content.to_string());
        let mut files = [
            file("c/b.yaml", "kind: Service\n---\nkind: Custom\n---\nkind: Alpha\n"),
            file(
                "c/a.yaml",
                "kind: Job\nmetadata:\n  annotations:\n    helm.sh/hook: Pre-Install, test-success\n    helm.sh/hook-weight: -5\n",
            ),
            file("c/c.yaml", "kind: Namespace\n"),
            file("c/d.yaml", "kind: Job\nmetadata: {annotations: {helm.sh/hook: crd-install}}\n"),
        ];
        let mut warnings = Warnings::default();
        let sorted = sort_manifests(&mut files, Heads::new(), Splitting::Wide, None, &mut warnings).unwrap();
        let kinds: Vec<_> = sorted.manifests.iter().map(|manifest| manifest.kind.as_str()).collect();
        assert_eq!(kinds, ["Namespace", "Service", "Alpha", "Custom"]);
        assert_eq!(sorted.hooks[0].events, [HookEvent::PreInstall, HookEvent::Test]);
        assert_eq!(sorted.hooks[0].weight, -5);
        assert_eq!(warnings.lines(), ["level=INFO msg=\"skipping unknown hooks\" hookTypes=crd-install"]);
    }

    #[test]
    fn a_text_that_is_no_object_is_named() {
        let mut files = [("c/a.yaml".to_string(), "a: b: c\n".to_string())];
        let error = sort_manifests(&mut files, Heads::new(), Splitting::Wide, None, &mut Warnings::default())
            .unwrap_err();
        assert_eq!(
            error.message,
            "YAML parse error on c/a.yaml: error converting YAML to JSON: yaml: mapping values are not \
             allowed in this context"
        );
    }
}
