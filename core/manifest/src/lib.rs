//! Kubernetes objects as plain values: what they are called, which kinds there are, what their fields mean, how one is
//! merged into another, which ones a selector takes, and in which order they are installed.
//!
//! It does not know where objects come from or where they go to.

mod gvk;
pub mod kinds;
pub mod merge;
mod quote;
pub mod schema;
pub mod selector;

pub use gvk::{Gvk, split_api_version};
