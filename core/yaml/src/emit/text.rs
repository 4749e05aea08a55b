//! Strings in each of the four styles.

use super::analyze::{is_break, is_printable};
use super::writer::Writer;

impl Writer {
    pub(super) fn plain(&mut self, text: &str, fold: bool) {
        self.space();
        if text.is_ascii() && !text.contains([' ', '\n', '\r']) {
            self.put_str(text);
        } else {
            self.folded(text, fold, false);
        }
        self.whitespace = false;
        self.indention = false;
    }

    pub(super) fn single_quoted(&mut self, text: &str, fold: bool) {
        self.indicator("'", true, false, false);
        self.folded(text, fold, true);
        self.indicator("'", false, false, false);
        self.whitespace = false;
        self.indention = false;
    }

    /// Words with line breaks put in where a line is full. Breaks of the text are doubled, as reading folds them.
    fn folded(&mut self, text: &str, fold: bool, quoted: bool) {
        let mut spaces = false;
        let mut breaks = false;
        let mut chars = text.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let next = chars.peek().map(|(_, c)| *c);
            if c == ' ' {
                let inside = !quoted || at > 0 && next.is_some();
                if fold && !spaces && self.column > self.width && inside && next != Some(' ') {
                    self.write_indent();
                } else {
                    self.put(' ');
                }
                spaces = true;
            } else if is_break(c) {
                if !breaks && c == '\n' {
                    self.put_break();
                }
                self.text_break(c);
                breaks = true;
            } else {
                if breaks {
                    self.write_indent();
                }
                if quoted && c == '\'' {
                    self.put('\'');
                }
                self.put(c);
                self.indention = false;
                spaces = false;
                breaks = false;
            }
        }
    }

    pub(super) fn double_quoted(&mut self, text: &str, fold: bool) {
        // go-yaml asks whether the whole text begins with the mark, and then escapes every character.
        let marked = text.starts_with('\u{feff}');
        self.indicator("\"", true, false, false);
        let mut spaces = false;
        let mut chars = text.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let next = chars.peek().map(|(_, c)| *c);
            if marked || !is_printable(c) || is_break(c) || c == '"' || c == '\\' {
                self.escape(c);
                spaces = false;
            } else if c == ' ' {
                if fold && !spaces && self.column > self.width && at > 0 && next.is_some() {
                    self.write_indent();
                    if next == Some(' ') {
                        self.put('\\');
                    }
                } else {
                    self.put(' ');
                }
                spaces = true;
            } else {
                self.put(c);
                spaces = false;
            }
        }
        self.indicator("\"", false, false, false);
        self.whitespace = false;
        self.indention = false;
    }

    fn escape(&mut self, c: char) {
        let short = match c {
            '\0' => "\\0",
            '\u{7}' => "\\a",
            '\u{8}' => "\\b",
            '\t' => "\\t",
            '\n' => "\\n",
            '\u{b}' => "\\v",
            '\u{c}' => "\\f",
            '\r' => "\\r",
            '\u{1b}' => "\\e",
            '"' => "\\\"",
            '\\' => "\\\\",
            '\u{85}' => "\\N",
            '\u{a0}' => "\\_",
            '\u{2028}' => "\\L",
            '\u{2029}' => "\\P",
            _ => return self.hex_escape(c as u32),
        };
        self.put_str(short);
    }

    fn hex_escape(&mut self, code: u32) {
        let text = match code {
            0..=0xff => format!("\\x{code:02X}"),
            0x100..=0xffff => format!("\\u{code:04X}"),
            _ => format!("\\U{code:08X}"),
        };
        self.put_str(&text);
    }

    pub(super) fn literal(&mut self, text: &str) {
        self.block_header("|", text);
        let mut breaks = true;
        for c in text.chars() {
            if is_break(c) {
                self.text_break(c);
                breaks = true;
            } else {
                if breaks {
                    self.write_indent();
                }
                self.put(c);
                self.indention = false;
                breaks = false;
            }
        }
    }

    /// The writer of yaml.v3 looks at the start of the text where it means to look behind a break.
    pub(super) fn folded_block(&mut self, text: &str) {
        self.block_header(">", text);
        let behind = text.trim_start_matches(is_break);
        let doubles = !behind.is_empty() && !behind.starts_with([' ', '\t']);
        let (mut breaks, mut leading_blank) = (true, true);
        for c in text.chars() {
            if is_break(c) {
                if !breaks && !leading_blank && c == '\n' && doubles {
                    self.put_break();
                }
                self.text_break(c);
                breaks = true;
                continue;
            }
            if breaks {
                self.write_indent();
                leading_blank = matches!(c, ' ' | '\t');
            }
            self.put(c);
            self.indention = false;
            breaks = false;
        }
    }

    fn block_header(&mut self, indicator: &str, text: &str) {
        self.indicator(indicator, true, false, false);
        if text.starts_with(|c: char| c == ' ' || is_break(c)) {
            let hint = self.best_indent().to_string();
            self.indicator(&hint, false, false, false);
        }
        let mut ends = text.chars().rev();
        match (ends.next().is_some_and(is_break), ends.next()) {
            (false, _) => self.indicator("-", false, false, false),
            (true, before) if before.is_none_or(is_break) => self.indicator("+", false, false, false),
            (true, _) => {}
        }
        if self.beside.is_empty() {
            self.put_break();
        } else {
            self.space();
            let beside = std::mem::take(&mut self.beside);
            self.comment(&beside);
        }
        self.indention = true;
        self.whitespace = true;
    }

    /// A line break that is part of the text.
    fn text_break(&mut self, c: char) {
        if c == '\n' {
            self.put_break();
        } else {
            self.put(c);
            self.column = 0;
        }
        self.indention = true;
    }
}
