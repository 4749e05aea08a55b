//! How one object is merged into another: JSON patch, JSON merge patch, and strategic merge in the two dialects that
//! differ, that of the API server and that of kustomize.

mod json_merge;
mod json_patch;
pub mod kustomize;
mod strategic;

use std::fmt;

pub use json_merge::{json_merge, json_merge_diff};
pub use json_patch::{JsonPatch, JsonPatchError};
pub use strategic::strategic_merge;

/// Deeper values are refused: merging walks them by recursion.
const DEEPEST: usize = 600;

/// Why a merge cannot be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeError {
    /// The fields that lead to the place, from the root of the object.
    pub path: Vec<String>,
    /// What is wrong there.
    pub message: String,
}

impl MergeError {
    fn new(message: impl Into<String>) -> Self {
        Self { path: Vec::new(), message: message.into() }
    }

    fn below(mut self, key: &str) -> Self {
        self.path.insert(0, key.to_string());
        self
    }
}

impl fmt::Display for MergeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path.join("."))?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for MergeError {}
