//! Text to objects, and from an object back to its place in the text.

use std::sync::Arc;

use weir_files::{Diagnostic, LineIndex, Place};
use weir_yaml::{Dialect, PathStep, locate, parse};

use crate::object::{Object, Origin, expand};

/// Reads all documents of a file as objects; lists are expanded and empty documents passed over. Documents that have no
/// meaning are reported, the others are read all the same; a text that is no YAML gives nothing but the report.
pub fn read_objects(file: &str, text: &str, dialect: Dialect) -> (Vec<Object>, Vec<Diagnostic>) {
    let file: Arc<str> = Arc::from(file);
    let documents = match parse(text) {
        Ok(documents) => documents,
        Err(error) => return (Vec::new(), vec![error.diagnostic(file)]),
    };
    let (mut objects, mut problems) = (Vec::new(), Vec::new());
    for (at, document) in documents.iter().enumerate().filter(|(_, document)| !document.is_empty()) {
        match document.to_value(dialect) {
            Ok(value) => {
                let document_at = u32::try_from(at).unwrap_or(u32::MAX);
                let offset = document.root().map_or(document.span(), weir_yaml::Node::full_span).start;
                let origin = Origin { file: Arc::clone(&file), document: document_at, offset, item: None };
                objects.extend(expand(value, origin));
            }
            Err(error) => problems.push(error.diagnostic(Arc::clone(&file))),
        }
    }
    (objects, problems)
}

impl Origin {
    /// The place of the document that the object stands in. Unlike [`Origin::place`] it does not parse the text again, so
    /// it suits all objects of a large file.
    pub fn start(&self, text: &str, lines: &LineIndex) -> Place {
        lines.place(Arc::clone(&self.file), text, self.offset)
    }

    /// The place of a field in the text that the object was read from. Where the field is not written, it is that of the
    /// nearest one above it that is.
    pub fn place(&self, text: &str, path: &[PathStep<'_>]) -> Place {
        let mut steps: Vec<PathStep<'_>> = Vec::with_capacity(path.len() + 2);
        if let Some(item) = self.item {
            steps.extend([PathStep::Key("items"), PathStep::Index(item as usize)]);
        }
        let least = steps.len();
        steps.extend_from_slice(path);
        let document = self.document as usize;
        let found =
            (least..=steps.len()).rev().find_map(|length| locate(text, document, steps.get(..length)?));
        let offset = found.map_or(self.offset, |span| span.start);
        LineIndex::new(text).place(Arc::clone(&self.file), text, offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# first\n---\nkind: A\nmetadata:\n  name: a\n---\n# nothing\n---\nkind: List\nitems:\n- kind: B\n  spec:\n    x: 1\n---\nkind: C\nkind: D\n";

    #[test]
    fn reads_what_can_be_read() {
        let (objects, problems) = read_objects("f.yaml", TEXT, Dialect::V3);
        let kinds: Vec<_> = objects.iter().map(|one| one.gvk().kind.to_string()).collect();
        assert_eq!(kinds, ["A", "B"]);
        let lines: Vec<_> = problems.iter().map(Diagnostic::line).collect();
        assert!(lines.len() == 1 && lines[0].starts_with("f.yaml:1"), "{lines:?}");
    }

    #[test]
    fn finds_places_again() {
        let (objects, _) = read_objects("f.yaml", TEXT, Dialect::V3);
        let place = |at: usize, path: &[PathStep<'_>]| objects[at].origin.place(TEXT, path).to_string();
        assert_eq!(place(0, &[PathStep::Key("metadata"), PathStep::Key("name")]), "f.yaml:5:9");
        assert_eq!(place(1, &[PathStep::Key("spec"), PathStep::Key("x")]), "f.yaml:13:8");
        assert_eq!(place(1, &[PathStep::Key("spec"), PathStep::Key("y"), PathStep::Key("z")]), "f.yaml:13:5");
        assert_eq!(place(0, &[]), "f.yaml:3:1");
    }
}
