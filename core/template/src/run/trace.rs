//! Where each line of the output comes from.
//!
//! Every write leaves a mark. What an inner template wrote passes through functions before it is printed, which move
//! and indent it; its lines are found again by what they say. Nothing of this happens unless somebody asks.

use std::collections::HashMap;
use std::hash::Hasher as _;
use std::sync::Arc;

use crate::hash::{Quick, QuickHasher};
use crate::parse::Template;

/// A line of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The name of the text: the file.
    pub file: Arc<str>,
    /// Line, from one.
    pub line: u32,
}

/// What was written from one byte of the output on.
#[derive(Clone, Copy)]
struct Mark {
    at: usize,
    source: u32,
    pos: u32,
    /// It is a piece of the source itself, which goes on as the output does.
    copied: bool,
}

/// Marks of all outputs that are being written, and lines of those that are done.
#[derive(Default)]
pub(super) struct Trace {
    /// A template of each.
    sources: Vec<Arc<Template>>,
    /// The source that was written from last.
    last: u32,
    outputs: Vec<Vec<Mark>>,
    /// Lines by a hash of what they say; two that share one are taken for each other.
    known: HashMap<u64, (u32, u32), Quick>,
}

impl Trace {
    pub(super) fn new() -> Self {
        Self { outputs: vec![Vec::new()], ..Self::default() }
    }

    fn source(&mut self, template: &Arc<Template>) -> u32 {
        let is_it = |other: &Arc<Template>| Arc::ptr_eq(other.file(), template.file());
        if self.sources.get(self.last as usize).is_some_and(is_it) {
            return self.last;
        }
        let known = self.sources.iter().position(is_it);
        let at = known.unwrap_or_else(|| {
            self.sources.push(Arc::clone(template));
            self.sources.len() - 1
        });
        self.last = at as u32;
        self.last
    }

    fn mark(&mut self, mark: Mark) {
        if let Some(marks) = self.outputs.last_mut() {
            marks.push(mark);
        }
    }

    /// A piece of the source is about to be written.
    pub(super) fn text(&mut self, at: usize, template: &Arc<Template>, pos: u32) {
        let source = self.source(template);
        self.mark(Mark { at, source, pos, copied: true });
    }

    /// A value has been written by an action on this place of the source.
    pub(super) fn printed(&mut self, at: usize, template: &Arc<Template>, pos: u32, written: &[u8]) {
        let source = self.source(template);
        self.mark(Mark { at, source, pos, copied: false });
        if !written.contains(&b'\n') {
            return;
        }
        let mut start = at;
        for line in written.split_inclusive(|byte| *byte == b'\n') {
            let (source, pos) =
                hash(line).and_then(|hash| self.known.get(&hash)).copied().unwrap_or((source, pos));
            self.mark(Mark { at: start, source, pos, copied: false });
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
        // What is in one line becomes a part of the line that asked for it.
        if !written.contains(&b'\n') {
            return;
        }
        let known = &mut self.known;
        walk(written, 0, &marks, |line, place| {
            if let (Some(hash), Some(place)) = (hash(line), place) {
                known.insert(hash, place);
            }
        });
    }

    /// So many outputs are left after an error.
    pub(super) fn truncate(&mut self, outputs: usize) {
        self.outputs.truncate(outputs + 1);
    }

    /// The origin of each line behind the first `from` bytes; nothing for lines that nobody wrote.
    pub(super) fn finish(self, out: &[u8], from: usize) -> Vec<Option<Origin>> {
        let mut origins = Vec::new();
        let Some(marks) = self.outputs.first() else { return origins };
        walk(out, from, marks, |_, place| {
            origins.push(place.and_then(|(source, pos)| {
                let template = self.sources.get(source as usize)?;
                Some(Origin { file: Arc::clone(template.file()), line: template.source().place_of(pos).0 })
            }));
        });
        origins
    }
}

/// A hash of what a line says, however it is indented; nothing for empty lines.
fn hash(line: &[u8]) -> Option<u64> {
    let line = line.trim_ascii();
    let mut hasher = QuickHasher::default();
    hasher.write(line);
    (!line.is_empty()).then(|| hasher.finish())
}

/// Each line with its place in a source, which is that of its first character that is no space.
fn walk(text: &[u8], from: usize, marks: &[Mark], mut each: impl FnMut(&[u8], Option<(u32, u32)>)) {
    let mut start = from;
    let mut next = 0;
    for line in text.get(from..).unwrap_or_default().split_inclusive(|byte| *byte == b'\n') {
        let spaces = line.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let at = start + if spaces < line.len() { spaces } else { 0 };
        start += line.len();
        while marks.get(next).is_some_and(|mark| mark.at <= at) {
            next += 1;
        }
        let place = next.checked_sub(1).and_then(|mark| marks.get(mark)).map(|mark| {
            let pos = if mark.copied { mark.pos + (at - mark.at) as u32 } else { mark.pos };
            (mark.source, pos)
        });
        each(line, place);
    }
}
