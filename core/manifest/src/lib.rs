//! Kubernetes objects as plain values: what they are called, which kinds there are, what their fields mean, how one is
//! merged into another, which ones a selector takes, and in which order they are installed.
//!
//! It does not know where objects come from or where they go to.

pub mod field_spec;
mod gvk;
pub mod hash;
pub mod kinds;
pub mod merge;
pub mod object;
pub mod order;
mod quote;
mod resource_id;
pub mod schema;
pub mod selector;

pub use gvk::{Gvk, split_api_version};
pub use object::{Id, Object, Origin};
pub use resource_id::ResourceId;
