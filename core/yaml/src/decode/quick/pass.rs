//! Blocks whose value nobody wants: they only have to be sound.

use super::scalar::STOPS;
use super::{Line, Reader};

/// Deeper blocks are read as all others are.
const DEEPEST: usize = 16;

/// Lists and maps that are open, from the outermost on: where they are indented, and whether they are lists.
struct Open {
    blocks: [(usize, bool); DEEPEST],
    count: usize,
}

impl Open {
    fn push(&mut self, indent: usize, is_list: bool) -> Option<()> {
        *self.blocks.get_mut(self.count)? = (indent, is_list);
        self.count += 1;
        Some(())
    }

    fn pop(&mut self) {
        self.count -= 1;
    }

    /// The innermost one.
    fn last(&self) -> Option<(usize, bool)> {
        self.blocks.get(self.count.checked_sub(1)?).copied()
    }
}

/// What an entry ends with.
enum End {
    /// Its value.
    Value,
    /// Its key, if it is one of a map: the value is on the lines below, or null.
    Below { of_key: bool },
}

impl Reader<'_> {
    /// Passes the block that begins here, without a step into each list and map in it. None where that is not plainly
    /// possible, which says nothing of the block.
    pub(super) fn pass(&mut self, first: Line) -> Option<()> {
        let mut open = Open { blocks: [(0, false); DEEPEST], count: 0 };
        open.push(first.indent, self.is_dash(first.at))?;
        let mut line = first;
        loop {
            let end = self.pass_entry(line, &mut open)?;
            let Some(next) = self.line()? else { return Some(()) };
            line = next;
            let is_dash = self.is_dash(line.at);
            if let (End::Below { of_key }, Some((indent, _))) = (end, open.last())
                && (line.indent > indent || line.indent == indent && of_key && is_dash)
            {
                open.push(line.indent, is_dash)?;
                continue;
            }
            while open.last().is_some_and(|(indent, is_list)| {
                indent > line.indent || indent == line.indent && is_list && !is_dash
            }) {
                open.pop();
            }
            match open.last() {
                None => return Some(()),
                Some(block) if block == (line.indent, is_dash) => {}
                Some(_) => return None,
            }
        }
    }

    /// Passes one entry up to the next line.
    fn pass_entry(&mut self, line: Line, open: &mut Open) -> Option<End> {
        let Line { mut indent, mut at } = line;
        while open.last()?.1 {
            let dash = at;
            at = self.after_spaces(at + 1);
            if self.byte(at) == b'\n' {
                self.at = (at + 1).min(self.bytes.len());
                return Some(End::Below { of_key: false });
            }
            let is_dash = self.is_dash(at);
            if !is_dash && self.key_end(at).is_none() {
                self.pass_value(at, indent)?;
                return Some(End::Value);
            }
            indent += at - dash;
            open.push(indent, is_dash)?;
        }
        let end = self.key_end(at)?;
        self.key(at, end)?;
        at = self.after_spaces(end + 1);
        if self.byte(at) == b'\n' {
            self.at = (at + 1).min(self.bytes.len());
            return Some(End::Below { of_key: true });
        }
        self.pass_value(at, indent)?;
        Some(End::Value)
    }

    fn after_spaces(&self, mut at: usize) -> usize {
        while self.byte(at) == b' ' {
            at += 1;
        }
        at
    }

    /// Passes a value on this line. A word has no meaning that could be wrong, and ends with the line in most cases.
    fn pass_value(&mut self, at: usize, indent: usize) -> Option<()> {
        match self.byte(at) {
            b'#' => None,
            first if first.is_ascii_alphabetic() => {
                let rest = &self.bytes[at..];
                let length = rest.iter().position(|byte| STOPS[usize::from(*byte)]).unwrap_or(rest.len());
                if !matches!(rest.get(length), None | Some(b'\n')) {
                    return self.inline(at, indent).map(|_| ());
                }
                self.at = (at + length + 1).min(self.bytes.len());
                Some(())
            }
            _ => self.inline(at, indent).map(|_| ()),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Dialect, Value, first_from_yaml, wanted_from_yaml};

    #[test]
    fn what_is_passed_is_as_sound_as_what_is_read() {
        for block in [
            "  a: b\n  c:\n    d: e\n  f: 1\n",
            "  a: b\n    c: d\n",
            "  a: b\n   c: d\n",
            "    a: b\n  c: d\n",
            "  a:\n  - b\n  - c: d\n    e: f\n  g: h\n",
            "  a:\n    - b\n   - c\n",
            "  - a: b\n    c: d\n  - - e\n    - f\n  -\n    g: h\n",
            "  - a\n  b: c\n",
            "  a: b\n  - c\n",
            "- a\n- b: c\n  d: e\n",
            "- a\n- b: c\n d: e\n",
            "  a: one\n    two\n  b: c\n",
            "  - one\n    two\n  - b\n",
            "  a: one # two\n  b:   # three\n    c: d\n  # four\n  e:\n",
            "  a: one: two\n",
            "  a: http://b:80/#c\n  d: e #\n",
            "  a: \"b\"\n  c: 'd'\n  e: \"f\n",
            "  a: 'b' c\n",
            "  a: |\n    text:\n   b\n",
            "  a: |\n    text: a: b\n\n     more\n  b: c\n",
            "  a: [b, {c: d}]\n  e: {}\n  f: [\n",
            "  a: 1\n  a: 2\n",
            "  a:\n    b:\n      c:\n        d:\n    e: f\n",
            "  a:\n    b:\n      c: d\n   e: f\n",
            "  ? a\n  : b\n",
            "  a: *b\n",
            "  a: &b c\n  d: *b\n",
            "  a: !!int b\n",
            "  true: b\n  1: c\n",
            "  a:\tb\n\tc: d\n",
            "  a: b\n\n\n  c: d",
            "  -\n  - -\n  - a:\n    -\n",
            "  a: 0x_\n  b: 1e999\n  c: .inf\n",
        ] {
            for rest in ["", "wanted: yes it is\n"] {
                let text =
                    format!("unwanted:\n{block}{}{rest}", if block.ends_with('\n') { "" } else { "\n" });
                let some = wanted_from_yaml(&text, &|path| path == ["wanted"]);
                let whole = first_from_yaml(&text, Dialect::Sigs);
                assert_eq!(some.as_ref().err(), whole.as_ref().err(), "{text}");
                let wanted = |value: Value| value.get("wanted").cloned();
                assert_eq!(some.ok().and_then(wanted), whole.ok().and_then(wanted), "{text}");
            }
        }
    }
}
