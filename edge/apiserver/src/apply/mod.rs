//! Server-side apply: who owns which field, and what an apply makes of an object.
//!
//! [`Set`] holds field paths, [`compare()`], [`merge()`] and [`remove()`] walk two values with the types of their fields, and
//! [`managers`] keeps the book of owners. All of it is pure: no clock, no store, no HTTP.

mod compare;
mod fields_v1;
mod managers;
mod merge;
mod remove;
mod set;
mod step;
mod to_set;

pub(crate) use compare::{Comparison, compare};
pub(crate) use managers::{Applied, Conflict, Managers, Operation, Subject};
pub(crate) use merge::merge;
pub(crate) use remove::remove;
pub(crate) use set::Set;
pub(crate) use step::{Step, item_step};
pub(crate) use to_set::to_set;
