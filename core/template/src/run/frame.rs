//! One template that executes.

use std::sync::Arc;

use crate::function::Then;
use crate::parse::{Id, Program, Template};
use crate::set::Set;
use crate::value::Value;

/// A dot or a variable.
#[derive(Clone, Default)]
pub(super) struct Slot {
    pub(super) value: Value,
    /// Go knows its type as `interface {}` only, which shows in errors.
    pub(super) boxed: bool,
}

/// A template that executes, or waits while an inner one does.
pub(super) struct Frame {
    pub(super) template: Arc<Template>,
    /// That of the template.
    pub(super) program: Arc<Program>,
    pub(super) set: Arc<Set>,
    pub(super) pc: usize,
    /// The node that was evaluated last.
    pub(super) site: Id,
    pub(super) heights: Heights,
}

/// Where the stacks stood when a frame began.
#[derive(Clone, Copy, Default)]
pub(super) struct Heights {
    pub(super) values: usize,
    pub(super) dots: usize,
    pub(super) variables: usize,
    pub(super) loops: usize,
    pub(super) outputs: usize,
}

/// A function that waits for a template.
pub(super) struct Waiting {
    /// How many frames there were when it was called.
    pub(super) frames: usize,
    pub(super) then: Then,
    /// The call, for its errors.
    pub(super) node: Id,
    pub(super) function: u32,
    /// Where the stacks stood.
    pub(super) heights: Heights,
}
