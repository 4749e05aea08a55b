//! What comes of rendering: objects in the order in which they are installed, hooks, and the record of a release.

mod hook;
mod manifest;
mod order;
mod record;

pub use hook::{Hook, HookEvent, HookRun};
pub(crate) use manifest::{FileHeads, Heads, sort_manifests};
pub use manifest::{Manifest, Splitting, split_manifests};
pub use order::{INSTALL_ORDER, UNINSTALL_ORDER};
pub use record::{Release, SECRET_TYPE, SYSTEM_LABELS, Status};
