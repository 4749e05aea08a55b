//! Text with indentation: where lines begin, and what may stand beside what.

use super::Style;
use super::analyze::Analysis;
use crate::scan::{Generation, ScalarStyle};

/// yaml.v2 breaks lines at the first space behind this column.
const WIDTH: usize = 80;

/// Longer keys get a `?`; in bytes.
pub(super) const LONGEST_SIMPLE_KEY: usize = 128;

const SPACES: &str = "                                ";

/// Where a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Context {
    Root,
    Item,
    SimpleKey,
    Key,
    MappingValue,
}

pub(super) struct Writer {
    pub(super) out: String,
    style: Style,
    pub(super) width: usize,
    pub(super) column: usize,
    /// None outside of everything.
    pub(super) indent: Option<usize>,
    /// The last thing written was white space or needs none behind it.
    pub(super) whitespace: bool,
    /// Nothing but indentation and indicators of blocks stands on this line.
    pub(super) indention: bool,
    /// A comment that is to stand behind what is being written; a text in a block has it on its first line.
    pub(super) beside: String,
    /// Where a comment at somebody's foot stands: an empty line keeps what comes there apart from it.
    pub(super) foot_indent: Option<usize>,
}

impl Writer {
    pub(super) fn new(style: Style) -> Self {
        let width = if style.generation == Generation::V2 { WIDTH } else { usize::MAX };
        let (out, beside) = (String::new(), String::new());
        let (indent, foot_indent) = (None, None);
        Self { out, style, width, column: 0, indent, whitespace: true, indention: true, beside, foot_indent }
    }

    pub(super) fn finish(mut self) -> String {
        self.indent = None;
        self.write_indent();
        self.out
    }

    pub(super) fn best_indent(&self) -> usize {
        self.style.indent
    }

    /// A number, boolean or null.
    pub(super) fn word(&mut self, word: &str, _: Context) {
        self.space();
        self.put_str(word);
        self.whitespace = false;
        self.indention = false;
    }

    pub(super) fn text(&mut self, text: &str, context: Context) {
        let analysis = Analysis::new(text, self.style.generation);
        self.analyzed_text(text, &analysis, context);
    }

    fn analyzed_text(&mut self, text: &str, analysis: &Analysis, context: Context) {
        let simple_key = context == Context::SimpleKey;
        let outer = self.begin_text(context);
        match analysis.style(text, self.style.generation, simple_key) {
            ScalarStyle::Plain => self.plain(text, !simple_key),
            ScalarStyle::SingleQuoted => self.single_quoted(text, !simple_key),
            ScalarStyle::DoubleQuoted => self.double_quoted(text, !simple_key),
            ScalarStyle::Literal | ScalarStyle::Folded => self.literal(text),
        }
        self.indent = outer;
    }

    pub(super) fn empty(&mut self, open: &str, close: &str) {
        self.indicator(open, true, true, false);
        self.indicator(close, false, false, false);
    }

    pub(super) fn enter_mapping(&mut self, context: Context) -> Option<usize> {
        self.increase_indent(None, context, false, false)
    }

    pub(super) fn enter_sequence(&mut self, context: Context) -> Option<usize> {
        let in_mapping = matches!(context, Context::Key | Context::MappingValue);
        match self.style.generation {
            Generation::V2 => self.increase_indent(None, context, in_mapping && !self.indention, false),
            Generation::V3 => {
                let compact = in_mapping && (self.column == 0 || !self.indention) && self.style.compact;
                self.increase_indent(None, context, false, compact)
            }
        }
    }

    /// For a text that may have several lines, and for what stands between brackets.
    pub(super) fn begin_text(&mut self, context: Context) -> Option<usize> {
        self.increase_indent(Some(self.best_indent()), context, false, false)
    }

    pub(super) fn leave(&mut self, outer: Option<usize>) {
        self.indent = outer;
    }

    /// Sets the indentation of what comes and gives the one before. `first` is it at the outermost level.
    fn increase_indent(
        &mut self,
        first: Option<usize>,
        context: Context,
        indentless: bool,
        compact: bool,
    ) -> Option<usize> {
        let outer = self.indent;
        let best = self.best_indent();
        self.indent = Some(match outer {
            None => first.unwrap_or(0),
            Some(indent) if indentless => indent,
            Some(indent) if self.style.generation == Generation::V2 => indent + best,
            Some(indent) if context == Context::Item => indent + 2,
            Some(indent) => best * ((indent + best) / best) - if compact { 2 } else { 0 },
        });
        outer
    }

    pub(super) fn dash(&mut self) {
        self.write_indent();
        self.indicator("-", true, false, true);
    }

    /// Writes a key and tells whether it did without a `?`.
    pub(super) fn key(&mut self, key: &str) -> bool {
        self.write_indent();
        let analysis = Analysis::new(key, self.style.generation);
        let simple = !analysis.multiline && key.len() <= LONGEST_SIMPLE_KEY;
        if simple {
            self.analyzed_text(key, &analysis, Context::SimpleKey);
        } else {
            self.indicator("?", true, false, true);
            self.analyzed_text(key, &analysis, Context::Key);
        }
        simple
    }

    pub(super) fn colon(&mut self, simple: bool) {
        if simple {
            self.indicator(":", false, false, false);
        } else {
            self.write_indent();
            self.indicator(":", true, false, true);
        }
    }

    pub(super) fn indicator(&mut self, text: &str, spaced: bool, is_whitespace: bool, is_indention: bool) {
        if spaced {
            self.space();
        }
        self.put_str(text);
        self.whitespace = is_whitespace;
        self.indention &= is_indention;
    }

    /// Goes to the indentation, on a new line if something stands on this one.
    pub(super) fn write_indent(&mut self) {
        let indent = self.indent.unwrap_or(0);
        if !self.indention || self.column > indent || self.column == indent && !self.whitespace {
            self.put_break();
        }
        if self.foot_indent.take() == Some(indent) {
            self.put_break();
        }
        while self.column < indent {
            let count = (indent - self.column).min(SPACES.len());
            self.out.push_str(&SPACES[..count]);
            self.column += count;
        }
        self.whitespace = true;
        self.indention = true;
    }

    /// Lines that each begin with `#`, to the end of the last one.
    pub(super) fn comment(&mut self, comment: &str) {
        // One that ends with a line break needs no other.
        let comment = comment.strip_suffix('\n').unwrap_or(comment);
        for (at, line) in comment.split('\n').enumerate() {
            if at > 0 && !line.is_empty() {
                self.write_indent();
            }
            if !line.is_empty() && !line.starts_with('#') {
                self.put_str("# ");
            }
            self.put_str(line);
            self.put_break();
        }
        self.indention = true;
        self.whitespace = true;
    }

    pub(super) fn space(&mut self) {
        if !self.whitespace {
            self.put(' ');
        }
    }

    pub(super) fn put(&mut self, c: char) {
        self.out.push(c);
        self.column += 1;
    }

    pub(super) fn put_str(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += if text.is_ascii() { text.len() } else { text.chars().count() };
    }

    pub(super) fn put_break(&mut self) {
        self.out.push('\n');
        self.column = 0;
    }
}
