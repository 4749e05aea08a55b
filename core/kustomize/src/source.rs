//! The text of a kustomization and where its fields stand in it.

use std::sync::Arc;

use weir_files::{LineIndex, Place, RootedPath};
use weir_yaml::{Node, NodeKind, ScalarStyle, Text};

/// One step of a path into a kustomization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// The value of a field, whose name may be written with other capitals.
    Field(Text),
    /// An item of a list.
    Item(usize),
}

/// Where something stands in a kustomization.
pub(crate) type At = Vec<Step>;

/// A kustomization as text. One that was made up has no text, and all of it stands at its file.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) file: RootedPath,
    text: Option<Arc<str>>,
    /// All of it stands here.
    fixed: Option<Place>,
}

impl Source {
    pub(crate) fn new(file: RootedPath, text: Option<&str>) -> Self {
        Self { file, text: text.map(Arc::from), fixed: None }
    }

    /// For an object that is read as a configuration: all of it stands where the object begins.
    pub(crate) fn object(file: RootedPath, place: Option<Place>) -> Self {
        Self { file, text: None, fixed: place }
    }

    /// The place of a value, or of the nearest one above that is written.
    pub(crate) fn place(&self, at: &[Step]) -> Place {
        self.places(std::iter::once(at)).pop().unwrap_or_else(|| Place::file(self.file.as_str()))
    }

    /// A patch of this entry that is written as a block of lines or in one line, and where its text begins.
    pub(crate) fn inline(&self, at: &[Step]) -> Option<(Place, String)> {
        let text = self.text.as_ref()?;
        let documents = weir_yaml::parse(text).ok()?;
        let entry = find(documents.first()?.root()?, at).resolved();
        let node = entry.get("patch").unwrap_or(entry).resolved();
        let (inner, span) = (node.scalar()?, node.span().range());
        let header = LineIndex::new(text).place(self.file.as_str(), text, node.span().start);
        if node.style() != ScalarStyle::Literal {
            let quote = usize::from(node.style() != ScalarStyle::Plain);
            let written = text.get(span.start.checked_add(quote)?..span.end.checked_sub(quote)?)?;
            let column = header.column.saturating_add(u32::try_from(quote).ok()?);
            return (written == inner)
                .then(|| (Place::at(header.file, header.line, column), inner.to_string()));
        }
        let blank = |line: &str| line.len() - line.trim_start_matches(' ').len();
        let is_written = |line: &&str| !line.trim().is_empty();
        let own = text.lines().skip(usize::try_from(header.line).ok()?).find(is_written)?;
        let indent = blank(own).checked_sub(blank(inner.lines().find(is_written)?))?;
        let column = u32::try_from(indent).ok()?.saturating_add(1);
        Some((Place::at(header.file, header.line.saturating_add(1), column), inner.to_string()))
    }

    /// The places of several values; the text is looked at once.
    pub(crate) fn places<'a>(&self, all: impl Iterator<Item = &'a [Step]>) -> Vec<Place> {
        let nowhere = || self.fixed.clone().unwrap_or_else(|| Place::file(self.file.as_str()));
        let Some(text) = &self.text else { return all.map(|_| nowhere()).collect() };
        let documents = weir_yaml::parse(text).unwrap_or_default();
        let Some(root) = documents.first().and_then(|document| document.root()) else {
            return all.map(|_| nowhere()).collect();
        };
        let index = LineIndex::new(text);
        all.map(|at| index.place(self.file.as_str(), text, find(root, at).span().start)).collect()
    }
}

fn find<'d, 't>(root: Node<'d, 't>, at: &[Step]) -> Node<'d, 't> {
    let mut here = root;
    for step in at {
        let node = here.resolved();
        let next = match step {
            Step::Item(index) => node.items().nth(*index),
            Step::Field(name) => field(node, name),
        };
        match next {
            Some(next) => here = next,
            None => break,
        }
    }
    here
}

/// A scalar value is pointed at by itself, anything larger by its key.
fn field<'d, 't>(node: Node<'d, 't>, name: &str) -> Option<Node<'d, 't>> {
    let named = |key: &Node<'d, 't>| key.scalar().is_some_and(|key| key.eq_ignore_ascii_case(name));
    let (key, value) = node.entries().filter(|(key, _)| named(key)).last()?;
    let is_empty = value.kind() == NodeKind::Scalar && value.scalar() == Some("");
    Some(if is_empty { key } else { value })
}
