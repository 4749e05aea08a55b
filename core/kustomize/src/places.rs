//! Where the value of a field is written: the line in the file, patch or entry that brought it.

use std::collections::HashMap;
use std::sync::Arc;

use weir_files::{LineIndex, Place, RootedPath, Tree};
use weir_yaml::{Dialect, Node, Text, Value, resolve_plain};

use crate::explain::Owner;
use crate::fields::scalar_text;
use crate::history::Moment;
use crate::operation;

/// One step of the way to a field.
#[derive(Debug, Clone)]
pub(crate) enum Part {
    Key(Text),
    Named(&'static str, String),
    At(usize),
}

/// The way to a field, by what its parts are called and by where they stand.
#[derive(Debug, Clone, Default)]
pub(crate) struct Way {
    pub(crate) parts: Vec<Part>,
    pub(crate) places: Vec<usize>,
}

impl Way {
    pub(crate) fn push(&mut self, part: Part, place: usize) {
        self.parts.push(part);
        self.places.push(place);
    }

    pub(crate) fn pop(&mut self) {
        self.parts.pop();
        self.places.pop();
    }
}

/// Finds places in the files of a build, which are read again.
pub(crate) struct Finder<'a> {
    pub(crate) moments: &'a [Moment],
    tree: &'a Tree,
    /// Owners as they were before steps that rewrite what is there.
    earlier: HashMap<usize, Owner>,
    texts: HashMap<Arc<str>, Option<String>>,
}

impl<'a> Finder<'a> {
    pub(crate) fn new(moments: &'a [Moment], tree: &'a Tree, earlier: HashMap<usize, Owner>) -> Self {
        Self { moments, tree, earlier, texts: HashMap::new() }
    }

    /// The moment that a whole value comes from.
    pub(crate) fn moment_of(&self, owner: &Owner) -> usize {
        match owner {
            Owner::All(moment) => *moment,
            Owner::Map(_) | Owner::List(_) => self.moments.len().saturating_sub(1),
        }
    }

    /// Where the value that a moment brought is written, and the entry that names that file, if it is another one.
    pub(crate) fn place(&mut self, at: usize, way: &Way, value: &Value) -> (Place, Option<Place>) {
        let moments = self.moments;
        let Some(moment) = moments.get(at) else { return (Place::file(""), None) };
        if let Some((before, old)) = self.before(at, way) {
            return self.place(before, way, &old);
        }
        let is_generator = |moment: &&Moment| moment.cause.transformer.ends_with("Generator");
        let generator = moments.get(..at).and_then(|all| all.iter().rev().find(is_generator));
        if let Some(generator) = generator.filter(|_| &*moment.cause.transformer == "HashTransformer") {
            return (generator.cause.place(), None);
        }
        let asked = moment.cause.place();
        match &moment.written {
            Some(written) => (self.line(written, way, value), Some(asked)),
            None => (inline(moment, way, value).unwrap_or(asked), None),
        }
    }

    /// What a field was before it was rewritten, and which moment that came from.
    fn before(&self, at: usize, way: &Way) -> Option<(usize, Value)> {
        let owner = way.places.iter().fold(self.earlier.get(&at)?.clone(), |owner, place| owner.part(*place));
        let before = self.moment_of(&owner);
        let old = value_at(&self.moments.get(at.checked_sub(1)?)?.after, &way.parts)?;
        (before < at).then(|| (before, old.clone()))
    }

    /// The line of a value in the document that begins here; that of the document if it is not written so there.
    fn line(&mut self, document: &Place, way: &Way, value: &Value) -> Place {
        let tree = self.tree;
        let read = || {
            let path = RootedPath::new(&document.file).ok()?;
            let bytes = tree.read(&path).ok()?;
            std::str::from_utf8(&bytes).ok().map(ToString::to_string)
        };
        let text = self.texts.entry(Arc::clone(&document.file)).or_insert_with(read);
        let found = text.as_deref().and_then(|text| line_in(text, document, way, value));
        found.unwrap_or_else(|| document.clone())
    }
}

/// The place in a patch that stands in the kustomization itself.
fn inline(moment: &Moment, way: &Way, value: &Value) -> Option<Place> {
    let (start, text) = moment.cause.inline()?;
    let inner = line_in(&text, &Place::at(Arc::clone(&start.file), 1, 1), way, value)?;
    let line = start.line.saturating_add(inner.line).saturating_sub(1);
    Some(Place::at(start.file, line, start.column.saturating_add(inner.column).saturating_sub(1)))
}

fn value_at<'v>(value: &'v Value, way: &[Part]) -> Option<&'v Value> {
    way.iter().try_fold(value, |value, part| match part {
        Part::Key(key) => value.get(key),
        Part::At(at) => value.as_list()?.get(*at),
        Part::Named(key, name) => {
            value.as_list()?.iter().find(|item| item.get(key).is_some_and(|own| scalar_text(own) == *name))
        }
    })
}

fn line_in(text: &str, document: &Place, way: &Way, value: &Value) -> Option<Place> {
    let skipped = usize::try_from(document.line.checked_sub(1)?).ok()?;
    let mut start = 0;
    for line in text.split_inclusive('\n').take(skipped) {
        start += line.len();
    }
    let rest = text.get(start..)?;
    let end = rest.find("\n---").map_or(rest.len(), |at| at + 1);
    let rest = rest.get(..end)?;
    let parsed = weir_yaml::parse(rest).ok()?;
    let root = parsed.first()?.root()?;
    let along = || way.parts.iter().try_fold(root, |node, part| go(node.resolved(), part));
    let node = operation::find(root, way).or_else(along)?;
    let is_it = match node.resolved().scalar() {
        Some(own) => own == scalar_text(value) || resolve_plain(own, Dialect::V3).means(value),
        None => matches!(value, Value::Map(_) | Value::List(_)) || node.get("op").is_some(),
    };
    let (line, column) = LineIndex::new(rest).line_column(rest, node.span().start);
    is_it.then(|| Place::at(Arc::clone(&document.file), document.line.saturating_add(line - 1), column))
}

pub(crate) fn go<'d, 't>(node: Node<'d, 't>, part: &Part) -> Option<Node<'d, 't>> {
    match part {
        Part::Key(key) => node.get(key),
        Part::At(at) => node.items().nth(*at),
        Part::Named(key, name) => {
            let named = |item: &Node<'d, 't>| {
                item.resolved().get(key).and_then(|own| own.resolved().scalar()) == Some(name.as_str())
            };
            node.items().find(named)
        }
    }
}
