//! The text of a scalar while it is read: a slice of the source as long as that is possible.

use std::borrow::Cow;

pub(super) struct Piece<'t> {
    text: &'t str,
    start: usize,
    end: usize,
    own: Option<String>,
}

impl<'t> Piece<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, start: 0, end: 0, own: None }
    }

    /// Appends a part of the source.
    pub(super) fn push_range(&mut self, from: usize, to: usize) {
        if from == to {
        } else if let Some(own) = &mut self.own {
            own.push_str(&self.text[from..to]);
        } else if self.start == self.end {
            (self.start, self.end) = (from, to);
        } else if self.end == from {
            self.end = to;
        } else {
            let text = &self.text[from..to];
            self.push_str(text);
        }
    }

    /// Appends what does not stand so in the source.
    pub(super) fn push_str(&mut self, text: &str) {
        if !text.is_empty() {
            let start = &self.text[self.start..self.end];
            self.own.get_or_insert_with(|| start.to_string()).push_str(text);
        }
    }

    pub(super) fn push(&mut self, c: char) {
        self.push_str(c.encode_utf8(&mut [0; 4]));
    }

    pub(super) fn finish(self) -> Cow<'t, str> {
        match self.own {
            Some(own) => Cow::Owned(own),
            None => Cow::Borrowed(&self.text[self.start..self.end]),
        }
    }
}
