//! The lowest crate: paths that cannot leave their root, immutable trees of files, places in them, and the
//! diagnostics that point at those places.
//!
//! It knows bytes, paths and places. It does not know YAML, Git or Kubernetes, nor any absolute path of a machine.

mod diagnostic;
mod memory;
mod path;
mod place;
mod tree;

pub use diagnostic::{Diagnostic, Frame, Severity, sort_diagnostics};
pub use memory::MemoryFiles;
pub use path::{EscapesRoot, RootedPath};
pub use place::{LineIndex, Place, Span};
pub use tree::{Bytes, Entry, Files, ReadError, ReadLog, Small, Tree};
