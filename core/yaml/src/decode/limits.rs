//! What keeps a small text from becoming a huge value.

use crate::scan::MAX_DEPTH;

/// Up to so many nodes nearly all may come from aliases.
const FREE_UP_TO: f64 = 400_000.0;
/// From so many nodes on only a tenth may.
const STRICT_FROM: f64 = 4_000_000.0;

/// Counts decoded nodes, those below aliases among them, as go-yaml does.
#[derive(Debug, Default)]
pub(super) struct Limits {
    decoded: u64,
    aliased: u64,
    depth: usize,
    /// Aliases that are being followed.
    active: Vec<u32>,
}

impl Limits {
    pub(super) fn enter(&mut self) -> Result<(), &'static str> {
        self.decoded += 1;
        self.depth += 1;
        if !self.active.is_empty() {
            self.aliased += 1;
        }
        if self.depth > MAX_DEPTH + 1 {
            return Err("exceeded max depth of 1000");
        }
        if self.aliased > 100
            && self.decoded > 1000
            && self.aliased as f64 / self.decoded as f64 > self.allowed_ratio()
        {
            return Err("document contains excessive aliasing");
        }
        Ok(())
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// False if this alias is being followed already.
    pub(super) fn enter_alias(&mut self, id: u32) -> bool {
        let new = !self.active.contains(&id);
        self.active.push(id);
        new
    }

    pub(super) fn leave_alias(&mut self) {
        self.active.pop();
    }

    fn allowed_ratio(&self) -> f64 {
        let decoded = self.decoded as f64;
        if decoded <= FREE_UP_TO {
            0.99
        } else if decoded >= STRICT_FROM {
            0.10
        } else {
            0.99 - 0.89 * ((decoded - FREE_UP_TO) / (STRICT_FROM - FREE_UP_TO))
        }
    }
}
