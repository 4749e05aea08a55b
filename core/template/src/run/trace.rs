//! Where each line of the output comes from.
//!
//! Every write leaves a mark. What an inner template wrote passes through functions before it is printed, which move
//! and indent it; its lines are found again by what they say. Nothing of this happens unless somebody asks.

use std::collections::HashMap;
use std::sync::Arc;

use crate::parse::Program;

/// A line of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The name of the text: the file.
    pub file: Arc<str>,
    /// Line, from one.
    pub line: u32,
}

/// Marks of all outputs that are being written, and lines of those that are done.
#[derive(Default)]
pub(super) struct Trace {
    /// For each output: from which byte on what was written comes from where.
    outputs: Vec<Vec<(usize, Origin)>>,
    known: HashMap<Vec<u8>, Origin>,
}

impl Trace {
    /// The outermost output has so many bytes already.
    pub(super) fn new() -> Self {
        Self { outputs: vec![Vec::new()], known: HashMap::new() }
    }

    fn mark(&mut self, at: usize, origin: Origin) {
        if let Some(marks) = self.outputs.last_mut() {
            marks.push((at, origin));
        }
    }

    /// A piece of the source is about to be written.
    pub(super) fn text(&mut self, at: usize, program: &Program, start: u32, text: &[u8]) {
        let (first, _) = program.source.place_of(start);
        let file = &program.source.name;
        self.mark(at, Origin { file: Arc::clone(file), line: first });
        let ends = text.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        for (line, (end, _)) in (first + 1..).zip(ends) {
            self.mark(at + end + 1, Origin { file: Arc::clone(file), line });
        }
    }

    /// A value has been written by an action on this place of the source.
    pub(super) fn printed(&mut self, at: usize, program: &Program, pos: u32, written: &[u8]) {
        let origin = Origin { file: Arc::clone(&program.source.name), line: program.source.place_of(pos).0 };
        let mut start = at;
        for line in written.split_inclusive(|byte| *byte == b'\n') {
            let found = self.known.get(line.trim_ascii()).cloned();
            self.mark(start, found.unwrap_or_else(|| origin.clone()));
            start += line.len();
        }
    }

    /// An inner output begins.
    pub(super) fn begin(&mut self) {
        self.outputs.push(Vec::new());
    }

    /// An inner output is done and says this.
    pub(super) fn end(&mut self, written: &[u8]) {
        let marks = self.outputs.pop().unwrap_or_default();
        for (line, origin) in lines(written, 0).zip(origins(written, 0, &marks)) {
            let line = line.trim_ascii();
            if let Some(origin) = origin.filter(|_| !line.is_empty()) {
                self.known.insert(line.to_vec(), origin);
            }
        }
    }

    /// So many outputs are left after an error.
    pub(super) fn truncate(&mut self, outputs: usize) {
        self.outputs.truncate(outputs + 1);
    }

    /// The origin of each line behind the first `from` bytes; nothing for lines that nobody wrote.
    pub(super) fn finish(mut self, out: &[u8], from: usize) -> Vec<Option<Origin>> {
        origins(out, from, &self.outputs.drain(..).next().unwrap_or_default())
    }
}

fn lines(text: &[u8], from: usize) -> impl Iterator<Item = &[u8]> {
    text.get(from..).unwrap_or_default().split_inclusive(|byte| *byte == b'\n')
}

/// A line comes from where its first character comes from that is no space.
fn origins(text: &[u8], from: usize, marks: &[(usize, Origin)]) -> Vec<Option<Origin>> {
    let mut start = from;
    lines(text, from)
        .map(|line| {
            let spaces = line.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let at = start + if spaces < line.len() { spaces } else { 0 };
            start += line.len();
            let next = marks.partition_point(|(offset, _)| *offset <= at);
            next.checked_sub(1).and_then(|mark| marks.get(mark)).map(|(_, origin)| origin.clone())
        })
        .collect()
}
