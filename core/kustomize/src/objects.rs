//! The text of a manifest to objects, as kustomize reads it.

use std::sync::Arc;

use weir_files::{Diagnostic, Place, Span};
use weir_manifest::object;
use weir_yaml::{Dialect, Node, ScalarStyle, Value, resolve_plain};

use crate::fault::hint_for_yaml;
use crate::folded;
use crate::resource::Res;

/// Lists in lists are looked into so deep.
const DEEPEST_LIST: usize = 16;
/// Deeper values are refused by all that walks them.
const DEEPEST: usize = 600;

/// Reads all objects of a text. Items of lists come last.
pub(crate) fn read(file: &str, text: &str) -> Result<Vec<Res>, Vec<Diagnostic>> {
    read_as(file, text, false)
}

fn read_as(file: &str, text: &str, is_patch: bool) -> Result<Vec<Res>, Vec<Diagnostic>> {
    let unified;
    let text = if text.contains("\r\n") {
        unified = text.replace("\r\n", "\n");
        unified.as_str()
    } else {
        text
    };
    let chunks = split(file, text).map_err(|problem| vec![problem])?;
    let (mut found, mut problems) = (Vec::with_capacity(chunks.len()), Vec::new());
    let file: Arc<str> = Arc::from(file);
    let is_only = chunks.len() == 1;
    for chunk in chunks {
        match weir_yaml::from_yaml(chunk.text, Dialect::Spelled) {
            Ok(values) => {
                let Some(mut value) = values.into_iter().next() else { continue };
                folded::rewrite(chunk.text, &mut value, is_patch);
                let place = Place::at(Arc::clone(&file), chunk.first_line(), 1);
                chunk_objects(value, is_only, &place, &mut found);
            }
            Err(error) => {
                let line = chunk.line.saturating_add(error.line.saturating_sub(1));
                let hint = hint_for_yaml(&error.message);
                let mut problem =
                    Diagnostic::error(error.message).at(Place::at(Arc::clone(&file), line, error.column));
                problem.hints.extend(hint.map(Into::into));
                problems.push(problem);
            }
        }
    }
    let mut objects = Vec::new();
    expand(found, &mut objects, &mut problems);
    if problems.is_empty() { Ok(objects) } else { Err(problems) }
}

/// Reads the objects of a patch. Their keys may be numbers: the merge takes them as texts.
pub(crate) fn read_patch(file: &str, text: &str) -> Result<Vec<Res>, Vec<Diagnostic>> {
    read_as(file, text, true).or_else(|problems| match with_quoted_keys(text) {
        Some(quoted) => read_as(file, &quoted, true),
        None => Err(problems),
    })
}

/// The text with quotes around all keys that are numbers or the like, if it has some.
fn with_quoted_keys(text: &str) -> Option<String> {
    let mut keys = Vec::new();
    for document in weir_yaml::parse(text).ok()? {
        document.root().into_iter().for_each(|root| bare_keys(root, 0, &mut keys));
    }
    keys.sort_by_key(|span| std::cmp::Reverse(span.start));
    let mut quoted = text.to_string();
    for span in &keys {
        let key = format!("\"{}\"", text.get(span.range())?);
        quoted.replace_range(span.range(), &key);
    }
    (!keys.is_empty()).then_some(quoted)
}

fn bare_keys(node: Node<'_, '_>, depth: usize, found: &mut Vec<Span>) {
    if depth > DEEPEST {
        return;
    }
    for (key, value) in node.entries() {
        let text = key.scalar().filter(|_| key.style() == ScalarStyle::Plain && key.tag().is_none());
        if text.is_some_and(|text| text != "<<" && resolve_plain(text, Dialect::V3).as_str().is_none()) {
            found.push(key.span());
        }
        bare_keys(value, depth + 1, found);
    }
    node.items().for_each(|item| bare_keys(item, depth + 1, found));
}

/// A document before it is read.
struct Chunk<'t> {
    text: &'t str,
    /// The line that it begins on.
    line: u32,
}

impl Chunk<'_> {
    /// The line of the first thing that is no comment.
    fn first_line(&self) -> u32 {
        let is_content = |line: &str| {
            let line = line.trim();
            !line.is_empty() && !line.starts_with('#') && !line.starts_with("---")
        };
        let skipped = self.text.lines().position(is_content).unwrap_or(0);
        self.line.saturating_add(u32::try_from(skipped).unwrap_or(0))
    }
}

/// Lines that begin with `---` separate documents, whatever stands around them.
fn split<'t>(file: &str, text: &'t str) -> Result<Vec<Chunk<'t>>, Diagnostic> {
    let mut chunks = Vec::new();
    let (mut start, mut start_line, mut line) = (0, 1, 1);
    let mut at = 0;
    for piece in text.split_inclusive('\n') {
        let is_separator = at > start && piece.starts_with("---") && piece.ends_with('\n');
        if is_separator {
            let behind = piece.get(3..).unwrap_or("").trim();
            if !behind.is_empty() && !behind.starts_with('#') {
                let message = format!("invalid document separator: {}", piece.trim());
                return Err(Diagnostic::error(message).at(Place::at(file, line, 1)));
            }
            chunks.push(Chunk { text: text.get(start..at).unwrap_or(""), line: start_line });
            start = at + piece.len();
            start_line = line + 1;
        }
        at += piece.len();
        line += 1;
    }
    chunks.push(Chunk { text: text.get(start..).unwrap_or(""), line: start_line });
    Ok(chunks)
}

/// The document of a file that is a `List` and nothing else is its items; any other is one object.
fn chunk_objects(value: Value, is_only: bool, place: &Place, found: &mut Vec<Res>) {
    let is_list = is_only
        && matches!(object::kind(&value), Some("List" | "ResourceList"))
        && value.get("items").is_some_and(|items| !items.is_null());
    let with = |mut value: Value| {
        spell_metadata(&mut value);
        Res::new(value, Some(place.clone()))
    };
    match value.get("items").and_then(Value::as_list).filter(|_| is_list) {
        Some(items) => found.extend(items.iter().cloned().map(with)),
        None => found.push(with(value)),
    }
}

fn expand(found: Vec<Res>, objects: &mut Vec<Res>, problems: &mut Vec<Diagnostic>) {
    let is_plain =
        |one: &Res| !is_nothing(&one.object) && !one.kind().ends_with("List") && check(&one.object).is_ok();
    if found.iter().all(is_plain) {
        *objects = found;
        return;
    }
    let mut level = found;
    for _ in 0..DEEPEST_LIST {
        let mut inner = Vec::new();
        for resource in level {
            let place = resource.place.clone();
            let problem = |message: String| {
                let problem = Diagnostic::error(message);
                place.clone().map_or_else(|| problem.clone(), |place| problem.clone().at(place))
            };
            if is_nothing(&resource.object) {
                continue;
            }
            if let Err(message) = check(&resource.object) {
                problems.push(problem(message));
                continue;
            }
            let is_list = resource.kind().ends_with("List");
            match resource.object.get("items") {
                Some(items) if is_list && items.is_null() => {}
                Some(Value::List(items)) if is_list => {
                    for item in items.iter() {
                        // These take the way through JSON.
                        let mut item = item.clone().written_as_json();
                        spell_metadata(&mut item);
                        inner.push(Res::new(item, place.clone()));
                    }
                }
                Some(other) if is_list => {
                    problems.push(problem(format!(
                        "expected array in {}/items, but found {}",
                        resource.kind(),
                        other.kind()
                    )));
                }
                _ => objects.push(resource),
            }
        }
        if inner.is_empty() {
            return;
        }
        level = inner;
    }
    problems.push(Diagnostic::error("lists in lists are nested too deeply"));
}

fn is_nothing(value: &Value) -> bool {
    match value {
        value if value.is_null() => true,
        Value::Map(map) => map.is_empty(),
        Value::List(list) => list.is_empty(),
        _ => false,
    }
}

/// What every object must have.
fn check(value: &Value) -> Result<(), String> {
    if value.as_map().is_none() {
        return Err(format!("an object is expected here, not a {}", value.kind()));
    }
    if let Some(problem) = nameless(value) {
        return Err(problem);
    }
    let kind = object::kind(value).unwrap_or("");
    let shown = object::name(value).unwrap_or("");
    for path in [&["metadata", "name"][..], &["metadata", "namespace"]] {
        if let Some(Value::List(_) | Value::Map(_)) = value.at(path) {
            return Err(format!("{} of {kind} '{shown}' must be a string", path.join(".")));
        }
    }
    Ok(())
}

/// What is wrong with an object that has no kind, or no name where it needs one.
pub(crate) fn nameless(value: &Value) -> Option<String> {
    let name = value.at(&["metadata", "name"]).filter(|name| !name.is_null() && name.as_str() != Some(""));
    let shown = name.and_then(Value::as_written).unwrap_or("");
    let Some(kind) = object::kind(value).filter(|kind| !kind.is_empty()) else {
        return Some(format!("missing kind in object '{shown}'"));
    };
    let needs_name = name.is_none() && !kind.ends_with("List");
    needs_name.then(|| format!("missing metadata.name in object of kind {kind}"))
}

/// Names, labels and annotations count as texts, spelled as they are written.
pub(crate) fn spell_metadata(value: &mut Value) {
    let Some(metadata) = value.as_map_mut().and_then(|map| map.get_mut("metadata")) else { return };
    for key in ["name", "namespace"] {
        if let Some(value) = metadata.as_map_mut().and_then(|map| map.get_mut(key)) {
            spell(value);
        }
    }
    for key in ["labels", "annotations"] {
        let map = metadata.as_map_mut().and_then(|map| map.get_mut(key)).and_then(Value::as_map_mut);
        if let Some(map) = map.filter(|map| map.values().any(|value| value.as_written().is_none())) {
            map.iter_mut().for_each(|(_, value)| spell(value));
        }
    }
}

/// What took the way through JSON has quotes around texts that look like something else.
pub(crate) fn quote_texts(value: &mut Value) {
    if !needs_quotes(value) {
        return;
    }
    match value {
        Value::Map(map) => map.iter_mut().for_each(|(_, value)| quote_texts(value)),
        Value::List(_) => value.as_list_mut().into_iter().flatten().for_each(quote_texts),
        Value::String(text) => *value = Value::quoted(text),
        _ => {}
    }
}

fn needs_quotes(value: &Value) -> bool {
    match value {
        Value::Map(map) => map.values().any(needs_quotes),
        Value::List(list) => list.iter().any(needs_quotes),
        Value::String(text) => [Dialect::V3, Dialect::Sigs]
            .iter()
            .any(|dialect| resolve_plain(text, *dialect).as_str() != Some(&**text)),
        _ => false,
    }
}

fn spell(value: &mut Value) {
    if value.as_written().is_none() {
        let text = crate::fields::scalar_text(value);
        *value = Value::always_spelled(std::mem::take(value), &text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_documents_and_lists() {
        let text = "# c\n---\nkind: A\nmetadata: {name: a}\n--- # c\nkind: BList\nitems:\n- kind: B\n  metadata: {name: b}\n---\nkind: C\nmetadata: {name: c}\n";
        let found = read("f.yaml", text).unwrap();
        let names: Vec<_> =
            found.iter().map(|one| (one.name(), one.place.clone().unwrap().to_string())).collect();
        assert_eq!(names[0], ("a", "f.yaml:3:1".to_string()));
        assert_eq!(names[1], ("c", "f.yaml:11:1".to_string()));
        assert_eq!(names[2].0, "b");
    }

    #[test]
    fn gives_all_problems() {
        let problems = read("f.yaml", "kind: A\n---\na: b\nb: [\n---\nx: 1\n").unwrap_err();
        assert_eq!(problems.len(), 3);
    }
}
