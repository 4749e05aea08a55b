//! Where the lines of rendered files come from, noted while they are rendered if somebody wants to know.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use weir_template::Origin;

/// The lines of all files of a rendering.
#[derive(Debug, Default)]
pub struct Traces(RefCell<BTreeMap<String, Traced>>);

#[derive(Debug)]
struct Traced {
    text: String,
    lines: Vec<Option<Origin>>,
    /// What stands before was asked for already.
    at: Cell<usize>,
}

impl Traces {
    pub(super) fn note(&self, name: &str, text: &[u8], lines: Vec<Option<Origin>>) {
        let text = String::from_utf8_lossy(text).into_owned();
        self.0.borrow_mut().insert(name.to_string(), Traced { text, lines, at: Cell::new(0) });
    }

    /// The lines of templates that the lines of an object come from, which was taken out of this file. Objects that are equal
    /// are told apart by their order.
    pub fn lines(&self, file: &str, object: &str) -> Vec<Option<Origin>> {
        let files = self.0.borrow();
        let Some(traced) = files.get(file) else { return Vec::new() };
        let behind = |start: usize| traced.text.get(start..)?.find(object).map(|at| start + at);
        let Some(start) = behind(traced.at.get()).or_else(|| behind(0)) else { return Vec::new() };
        traced.at.set(start + object.len());
        let first = traced.text.get(..start).map_or(0, |before| before.matches('\n').count());
        let count = object.lines().count();
        traced.lines.iter().skip(first).take(count).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_found_in_their_file() {
        let origin = |line: u32| Some(Origin { file: "t".into(), line });
        let traces = Traces::default();
        traces.note("t", b"a: 1\n---\na: 1\nb: 2\n", (1..=4).map(origin).collect());
        let lines = |object: &str| -> Vec<u32> {
            traces.lines("t", object).into_iter().map(|origin| origin.unwrap().line).collect()
        };
        assert_eq!(lines("a: 1"), [1]);
        assert_eq!(lines("a: 1\nb: 2"), [3, 4]);
        assert_eq!(lines("a: 1"), [1], "what comes later may be asked for first");
        assert!(lines("c: 1").is_empty());
    }
}
