//! The short way for the YAML that most people write: block maps and lists, scalars, brackets and braces on one line,
//! literal texts.
//!
//! It reads a document in one pass without tokens or nodes. Whatever is not plainly simple (anchors, tags, rare escapes,
//! doubtful indentation, any error) makes it give up, and the document is read the long
//! way. So it decides nothing that the long way would decide differently; the fuzz test compares the two.

mod block;
mod pass;
mod quoted;
mod scalar;

use memchr::memchr;

use super::{Dialect, Wanted};
use crate::node::Documents;
use crate::scan::Generation;
use crate::value::Value;

/// Values of the whole stream; none if it has to be read the long way, errors included.
pub(super) fn stream(text: &str, dialect: Dialect) -> Option<Vec<Value>> {
    if !is_usual(text) {
        return None;
    }
    let mut values = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let end = next_border(text, start)?;
        let chunk = &text[start..end];
        match Reader::new(chunk, dialect).document() {
            Some(Read::Value(value)) => values.push(value),
            Some(Read::Nothing) => {}
            None => long_way(chunk, dialect, &mut values)?,
        }
        start = end;
    }
    Some(values)
}

/// The value of the only document; none if it has to be read the long way. Where more documents follow, go-yaml looks
/// a little ahead and may find an error there.
pub(super) fn only(text: &str, dialect: Dialect) -> Option<Value> {
    only_of(text, Reader::new(text, dialect))
}

/// The same as sigs.k8s.io/yaml reads it, where what stands under keys that are not wanted is read but left out.
pub(super) fn only_wanted(text: &str, wanted: &Wanted<'_>) -> Option<Value> {
    only_of(text, Reader { wanted: Some(wanted), ..Reader::new(text, Dialect::Sigs) })
}

fn only_of(text: &str, mut reader: Reader<'_>) -> Option<Value> {
    // A border or a directive is nothing that the reader understands within a document.
    if !is_usual(text) {
        return None;
    }
    match reader.document()? {
        Read::Value(value) => Some(value),
        // What that is depends on the dialect.
        Read::Nothing => None,
    }
}

fn long_way(chunk: &str, dialect: Dialect, values: &mut Vec<Value>) -> Option<()> {
    for document in Documents::new(chunk, dialect.generation()) {
        let document = document.ok()?;
        if !document.is_empty() {
            values.push(document.to_value(dialect).ok()?);
        }
    }
    Some(())
}

/// True if all characters are allowed and the only line breaks are those of Unix.
fn is_usual(text: &str) -> bool {
    let is_plain = |byte: &u8| (*byte >= b' ' && *byte <= b'~') | (*byte == b'\n') | (*byte == b'\t');
    let mut rest = text;
    while !rest.is_empty() {
        let bytes = rest.as_bytes();
        let (chunks, end) = bytes.as_chunks::<64>();
        let is_all_plain = |chunk: &[u8]| chunk.iter().fold(true, |all, byte| all & is_plain(byte));
        let count = chunks.iter().take_while(|chunk| is_all_plain(*chunk)).count();
        let has_end = count == chunks.len() && is_all_plain(end);
        let length = if has_end { bytes.len() } else { count * 64 };
        // Plain bytes are characters by themselves, so this cuts between characters.
        rest = &rest[length..];
        let mut passed = 0;
        for c in rest.chars().take(64) {
            if !matches!(c, '\t' | '\n' | ' '..='~' | '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}' | '\u{10000}'..)
            {
                return false;
            }
            passed += c.len_utf8();
        }
        rest = &rest[passed..];
    }
    true
}

/// Where the next `---` line begins. None where directives or `...` make documents depend on each other.
fn next_border(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut line = start;
    loop {
        match bytes.get(line) {
            None => return Some(text.len()),
            Some(b'%') => return None,
            Some(b'.') if bytes[line..].starts_with(b"...") => return None,
            Some(b'-') if line > start && is_border(&bytes[line..]) => return Some(line),
            Some(_) => line += line_len(&bytes[line..]),
        }
    }
}

fn is_border(line: &[u8]) -> bool {
    line.starts_with(b"---") && matches!(line.get(3), None | Some(b' ' | b'\t' | b'\n'))
}

/// Bytes up to the next line.
fn line_len(bytes: &[u8]) -> usize {
    memchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1)
}

/// How many spaces it begins with.
fn spaces(bytes: &[u8]) -> usize {
    const SPACES: u64 = u64::from_le_bytes([b' '; 8]);
    let mut count = 0;
    for chunk in bytes.as_chunks::<8>().0 {
        let others = u64::from_le_bytes(*chunk) ^ SPACES;
        if others != 0 {
            return count + others.trailing_zeros() as usize / 8;
        }
        count += 8;
    }
    count + bytes[count..].iter().take_while(|byte| **byte == b' ').count()
}

enum Read {
    Value(Value),
    /// Nothing but comments.
    Nothing,
}

/// Reads one document. All its steps give none to give up.
struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    /// The line with content that was looked at last.
    seen: Option<Line>,
    depth: usize,
    dialect: Dialect,
    generation: Generation,
    /// Which keys are wanted, if not all are.
    wanted: Option<&'t Wanted<'t>>,
    /// The key of the document that is read now.
    key: Option<&'t str>,
    /// What is read now is not: it only has to be sound, and any value stands for it.
    drops: bool,
}

/// A line with content, its indentation passed.
#[derive(Clone, Copy)]
struct Line {
    indent: usize,
    /// Where its content begins.
    at: usize,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str, dialect: Dialect) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            seen: None,
            depth: 0,
            dialect,
            generation: dialect.generation(),
            wanted: None,
            key: None,
            drops: false,
        }
    }

    fn document(&mut self) -> Option<Read> {
        let Some(mut first) = self.line()? else { return Some(Read::Nothing) };
        // Comments may stand before the border.
        if first.indent == 0 && is_border(&self.bytes[first.at..]) {
            // Content beside it is rare.
            if !matches!(self.bytes.get(first.at + 3), None | Some(b'\n')) {
                return None;
            }
            self.at = (first.at + 4).min(self.bytes.len());
            match self.line()? {
                Some(next) => first = next,
                None => return Some(Read::Nothing),
            }
        }
        let value = self.block(first)?;
        match self.line()? {
            None => Some(Read::Value(value)),
            Some(_) => None,
        }
    }

    #[inline]
    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(b'\n')
    }

    /// The next line with content from here, which is the start of a line. It stays.
    #[inline]
    fn line(&mut self) -> Option<Option<Line>> {
        // What ends several blocks is looked at by each of them.
        if let Some(line) = self.seen.filter(|line| line.at - line.indent == self.at) {
            return Some(Some(line));
        }
        loop {
            let start = self.at;
            let at = start + spaces(&self.bytes[start..]);
            match self.bytes.get(at) {
                None => return Some(None),
                Some(b'\n') => self.at = at + 1,
                Some(b'#') => self.at = at + line_len(&self.bytes[at..]),
                Some(b'\t') => return None,
                Some(_) => {
                    self.seen = Some(Line { indent: at - start, at });
                    return Some(self.seen);
                }
            }
        }
    }

    /// Passes spaces and a comment up to the next line.
    fn end_line(&mut self, at: usize) -> Option<()> {
        let mut end = at;
        while self.byte(end) == b' ' {
            end += 1;
        }
        self.at = match self.byte(end) {
            b'\n' => (end + 1).min(self.bytes.len()),
            b'#' if end > at => end + line_len(self.bytes.get(end..).unwrap_or_default()),
            _ => return None,
        };
        Some(())
    }
}
