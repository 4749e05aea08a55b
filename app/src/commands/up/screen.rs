//! The live tree: redrawn in place on a terminal, lines that are new elsewhere.

use std::cell::Cell;
use std::io::{IsTerminal as _, Write as _, stderr};

use crate::output::{painted, say};

/// Lines and columns where the terminal does not tell.
const USUAL: (usize, usize) = (24, 80);

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
        let (height, width) = size();
        let lines = fitting(tree, height, width);
        // A terminal that went away is no reason to fail.
        _ = writeln!(stderr(), "{}", painted(&lines.join("\n")));
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

/// Lines and columns of the terminal.
fn size() -> (usize, usize) {
    let told = rustix::termios::tcgetwinsize(stderr()).ok();
    let told = told.map(|size| (usize::from(size.ws_row), usize::from(size.ws_col)));
    told.filter(|(height, width)| *height > 2 && *width > 8).unwrap_or(USUAL)
}

/// The tree as it fits: what scrolled away or broke into two lines could not be drawn over. Where not all lines fit, those
/// go first that are ready or that nobody acts on.
fn fitting(tree: &str, height: usize, width: usize) -> Vec<String> {
    let lines: Vec<_> = tree.lines().collect();
    // One line for the cursor, and where some are left out one to say so.
    let room = height.saturating_sub(1);
    let matters = |line: &str| line.trim_start().starts_with(['✗', '◎', '·']);
    let mut shown: Vec<bool> = vec![lines.len() <= room; lines.len()];
    if lines.len() > room {
        let room = room.saturating_sub(1);
        let first = (0..lines.len()).filter(|at| matters(lines[*at]));
        let then = (0..lines.len()).filter(|at| !matters(lines[*at]));
        for at in first.chain(then).take(room) {
            shown[at] = true;
        }
    }
    let kept = lines.iter().zip(&shown).filter(|(_, shown)| **shown);
    let mut fitting: Vec<_> = kept.map(|(line, _)| cut(line, width)).collect();
    if fitting.len() < lines.len() {
        fitting.push(format!("  and {} more", lines.len() - fitting.len()));
    }
    fitting
}

fn cut(line: &str, width: usize) -> String {
    if line.chars().count() < width {
        return line.to_string();
    }
    line.chars().take(width.saturating_sub(2)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_fits_its_terminal() {
        let tree = "✔ one\n  ✔ two\n  ✗ three is broken for a long reason\n✔ four\n◎ five\n";
        assert_eq!(fitting(tree, 10, 80), tree.lines().collect::<Vec<_>>());
        assert_eq!(fitting(tree, 5, 12), ["✔ one", "  ✗ three …", "◎ five", "  and 2 more"]);
        assert_eq!(fitting("", 5, 12), Vec::<String>::new());
    }
}
