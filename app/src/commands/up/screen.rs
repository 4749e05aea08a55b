//! The live tree: redrawn in place on a terminal, lines that are new elsewhere.

use std::cell::Cell;
use std::io::{IsTerminal as _, Write as _, stderr};

use crate::output::say;

/// Trees longer than this would scroll away what they redraw.
const MOST_LINES: usize = 60;

/// Where the tree is drawn.
pub(super) struct Screen {
    live: bool,
    lines: Cell<usize>,
}

impl Screen {
    pub(super) fn new() -> Self {
        Self { live: stderr().is_terminal(), lines: Cell::new(0) }
    }

    /// True on a terminal.
    pub(super) fn is_live(&self) -> bool {
        self.live
    }

    /// Draws over what was drawn before.
    pub(super) fn draw(&self, tree: &str) {
        if !self.live {
            return;
        }
        self.finish();
        let lines: Vec<_> = tree.lines().take(MOST_LINES).collect();
        // A terminal that went away is no reason to fail.
        _ = writeln!(stderr(), "{}", lines.join("\n"));
        self.lines.set(lines.len());
    }

    /// Takes the drawing away.
    pub(super) fn finish(&self) {
        if self.live && self.lines.get() > 0 {
            _ = write!(stderr(), "\x1b[{}A\x1b[J", self.lines.get());
            self.lines.set(0);
        }
    }

    /// The lines that were not there before.
    pub(super) fn log(&self, before: &str, now: &str) {
        let old: Vec<_> = before.lines().collect();
        for line in now.lines().filter(|line| !old.contains(line)) {
            say(line);
        }
    }
}
