//! Where a value stands in its source text, for whoever has to point at it.

use weir_files::Span;

use crate::node::{Node, NodeKind, parse};

/// One step of a path into a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PathStep<'a> {
    /// The value of this key.
    Key(&'a str),
    /// The item at this place of a list.
    Index(usize),
}

/// Merge keys are followed so deep; a circle ends here.
const MERGES: usize = 16;

/// The place of the value at this path. Aliases and merge keys are followed.
pub fn locate(text: &str, document: usize, path: &[PathStep<'_>]) -> Option<Span> {
    let documents = parse(text).ok()?;
    let (_, value) = find(documents.get(document)?.root()?, path)?;
    Some(value.span())
}

/// The place of the last key on this path; of the value where the last step is none.
pub fn locate_key(text: &str, document: usize, path: &[PathStep<'_>]) -> Option<Span> {
    let documents = parse(text).ok()?;
    let (key, value) = find(documents.get(document)?.root()?, path)?;
    Some(key.unwrap_or(value).span())
}

/// Key and value at this path.
fn find<'d, 't>(root: Node<'d, 't>, path: &[PathStep<'_>]) -> Option<(Option<Node<'d, 't>>, Node<'d, 't>)> {
    let mut at = (None, root);
    for step in path {
        let node = at.1.resolved();
        at = match step {
            PathStep::Key(key) => find_key(node, key, MERGES).map(|(key, value)| (Some(key), value))?,
            PathStep::Index(index) => (None, node.items().nth(*index)?),
        };
    }
    Some(at)
}

fn find_key<'d, 't>(node: Node<'d, 't>, key: &str, merges: usize) -> Option<(Node<'d, 't>, Node<'d, 't>)> {
    if let Some(found) = node.entry(key) {
        return Some(found);
    }
    let merged = node.get("<<").filter(|_| merges > 0)?.resolved();
    if merged.kind() == NodeKind::Mapping {
        return find_key(merged, key, merges - 1);
    }
    merged.items().find_map(|source| find_key(source.resolved(), key, merges - 1))
}

#[cfg(test)]
mod tests {
    use super::PathStep::{Index, Key};
    use super::*;

    #[test]
    fn finds_values_and_keys() {
        let text = "a: 1\n---\nbase: &b {x: 'y'}\nlist:\n  - name: \"é\"\n    <<: *b\n";
        let at = |path: &[PathStep<'_>]| locate(text, 1, path).map(|span| &text[span.range()]);
        assert_eq!(at(&[Key("list"), Index(0), Key("name")]), Some("\"é\""));
        assert_eq!(at(&[Key("list"), Index(0), Key("x")]), Some("'y'"));
        assert_eq!(at(&[Key("list"), Index(1)]), None);
        let key = locate_key(text, 1, &[Key("list"), Index(0), Key("name")]);
        assert_eq!(key.map(|span| &text[span.range()]), Some("name"));
        assert_eq!(locate(text, 2, &[]), None);
    }
}
